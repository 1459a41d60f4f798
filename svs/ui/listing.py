"""The list of jobs as plain rows: what a pipe gets, and what the terminal's table is made of."""

from collections.abc import Iterable

from svs.model import Job, Progress
from svs.store import Damaged, State
from svs.times import clock
from svs.ui.output import visible

Listed = tuple[Job | Damaged, State | None, Progress | None]
Row = tuple[str, str, str, str, str, str]

HEADINGS: Row = ("JOB", "STATUS", "DONE", "LENGTH", "ENGINE", "VIDEO")
NUMBERS = frozenset({"DONE", "LENGTH"})
"""The columns that are aligned to the right."""


def row(job: Job | Damaged, state: State | None, progress: Progress | None) -> Row:
    """Return a job's row; nothing in it steers a terminal."""
    if isinstance(job, Damaged):
        return job.id, "damaged", "", "", "", visible(f"{job.problem} ({job.folder})")
    percent = 100.0 if state == "done" else progress.overall if progress else 0.0
    return (
        job.id,
        state or job.status,
        f"{int(percent)} %",
        clock(job.duration) if job.duration else "",
        job.plan.engine if job.plan else "",
        visible(job.source.path.rpartition("/")[2]).replace("\n", "\\n"),
    )


def text(jobs: Iterable[Listed]) -> str:
    """Return the list in columns, for a pipe."""
    rows = [HEADINGS, *(row(*job) for job in jobs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
            for cell, width, heading in zip(cells, widths, HEADINGS, strict=True)
        )
        for cells in rows
    )
    return "".join(line.rstrip() + "\n" for line in lines)
