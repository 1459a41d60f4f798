"""Opening and checking outside files: regular files with content, or an error that explains why not."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from svs.errors import InputError

_ADDRESS = re.compile(
    r"(?:.*?/)?((?:[a-z][a-z0-9+.-]+:/|www\.|(?:m\.)?youtube\.com/|youtu\.be/|vimeo\.com/).*)",
    re.IGNORECASE | re.DOTALL,
)
_NO_ADDRESS = "svs reads files, not addresses: download it first, as with yt-dlp or curl."
_NO_INPUT = "svs reads files, not its standard input: save the recording to a file first."
_SEQUENCE = re.compile(r"%\d*d|\*")

_PLAYLISTS = {
    "a playlist (HLS)": rb"#EXTM3U|#EXTINF|#EXT-X-",
    "a playlist (ffconcat)": rb"ffconcat |file +['\"/.\w][^\0]*\n(file|duration|inpoint|stream) ",
    "a playlist (SDP)": rb"v=0\s*\n[ocs]=",
    "an XML text, such as a playlist (DASH, XSPF, SMIL)": rb"<[?!a-z]",
    "a playlist (PLS)": rb"\[(playlist|reference|internetshortcut)\]|# mpv EDL",
    "a playlist (cue sheet)": rb"((REM|TITLE|PERFORMER) [^\n]*\n)*FILE \"",
    "an address": rb"(rtsp|mms|https?|ftp|gopher|data|file|concat|subfile):",
    "an index of subtitles in another file": rb"# VobSub index",
}
"""The beginnings of texts that make players open other files or addresses."""
_held: dict[str, tuple[BinaryIO, str]] = {}
"""The files that are held, with their real paths; the keys are the real and the given paths."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file: inside this context, everything in svs that opens its path gets this file.

    Another file at its path is not read. Raises InputError, also at the end if the file was changed.
    """
    names = {_absolute(path), real_name(path)}
    if _absolute(path) in _held:
        yield
        return
    with open_regular(path) as file:
        before = _version(file)
        _held.update(dict.fromkeys(names, (file, real_name(path))))
        try:
            yield
        finally:
            for name in names:
                del _held[name]
        if _version(file) != before:
            raise InputError(f"{path} was changed while it was read", "Summarize it again.")


def real_name(path: Path) -> str:
    """Return a file's path without links; for a held file, the path when it was opened."""
    found = _held.get(_absolute(path))
    return found[1] if found else os.path.realpath(path)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute() keeps the `..` in it


def _version(file: BinaryIO) -> tuple[int, int]:
    info = os.fstat(file.fileno())
    return info.st_size, info.st_mtime_ns


def check_file(path: Path, largest: int | None = None) -> None:
    """Raise InputError for files that ffmpeg would hang on or not explain, or larger than `largest` bytes."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise InputError(f"{path} is empty", "Copy or download it again.")
        if _has_no_data(file.fileno()):
            raise InputError(f"{path} has a size but no data", "Copy or download it again.")
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    for name, beginning in _PLAYLISTS.items():
        if re.match(beginning, head, re.IGNORECASE | re.DOTALL):
            raise InputError(
                f"{path} is not a recording but {name}",
                "svs opens no other files or addresses that it names: give it the video or audio itself.",
            )
    if largest is not None and size > largest:
        raise InputError(
            f"{path} has {size / 1e6:,.0f} MB, more than --max-size {largest / 1e6:,.0f}M allows",
            "Raise --max-size to read it anyway.",
        )


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read. Raises InputError.

    Links are followed once, beforehand: a file that is put in its place later is not opened. Devices are
    never opened, and pipes never waited for. A file that is `held` is not opened again.
    """
    if found := _held.get(_absolute(path)):
        again = os.fdopen(os.dup(found[0].fileno()), "rb")
        again.seek(0)
        return again
    real = os.path.realpath(path)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        _check_kind(path, os.stat(real))  # noqa: PTH116
        file = os.fdopen(os.open(real, flags | getattr(os, "O_BINARY", 0)), "rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}", "Check the name.") from error
    try:
        _check_kind(path, os.fstat(file.fileno()))
    except InputError:
        file.close()
        raise
    return file


def replaced(path: Path, file: BinaryIO) -> bool:
    """Return whether another file is at this path now."""
    try:
        return not os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:  # nothing is at this path
        return False


def _check_kind(path: Path, info: os.stat_result) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise InputError(f"{path} is a folder", "Name a video or audio file in it.")
    if not stat.S_ISREG(info.st_mode):
        raise InputError(f"{path} is not a regular file", "Save the recording to a file first.")


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        if path.name == "-":
            return InputError("there is no file -", _NO_INPUT)
        if address := address_in(str(path)):
            return InputError(f"there is no file {address}", _NO_ADDRESS)
        hint = "Check the name."
        if _SEQUENCE.search(path.name):
            hint = "svs reads one video or audio file, not a sequence of pictures."
        return InputError(f"there is no file {path}", hint)
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    if getattr(error, "errno", None) == errno.ELOOP:
        reason = "its links form a loop, or it was just replaced by a link"
    return InputError(f"cannot read {path}: {reason}", "Check the name and its permissions.")


def advice(typed: str) -> str:
    """Return a sentence for whoever gives an address, or the standard input, as a recording; else nothing."""
    if typed == "-":
        return _NO_INPUT
    return _NO_ADDRESS if not os.path.lexists(typed) and address_in(typed) else ""


def address_in(path: str) -> str:
    """Return the address that a path was meant to be, as it was typed; empty where it is none."""
    match = _ADDRESS.fullmatch(path)
    return re.sub(r"^([a-z0-9+.-]+:)/(?!/)", r"\1//", match[1], flags=re.IGNORECASE) if match else ""


def _has_no_data(handle: int) -> bool:
    """Return whether a file is only a hole: it has a size, but no block of data."""
    if not hasattr(os, "SEEK_DATA"):
        return False
    try:
        os.lseek(handle, 0, os.SEEK_DATA)
    except OSError as error:
        return error.errno == errno.ENXIO
    return False
