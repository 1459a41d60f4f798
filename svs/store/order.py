"""The queue of a store: the order of its jobs, whether it is paused, and whether a process works on it.

The queue itself is the jobs whose record says that they are queued; the oldest come first.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from svs.fields import JobId
from svs.model.job import Job
from svs.store.jobs import JobStore
from svs.system import locks
from svs.system.codec import checked, decode
from svs.system.files import read_plain, store_errors, write_atomic

PAUSED = "The queue is paused: `svs jobs queue resume` starts its jobs again."
_LARGEST = 1_000_000  # bytes
_MOST = 10_000  # jobs that were moved to the front
_BACKGROUND = "background.lock"


class _Settings(Struct, frozen=True, kw_only=True):
    """What the user has chosen for the queue."""

    first: Annotated[tuple[JobId, ...], Meta(max_length=_MOST)] = ()
    """The jobs to take before all others."""
    paused: bool = False


def queued(store: JobStore) -> list[Job]:
    """Return the queued jobs in the order in which they are taken."""
    jobs = {job.id: job for job in store.unfinished() if job.status == "queued"}
    return [jobs[job_id] for job_id in in_order(store, jobs)]


def in_order(store: JobStore, job_ids: Iterable[str]) -> list[str]:
    """Return these jobs with those before the others that the user moved to the front."""
    first = {job_id: number for number, job_id in enumerate(_settings(store).first)}
    return sorted(job_ids, key=lambda job_id: first.get(job_id, len(first)))


def move_first(store: JobStore, job_ids: Sequence[str]) -> None:
    """Have these jobs taken next, in this order."""
    settings = _settings(store)
    unfinished = set(store.unfinished_ids())
    others = (job_id for job_id in settings.first if job_id not in job_ids and job_id in unfinished)
    _write(store, replace(settings, first=(*job_ids, *others)[:_MOST]))


def pause(store: JobStore, *, paused: bool) -> None:
    """Have no queued job started, or have them started again. Those that run go on."""
    _write(store, replace(_settings(store), paused=paused))


def is_paused(store: JobStore) -> bool:
    """Return whether queued jobs wait for the user."""
    return _settings(store).paused


@contextmanager
def working(store: JobStore, *, background: bool = False) -> Iterator[None]:
    """Say that this process works on the queue. Raises TimeoutError if another does in the background."""
    lock = _folder(store) / (_BACKGROUND if background else f"{os.getpid()}.lock")
    with store_errors("write", lock):
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with locks.hold(lock):
            yield
    finally:
        if not background:
            with suppress(OSError):
                lock.unlink()


@contextmanager
def alone(store: JobStore) -> Iterator[None]:
    """Wait until no other process makes jobs in here, so that two do not make the same ones."""
    lock = log(store).with_name("making")
    with ExitStack() as stack:
        while True:
            with suppress(TimeoutError):
                stack.enter_context(locks.hold(lock))
                break
        yield


def is_worked_on(store: JobStore) -> bool:
    """Return whether a process takes jobs from the queue."""
    with suppress(OSError):
        return any(map(locks.held, _folder(store).glob("*.lock")))
    return False


def in_background(store: JobStore) -> bool:
    """Return whether a process takes all queued jobs in the background."""
    with suppress(OSError):
        return locks.held(_folder(store) / _BACKGROUND)
    return False


def log(store: JobStore) -> Path:
    """Return the file for what the process in the background prints; its folder exists."""
    with store_errors("make", folder := _folder(store)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "output.log"


def _folder(store: JobStore) -> Path:
    return store.home / "queue"


def _settings(store: JobStore) -> _Settings:
    try:
        return decode(read_plain(_folder(store) / "settings.json", _LARGEST), _Settings)
    except (OSError, ValueError):  # none, or damaged
        return _Settings()


def _write(store: JobStore, settings: _Settings) -> None:
    path = _folder(store) / "settings.json"
    with store_errors("write", path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, checked(settings, _LARGEST))
