"""What can be done to jobs from outside: cancel, start anew, clean up."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from svs.errors import StoreError, UsageError
from svs.media import fingerprint
from svs.model.job import Job, Progress
from svs.pipeline import plan
from svs.store.jobs import Damaged, JobStore, State, now
from svs.system import locks
from svs.system.files import clear_parts, store_errors

if TYPE_CHECKING:
    import psutil

_ENDED = ("done", "failed", "cancelled", "interrupted")
_SAME = 1.0  # seconds within which two start times are of one process


def cancel(store: JobStore, job_id: str, *, at_once: bool = False) -> bool:
    """Have a job stop for good, and say whether it has; what it has done is kept, and can be resumed.

    A running job stops at its next tick, or at once: then its process is killed, with all its children.
    """
    state = store.state(store.load(job_id))
    if state == "running":
        store.ask_to_cancel(job_id)
        if not at_once:
            return False
        _kill(job_id, store.folder(job_id) / "lock", store.progress(job_id))
    with store.hold(job_id):
        job = store.load(job_id)  # it may have ended meanwhile
        if job.status not in ("queued", "running"):
            raise UsageError(f"job {job_id} is {job.status} already", "See `svs jobs list`.")
        store.tidy(job_id)
        store.save(replace(job, status="cancelled", finished=now()))
    return True


def _kill(job_id: str, lock: Path, progress: Progress | None) -> None:
    """Kill the process that runs a job, if it holds the job's lock: a record alone proves nothing."""
    import psutil

    try:
        process = psutil.Process(progress.pid if progress else -1)
        family = [process, *process.children(recursive=True)]
        with _ending(process) as kill:
            same = progress and abs(process.create_time() - progress.process_started) < _SAME
            if not same or not locks.held_by(lock, process.pid):
                raise psutil.NoSuchProcess(process.pid)
            kill()
    except (psutil.Error, OSError, ValueError) as error:
        raise StoreError(
            f"cannot tell for certain which process runs job {job_id}; nothing was killed",
            "It is asked to stop: wait for its next step.",
        ) from error
    for child in family[1:]:
        with suppress(psutil.NoSuchProcess):  # they die with it, where the system allows that
            child.kill()
    psutil.wait_procs(family, timeout=10)


@contextmanager
def _ending(process: "psutil.Process") -> Iterator[Callable[[], None]]:
    """Give what kills this very process, even if another has taken its number meanwhile."""
    if sys.platform != "linux":
        yield process.kill  # which compares the times of their starts
        return
    handle = os.pidfd_open(process.pid)
    try:
        yield lambda: signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)


def start_anew(store: JobStore, job_id: str) -> Job:
    """Forget everything that a failed, cancelled or interrupted job has done, and return it as queued.

    Raises InputError when its recording is not what it was, UsageError when its engine is gone; then nothing
    is forgotten.
    """
    with store.hold(job_id) as folder, store_errors("clear", folder):
        job = store.load(job_id)
        if job.status not in ("failed", "cancelled", "running"):
            raise UsageError(
                f"job {job_id} is {job.status}", "Only a failed, cancelled or interrupted job is retried."
            )
        fingerprint.check_source(job.source)
        fresh = Job(id=job.id, source=job.source, options=job.options, created=job.created)
        plan.check_engine(fresh)
        store.tidy(job_id)
        for file in folder.iterdir():
            if file.name not in ("job.json", "lock", "events.jsonl"):
                file.unlink()
        store.save(fresh)
    return fresh


def remove(store: JobStore, job_id: str) -> None:
    """Remove a job with everything in its folder, and what killed runs left beside the files for the user.

    Refuses a running one. `store.forget_removed` removes the rest, at once for many jobs.
    """
    job = store.read(job_id)
    store.remove(job_id)
    if not isinstance(job, Damaged):
        clear_parts(Path(job.options.output_dir or Path(job.source.path).parent), job_id)
        if job.options.embed:
            clear_parts(Path(job.options.embed).parent, job_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """Which jobs are not needed any more."""

    older_than: timedelta | None = None
    keep: int = 0
    """As many of the newest are kept, whatever their age."""
    status: State | None = None


def old_jobs(store: JobStore, which: Old) -> Iterator[str]:
    """Yield the ids of the ended jobs that are not needed any more; never a running or damaged one."""
    found = (job for job in store.jobs() if not isinstance(job, Damaged))
    ended = [job for job in found if store.state(job) in ((which.status,) if which.status else _ENDED)]
    for job in ended[which.keep :]:
        age = datetime.now(UTC) - datetime.fromisoformat(job.created)
        if which.older_than is None or age > which.older_than:
            yield job.id
