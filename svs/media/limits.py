"""How much ffmpeg may use up on an outside file, and what is said when that is not enough."""

import re
import signal
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from svs.errors import InputError

STREAMS = 200
"""Tracks in one file: those of a broadcast of many programmes."""
_CPU = 20.0
"""Seconds of computing that any outside file may take; a common one is looked at in 0.1."""
_STALL = 60.0
"""Seconds that ffmpeg may spend on an outside file without progress, and then half of what it plays."""
_NO_MEMORY = re.compile("Cannot allocate memory|Out of memory|bad_alloc", re.IGNORECASE)
_KILLED = -9
_STEP = 1.0
"""The longest time between two looks; more is a computer that slept, or a svs that was stopped."""
SUSPICIOUS = "The file may be malicious. If you trust it, re-encode it as .mp4 or .wav."
"""The advice for a file that takes too much."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What ffmpeg may use up on an outside file; more is refused, never cut."""

    seconds: float = 0.0
    """How much of it may be decoded: a second of computing is allowed for each ten of these."""
    written: int = 64 << 20
    """Bytes in its output."""
    memory: int = 768 << 20
    """Bytes of address space, of which common sound takes 300 MB, most of it for ffmpeg itself."""

    @property
    def computing(self) -> int:
        """Seconds of processor time."""
        return round(_CPU + self.seconds / 10)


class Watchdog:
    """How long ffmpeg may take over an outside file, in time that svs itself was awake."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last, self._position = monotonic(), 0.0
        self._spent = self._idle = 0.0

    def check(self, position: float) -> None:
        """Raise InputError when nothing moves, or all goes slower than it plays."""
        now = monotonic()
        step = min(now - self._last, _STEP)  # more is a computer that slept
        self._last = now
        self._spent += step
        self._idle = 0.0 if position != self._position else self._idle + step
        self._position = position
        if self._idle > _STALL:
            raise InputError(
                f"ffmpeg made no progress on {self._path} for {_STALL:.0f} s",
                SUSPICIOUS,
            )
        if self._spent > _STALL + 2 * position:
            raise InputError(
                f"{self._path} takes too long to decode: {self._spent:.0f} s for {position:.0f} s of it",
                SUSPICIOUS,
            )


def check(path: Path, limits: Limits, returncode: int, log: str, cpu: float) -> None:
    """Raise InputError when ffmpeg ran into one of its limits."""
    if returncode and "exceeds max_streams" in log:
        raise InputError(f"{path} has more than {STREAMS} tracks", SUSPICIOUS)
    if returncode and _NO_MEMORY.search(log):
        raise InputError(f"{path} needs more than {limits.memory >> 20} MB of memory to read", SUSPICIOUS)
    if returncode == _KILLED and cpu >= limits.computing / 2:  # two clocks
        raise InputError(f"{path} needs more than {limits.computing} s of processor time to read", SUSPICIOUS)
    if "File too large" in log:
        raise InputError(f"{path} gives more than {limits.written >> 20} MB", SUSPICIOUS)
    if returncode < 0 and returncode != _KILLED:
        raise InputError(f"{path} makes ffmpeg crash ({signal.Signals(-returncode).name})", SUSPICIOUS)
