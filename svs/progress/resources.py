"""The resources that svs and its children use while a job runs, and how busy the machine is."""

import os
import sys
import time
from contextlib import suppress

_INTERVAL = 2.0  # seconds between two samples: each reads something of every process


def processor_time() -> float:
    """Return the processor time of this process and its ended children, in seconds."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


class Usage:
    """Samples the use of resources from time to time."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._seen, self._sum, self._count = 0.0, 0.0, 0
        self.now = 0.0
        """How busy all processors are, 0-100 percent."""
        self.memory = 0
        """Memory of svs and its children, in bytes."""
        self._peak, self._before = 0, _own_peak()
        psutil.cpu_percent()  # the next call measures from here

    def sample(self, at: float) -> None:
        """Take a sample, unless the last one is recent."""
        import psutil

        if at - self._seen < _INTERVAL:
            return
        if self._seen:
            self.now = min(100.0, psutil.cpu_percent())
            self._sum, self._count = self._sum + self.now, self._count + 1
        self._seen = at
        memory = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            with suppress(psutil.Error):  # it has ended in the meantime
                memory += child.memory_info().rss
        self.memory = memory
        self._peak = max(self._peak, memory)

    def peak(self) -> int:
        """Return the peak of the memory in bytes, as far as it was sampled."""
        own = _own_peak()
        return max(self._peak, own if own > self._before else 0)  # an earlier job's peak may have been higher

    def load(self) -> float:
        """Return the average load of all processors, 0-100 percent."""
        import psutil

        return round(self._sum / self._count if self._count else min(100.0, psutil.cpu_percent()), 1)


def _own_peak() -> int:
    """Return the peak memory of this process itself in bytes; 0 where the system does not report it."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
