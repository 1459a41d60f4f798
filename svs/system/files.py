"""Writing files so that nobody ever sees half of one, and saying which file a complaint is about."""

import ctypes
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from svs.errors import StoreError, UsageError


@contextmanager
def store_errors(action: str, path: Path) -> Iterator[None]:
    """Turn the system's complaint about a file of ours into a `StoreError` that names it."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot {action} {path}: {error.strerror or error}",
            "Make room and check the permissions, or choose another folder; SVS_HOME moves svs's own.",
        ) from error


def check_folder(folder: Path) -> None:
    """Raise UsageError, before any work, when files cannot be written to a folder."""
    nearest = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write to the folder {folder}", "Name another one.")


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
    with private_folder(path, owner) as folder:
        append(folder / "part", data)
        put(folder / "part", path, durable=durable, replace=replace)


@contextmanager
def private_folder(beside: Path, owner: str = "") -> Iterator[Path]:
    """Give an empty folder beside a file that no other user can look into; in the end it is gone.

    On Linux its path leads through a handle on it, so that it means this folder even where others may rename
    it and put another in its place. Files in it are named to ffmpeg by `ffmpeg.url`. Raises OSError.
    """
    name = tempfile.mkdtemp(dir=beside.parent, prefix=f".svs.{owner}", suffix=".part")
    try:
        with _entered(name) as folder:
            try:
                yield folder
            finally:
                for file in folder.iterdir():
                    file.unlink(missing_ok=True)
    finally:
        with suppress(OSError):  # renamed, or not empty since another process clears it too
            Path(name).rmdir()


@contextmanager
def _entered(name: str) -> Iterator[Path]:
    """Give the path to a folder that was just made. Raises OSError when another has taken its place."""
    if sys.platform != "linux":
        yield Path(name)
        return
    handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(handle)
        if found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise PermissionError(1, "another user put a folder of theirs there", name)
        path = Path(f"/proc/self/fd/{handle}")
        yield path if path.is_dir() else Path(name)
    finally:
        os.close(handle)


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


def _rename_to_new(part: Path, path: Path) -> None:
    """Rename, unless there is such a file already. Raises OSError, FileExistsError too."""
    if os.name == "nt":
        part.rename(path)  # replaces nothing there
        return
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        _rename_exclusively(part, path)
    else:
        part.unlink()


def _rename_exclusively(part: Path, path: Path) -> None:
    """Rename by the systems' own calls, of which Python knows nothing."""
    name, here, flag = ("renamex_np", (), 4) if sys.platform == "darwin" else ("renameat2", (-100,), 1)
    call = getattr(ctypes.CDLL(None, use_errno=True), name)
    if call(*here, os.fsencode(part), *here, os.fsencode(path), flag):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))


def clear_parts(folder: Path, owner: str) -> None:
    """Remove what a killed process left half-written, where that can be done."""
    for part in folder.glob(f".svs.{owner}*.part"):
        discard(part)


def discard(part: Path) -> None:
    """Remove a half-written file, or the folder that it lies in, if that can be done."""
    with suppress(OSError):
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
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
