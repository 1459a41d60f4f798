"""The list of jobs as plain rows, for pipes and for the terminal's table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from svs.events import ProgressEvent
from svs.model.job import Job, Progress, State, percent
from svs.store.records import Damaged
from svs.system.processes import is_stalled
from svs.times import clock, moment
from svs.ui.output import name, visible

if TYPE_CHECKING:
    from svs.model.media import Source


@dataclass(frozen=True, slots=True)
class Listed:
    """A job in a list."""

    job: Job | Damaged
    state: State
    progress: Progress | None = None
    runs: int = 1
    """How often this recording was run: see `folded`."""


Row = tuple[str, str, str, str, str, str]

HEADINGS: Row = ("JOB", "STATUS", "WHEN", "LENGTH", "FILES", "TITLE")
_PART = 1000  # jobs
NUMBERS = frozenset({"LENGTH"})
"""The columns that are aligned to the right."""


def folded(jobs: Iterable[Listed]) -> list[Listed]:
    """Return the jobs without earlier runs of a recording that is done since; the last one counts them."""
    found: list[Listed] = []
    done: dict[Source, int] = {}
    for listed in jobs:
        source = None if isinstance(listed.job, Damaged) else listed.job.source
        if source is not None and source in done:
            later = found[done[source]]
            found[done[source]] = replace(later, runs=later.runs + 1)
            continue
        if source is not None and listed.state == "done":
            done[source] = len(found)
        found.append(listed)
    return found


def status(state: State, progress: Progress | None) -> str:
    """Return a job's state in a word for people."""
    return "stalled" if state == "running" and is_stalled(progress) else state


def row(listed: Listed) -> Row:
    """Return a job's row; control characters in it are made visible."""
    job, state, progress, runs = listed.job, listed.state, listed.progress, listed.runs
    if isinstance(job, Damaged):
        return job.id, "damaged", "", "", "", visible(f"{job.problem} ({job.folder})")
    begun = f" {int(percent(state, progress))} %" if progress and state != "done" else ""
    known = job.title and job.title != PurePath(job.source.path).stem
    title = name(f"{job.title} \u00b7 {job.source.name}" if known else job.source.name)
    return (
        job.id,
        status(state, progress) + begun,
        moment(job.created),
        clock(job.duration) if job.duration else "",
        ",".join(job.options.formats),
        f"{title} ({runs} runs)" if runs > 1 else title,
    )


def text(jobs: Iterable[Listed]) -> Iterator[str]:
    """Yield the list in columns, for a pipe, many lines at a time."""
    widths = [len(heading) for heading in HEADINGS]
    above = [HEADINGS]
    for part in parts(jobs):
        rows = [*above, *map(row, part)]
        above = []
        widths = [max(width, *map(len, cells)) for width, *cells in zip(widths, *rows, strict=True)]
        yield "".join(_line(cells, widths) for cells in rows)


def parts(jobs: Iterable[Listed]) -> Iterator[list[Listed]]:
    """Yield the jobs in shorter lists: not all need to be in memory."""
    rest = iter(jobs)
    while part := list(islice(rest, _PART)):
        yield part


def _line(cells: Row, widths: list[int]) -> str:
    columns = zip(cells, widths, HEADINGS, strict=True)
    padded = (cell.rjust(width) if name in NUMBERS else cell.ljust(width) for cell, width, name in columns)
    return "  ".join(padded).rstrip() + "\n"


def log_line(event: ProgressEvent) -> str:
    """Return an event as a line of a log, with the local time."""
    text = event.message
    if event.kind == "started":
        text = f"resumes after {_amount(event)}" if event.done else "begins"
    elif event.kind in ("reused", "finished", "done"):
        text = {"reused": "already done", "finished": f"done: {_amount(event)}", "done": "all done"}[
            event.kind
        ]
    elif event.kind in ("notice", "warning"):
        text = f"{event.kind}: {text}"
    line = visible(f"{_local(event.at)}  {event.stage or '':10}  {text}")
    return " ".join(line.splitlines()).rstrip() + "\n"


def _amount(event: ProgressEvent) -> str:
    return clock(event.done) if event.unit == "s" else f"{event.done:.0f} {event.unit}".rstrip()


def local(text: str) -> str:
    """Return a record's time as local time."""
    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M:%S}"


def _local(at: float) -> str:
    try:
        return f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):  # a damaged record
        return "?".ljust(19)
