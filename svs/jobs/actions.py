"""What can be done to jobs: start, resume, retry, cancel, export, remove. All who do it call this."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from svs.errors import SvsError, UsageError
from svs.jobs import launch
from svs.jobs.kill import kill_holder
from svs.media import fingerprint
from svs.media.input_check import check_file
from svs.model.job import Job, Options, OutputOptions, State
from svs.outputs import write
from svs.pipeline import plan
from svs.store import results
from svs.store.jobs import Damaged, JobStore, now
from svs.system.files import store_errors

if TYPE_CHECKING:
    from subprocess import Popen

POSSIBLE: dict[str, tuple[State, ...]] = {
    "cancel": ("queued", "running", "interrupted"),
    "resume": ("queued", "failed", "cancelled", "interrupted"),
    "retry": ("failed", "cancelled", "interrupted"),
    "export": ("done",),
}
"""In which states a job can be cancelled, and so on. In every state but running it can be removed."""
_DONE = {
    "cancel": "cancelled",
    "resume": "resumed",
    "retry": "retried",
    "export": "exported",
}
_STATES = {"failed": "has failed", "cancelled": "was cancelled", "interrupted": "was interrupted"}
_ENDED: tuple[State, ...] = ("done", "failed", "cancelled", "interrupted")
_OUTPUT = "output.log"
"""What a process in the background prints, in the job's folder."""
_PAUSE = 0.05  # seconds


def check(store: JobStore, job: Job, action: str) -> None:
    """Raise UsageError when this cannot be done to a job in its state."""
    if (state := store.state(job)) in POSSIBLE[action]:
        return
    *others, last = POSSIBLE[action]
    possible = f"{', '.join(others)} or {last}" if others else last
    raise UsageError(
        f"job {job.id} {_STATES.get(state, f'is {state}')}: it cannot be {_DONE[action]}",
        f"Only a {possible} job can be. See `svs jobs list`.",
    )


def start_detached(store: JobStore, video: Path, options: Options, environment: Mapping[str, str]) -> Job:
    """Start a job in a process that outlives this one, and return it once it runs.

    The environment is added to this process's own. Raises SvsError for what is wrong before the job begins.
    """
    check_file(video, options.max_size)
    write.check(video, options)
    job = store.create(fingerprint.describe(video), options)
    process = _run_detached(store, job.id, environment)
    while store.load(job.id).status == "queued":
        if process.poll() is not None and store.load(job.id).status == "queued":
            log = store.folder(job.id) / _OUTPUT
            raise SvsError(f"job {job.id} could not be started in the background", f"See {log}.")
        time.sleep(_PAUSE)
    return job


def resume_detached(store: JobStore, job_id: str) -> "Popen[bytes]":
    """Go on with a job in a process that outlives this one."""
    check(store, store.load(job_id), "resume")
    return _run_detached(store, job_id, {})


def _run_detached(store: JobStore, job_id: str, environment: Mapping[str, str]) -> "Popen[bytes]":
    log = store.folder(job_id) / _OUTPUT
    with store_errors("write", log):
        return launch.start(["jobs", "resume", job_id, "--progress", "plain"], log, environment)


def last_output(store: JobStore, job_id: str) -> str:
    """Return the last two lines that a job's process in the background printed; empty when there are none."""
    try:
        text = (store.folder(job_id) / _OUTPUT).read_text("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-2:])


def cancel(store: JobStore, job_id: str, *, at_once: bool = False) -> bool:
    """Cancel a job, and say whether it has stopped; what it has done is kept, and can be resumed.

    A running job stops at its next tick, or at once: then its process is killed, with all its children.
    """
    store.load(job_id)  # which says so when there is none
    if store.held(job_id):
        store.ask_to_cancel(job_id)
        if not at_once:
            return False
        kill_holder(job_id, store.folder(job_id) / "lock", store.progress(job_id))
    with store.hold(job_id):
        job = store.load(job_id)  # it may have ended meanwhile
        if job.status not in ("queued", "running"):
            check(store, job, "cancel")
        store.tidy(job_id)
        store.save(replace(job, status="cancelled", finished=now()))
    return True


def retry(store: JobStore, job_id: str) -> Job:
    """Remove everything that a failed, cancelled or interrupted job has done, and return it as queued.

    Raises InputError when its recording is not what it was, UsageError when its engine is gone; then nothing
    is removed.
    """
    with store.hold(job_id) as folder, store_errors("clear", folder):
        job = store.load(job_id)
        if job.status != "running":  # this process holds it, so that no other runs it
            check(store, job, "retry")
        fingerprint.check_source(job.source)
        fresh = Job(id=job.id, source=job.source, options=job.options, created=job.created)
        plan.check_engine(fresh)
        store.tidy(job_id)
        for file in folder.iterdir():
            if file.name not in ("job.json", "lock", "events.jsonl"):
                file.unlink()
        store.save(fresh)
    return fresh


def export(store: JobStore, job_id: str, options: OutputOptions) -> tuple[str, ...]:
    """Write a finished job's result as files, without doing anything again, and return their paths."""
    job = store.load(job_id)
    check(store, job, "export")
    folder = store.folder(job.id)
    result = results.load(job, folder)
    write.check(Path(job.source.path), options)
    return write.deliver(job, result, folder, options)


def remove(store: JobStore, job_id: str) -> None:
    """Remove a job with everything in its folder, and what killed runs left beside the files for the user.

    Refuses a running one. `store.forget_removed` removes the rest, at once for many jobs.
    """
    job = store.read(job_id)
    store.remove(job_id)
    if not isinstance(job, Damaged):
        write.remove_unfinished(job)


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
