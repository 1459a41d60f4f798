"""Progress for pipes and logs: lines of text, at most one per second, or a JSON object for each event."""

from typing import TextIO

from svs.events import ProgressEvent
from svs.system.codec import encode
from svs.times import clock, remaining
from svs.ui.output import visible
from svs.ui.view import Pace

_INTERVAL = 1.0  # seconds between two lines about one stage
_MAX_SILENCE = 10.0  # seconds after which a line is written even if the percentage is the same


class PlainProgress:
    """A listener that writes a line when there is news."""

    def __init__(self, file: TextIO, *, verbose: bool = False, prefix: str = "") -> None:
        self._file, self._prefix = file, prefix
        self._verbose = verbose
        self._pace = Pace()
        self._began = 0.0
        self._last, self._share = 0.0, ""

    def __call__(self, event: ProgressEvent) -> None:
        """Write an event as a line, unless the last line is too recent."""
        self._began = self._began or event.at
        if event.kind in ("notice", "warning") or (event.kind == "detail" and self._verbose):
            self._write(event, f"{event.kind}: {event.message}")
        elif event.kind == "started":
            self._pace = Pace(event)
        elif event.kind == "phase":
            self._write(event, f"{_head(event)}: {event.message}")
        elif event.kind == "reused":
            self._write(event, f"{_head(event)}: already done")
        elif event.kind == "finished":
            self._write(event, f"{_head(event)}: done {self._pace.speed(event)}".rstrip())
        elif event.kind == "done":
            self._write(event, f"[100 %] done in {clock(event.at - self._began)}")
        elif event.kind == "advanced" and event.done != event.total:
            share = _share(event)
            if event.at - self._last >= (_MAX_SILENCE if share == self._share else _INTERVAL):
                self._share = share
                self._write(event, f"{_head(event)}: {share}  {_note(self._pace, event)}".rstrip())

    def _write(self, event: ProgressEvent, line: str) -> None:
        self._last = event.at
        self.write(line)

    def write(self, line: str) -> None:
        """Write a line; control characters are made visible."""
        self._file.write(visible(self._prefix + line).replace("\n", " ") + "\n")
        self._file.flush()


def _share(event: ProgressEvent) -> str:
    return f"{100 * event.done / event.total:.0f} %" if event.total else f"{event.done:.0f} {event.unit}"


def _note(pace: Pace, event: ProgressEvent) -> str:
    return f"{pace.speed(event)}  {remaining(*event.left) if event.left else ''}".strip()


def _head(event: ProgressEvent) -> str:
    return f"[{int(event.overall):3} %] {event.stage}"


class JsonProgress:
    """A listener that writes each event as a line of JSON."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def __call__(self, event: ProgressEvent) -> None:
        """Write an event."""
        self._file.write(encode(event).decode())
        self._file.flush()
