"""Jobs' folders: they appear and disappear as a whole, and what killed processes leave of them is removed."""

import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from svs.fields import JOB_ID
from svs.system.files import sync_folder, write_atomic
from svs.system.paths import unsafe

_LEFTOVER = re.compile(rf"\.{JOB_ID}(\.new|(-[0-9a-f]{{8}})?\.removed)")
"""The names of folders left behind by processes that were killed while they made or removed a job."""
_STALE = 3600  # seconds


def new_id() -> str:
    """Return the time in UTC with its fraction of a second as four hex digits: later ids sort later."""
    at = datetime.now(UTC)
    return f"{at:%Y%m%dT%H%M%S}-{at.microsecond * 0x10000 // 1_000_000:04x}"


def foreign(folder: Path) -> str:
    """Return why a job's folder is not trusted; empty if it is, or if there is none."""
    try:
        found = folder.lstat()
    except OSError:
        return ""
    return "is a link to another place" if stat.S_ISLNK(found.st_mode) else unsafe(found)


def make(folder: Path, record: bytes, announce: Callable[[], None]) -> bool:
    """Create a job's folder with its record, atomically for readers; False if there is one. Raises OSError.

    `announce` is called just before it appears.
    """
    new = folder.with_name(f".{folder.name}.new")
    try:
        new.mkdir(mode=0o700)
    except FileExistsError:
        return False
    try:
        write_atomic(new / "job.json", record)
        announce()
        new.rename(folder)  # an existing job's folder is not empty, so it is never replaced
    except OSError:
        shutil.rmtree(new)
        if folder.exists():
            return False
        raise
    sync_folder(folder.parent)
    return True


def removed_name(folder: Path) -> Path:
    """Return where a job's folder goes before its files are removed, so that readers never see half a job."""
    return folder.with_name(f".{folder.name}-{secrets.token_hex(4)}.removed")


def sweep(root: Path) -> None:
    """Remove what killed processes left, if possible. Creating a job never takes as long as `_STALE`."""
    with suppress(OSError):
        for leftover in filter(lambda entry: _LEFTOVER.fullmatch(entry.name), os.scandir(root)):
            new = leftover.name.endswith(".new")
            if not new or time.time() - leftover.stat(follow_symlinks=False).st_mtime > _STALE:
                shutil.rmtree(leftover, ignore_errors=True)
