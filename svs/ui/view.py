"""What every view of progress needs: the speed of a stage."""

from typing import Literal

from svs.events import ProgressEvent
from svs.times import times_real

View = Literal["auto", "rich", "plain", "json", "none"]
"""How progress is shown."""


def wanted(progress: View, *, quiet: bool) -> View:
    """Return the view that the user wants; quiet means none, unless one is named."""
    return "none" if quiet and progress == "auto" else progress


class Pace:
    """The speed of a stage, measured from the event that began it; earlier work does not count."""

    def __init__(self, first: ProgressEvent | None = None) -> None:
        self._first = first

    def speed(self, event: ProgressEvent) -> str:
        """Return the speed, as `12x real time`; empty when it is unknown."""
        rate = self._rate(event)
        return times_real(rate) if rate and event.unit == "s" else ""

    def _rate(self, event: ProgressEvent) -> float:
        if self._first is None:
            return 0.0
        seconds = event.at - self._first.at
        return (event.done - self._first.done) / seconds if seconds > 0 else 0.0
