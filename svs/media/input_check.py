"""Where an outside file comes in: a regular file with something in it, or a sentence that says why not."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from svs.errors import InputError

_ADDRESS = re.compile(r"(?:.*/)?[a-z][a-z0-9+.-]+:/", re.IGNORECASE | re.DOTALL)
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
"""How texts begin that make players open other files or addresses."""
_held: dict[str, tuple[BinaryIO, str]] = {}
"""The files that are held, and their names without links: by these, and by the names that were given."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file: meanwhile all of svs that opens it by its name gets this very file.

    What takes its name is not read. Raises InputError: in the end, when the file itself was changed.
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
    """Return the name of a file without links; of one that is held, as it was found."""
    found = _held.get(_absolute(path))
    return found[1] if found else os.path.realpath(path)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute() keeps the `..` in it


def _version(file: BinaryIO) -> tuple[int, int]:
    info = os.fstat(file.fileno())
    return info.st_size, info.st_mtime_ns


def check_file(path: Path, largest: int | None = None) -> None:
    """Refuse what ffmpeg could hang on or would not explain, and what has more than `largest` bytes."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise InputError(f"{path} is empty", "Copy or download it again.")
        if _is_hollow(file.fileno()):
            raise InputError(f"{path} has a size but nothing in it", "Copy or download it again.")
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    for name, beginning in _PLAYLISTS.items():
        if re.match(beginning, head, re.IGNORECASE | re.DOTALL):
            raise InputError(
                f"{path} is not a recording but {name}",
                "svs reads nothing that names other files or addresses: give it the video or sound itself.",
            )
    if largest is not None and size > largest:
        raise InputError(
            f"{path} has {size / 1e6:,.0f} MB, more than --max-size {largest / 1e6:,.0f}M allows",
            "Raise --max-size to read it all the same.",
        )


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read. Raises InputError.

    Links are followed once, before: what is put in the file's place after that is not opened. No device is
    opened at all, and a pipe is never waited for. One that is `held` is not opened anew.
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
        raise _unreachable(path, error) from error
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}", "Check the name.") from error
    try:
        _check_kind(path, os.fstat(file.fileno()))
    except InputError:
        file.close()
        raise
    return file


def replaced(path: Path, file: BinaryIO) -> bool:
    """Say whether another file has the name of this one by now."""
    try:
        return not os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:  # it has none any more
        return False


def _check_kind(path: Path, info: os.stat_result) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise InputError(f"{path} is a folder", "Name a video or audio file in it.")
    if not stat.S_ISREG(info.st_mode):
        raise InputError(f"{path} is not a regular file", "Save the recording to a file first.")


def _unreachable(path: Path, error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        hint = "Check the name."
        if path.name == "-":
            hint = "svs reads files, not its standard input: save the recording to a file first."
        elif _ADDRESS.match(str(path)):
            hint = "svs reads files, not addresses: download it first, as with yt-dlp or curl."
        elif _SEQUENCE.search(path.name):
            hint = "svs reads one video or sound file, not a sequence of pictures."
        return InputError(f"there is no file {path}", hint)
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    if getattr(error, "errno", None) == errno.ELOOP:
        reason = "its links lead in a circle, or it was just replaced by a link"
    return InputError(f"cannot read {path}: {reason}", "Check the name and its permissions.")


def _is_hollow(handle: int) -> bool:
    """Say whether a file is but a hole: it has a size, and not one block of data."""
    if not hasattr(os, "SEEK_DATA"):
        return False
    try:
        os.lseek(handle, 0, os.SEEK_DATA)
    except OSError as error:
        return error.errno == errno.ENXIO
    return False
