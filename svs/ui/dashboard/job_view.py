"""The facts about a job: its stages, costs, options and files."""

from collections.abc import Iterator
from pathlib import PurePath

from msgspec import structs
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from svs.events import Stage
from svs.model.job import Job, Options, Progress
from svs.store.index import Entry
from svs.store.records import Damaged
from svs.text.coverage import share
from svs.times import clock, moment, remaining, times_real
from svs.ui.dashboard import formatting
from svs.ui.output import name
from svs.ui.tables import COLOURS
from svs.ui.terminal import term

_BAR = 10
_ROOMY = 58  # columns that the whole table of stages needs


def facts(entry: Entry, job: Job | Damaged, folder: str, width: int) -> RenderableType:
    """Return the facts about a job, for so many columns."""
    title = Text.assemble(Text(name(entry.name), "bold"), "  ", formatting.state(entry.state))
    if isinstance(job, Damaged):
        grid = _grid([("Job", job.id), ("Problem", job.problem), ("Folder", folder)])
        return Group(
            formatting.state(entry.state), Text(), grid, Text(), Text("Press d to remove it.", "dim")
        )
    parts: list[RenderableType] = [title, *_trouble(job), stages(job, entry, width)]
    if entry.progress:
        parts.append(_now(entry.progress))
    return Group(*parts, Text(), _grid(_rows(job, folder)))


def _trouble(job: Job) -> Iterator[Text]:
    if job.error:
        yield term(job.error.message, "red")
        yield term(job.error.hint)
    for warning in job.warnings:
        yield term(f"! {warning}", "yellow")


def stages(job: Job, entry: Entry, width: int) -> Table:
    """Return the bars of the stages, with the time of each and, if there is room, its cost."""
    grid = Table.grid(padding=(0, 2) if width >= _ROOMY else (0, 1))
    headings = ("TIME", "SPEED", "CPU") if width >= _ROOMY else ("TIME", "SPEED")
    for justify in ("left", "left", "right", *["right"] * len(headings)):
        grid.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]
    grid.add_row("", "", "", *(Text(heading, "dim") for heading in headings))
    for stage in Stage:
        grid.add_row(stage.capitalize(), *_stage(job, stage, entry)[: 2 + len(headings)])
    return grid


def _stage(job: Job, stage: Stage, entry: Entry) -> tuple[Text, ...]:
    record, progress = job.stages.get(stage), entry.progress
    colour = COLOURS[entry.state]
    if record and record.finished:
        speed = f"{job.duration / record.seconds:.1f}x" if record.seconds and job.duration else ""
        cpu = f"{record.cpu:.1f} s" if record.cpu else ""
        times = (f"{record.seconds:.1f} s", speed, cpu)
        return formatting.bar(100, _BAR, "green"), Text("100 %"), *map(Text, times)
    if progress and progress.stage == stage:
        percent = 100 * progress.done / progress.total if progress.total else 0.0
        share = f"{int(percent)} %" if progress.total else clock(progress.done)
        speed = f"{progress.speed:.1f}x" if progress.speed else ""
        return formatting.bar(percent, _BAR, colour), Text(share), Text(), Text(speed), Text()
    return formatting.bar(0, _BAR, colour), Text("" if record is None else "begun"), Text(), Text(), Text()


def _now(progress: Progress) -> RenderableType:
    """Return the present progress of a running job."""
    shown = [
        name(progress.phase),
        remaining(*progress.left) if progress.left else "",
        f"load {progress.load:.0f} %" if progress.load else "",
        f"memory {formatting.size(progress.memory)}" if progress.memory else "",
        f"process {progress.pid}",
    ]
    line = Text("   ".join(filter(None, shown)), "cyan")
    words = " ".join(progress.line.split())
    return Group(line, term(f"“{words}”", "italic")) if words else line


def _rows(job: Job, folder: str) -> Iterator[tuple[str, str]]:
    yield "Job", job.id
    yield "Video", job.source.path
    if job.title != PurePath(job.source.path).stem:
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
    yield from _cost(job)
    if chosen := _chosen(job.options):
        yield "Options", chosen
    for path in job.outputs:
        yield "Output", path
    yield "Folder", folder


def _cost(job: Job) -> Iterator[tuple[str, str]]:
    """Yield what the job has cost, as far as it was measured."""
    took = sum(record.seconds for record in job.stages.values())
    if took and job.duration and job.status == "done":
        yield "Speed", f"{times_real(job.duration / took)}, {took:.1f} s in all"
    if job.metrics.memory:
        yield "Memory", f"{formatting.size(job.metrics.memory)} at most"
    if job.metrics.load:
        yield "Load", f"{job.metrics.load:.0f} % of the machine while it ran"
    if job.metrics.speech and job.duration:
        yield "Speech", f"{clock(job.metrics.speech)}, {100 * job.metrics.speech / job.duration:.0f} %"
    if job.metrics.coverage is not None:
        yield "Coverage", f"{share(job.metrics.coverage)} of the speech"


def _chosen(options: Options) -> str:
    """Return the options that differ from their defaults."""
    default = structs.asdict(Options())
    changed = ((name, value) for name, value in structs.asdict(options).items() if value != default[name])
    return ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in changed)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "yes" if value is True else str(value)


def _grid(rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(label, term(value))
    return grid
