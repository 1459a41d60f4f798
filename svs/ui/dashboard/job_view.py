"""The facts about a job: its stages, costs, options and files."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from svs.events import Stage
from svs.model.job import Job, Progress
from svs.store.index import Entry
from svs.store.records import Damaged
from svs.text.coverage import share
from svs.times import clock, remaining
from svs.ui.dashboard import formatting
from svs.ui.facts import about, costs, files, size
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
        f"memory {size(progress.memory)}" if progress.memory else "",
        f"process {progress.pid}",
    ]
    line = Text("   ".join(filter(None, shown)), "cyan")
    words = " ".join(progress.line.split())
    return Group(line, term(f"“{words}”", "italic")) if words else line


def _rows(job: Job, folder: str) -> Iterator[tuple[str, str]]:
    yield from about(job)
    yield from costs(job)
    if job.metrics.coverage is not None:
        yield "Coverage", f"{share(job.metrics.coverage)} of the speech"
    yield from files(job, folder)


def _grid(rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(label, term(value))
    return grid
