"""The facts about a job, as labels and values for people: for `svs jobs show` and the dashboard.

The values may come from outside: escape them.
"""

from collections.abc import Iterator
from pathlib import PurePath

from msgspec import structs

from svs.model.job import Job, Options
from svs.progress.stats import real_time
from svs.times import clock, moment, times_real


def about(job: Job) -> Iterator[tuple[str, str]]:
    """Yield what the job reads, when, and how it is transcribed."""
    yield "Job", job.id
    yield "Video", job.source.path
    if job.title not in ("", PurePath(job.source.path).stem):
        yield "Title", job.title
    if job.duration:
        yield "Length", clock(job.duration)
    yield "Created", moment(job.created)
    if job.finished:
        yield "Finished", moment(job.finished)
    if job.plan:
        yield "Engine", f"{job.plan.engine} ({job.plan.model})"
    if job.origin:
        yield "Transcript", f"reused from job {job.origin}"


def costs(job: Job) -> Iterator[tuple[str, str]]:
    """Yield what the job has cost, as far as it was measured."""
    took = sum(record.seconds for record in job.stages.values())
    if speed := real_time(job):
        yield "Speed", f"{times_real(speed)}, {took:.1f} s in all"
    if job.metrics.memory:
        yield "Memory", f"{size(job.metrics.memory)} at most"
    if job.metrics.load:
        yield "Load", f"{job.metrics.load:.0f} % of the machine while it ran"
    if job.metrics.speech and job.duration:
        share = min(1.0, job.metrics.speech / job.duration)
        yield "Speech", f"{clock(job.metrics.speech)}, {100 * share:.0f} %"


def files(job: Job, folder: str) -> Iterator[tuple[str, str]]:
    """Yield the options that differ from their defaults, and where the job's files are."""
    default = structs.asdict(Options())
    changed = {name: value for name, value in structs.asdict(job.options).items() if value != default[name]}
    if changed:
        yield (
            "Options",
            ", ".join(f"{name.replace('_', ' ')} {_text(value)}" for name, value in changed.items()),
        )
    for path in job.outputs:
        yield "Output", path
    yield "Folder", folder


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "yes" if value is True else str(value)


def size(count: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
