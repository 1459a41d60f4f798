"""Progress on a terminal: a bar for each stage, one for the whole job, and the latest words."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.text import Text

from svs.events import ProgressEvent, Stage
from svs.times import clock, remaining
from svs.ui.output import visible
from svs.ui.taskbar import Taskbar
from svs.ui.terminal import term
from svs.ui.view import Pace


class RichProgress:
    """A listener that draws bars while it is entered."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._verbose = verbose
        self._bars = Progress(
            TextColumn("{task.description}", style="bold"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[percent]}", justify="right"),
            TextColumn("{task.fields[note]}", style="cyan", justify="right", markup=False),
            console=console,
            expand=True,
            auto_refresh=False,
        )
        self._tasks = {
            stage: self._bars.add_task(stage.capitalize(), total=1, percent="", note="") for stage in Stage
        }
        self._whole = self._bars.add_task("Overall", total=100, percent="", note="")
        self._words = Text(" ")
        self._pace, self._phase = Pace(), ""
        self._left: tuple[float, float] | None = None
        self._left_since = 0.0
        self._began, self._took = time.time(), -1.0
        self._taskbar: Taskbar | None = None
        self._live = Live(get_renderable=self.screen, console=console, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        self._taskbar = Taskbar(self._live.console)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        if self._taskbar:
            self._taskbar.clear()

    def __call__(self, event: ProgressEvent) -> None:
        """Show an event."""
        if event.kind in ("notice", "warning") or (event.kind == "detail" and self._verbose):
            style = "yellow" if event.kind == "warning" else "dim"
            self._live.console.print(term(f"{event.kind}: {event.message}", style))
        elif event.kind == "line":
            self._words = term(" ".join(event.message.split()), "dim italic")
            self._words.no_wrap, self._words.overflow = True, "ellipsis"
        elif event.kind != "detail":
            self._show_numbers(event)

    def _show_numbers(self, event: ProgressEvent) -> None:
        self._left, self._left_since = event.left, time.monotonic()
        if event.kind in ("finished", "done"):
            self._words = Text(" ")
        if event.kind == "done":
            self._took = max(0.0, event.at - self._began)
        if event.stage == Stage.EXTRACT and event.kind in ("started", "reused"):
            self._began = event.at  # `svs jobs watch` may have started later
        if event.stage:
            self._show_stage(event, self._tasks[event.stage])
        self._bars.update(self._whole, completed=event.overall, percent=f"{int(event.overall)} %")
        if self._taskbar:
            self._taskbar.show(event.overall)

    def _show_stage(self, event: ProgressEvent, task: TaskID) -> None:
        if event.kind == "started":
            self._pace, self._phase = Pace(event), ""
            self._bars.update(task, total=None)
        elif event.kind == "reused":
            self._bars.update(task, total=1, completed=1, percent="100 %", note="already done")
        elif event.kind == "finished":
            self._bars.update(task, total=1, completed=1, percent="100 %", note=self._pace.speed(event))
        else:
            if event.kind == "phase":
                self._phase = visible(" ".join(event.message.split()))
            share = event.done / event.total if event.total else 0.0
            percent = f"{100 * share:.0f} %" if event.total else clock(event.done) if event.done else ""
            self._bars.update(task, total=1 if share else None, completed=share)  # without a total it pulses
            self._bars.update(task, percent=percent, note=self._pace.speed(event) or self._phase)

    def screen(self) -> Group:
        """Return what is shown now."""
        self._bars.update(self._whole, note=self._time())
        return Group(self._bars.get_renderable(), self._words)

    def _time(self) -> str:
        if self._took >= 0:
            return f"in {clock(self._took)}"
        note = f"{clock(max(0.0, time.time() - self._began))} so far"
        if self._left:
            note += f", {remaining(*self._left, passed=time.monotonic() - self._left_since)}"
        return note
