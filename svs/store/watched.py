"""Which recordings `svs watch` has made jobs for, by a hash; kept when their jobs are removed."""

from pathlib import Path

from svs.store.jobs import JobStore
from svs.system.files import read_plain, store_errors, write_atomic

_MAX_NOTE = 100  # bytes


def remember(store: JobStore, key: str, job_id: str) -> None:
    """Record that a recording has a job."""
    path = _note(store, key)
    with store_errors("write", path):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_atomic(path, job_id.encode())


def recall(store: JobStore, key: str) -> str | None:
    """Return the id of a recording's job, which may be removed; None if it never had one."""
    try:
        return read_plain(_note(store, key), _MAX_NOTE).decode("ascii", "replace")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):  # it was there, at least
        return ""


def _note(store: JobStore, key: str) -> Path:
    return store.root.parent / "watched" / key
