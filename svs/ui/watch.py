"""The views of `svs jobs watch`, for several jobs: bars for terminals, lines for pipes, JSON for programs."""

import time
from types import TracebackType
from typing import Self, TextIO

from msgspec.structs import asdict
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from svs.events import ProgressEvent
from svs.store.follow import Follower
from svs.system.codec import encode
from svs.times import remaining
from svs.ui.listing import status
from svs.ui.plain import PlainProgress
from svs.ui.progress import RichProgress
from svs.ui.tables import COLOURS
from svs.ui.terminal import term


class Bars:
    """Draws each job's bars below a line about it, while it is entered."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, tuple[Follower, RichProgress]] = {}
        self._live = Live(get_renderable=self.screen, console=console, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Show what happened to a job."""
        self._bars(follower)(event)

    def end(self, follower: Follower) -> None:
        """Show that a job has ended; its status is in its line."""
        self._bars(follower)

    def _bars(self, follower: Follower) -> RichProgress:
        """Return a job's bars; they are never entered, since all are drawn together."""
        entry = self._shown.setdefault(follower.job.id, (follower, RichProgress(self._console)))
        return entry[1]

    def screen(self) -> RenderableType:
        """Return what is shown now."""
        parts: list[RenderableType] = []
        for follower, bars in list(self._shown.values()):
            parts += [_head(follower), bars.screen()]
        return Group(*parts)


def _head(follower: Follower) -> Text:
    """Return a line about a job: its id, its state and its costs."""
    head = Text(f"{follower.job.id}  ", "bold", no_wrap=True, overflow="ellipsis")
    head.append(status(follower.state, follower.progress), COLOURS[follower.state])
    if follower.state == "running":
        head.append_text(term("".join(f"  {note}" for note in _costs(follower)), "dim"))
    head.append_text(term(f"  {' '.join(follower.job.source.name.split())}"))
    return head


def _costs(follower: Follower) -> list[str]:
    """Return the time left, the machine's load and the memory used, if known."""
    now, notes = follower.progress, []
    if now and now.left:
        notes.append(remaining(*now.left, passed=max(0.0, time.time() - now.at)))
    if now and now.load:
        notes.append(f"load {now.load:.0f} %")
    if now and now.memory:
        notes.append(f"{now.memory / 1e6:.0f} MB")
    return notes


class Lines:
    """Writes plain lines, each with its job's id."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._listeners: dict[str, PlainProgress] = {}

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Write a line about an event, if it is important enough."""
        prefix = f"{follower.job.id} "
        self._listeners.setdefault(follower.job.id, PlainProgress(self._file, prefix=prefix))(event)

    def end(self, follower: Follower) -> None:
        """Write how a job has ended."""
        about = follower.job.error.message if follower.job.error else ", ".join(follower.job.outputs)
        line = f"{follower.state}: {about}" if about else follower.state
        PlainProgress(self._file, prefix=f"{follower.job.id} ").write(line)


class Json:
    """Writes each event as a line of JSON."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Write an event; one with new numbers also has speed, time left, load and memory."""
        more = follower.progress if event.kind == "advanced" else None
        names = ("speed", "left", "load", "memory")
        extra = {name: value for name, value in asdict(more).items() if name in names} if more else {}
        self._write({**asdict(event), **extra})

    def end(self, follower: Follower) -> None:
        """Write how a job has ended."""
        error = follower.job.error.message if follower.job.error else None
        self._write({"job_id": follower.job.id, "kind": "ended", "status": follower.state, "error": error})

    def _write(self, record: dict[str, object]) -> None:
        self._file.write(encode(record).decode())
        self._file.flush()
