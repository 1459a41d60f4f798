"""The job store: one folder per job, so that a damaged file affects only one job."""

import math
import os
import re
import shutil
from collections.abc import Container, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from svs.errors import HeldError, StoreError, UsageError
from svs.events import ProgressEvent
from svs.fields import JOB_ID
from svs.model.job import Job, Options, Progress, State
from svs.model.media import Source
from svs.store import folders, lease, records, unfinished
from svs.store.lease import Lease
from svs.store.records import Damaged, now
from svs.system import locks
from svs.system.codec import checked, decode
from svs.system.files import (
    append,
    clear_parts,
    discard_parts,
    read_plain,
    store_errors,
    sync_folder,
    write_atomic,
)

_ID = re.compile(JOB_ID)
_PART = re.compile(r"[0-9A-Za-z-]{1,20}")
_LISTED = "`svs jobs list --all` shows every job with its id."
_OPEN = ("queued", "running")
"""The status of a job that has not ended."""
LARGEST_PROGRESS = 100_000
LARGEST_LOG = 50_000_000


def _no_job(reference: str) -> StoreError:
    return StoreError(f"there is no job {reference!r}", _LISTED)


def _first_record(job: Job) -> bytes:
    try:
        return records.to_bytes(job)
    except ValueError as error:
        raise UsageError(f"cannot create a job: {error}", "Give shorter names and texts.") from error


class JobStore:
    """The jobs below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.transcripts = self.home / "transcripts"
        """Which jobs have which transcript: see `svs.store.reuse`."""
        self._unfinished = self.home / "unfinished"
        self._leases: dict[str, Lease] = {}
        """Of the jobs that this process holds."""

    @property
    def home(self) -> Path:
        """Return the folder of all that svs stores."""
        return self.root.parent

    def create(self, source: Source, options: Options) -> Job:
        """Create a queued job with a folder of its own. Raises UsageError if its record would be invalid."""
        with store_errors("make a job in", self.root):
            for folder in (self.home, self.root):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folders.sweep(self.root)
            while True:
                job = Job(id=folders.new_id(), source=source, options=options, created=now())
                if folders.make(self.folder(job.id), _first_record(job), partial(self._announce, job.id)):
                    return job

    def _announce(self, job_id: str) -> None:
        unfinished.add(self._unfinished, job_id)
        sync_folder(self._unfinished)

    def folder(self, job_id: str) -> Path:
        """Return a job's folder. The id must be complete: see `resolve`."""
        if not _ID.fullmatch(job_id):
            raise UsageError(f"{job_id!r} is not a job id", "See `svs jobs list`.")
        return self.root / job_id

    def ids(self) -> list[str]:
        """Return the ids of all jobs, newest first."""
        try:
            names = [entry.name for entry in os.scandir(self.root)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(
                f"cannot read {self.root}: {error.strerror}", "Check its permissions."
            ) from error
        return sorted(filter(_ID.fullmatch, names), reverse=True)

    def jobs(self) -> Iterator[Job | Damaged]:
        """Yield all jobs, newest first; each record is read only when it is needed."""
        for job_id in self.ids():
            job = self.read(job_id)
            if not isinstance(job, Damaged) or job.folder.exists():  # else it was removed in the meantime
                yield job

    def unfinished(self, but: Container[str] = ()) -> Iterator[Job]:
        """Yield the jobs that are queued, running or interrupted, oldest first, except some."""
        for job_id in self.unfinished_ids():
            job = self.read(job_id) if job_id not in but else None
            if isinstance(job, Job) and job.status in _OPEN:
                yield job

    def unfinished_ids(self) -> list[str]:
        """Return the ids of these jobs, and perhaps of others, without reading their records."""
        if not self.root.exists():
            return []
        with store_errors("read", self._unfinished):
            return unfinished.ids(
                self._unfinished,
                lambda: (
                    job.id for job in self.jobs() if not isinstance(job, Damaged) and job.status in _OPEN
                ),
            )

    def resolve(self, reference: str) -> str:
        """Return the complete id for `last`, an id, or its unique beginning or end."""
        ids = self.ids()
        if reference == "last" and ids:
            return ids[0]
        found = [i for i in ids if i == reference] or [
            i
            for i in ids
            if _PART.fullmatch(reference) and (i.startswith(reference) or i.endswith(reference))
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            raise _no_job(reference)
        raise StoreError(f"{len(found)} jobs match {reference!r}", _LISTED)

    def save(self, job: Job) -> None:
        """Write a job's record; it is on the disk when this returns. Raises what `check_held` raises."""
        self.check_held(job.id)
        path = self.folder(job.id) / "job.json"
        try:
            data = records.to_bytes(job)
        except ValueError as error:
            raise StoreError(
                f"cannot write {path}: {error}", "This is a bug in svs: please report it."
            ) from error
        with store_errors("write", path):
            if job.status in _OPEN:
                unfinished.add(self._unfinished, job.id)
            write_atomic(path, data)
        if job.status not in _OPEN:
            unfinished.discard(self._unfinished, job.id)

    def load(self, job_id: str) -> Job:
        """Read a job's record. Raises StoreError if it is damaged or too new."""
        job = self.read(job_id)
        if isinstance(job, Damaged):
            if not job.folder.exists():
                raise _no_job(job_id)
            raise StoreError(
                f"the record of job {job_id} is damaged: {job.problem}",
                f"Its files are in {job.folder}; `svs jobs rm {job_id}` removes them.",
            )
        return job

    def read(self, job_id: str) -> Job | Damaged:
        """Read a job's record, or return what is wrong with it."""
        return records.read(self.folder(job_id))

    def path_of(self, job_id: str) -> str:
        """Return the path of a job's recording, several times faster than `read`; empty if it is unknown."""
        return records.source_path(self.folder(job_id))

    def state(self, job: Job | Damaged) -> State:
        """Return a job's actual state."""
        if isinstance(job, Damaged):
            return "damaged"
        if job.status == "running" and not self.held(job.id):
            latest = self.read(job.id)  # it may have ended or been removed between the two checks
            if not isinstance(latest, Damaged):
                return "interrupted" if latest.status == "running" else latest.status
        return job.status

    def held(self, job_id: str) -> bool:
        """Return whether a process holds a job."""
        folder = self.folder(job_id)
        try:
            return locks.held(folder / "lock") or lease.is_held(folder)
        except FileNotFoundError:
            return False
        except OSError:
            return True

    @contextmanager
    def hold(self, job_id: str, *, claim: bool = True) -> Iterator[Path]:
        """Lock a job, so that only this process can run it; yields its folder.

        Locks do not reach another machine on every file system. So a process there is waited for, up to a
        minute, until it is known to be dead or alive. What does not write to the job need not `claim` it.
        """
        folder = self.folder(job_id)
        if problem := folders.foreign(folder):  # nothing is written or removed there
            raise StoreError(f"the folder {folder} {problem}", "Remove it by hand, or change its owner.")
        with ExitStack() as stack:
            with store_errors("lock", folder):
                try:
                    stack.enter_context(locks.hold(folder / "lock"))
                    last = lease.await_free(folder)
                    if claim:
                        self._claim(job_id, last, stack)
                except TimeoutError:
                    by, hint = lease.described(folder), f"See it with `svs jobs show {job_id}`."
                    raise HeldError(f"job {job_id} is being run by {by}", hint) from None
                except FileNotFoundError:
                    raise _no_job(job_id) from None
            yield folder

    def _claim(self, job_id: str, last: int, stack: ExitStack) -> None:
        self._leases[job_id] = claimed = Lease(self.folder(job_id), last)
        stack.callback(claimed.release)
        stack.callback(self._leases.pop, job_id)

    def check_held(self, job_id: str) -> None:
        """Raise HeldError if this process has held a job, and another has taken it over."""
        if job_id in self._leases:
            with store_errors("read", folder := self.folder(job_id)):
                lost = self._leases[job_id].is_lost()
            if lost and not folder.exists():
                raise _no_job(job_id)
            if lost:
                by, hint = lease.described(folder), f"See it with `svs jobs show {job_id}`."
                raise HeldError(f"job {job_id} was taken over by {by}, as this process stood still", hint)

    def remove(self, job_id: str) -> None:
        """Remove a job with everything in its folder. Raises StoreError if it is running."""
        removed = folders.removed_name(self.folder(job_id))
        with self.hold(job_id, claim=False) as folder, store_errors("remove", folder):
            if os.name == "posix":  # elsewhere a folder with an open file in it cannot be renamed
                folder.rename(removed)  # atomic: readers never see half a job
        with store_errors("remove", folder):
            if os.name != "posix":
                folder.rename(removed)
            with suppress(FileNotFoundError):  # another process may remove it too
                shutil.rmtree(removed)
        clear_parts(self.transcripts, job_id)
        unfinished.discard(self._unfinished, job_id)
        folders.sweep(self.root)

    def tidy(self, job_id: str, *, before: float = math.inf) -> None:
        """Remove what a killed run of a locked job may have left, and a cancel marker from before a time."""
        folder = self.folder(job_id)
        discard_parts(folder)
        clear_parts(self.transcripts, job_id)
        with store_errors("clear", folder):
            marker = folder / "cancel"
            with suppress(FileNotFoundError):
                if marker.lstat().st_mtime < before:
                    marker.unlink()

    def ask_to_cancel(self, job_id: str) -> None:
        """Write the cancel marker, which the process that runs the job sees at its next tick."""
        path = self.folder(job_id) / "cancel"
        with store_errors("write", path):
            write_atomic(path, b"")

    def asked_to_cancel(self, job_id: str) -> bool:
        """Return whether the cancel marker exists."""
        return (self.folder(job_id) / "cancel").exists()

    def write_progress(self, job_id: str, progress: Progress) -> None:
        """Replace a running job's progress; not durable, since it is useless after a crash."""
        path = self.folder(job_id) / "progress.json"
        with store_errors("write", path), suppress(ValueError):  # invalid numbers
            write_atomic(path, checked(progress, LARGEST_PROGRESS), durable=False)

    def progress(self, job_id: str) -> Progress | None:
        """Read a running job's progress; None if unknown."""
        try:
            return decode(read_plain(self.folder(job_id) / "progress.json", LARGEST_PROGRESS), Progress)
        except (OSError, ValueError):
            return None

    def log(self, event: ProgressEvent) -> None:
        """Append an event to the job's log, unless it is only about progress."""
        if event.kind in ("advanced", "line"):
            return
        path = self.folder(event.job_id) / "events.jsonl"
        with store_errors("write", path), suppress(ValueError):  # the log would be too long to be read
            before = path.stat().st_size if path.exists() else 0
            append(path, checked(event, LARGEST_LOG - before))
