"""The ids of the jobs that have not ended, so that nobody reads the records of all jobs to find them.

Each is an empty file. There may be some too many, never one too few: a file is made before its job is, and
removed after the job's record says that it has ended.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from svs.fields import JOB_ID

_ID = re.compile(JOB_ID)
_COMPLETE = "complete"
"""The name of a file that says that the jobs of earlier versions are here too."""


def add(folder: Path, job_id: str) -> None:
    """Note that a job has not ended. Raises OSError."""
    try:
        (folder / job_id).touch(0o600)
    except FileNotFoundError:
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / job_id).touch(0o600)


def discard(folder: Path, job_id: str) -> None:
    """Note that a job has ended or was removed, where possible."""
    with suppress(OSError):
        (folder / job_id).unlink()


def ids(folder: Path, search: Callable[[], Iterable[str]]) -> list[str]:
    """Return the ids, oldest first; `search` goes through all jobs, once in the life of a store.

    Raises OSError.
    """
    if not (folder / _COMPLETE).exists():
        for job_id in search():
            add(folder, job_id)
        add(folder, _COMPLETE)
    return sorted(entry.name for entry in os.scandir(folder) if _ID.fullmatch(entry.name))
