"""Locks on files: one process holds a lock, and any other can see that.

A lock ends with its process, however that ends.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 1.0  # seconds; whoever only looks whether a lock is held is gone in a moment
_LONGEST = 30.0  # seconds, while a crowd looks without end on a busy machine
_PAUSE = 0.01
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock, on a file that is made in a folder that must be there.

    Raises TimeoutError when another holds it, FileNotFoundError when it has been removed meanwhile.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o600)
    try:
        _acquire(handle)
        if not os.path.samestat(os.fstat(handle), path.stat()):
            raise FileNotFoundError(2, "No such file or directory", str(path))
        yield
    finally:
        os.close(handle)


def _acquire(handle: int) -> None:
    from filelock import lock_descriptor

    began = time.monotonic()
    while not lock_descriptor(handle, blocking=False):
        waited = time.monotonic() - began
        if waited > _PATIENCE and (waited > _LONGEST or not _only_looked_at(handle)):
            raise TimeoutError
        time.sleep(_PAUSE)


def held(path: Path) -> bool:
    """Say whether a process holds a lock. Those who only look do not take each other for one that does."""
    try:
        handle = os.open(path, os.O_RDONLY | _NO_LINK)
    except FileNotFoundError:
        return False
    try:
        return not _look(handle)
    finally:
        os.close(handle)


if os.name == "posix":
    import fcntl
    import sys

    def held_by(path: Path, pid: int) -> bool:
        """Say whether this process holds a lock: the system tells, whatever a record says."""
        if sys.platform != "linux":
            return _has_open(path, pid)
        with suppress(OSError):  # it has ended, or belongs to another user
            for handle in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(FileNotFoundError):  # closed since
                    told = Path(f"/proc/{pid}/fdinfo/{handle.name}").read_text(encoding="ascii")
                    if "FLOCK" in told and os.path.samestat(handle.stat(), path.stat()):
                        return True
        return False

    def _look(handle: int) -> bool:
        """Say whether the lock is free; those who look share it, so that they see the holder alone."""
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _only_looked_at(handle: int) -> bool:
        """Say whether those who keep a lock from being taken do no more than look."""
        free = _look(handle)
        if free:
            fcntl.flock(handle, fcntl.LOCK_UN)
        return free

else:

    def held_by(path: Path, pid: int) -> bool:
        """Say whether this process holds a lock: the system tells, whatever a record says."""
        return _has_open(path, pid)

    def _look(handle: int) -> bool:
        """Say whether the lock is free; there is no lock to share, so another who looks is waited for."""
        try:
            _acquire(handle)
        except TimeoutError:
            return False
        return True

    def _only_looked_at(handle: int) -> bool:  # noqa: ARG001 - as the other one
        """Say no: here nobody can tell, and whoever looks is gone in a moment."""
        return False


def _has_open(path: Path, pid: int) -> bool:
    """Say whether a lock is held and this process has its file open, where nobody tells more."""
    import psutil

    try:
        return held(path) and any(Path(file.path) == path for file in psutil.Process(pid).open_files())
    except psutil.Error:
        return False
