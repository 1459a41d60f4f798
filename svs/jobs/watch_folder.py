"""`svs watch`: a job for each recording that comes into a folder, once it is complete, and never twice."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from svs.errors import InputError
from svs.jobs import enqueue, inputs
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.store import watched
from svs.store.jobs import JobStore
from svs.system.codec import encode

_SETTLED = 2.0  # seconds for which a file's size and time must have stood still
_LOOK_SECONDS = 30.0  # between two looks when no change is reported, as on network drives
_AT_ONCE = 10  # recordings that become jobs before others are run: each takes some 50 ms

Say = Callable[[str], None]
_Mark = tuple[int, int, int]
"""Identifies a version of a file."""


def check(folder: Path) -> None:
    """Raise InputError if there is no such folder."""
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", "Check the name.")


def jobs(
    store: JobStore,
    folder: Path,
    options: Options,
    say: Say,
    *,
    recursive: bool,
    once: bool,
) -> Iterator[list[str]]:
    """Yield the jobs of the recordings that have become complete since the last time; never waits.

    With `once` it ends after those that are there.
    """
    taken = set[str]()
    left = {enqueue.key(job.source, job.options): job.id for job in store.unfinished()}
    for ready, there in _complete(folder, say, recursive=recursive, once=once):
        own = dict(zip(there, inputs.apart(there, options), strict=True)) if ready else {}
        for first in range(0, max(1, len(ready)), _AT_ONCE):
            new = []
            for file in filter(Path.exists, ready[first : first + _AT_ONCE]):
                job_id = _job(store, file, options, own[file], left)
                if job_id and job_id not in taken:
                    say(f"{job_id} queued: {file}")
                    taken.add(job_id)
                    new.append(job_id)
            yield new


def _job(
    store: JobStore, file: Path, options: Options, own: Options, left: Mapping[enqueue.Key, str]
) -> str | None:
    """Return a recording's job, or None if it has ended; a new one if there was none for this content.

    `left` are the jobs that had not ended at the start: one may not be remembered, as svs was killed.
    """
    source = describe(file)
    what = [source.size, source.fingerprint or source.path, enqueue.essential(options)]
    digest = sha256(encode(what)).hexdigest()
    job_id = watched.recall(store, digest)
    unfinished = store.unfinished_ids()
    if job_id is None:
        job_id = left.get(enqueue.key(source, own))
        job_id = job_id if job_id in unfinished else store.create(source, own).id
        watched.remember(store, digest, job_id)
        return job_id
    return job_id if job_id in unfinished else None


def _complete(
    folder: Path, say: Say, *, recursive: bool, once: bool
) -> Iterator[tuple[list[Path], list[Path]]]:
    """Yield the recordings that have become complete since the last time, and all that are there."""
    marks: dict[Path, tuple[_Mark, float]] = {}  # and since when they are the same
    taken: dict[Path, _Mark] = {}
    looked, until = -_LOOK_SECONDS, time.monotonic() + 2 * _SETTLED
    changed = False
    for new in _changes(folder, say, recursive=recursive):
        now = time.monotonic()
        changed = changed or new
        pause = _SETTLED / 4 if changed or len(taken) < len(marks) else _LOOK_SECONDS
        if now - looked < pause:
            yield [], []
            continue
        looked, changed = now, False
        there = _recordings(folder, recursive=recursive)
        marks = {file: _since(file, marks, now) for file in there}
        taken = {file: mark for file, mark in taken.items() if file in marks and marks[file][0] == mark}
        ready = [
            file for file, (_, since) in marks.items() if file not in taken and _is_ready(file, now - since)
        ]
        taken |= {file: marks[file][0] for file in ready}
        yield ready, there
        if once and (len(taken) == len(marks) or now > until):
            for file in marks.keys() - taken.keys():
                say(f"{file} is still being written")
            return


def _recordings(folder: Path, *, recursive: bool) -> list[Path]:
    with suppress(InputError):
        return inputs.find([folder], recursive=recursive)
    return []  # there are none, or the folder is gone


def _since(file: Path, marks: dict[Path, tuple[_Mark, float]], now: float) -> tuple[_Mark, float]:
    """Return a file's present version, and since when it has been seen."""
    mark = (-1, -1, -1)
    with suppress(OSError):
        found = file.stat()
        mark = (found.st_size, found.st_mtime_ns, found.st_ino)
    before = marks.get(file)
    return before if before and before[0] == mark else (mark, now)


def _is_ready(file: Path, seconds: float) -> bool:
    return seconds >= _SETTLED and not _is_being_written(file)


def _is_being_written(file: Path) -> bool:
    """Return whether a process has a file open to write, as far as the system says."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return sys.platform == "win32" and file.exists()  # where a writer may keep others out
    try:
        if sys.platform == "linux":
            import fcntl

            # A lease is given only while nobody writes; whoever begins to is not kept waiting by this signal.
            fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # this file system has no leases
        return False
    finally:
        os.close(handle)
    return False


def _changes(folder: Path, say: Say, *, recursive: bool) -> Iterator[bool]:
    """Yield, without end, whether something has changed in a folder, which may vanish and return."""
    from watchfiles import watch

    while True:
        place = _place(folder)
        with suppress(OSError):  # it has just vanished
            for changes in watch(
                folder, watch_filter=None, recursive=recursive, rust_timeout=1, yield_on_timeout=True
            ):
                yield bool(changes)
                if _place(folder) != place:
                    break
        if _place(folder) is None:
            say(f"{folder} is gone; it is watched again when it returns")
        while _place(folder) is None:
            yield False
        yield True


def _place(folder: Path) -> tuple[int, int] | None:
    """Return which folder has this name now; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
