"""Progress of the pipeline: three weighted stages, and the events that listeners receive."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from svs.fields import Instant, JobId, Message, Name, Percent, Seconds


class Stage(StrEnum):
    """The three stages of a job, in their order."""

    EXTRACT = "extract"
    TRANSCRIBE = "transcribe"
    SUMMARIZE = "summarize"


WEIGHTS = {Stage.EXTRACT: 20, Stage.TRANSCRIBE: 50, Stage.SUMMARIZE: 30}
"""What each finished stage adds to the overall progress, in percent."""

Kind = Literal[
    "started", "phase", "advanced", "line", "detail", "notice", "warning", "reused", "finished", "done"
]


class ProgressEvent(Struct, frozen=True, kw_only=True):
    """One thing that happened to a job."""

    job_id: JobId
    stage: Stage | None
    """The stage it belongs to; None when it is about the whole job."""
    kind: Kind
    """`phase` says what a stage does before it advances, `advanced` carries new numbers, `line` the latest
    transcribed words, `done` ends the job."""
    done: Seconds = 0.0
    total: Seconds | None = None
    """How much there is to do in `unit`s; None while unknown."""
    unit: Name = ""
    message: Message = ""
    """For people: a warning, a notice, a phase, or the latest words. From outside: escape it."""
    overall: Percent = 0.0
    """The job's weighted progress, 0-100 percent; it never falls and is 100 only when the job is done."""
    at: Instant
    """When, in seconds since the epoch."""
    left: tuple[Seconds, Seconds] | None = None
    """The least and the most seconds that the whole job still takes; None while unknown."""


Listener = Callable[[ProgressEvent], None]
"""A listener for events."""

Tick = Callable[[float, float | None], None]
"""How a stage reports progress: `tick(done, total)`. Raises `Stopped` when the job is to stop."""


def overall(fractions: Mapping[Stage, float]) -> float:
    """Return the weighted progress in percent, from each stage's fraction of 0-1 (a missing one is 0)."""
    return sum(weight * min(1.0, max(0.0, fractions.get(stage, 0.0))) for stage, weight in WEIGHTS.items())


def fan_out(*listeners: Listener) -> Listener:
    """Return a listener that passes each event on to all of these, in their order."""

    def report(event: ProgressEvent) -> None:
        for listener in listeners:
            listener(event)

    return report


def ignore(event: ProgressEvent) -> None:
    """Do nothing with an event."""
