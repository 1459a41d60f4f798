"""Jobs as a terminal shows them."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from svs.model import Job, Progress
from svs.store import Damaged, State
from svs.ui.interface import clock
from svs.ui.terminal import term

_COLOURS = {
    "queued": "blue",
    "running": "cyan",
    "done": "green",
    "failed": "red",
    "cancelled": "magenta",
    "interrupted": "yellow",
    "damaged": "red",
}


def jobs_table(jobs: Iterable[tuple[Job | Damaged, State | None, Progress | None]]) -> Table:
    """Return the table of `svs jobs list`."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("JOB", "STATUS", "DONE", "LENGTH", "ENGINE"):
        table.add_column(heading, no_wrap=True, justify="right" if heading in ("DONE", "LENGTH") else "left")
    table.add_column("VIDEO", overflow="fold")
    for job, state, progress in jobs:
        table.add_row(*_job_row(job, state, progress))
    return table


def _job_row(job: Job | Damaged, state: State | None, progress: Progress | None) -> Sequence[Text]:
    if isinstance(job, Damaged):
        problem = term(f"{job.problem} ({job.folder})")
        return Text(job.id), status_text("damaged"), Text(""), Text(""), Text(""), problem
    percent = 100.0 if state == "done" else progress.overall if progress else 0.0
    return (
        Text(job.id),
        status_text(state or job.status),
        Text(f"{percent:.0f} %"),
        Text(clock(job.duration) if job.duration else ""),
        Text(job.plan.engine if job.plan else ""),
        term(job.source.path.rpartition("/")[2]),
    )


def status_text(status: str) -> Text:
    """Return a status in its colour."""
    return Text(status, _COLOURS.get(status, ""))


def job_details(job: Job, state: State, folder: str, progress: Progress | None) -> RenderableType:
    """Return what `svs jobs show` says of a job, without its result."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    grid.add_row("Job", job.id)
    grid.add_row("Status", status_text(state))
    if state == "running" and progress:
        grid.add_row("Progress", f"{progress.overall:.0f} % ({progress.stage or 'starting'})")
    grid.add_row("Video", term(job.source.path))
    grid.add_row("Created", job.created)
    if job.origin:
        grid.add_row("Transcript", f"taken over from job {job.origin}")
    if job.plan:
        grid.add_row("Engine", term(f"{job.plan.engine} ({job.plan.model})"))
    for stage, record in job.stages.items():
        grid.add_row(stage.capitalize(), f"{record.seconds:.1f} s" if record.finished else "not finished")
    for warning in job.warnings:
        grid.add_row("Warning", term(warning, "yellow"))
    if job.error:
        grid.add_row("Error", term(job.error.message, "red"))
        grid.add_row("", term(job.error.hint))
    for path in job.outputs:
        grid.add_row("Output", term(path))
    grid.add_row("Folder", term(folder))
    return grid
