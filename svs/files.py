"""Writing files so that nobody ever sees half of one, and saying which file a complaint is about."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from svs.errors import StoreError


@contextmanager
def store_errors(action: str, path: Path) -> Iterator[None]:
    """Turn the system's complaint about a file of ours into a `StoreError` that names it."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot {action} {path}: {error.strerror or error}",
            "Make room and check the permissions, or choose another folder.",
        ) from error


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Opens a file of ours itself: no link to another is followed, and no pipe is waited for."""


def read_plain(path: Path, limit: int) -> bytes:
    """Return what a file of ours holds. Raises OSError, and ValueError when it is no file or too large."""
    handle = os.open(path, os.O_RDONLY | _PLAIN)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is not a file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError("it is too large to be one")
    return data


def write_atomic(
    path: Path, data: bytes, *, durable: bool = True, replace: bool = True, owner: str = ""
) -> None:
    """Write a file as a whole, readable by its owner alone: nobody ever sees half of it.

    A durable write is on the disk when this returns. Raises OSError (FileExistsError when `replace` is off
    and the file is there); nothing is left behind then. What a killed process leaves behind bears the owner's
    name: see `clear_parts`.
    """
    with part_beside(path, owner) as part:
        part.write_bytes(data)
        put(part, path, durable=durable, replace=replace)


@contextmanager
def part_beside(path: Path, owner: str = "") -> Iterator[Path]:
    """Give an empty file beside `path`, its owner's alone, that is gone in the end. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".svs.{owner}", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def put(part: Path, path: Path, *, durable: bool = True, replace: bool = True) -> None:
    """Give a complete file the name `path` in one step, its bytes on the disk before. Raises OSError."""
    if durable:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
    if replace:
        part.replace(path)
    else:
        _rename_to_new(part, path)
    if durable:
        sync_folder(path.parent)


def clear_parts(folder: Path, owner: str) -> None:
    """Remove the half-written files that a killed process left, where that can be done."""
    for part in folder.glob(f".svs.{owner}*.part"):
        with suppress(OSError):
            part.unlink()


def _rename_to_new(part: Path, path: Path) -> None:
    """Rename, unless there is such a file already: a hard link is the one exclusive way that POSIX has."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(17, "File exists", str(path)) from None
        part.replace(path)
    else:
        part.unlink()


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk, where the system can."""
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Add to the end of a file, which, when new, its owner alone may read. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _PLAIN, 0o600)
    with os.fdopen(handle, "ab") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
