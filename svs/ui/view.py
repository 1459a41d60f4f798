"""What every view of progress needs: the speed of a stage."""

from typing import Literal

from svs.events import ProgressEvent

View = Literal["auto", "rich", "plain", "json", "none"]
"""How progress is shown."""


class Pace:
    """The speed of a stage, measured from the event that began it; earlier work does not count."""

    def __init__(self, first: ProgressEvent | None = None) -> None:
        self._first = first

    def speed(self, event: ProgressEvent) -> str:
        """Return the speed in multiples of real time, as `12.3x`; empty when it is unknown."""
        rate = self._rate(event)
        return f"{rate:.1f}x" if rate and event.unit == "s" else ""

    def _rate(self, event: ProgressEvent) -> float:
        if self._first is None:
            return 0.0
        seconds = event.at - self._first.at
        return (event.done - self._first.done) / seconds if seconds > 0 else 0.0
