"""Jobs and models, formatted for a terminal."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from svs.model.job import Job, Progress, State
from svs.progress.stats import Row
from svs.text.coverage import share
from svs.ui.facts import about, costs, files
from svs.ui.listing import HEADINGS, NUMBERS, Listed, row, status
from svs.ui.terminal import term

_WIDTHS = {"WHEN": 66, "LENGTH": 78, "FILES": 100}
"""Columns of the screen from which these are shown."""
_MODEL_WIDTHS = {"LANGUAGES": 68, "VERIFIED": 78}
_FULL_WIDTH = max(_WIDTHS.values())
COLOURS: dict[State, str] = {
    "queued": "blue",
    "running": "cyan",
    "done": "green",
    "failed": "red",
    "cancelled": "magenta",
    "interrupted": "yellow",
    "damaged": "red",
}


def jobs_table(jobs: Iterable[Listed], width: int = _FULL_WIDTH) -> Table:
    """Return the table of `svs jobs list`; on a narrow screen it has fewer columns."""
    shown = [h for h in HEADINGS if width >= _WIDTHS.get(h, 0)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in shown[:-1]:
        table.add_column(heading, no_wrap=True, justify="right" if heading in NUMBERS else "left")
    table.add_column(shown[-1], overflow="fold", min_width=10)
    for listed in jobs:
        cells = dict(zip(HEADINGS, row(listed), strict=True))
        table.add_row(*(Text(cells[h], COLOURS[listed.state] if h == "STATUS" else "") for h in shown))
    return table


def stats_table(rows: Iterable[Row]) -> Table:
    """Return the table of `svs jobs stats`, with a dash for unknown values."""
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        caption="SPEED: times real time, median, and exceeded by one job in ten (P90). OFF: error of the "
        "time left, in percent of the run's time. SPEECH: share of the speech that has words.",
        caption_justify="left",
    )
    table.add_column("ENGINE", no_wrap=True)
    table.add_column("MODEL", overflow="fold")
    for heading in ("JOBS", "FAILED", "HOURS", "SPEED", "P90", "SPEECH", "OFF AT 25 %", "50 %", "75 %"):
        table.add_column(heading, justify="right")
    for found in rows:
        speeds = [f"{speed:.1f}x" if speed else "-" for speed in (found.speed, found.speed_p90)]
        errors = ["-" if error is None else f"\u00b1{error:.0f} %" for error in found.errors]
        coverage = "-" if found.coverage is None else share(found.coverage)
        numbers = (str(found.jobs), str(found.failed), f"{found.hours:.2f}", *speeds, coverage, *errors)
        table.add_row(found.engine, term(found.model), *numbers)
    return table


def models_table(rows: Iterable[Mapping[str, Any]], width: int) -> Table:
    """Return the table of `svs models list`; on a narrow screen it has fewer columns."""
    cells = list(map(_model_cells, rows))
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [heading for heading in cells[0] if width >= _MODEL_WIDTHS.get(heading, 0)]
    for heading in shown:
        table.add_column(heading, no_wrap=True, justify="right" if heading == "SIZE" else "left")
    for model in cells:
        table.add_row(*(term(model[heading]) for heading in shown))
    return table


def _model_cells(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what the table has of a model, by the headings."""
    return {
        "NAME": row["name"],
        "SIZE": f"{row['megabytes']} MB",
        "LANGUAGES": "99 languages" if row["multilingual"] else "English",
        "INSTALLED": "yes" if row["folder"] else "in a package" if row["packages"] else "",
        "VERIFIED": row["verified"] or "",
        "NOTE": "used" if row["used"] else "recommended" if row["recommended"] else "",
    }


def state_text(state: State) -> Text:
    """Return a state in its colour."""
    return Text(state, COLOURS[state])


def job_details(job: Job, state: State, folder: str, progress: Progress | None) -> RenderableType:
    """Return the details of a job for `svs jobs show`, without its result."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    grid.add_row("Status", Text(status(state, progress), COLOURS[state]))
    if state == "running" and progress:
        grid.add_row("Progress", f"{progress.overall:.0f} % ({progress.stage or 'starting'})")
    for label, value in (*about(job), *_stages(job), *costs(job)):
        grid.add_row(label, term(value))
    if job.offline:
        grid.add_row("Network", "blocked while it ran")
    for warning in job.warnings:
        grid.add_row("Warning", term(warning, "yellow"))
    if job.error:
        grid.add_row("Error", term(job.error.message, "red"))
        grid.add_row("", term(job.error.hint))
    for label, value in files(job, folder):
        grid.add_row(label, term(value))
    return grid


def _stages(job: Job) -> Iterator[tuple[str, str]]:
    for stage, record in job.stages.items():
        took = f"{record.seconds:.1f} s, {record.cpu:.1f} s of processor time"
        yield stage.capitalize(), took if record.finished else "not finished"
