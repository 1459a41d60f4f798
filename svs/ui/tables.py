"""Jobs as a terminal shows them."""

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from svs.model import Job, Progress
from svs.store import State
from svs.ui.listing import HEADINGS, NUMBERS, Listed, row
from svs.ui.terminal import term

_ROOMY = 75  # columns from which on there is room for everything
_COLOURS = {
    "queued": "blue",
    "running": "cyan",
    "done": "green",
    "failed": "red",
    "cancelled": "magenta",
    "interrupted": "yellow",
    "damaged": "red",
}


def jobs_table(jobs: Iterable[Listed], width: int = _ROOMY) -> Table:
    """Return the table of `svs jobs list`; on a narrow screen it has fewer columns."""
    shown = [h for h in HEADINGS if width >= _ROOMY or h not in ("LENGTH", "ENGINE")]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in shown[:-1]:
        table.add_column(heading, no_wrap=True, justify="right" if heading in NUMBERS else "left")
    table.add_column(shown[-1], overflow="fold", min_width=10)
    for job in jobs:
        cells = dict(zip(HEADINGS, row(*job), strict=True))
        table.add_row(*(status_text(cells[h]) if h == "STATUS" else Text(cells[h]) for h in shown))
    return table


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
    if job.offline:
        grid.add_row("Network", "refused to svs while it ran")
    for warning in job.warnings:
        grid.add_row("Warning", term(warning, "yellow"))
    if job.error:
        grid.add_row("Error", term(job.error.message, "red"))
        grid.add_row("", term(job.error.hint))
    for path in job.outputs:
        grid.add_row("Output", term(path))
    grid.add_row("Folder", term(folder))
    return grid
