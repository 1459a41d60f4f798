"""Which job has the transcript of a recording: a note for each, named by a hash."""

import os
import re
from contextlib import suppress
from pathlib import Path

from svs.errors import UsageError
from svs.model.job import Job
from svs.store.jobs import JobStore
from svs.store.records import Damaged
from svs.system.files import read_plain, store_errors, write_atomic

_KEY = re.compile("[0-9a-f]{64}")
_MAX_NOTE = 100  # bytes


def remember(store: JobStore, key: str, job_id: str) -> None:
    """Record which job has a transcript, by a hash of the recording and of how it was transcribed."""
    path = store.transcripts / key
    with store_errors("write", path):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomic(path, job_id.encode(), owner=job_id)


def recall(store: JobStore, key: str) -> Job | None:
    """Return the job that has this transcript, if it still exists."""
    try:
        job = store.read(read_plain(store.transcripts / key, _MAX_NOTE).decode("ascii"))
    except (OSError, ValueError, UsageError):
        return None
    return None if isinstance(job, Damaged) else job


def forget_removed(store: JobStore) -> None:
    """Remove the notes about transcripts whose jobs are removed, where possible."""
    with suppress(OSError):
        for note in filter(lambda entry: _KEY.fullmatch(entry.name), os.scandir(store.transcripts)):
            with suppress(OSError, ValueError, UsageError):
                if not store.folder(read_plain(Path(note), _MAX_NOTE).decode("ascii")).exists():
                    Path(note).unlink()
