"""Many jobs on a terminal: a bar for all, a line for each that runs; those that have ended scroll up."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from svs.engines.captions import is_caption_file
from svs.events import ProgressEvent, Stage
from svs.model.job import Job
from svs.store.follow import Follower
from svs.times import clock, remaining
from svs.ui.listing import status
from svs.ui.output import visible
from svs.ui.tables import state_text
from svs.ui.taskbar import Taskbar
from svs.ui.terminal import term

_SURE = 0.02  # of the work, from which on the time left is shown
_NAME = 30  # letters of a file's name


class BatchBars:
    """Draws while it is entered; how many hours are still to come is estimated from the sizes of files."""

    def __init__(self, console: Console, jobs: Sequence[Job]) -> None:
        self._jobs = {job.id: job for job in jobs}
        self._lengths: dict[str, float] = {}  # seconds of recording, by job
        self._done: dict[str, float] = {}  # shares, by job
        self._began = time.monotonic()
        self._tasks: dict[str, TaskID] = {}
        self._bars = _Bars(
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[percent]}", justify="right", markup=False),
            _Note(Column(justify="right", no_wrap=True)),
            console=console,
            expand=True,
            refresh_per_second=4,
        )
        self._whole = self._bars.add_task("All", total=None, percent="", note="", follower=None)
        self._taskbar = Taskbar(console)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
        self._taskbar.clear()

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Show what happened to a job."""
        job_id, name = follower.job.id, _name(follower.job)
        if event.kind == "warning":
            self._bars.console.print(term(f"{name}: {event.message}", "yellow"))
        if event.stage == Stage.EXTRACT and event.total and event.unit == "s":
            self._lengths[job_id] = event.total
        if follower.job.duration:
            self._lengths[job_id] = follower.job.duration
        self._done[job_id] = max(self._done.get(job_id, 0.0), event.overall / 100)
        note = f"{event.stage} {remaining(*event.left) if event.left else ''}".strip() if event.stage else ""
        if job_id not in self._tasks:
            self._tasks[job_id] = self._bars.add_task(name, total=100, percent="", note="", follower=follower)
        percent = f"{int(event.overall)} %"
        self._bars.update(self._tasks[job_id], completed=event.overall, percent=percent, note=note)
        self._show_whole()

    def end(self, follower: Follower) -> None:
        """Show in one line how a job has ended, and where its files are."""
        job = follower.job
        if task := self._tasks.pop(job.id, None):
            self._bars.remove_task(task)
        self._lengths[job.id] = job.duration or self._lengths.get(job.id, 0.0)
        if follower.state != "interrupted":
            self._done[job.id] = 1.0
        about = job.error.message if job.error else ", ".join(job.outputs)
        line = state_text(follower.state) + term(f"  {job.source.name}" + (f"  {about}" if about else ""))
        self._bars.console.print(line, soft_wrap=True)
        self._show_whole()

    def screen(self) -> RenderableType:
        """Return what is shown now."""
        return self._bars.get_renderable()

    def _show_whole(self) -> None:
        lengths = self._all_lengths()
        total = sum(lengths.values())
        done = sum(lengths[job_id] * share for job_id, share in self._done.items())
        guess = "about " if len(self._lengths) < len(self._jobs) else ""
        note = f"{clock(done)} of {guess}{clock(total)}"
        if _SURE * total < done < total:
            left = (time.monotonic() - self._began) * (total - done) / done
            note += f", {remaining(left, left)}"
        percent = f"{100 * done / total:.0f} %" if total else ""
        self._taskbar.show(100 * done / total if total else 0.0)
        self._bars.update(self._whole, total=total or None, completed=done, percent=percent, note=note)

    def _all_lengths(self) -> dict[str, float]:
        """Return the seconds of each recording; of those not opened yet by their sizes, without captions."""
        sizes = {
            i: 0 if is_caption_file(Path(j.source.path)) else j.source.size for i, j in self._jobs.items()
        }
        known = sum(sizes[job_id] for job_id, length in self._lengths.items() if length)
        seconds = sum(length for job_id, length in self._lengths.items() if sizes[job_id])
        each_byte = seconds / known if known else 0.0
        return {job_id: self._lengths.get(job_id, size * each_byte) for job_id, size in sizes.items()}


class _Bars(Progress):
    """Bars with an empty line below: after a full line, the `^C` that terminals show would add one."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bars, and the line."""
        yield from super().get_renderables()
        yield Text(" ")


class _Note(ProgressColumn):
    """What a job does and how long it takes, or that its process is stalled, which no event says."""

    def render(self, task: Task) -> Text:
        """Return a job's note."""
        follower: Follower | None = task.fields["follower"]
        if follower and status(follower.state, follower.progress) == "stalled":
            return Text("stalled", "bold yellow")
        return Text(task.fields["note"], "cyan")


def _name(job: Job) -> str:
    name = visible(" ".join(job.source.name.split()))
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}\u2026"
