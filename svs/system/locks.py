"""Locks on files: one process holds a lock, and any other can see that.

A lock ends with its process, however that ends.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_CHECK_SECONDS = 1.0  # a process that only checks a lock releases it long before
_MAX_CHECK_SECONDS = 30.0  # while many processes keep checking, on a busy machine
_POLL_SECONDS = 0.01
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock on a file, which is created in an existing folder.

    Raises TimeoutError if another process holds it, FileNotFoundError if it was removed in the meantime.
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
        if waited > _CHECK_SECONDS and (waited > _MAX_CHECK_SECONDS or not _only_checked(handle)):
            raise TimeoutError
        time.sleep(_POLL_SECONDS)


def held(path: Path) -> bool:
    """Return whether a process holds a lock. Processes that only check do not count."""
    try:
        handle = os.open(path, os.O_RDONLY | _NO_LINK)
    except FileNotFoundError:
        return False
    try:
        return not _is_free(handle)
    finally:
        os.close(handle)


if os.name == "posix":
    import fcntl
    import sys

    def held_by(path: Path, pid: int) -> bool:
        """Return whether this process holds a lock, according to the system."""
        if sys.platform != "linux":
            return _has_open(path, pid)
        with suppress(OSError):  # it has ended, or belongs to another user
            for handle in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(FileNotFoundError):  # closed since
                    info = Path(f"/proc/{pid}/fdinfo/{handle.name}").read_text(encoding="ascii")
                    if "FLOCK" in info and os.path.samestat(handle.stat(), path.stat()):
                        return True
        return False

    def _is_free(handle: int) -> bool:
        """Return whether the lock is free; checks use a shared lock, so that they see only the holder."""
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _only_checked(handle: int) -> bool:
        """Return whether the lock is only taken by processes that check it."""
        free = _is_free(handle)
        if free:
            fcntl.flock(handle, fcntl.LOCK_UN)
        return free

else:

    def held_by(path: Path, pid: int) -> bool:
        """Return whether this process holds a lock, according to the system."""
        return _has_open(path, pid)

    def _is_free(handle: int) -> bool:
        """Return whether the lock is free; without shared locks, this waits for other checks."""
        try:
            _acquire(handle)
        except TimeoutError:
            return False
        return True

    def _only_checked(handle: int) -> bool:  # noqa: ARG001 - the same signature as on POSIX
        """Return False: this system cannot say, and checks take only a moment."""
        return False


def _has_open(path: Path, pid: int) -> bool:
    """Return whether a lock is held and this process has its file open: all that some systems report."""
    import psutil

    try:
        return held(path) and any(Path(file.path) == path for file in psutil.Process(pid).open_files())
    except psutil.Error:
        return False
