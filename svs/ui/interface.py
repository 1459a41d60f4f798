"""What every view of progress needs: clocks, and how fast a stage goes."""

from typing import Literal

from svs.events import ProgressEvent

View = Literal["auto", "rich", "plain", "json", "none"]
"""How progress is shown."""


def clock(seconds: float) -> str:
    """Return a length of time for people: `0:07`, `12:34`, `1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


class Pace:
    """How fast a stage goes, measured from the event that began it (what was done by then does not count)."""

    def __init__(self, first: ProgressEvent | None = None) -> None:
        self._first = first

    def speed(self, event: ProgressEvent) -> str:
        """Return the speed in multiples of real time, as `12.3x`; empty when it is unknown."""
        rate = self._rate(event)
        return f"{rate:.1f}x" if rate and event.unit == "s" else ""

    def note(self, event: ProgressEvent) -> str:
        """Return the speed, and the time left at this speed."""
        return f"{self.speed(event)}  {self.left(event)}".strip()

    def left(self, event: ProgressEvent) -> str:
        """Return the stage's time left at this speed; empty when it is unknown."""
        rate = self._rate(event)
        return f"{clock(max(0.0, event.total - event.done) / rate)} left" if rate and event.total else ""

    def _rate(self, event: ProgressEvent) -> float:
        if self._first is None:
            return 0.0
        seconds = event.at - self._first.at
        return (event.done - self._first.done) / seconds if seconds > 0 else 0.0
