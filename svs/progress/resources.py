"""What svs and its children take of the machine while a job runs, and how busy the machine is."""

import os
import sys
from contextlib import suppress

_INTERVAL = 2.0  # seconds between two looks: each reads something of every process


def processor_time() -> float:
    """Return the seconds of processor time that this process took, and its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Usage:
    """Looks now and then."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._seen, self._sum, self._count = 0.0, 0.0, 0
        self.now = 0.0
        """How busy all processors are, 0-100 percent."""
        self.memory = 0
        """Bytes that svs and its children take."""
        self._peak = 0
        psutil.cpu_percent()  # the next one counts from here

    def look(self, at: float) -> None:
        """Look, unless the last time was just now."""
        import psutil

        if at - self._seen < _INTERVAL:
            return
        if self._seen:
            self.now = min(100.0, psutil.cpu_percent())
            self._sum, self._count = self._sum + self.now, self._count + 1
        self._seen = at
        taken = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            with suppress(psutil.Error):  # it has ended since
                taken += child.memory_info().rss
        self.memory = taken
        self._peak = max(self._peak, taken)

    def peak(self) -> int:
        """Return the most bytes that were taken at once, as far as it was seen."""
        return max(self._peak, _own_peak())

    def load(self) -> float:
        """Return how busy all processors were on the average, 0-100 percent."""
        import psutil

        return round(self._sum / self._count if self._count else min(100.0, psutil.cpu_percent()), 1)


def _own_peak() -> int:
    """Return the most bytes that this process itself took; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
