"""Writing files atomically, and errors that name the file."""

import ctypes
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from svs.errors import StoreError, UsageError


@contextmanager
def store_errors(action: str, path: Path) -> Iterator[None]:
    """Turn an OSError about one of svs's files into a `StoreError` that names the file."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot {action} {path}: {error.strerror or error}",
            "Free some space and check the permissions, or choose another folder (svs's own: SVS_HOME).",
        ) from error


def check_folder(folder: Path) -> None:
    """Raise UsageError, before any work, if files cannot be written to a folder."""
    nearest = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write to the folder {folder}", "Choose another folder.")


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Flags that open one of svs's files: links are not followed, and opening a pipe does not block."""


def read_plain(path: Path, limit: int) -> bytes:
    """Return the content of one of svs's files. Raises OSError, and ValueError if too large."""
    handle = os.open(path, os.O_RDONLY | _PLAIN)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is not a file")
        data = file.read(min(limit, found.st_size) + 1)  # a larger number would be allocated first
    if len(data) > limit:
        raise ValueError("it is too large")
    return data


def write_atomic(
    path: Path, data: bytes, *, durable: bool = True, replace: bool = True, owner: str = ""
) -> None:
    """Write a file atomically, readable only by its owner.

    A durable write is on the disk when this returns. Raises OSError (FileExistsError if `replace` is off and
    the file exists), and then leaves nothing behind. What a killed process leaves behind has the owner's
    name: see `clear_parts`.
    """
    with private_folder(path, owner) as folder:
        append(folder / "part", data)
        put(folder / "part", path, durable=durable, replace=replace)


def write_open(path: Path, data: bytes) -> BinaryIO:
    """Write a file atomically and durably, as `write_atomic` does, and return it open for appending.

    On POSIX it is open from before it has its name: it is this file, even if another takes its place at once.
    """
    with private_folder(path) as folder:
        append(folder / "part", data)
        if os.name != "posix":  # an open file cannot be renamed there
            put(folder / "part", path)
            return path.open("ab")
        file = (folder / "part").open("ab")
        try:
            put(folder / "part", path)
        except BaseException:
            file.close()
            raise
        return file


@contextmanager
def private_folder(beside: Path, owner: str = "") -> Iterator[Path]:
    """Yield an empty folder beside a file that no other user can read; it is removed afterwards.

    On Linux its path goes through an open handle, so that it means this folder even if another user renames
    it and puts another in its place. Pass files in it to ffmpeg with `ffmpeg.url`. Raises OSError.
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
        with suppress(OSError):  # renamed, or another process is clearing it too
            Path(name).rmdir()


@contextmanager
def _entered(name: str) -> Iterator[Path]:
    """Yield the path of a folder that was just made. Raises OSError if another was put in its place."""
    if sys.platform != "linux":
        yield Path(name)
        return
    handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(handle)
        if found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise PermissionError(1, "another user put their own folder there", name)
        path = Path(f"/proc/self/fd/{handle}")
        yield path if path.is_dir() else Path(name)
    finally:
        os.close(handle)


def put(part: Path, path: Path, *, durable: bool = True, replace: bool = True) -> None:
    """Rename a complete file to `path` atomically, after its bytes are on the disk. Raises OSError."""
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
    """Rename, but never overwrite a file. Raises OSError, also FileExistsError."""
    if os.name == "nt":
        part.rename(path)  # never overwrites on Windows
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
    """Rename with system calls that Python does not offer."""
    name, here, flag = ("renamex_np", (), 4) if sys.platform == "darwin" else ("renameat2", (-100,), 1)
    call = getattr(ctypes.CDLL(None, use_errno=True), name)
    if call(*here, os.fsencode(part), *here, os.fsencode(path), flag):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))


def clear_parts(folder: Path, owner: str) -> None:
    """Remove the unfinished files of a killed process, where possible."""
    for part in folder.glob(f".svs.{owner}*.part"):
        discard(part)


def discard_parts(folder: Path) -> None:
    """Remove the unfinished files in a folder of svs's own, if possible."""
    for part in folder.glob("*.part"):  # the pattern matches hidden files too
        discard(part)


def discard(part: Path) -> None:
    """Remove an unfinished file, or a folder of them, if possible."""
    with suppress(OSError):
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink()


def sync_folder(folder: Path) -> None:
    """Write a folder's entries to the disk, where the system can."""
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def append(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Append to a file; a new one is readable only by its owner. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _PLAIN, 0o600)
    with os.fdopen(handle, "ab") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
