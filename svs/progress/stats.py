"""Statistics of the stored jobs: each engine's speed and coverage, and how accurate the time left was."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median, quantiles

from msgspec import Struct

from svs.model.job import Job
from svs.progress.estimate import error

SHARES = (0.25, 0.5, 0.75)
"""The shares of a run's time after which its estimate is judged."""


class Row(Struct, frozen=True, kw_only=True):
    """The statistics of one engine with one model; None where there are none."""

    engine: str
    model: str
    """From outside: escape it."""
    jobs: int
    failed: int
    hours: float
    """The length of the recordings that were done."""
    speed: float | None
    """Seconds of a recording per second, the median."""
    speed_p90: float | None
    """The speed that one job in ten exceeds."""
    coverage: float | None
    """The share of the speech in its recordings that words cover."""
    errors: tuple[float | None, float | None, float | None]
    """The median error of the time left after 25, 50 and 75 % of a run, in percent of the run's time."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What counts of a job: a hundred thousand whole records would fill the memory."""

    status: str
    duration: float
    speed: float | None = None
    errors: tuple[float | None, ...] = (None,) * len(SHARES)
    speech: float = 0.0
    coverage: float | None = None


def rows(jobs: Iterable[Job]) -> list[Row]:
    """Return a row for each engine and model, from the jobs that are done or have failed.

    Those that took over a transcript transcribed nothing.
    """
    groups: dict[tuple[str, str], list[_Numbers]] = {}
    for job in jobs:
        if job.plan and not job.origin and job.status in ("done", "failed"):
            model = "" if job.plan.engine == "captions" else job.plan.model
            groups.setdefault((job.plan.engine, model), []).append(_numbers(job))
    return [_row(engine, model, found) for (engine, model), found in sorted(groups.items())]


def _numbers(job: Job) -> _Numbers:
    if job.status != "done" or not job.metrics.wall:  # not a whole run
        return _Numbers(job.status, job.duration)
    errors = tuple(error(job.metrics, share) for share in SHARES)
    metrics = job.metrics
    return _Numbers("done", job.duration, real_time(job), errors, metrics.speech, metrics.coverage)


def _row(engine: str, model: str, jobs: list[_Numbers]) -> Row:
    speeds = [job.speed for job in jobs if job.speed]
    errors = [[100 * off for job in jobs if (off := job.errors[at]) is not None] for at in range(len(SHARES))]
    medians = [_median(values) for values in errors]
    return Row(
        engine=engine,
        model=model,
        jobs=len(jobs),
        failed=sum(job.status == "failed" for job in jobs),
        hours=round(sum(job.duration for job in jobs if job.status == "done") / 3600, 2),
        speed=_median(speeds),
        speed_p90=round(quantiles(speeds, n=10, method="inclusive")[-1], 1)
        if len(speeds) > 1
        else _median(speeds),
        coverage=_coverage(jobs),
        errors=(medians[0], medians[1], medians[2]),
    )


def real_time(job: Job) -> float | None:
    """Return how many seconds of a recording a job processed per second; None if unknown."""
    took = sum(record.seconds for record in job.stages.values())
    return job.duration / took if took and job.duration and job.status == "done" else None


def speeds(jobs: Iterable[Job]) -> dict[str, float]:
    """Return the median speed of each Whisper model, by its name, in seconds of a recording per second."""
    found: dict[str, list[float]] = {}
    for job in jobs:
        if job.plan and job.plan.engine == "whisper" and not job.origin and (speed := real_time(job)):
            found.setdefault(job.plan.model, []).append(speed)
    return {model: median(values) for model, values in found.items()}


def _coverage(jobs: list[_Numbers]) -> float | None:
    """Return the coverage of all the speech that was measured in these jobs."""
    found = [(job.speech, job.coverage) for job in jobs if job.coverage is not None]
    speech = sum(seconds for seconds, _ in found)
    return round(sum(seconds * share for seconds, share in found) / speech, 6) if speech else None


def _median(values: list[float]) -> float | None:
    return round(median(values), 1) if values else None
