"""Who holds a job, for machines that do not see each other's locks.

Beside the lock lies `lease.N`, which names a process. Whoever takes a job over makes the file with the next
number, which only one process can, and removes the earlier ones. So a process that was taken for dead, and
goes on, sees that it no longer holds the job. The file is removed when a process ends in good order.
"""

import os
import platform
import re
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from svs.fields import Instant, Name
from svs.system.codec import checked, decode
from svs.system.files import read_plain

_RENEWED = 5.0  # seconds between two renewals
_EXPIRED = 60.0  # seconds without a renewal after which a process on another machine is taken for dead
_LOOK = 1.0  # seconds between two looks at the lease of another machine
_FORGOTTEN = 90.0  # seconds after which lists show such a process as gone; clocks may differ by a little
_FILE = re.compile(r"lease\.([0-9]{1,9})")
_LARGEST = 10_000  # bytes
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_TOLERANCE = 1.0  # seconds by which two measured start times of a process may differ


class Holder(Struct, frozen=True, kw_only=True):
    """A process that holds a job."""

    host: Name
    """The name of its machine, for people."""
    machine: Name
    """What tells machines of one name apart: the boot, and the space of process ids."""
    pid: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    process_started: Instant

    @property
    def here(self) -> bool:
        """Whether it is on this machine."""
        return (self.host, self.machine) == (own().host, own().machine)


@cache
def _machine() -> str:
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').stat().st_ino}"
    return ""


@cache
def _own(pid: int) -> Holder:
    import psutil

    started = psutil.Process(pid).create_time()
    return Holder(host=platform.node()[:200], machine=_machine(), pid=pid, process_started=started)


def own() -> Holder:
    """Return this process as a holder."""
    return _own(os.getpid())


class Lease:
    """This process's hold of a job, renewed until it is released."""

    def __init__(self, folder: Path, last: int = 0) -> None:
        """Claim a job that is free; `last` is the number of the last lease, as `await_free` returns it.

        Raises TimeoutError if another process was faster; OSError.
        """
        self._path = folder / f"lease.{last + 1}"
        self._content = checked(own(), _LARGEST)
        try:
            handle = os.open(self._path, _NEW, 0o600)
        except FileExistsError:
            raise TimeoutError from None
        with os.fdopen(handle, "wb") as file:
            file.write(self._content)
        for number, path in _files(folder).items():
            if number <= last:
                path.unlink(missing_ok=True)
        self._released = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)
        self._renewing.start()

    def is_lost(self) -> bool:
        """Return whether another process has taken the job over. Raises OSError."""
        try:
            return read_plain(self._path, _LARGEST) != self._content
        except FileNotFoundError:
            return True

    def release(self) -> None:
        """Give the job up, unless it is lost."""
        self._released.set()
        self._renewing.join()
        with suppress(OSError):
            if not self.is_lost():
                self._path.unlink()

    def _renew(self) -> None:
        while not self._released.wait(_RENEWED):
            with suppress(OSError):
                os.utime(self._path)


def holder(folder: Path) -> Holder | None:
    """Return the process that holds a job by its lease, dead or alive. Raises OSError."""
    files = _files(folder)
    with suppress(FileNotFoundError, ValueError):  # it was just released, or is just being written
        return decode(read_plain(files[max(files)], _LARGEST), Holder) if files else None
    return None


def described(folder: Path) -> str:
    """Return who holds a job, for people."""
    found = None
    with suppress(OSError):
        found = holder(folder)
    if found is None:
        return "another process"
    return f"process {found.pid}" + ("" if found.here else f" on {found.host}")


def is_held(folder: Path) -> bool:
    """Return whether a process seems to hold a job by its lease. Raises OSError."""
    found = holder(folder)
    if found is None or found.here:
        return found is not None and _is_alive(found)
    return time.time() - _renewal(folder) < _FORGOTTEN


def await_free(folder: Path) -> int:
    """Return the number of the last lease, when its holder is dead. Raises TimeoutError if it is alive.

    On another machine it is dead when it has not renewed its lease for a while by this machine's clock. Time
    in which this process was stopped itself, or waited for the file system, does not count.
    """
    last = max(_files(folder), default=0)
    found = holder(folder)
    if found is None:
        return last
    if found.here:
        if found != own() and _is_alive(found):
            raise TimeoutError
        return last
    renewal, silent, looked = _renewal(folder), 0.0, time.monotonic()
    while silent < _EXPIRED:
        time.sleep(_LOOK)
        if holder(folder) != found or _renewal(folder) != renewal:
            raise TimeoutError
        now = time.monotonic()
        silent += min(now - looked, 2 * _LOOK)
        looked = now
    return last


def _is_alive(found: Holder) -> bool:
    import psutil

    with suppress(psutil.Error):
        process = psutil.Process(found.pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return bool(abs(process.create_time() - found.process_started) < _TOLERANCE)
    return False


def _renewal(folder: Path) -> float:
    """Return when the lease was renewed, by the clock of the file system; 0 if there is none."""
    files = _files(folder)
    with suppress(FileNotFoundError):
        if files:  # opened, so that a network file system asks its server
            with files[max(files)].open("rb") as file:
                return os.fstat(file.fileno()).st_mtime
    return 0.0


def _files(folder: Path) -> dict[int, Path]:
    """Return the files of leases by their numbers."""
    found = ((_FILE.fullmatch(entry.name), entry) for entry in os.scandir(folder))
    return {int(match[1]): Path(entry) for match, entry in found if match}
