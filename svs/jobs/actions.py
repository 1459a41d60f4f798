"""The actions on jobs: resume, retry, cancel, export, remove, prune."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from msgspec.structs import replace

from svs.errors import UsageError
from svs.jobs.kill import kill_holder
from svs.media import fingerprint
from svs.model.job import Ended, Job, OutputOptions, State
from svs.outputs import write
from svs.pipeline import plan
from svs.store import results
from svs.store.jobs import JobStore
from svs.store.records import Damaged, now
from svs.system.files import store_errors

POSSIBLE: dict[str, tuple[State, ...]] = {
    "cancel": ("queued", "running", "interrupted"),
    "resume": ("queued", "failed", "cancelled", "interrupted"),
    "retry": ("failed", "cancelled", "interrupted"),
    "export": ("done",),
    "speakers": ("done",),
}
"""The states in which each action is allowed. A job can be removed in every state but running."""
_DONE = {
    "cancel": "cancelled",
    "resume": "resumed",
    "retry": "retried",
    "export": "exported",
}
_STATES = {"failed": "has failed", "cancelled": "was cancelled", "interrupted": "was interrupted"}


def described(state: State) -> str:
    """Return what is said of a job in a state, as in `has failed`."""
    return _STATES.get(state, f"is {state}")


def check(store: JobStore, job: Job, action: str) -> None:
    """Raise UsageError if the action is not allowed in the job's state."""
    if (state := store.state(job)) in POSSIBLE[action]:
        return
    *others, last = POSSIBLE[action]
    possible = f"{', '.join(others)} or {last}" if others else last
    raise UsageError(
        f"job {job.id} {described(state)}: it cannot be {_DONE[action]}",
        f"Only {possible} jobs can be {_DONE[action]}. See `svs jobs list`.",
    )


def requeue(store: JobStore, job_id: str) -> Job:
    """Have a job that was stopped or has failed wait in the queue, and return it; its work so far is kept."""
    with store.hold(job_id):
        job = store.load(job_id)
        if job.status != "running":  # this process holds the lock, so no other runs it
            check(store, job, "resume")
        plan.check_engine(job)
        store.tidy(job_id)
        queued = replace(job, status="queued", finished=None, error=None)
        store.save(queued)
    return queued


def cancel(store: JobStore, job_id: str, *, at_once: bool = False) -> bool:
    """Cancel a job, and return whether it has stopped; its work so far is kept, and can be resumed.

    A running job stops at its next tick. With `at_once` its process and all its children are killed.
    """
    store.load(job_id)  # which says so when there is none
    if store.held(job_id):
        store.ask_to_cancel(job_id)
        if not at_once:
            return False
        kill_holder(job_id, store.folder(job_id) / "lock", store.progress(job_id))
    with store.hold(job_id):
        job = store.load(job_id)  # it may have ended in the meantime
        if job.status not in ("queued", "running"):
            check(store, job, "cancel")
        store.tidy(job_id)
        store.save(replace(job, status="cancelled", finished=now()))
    return True


def retry(store: JobStore, job_id: str) -> Job:
    """Remove all results of a failed, cancelled or interrupted job, and return it as queued.

    Raises InputError if its recording has changed, UsageError if its engine no longer exists; then nothing is
    removed.
    """
    with store.hold(job_id) as folder, store_errors("clear", folder):
        job = store.load(job_id)
        if job.status != "running":  # this process holds the lock, so no other runs it
            check(store, job, "retry")
        fingerprint.check_source(job.source)
        fresh = Job(id=job.id, source=job.source, options=job.options, created=job.created)
        plan.check_engine(fresh)
        store.tidy(job_id)
        for file in folder.iterdir():
            if file.name not in ("job.json", "lock", "events.jsonl") and not file.name.startswith("lease."):
                file.unlink()
        store.save(fresh)
    return fresh


def export(store: JobStore, job_id: str, options: OutputOptions) -> tuple[str, ...]:
    """Write a finished job's result as files, without running anything again, and return their paths."""
    job = store.load(job_id)
    check(store, job, "export")
    folder = store.folder(job.id)
    result = results.load(job, folder)
    write.check(Path(job.source.path), options, job)
    return write.deliver(job, result, folder, options)


def remove(store: JobStore, job_id: str) -> None:
    """Remove a job with everything in its folder, and the temporary files of killed runs beside its outputs.

    Refuses a running job. Call `reuse.forget_removed` afterwards, once for many jobs.
    """
    job = store.read(job_id)
    store.remove(job_id)
    if not isinstance(job, Damaged):
        write.remove_unfinished(job)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRule:
    """Which ended jobs to remove."""

    older_than: timedelta | None = None
    keep: int = 0
    """This many of the newest are kept, however old."""
    status: State | None = None


def jobs_to_prune(store: JobStore, rule: PruneRule) -> Iterator[str]:
    """Yield the ids of the ended jobs that the rule removes; never a running or damaged job."""
    states = (rule.status,) if rule.status else get_args(Ended)
    before = None if rule.older_than is None else datetime.now(UTC) - rule.older_than
    counted = 0
    for job_id in store.ids():
        if before and counted >= rule.keep and job_id > f"{before:%Y%m%dT%H%M%S}~":
            continue  # an id begins with the time: newer jobs are not read
        job = store.read(job_id)
        if isinstance(job, Damaged) or store.state(job) not in states:
            continue
        counted += 1
        if counted > rule.keep and (before is None or datetime.fromisoformat(job.created) < before):
            yield job_id
