"""Identifying recordings: a renamed or moved file is the same, a changed file is not."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from svs.errors import InputError
from svs.media.input_check import check_file, held, open_regular
from svs.model.media import Source

_SAMPLE = 1 << 20  # bytes read at the beginning, in the middle and at the end


def describe(path: Path) -> Source:
    """Return what identifies a file. Never fails: a file that cannot be read has only its path."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - Path.absolute() keeps the `..` in it
    try:
        with open_regular(Path(absolute)) as file:
            info = os.fstat(file.fileno())
            fingerprint = _fingerprint(file, info.st_size)
    except (OSError, InputError):
        return Source(path=absolute, size=0, mtime_ns=0)
    return Source(path=absolute, size=info.st_size, mtime_ns=info.st_mtime_ns, fingerprint=fingerprint)


def _fingerprint(file: BinaryIO, size: int) -> str:
    """Return a hash of three samples of a file: enough to distinguish recordings, and fast for any size."""
    digest = sha256(str(size).encode())
    for offset in (0, (size - _SAMPLE) // 2, size - _SAMPLE):
        file.seek(max(0, offset))
        digest.update(file.read(_SAMPLE) or b"")  # None: a file of the kernel's that has nothing yet
    return digest.hexdigest()


def identity(source: Source) -> tuple[int, str]:
    """Return what identifies a recording, independent of its path and date.

    Some file systems keep dates to the second, and copies have their own.
    """
    return source.size, source.fingerprint


def check_source(source: Source) -> None:
    """Raise InputError if the recording is not the one that a job began with."""
    found = describe(Path(source.path))
    if not source.fingerprint or identity(found) == identity(source):  # without one, it never began
        return
    if not found.fingerprint and Path(source.path).exists():
        check_file(Path(source.path))
    what = "has changed since the job began" if found.fingerprint else "no longer exists"
    raise InputError(
        f"{source.path} {what}", "Put the file back as it was, or summarize the new one as a new job."
    )


@contextmanager
def opened(source: Source) -> Iterator[None]:
    """Hold the recording that a job began with: everything inside this context reads this file.

    Raises InputError if it is missing, was replaced, or is changed in the meantime.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(held(Path(source.path)))
        except InputError:
            check_source(source)  # which may have a better explanation
            raise
        check_source(source)
        yield
