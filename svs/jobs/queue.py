"""Many jobs: some run at a time, in child processes, until all have ended."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from subprocess import Popen
from typing import Protocol

from msgspec.structs import replace

from svs.errors import HeldError, StoreError
from svs.events import ProgressEvent
from svs.jobs import child, launch
from svs.model.job import Device, JobError
from svs.store import order
from svs.store.follow import Follower
from svs.store.jobs import JobStore
from svs.store.records import now
from svs.system.processors import cores, has_gpu

_MOST = 4  # jobs at a time, unless the user asks for more
_MEMORY = 2_000_000_000  # bytes for each: measured were 0.5 GB with base, and larger models need more
_MOST_JOBS = 100  # of one process
_PAUSE = 0.2  # seconds between two looks
_REFUSED = range(1, 6)
"""Exit codes of svs itself: a crash has another."""
_STOPPED = [128 + number for number in (1, signal.SIGINT, signal.SIGTERM)]


class View(Protocol):
    """A view of several jobs."""

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Show what happened to a job."""

    def end(self, follower: Follower) -> None:
        """Show how a job has ended."""


class Process(Protocol):
    """A process on another machine that runs one job; see `subprocess.Popen` for what it can do."""

    returncode: int | None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """End it at once."""


class Elsewhere(Protocol):
    """Other machines, on which the jobs run instead of this one."""

    def room(self) -> int:
        """Return how many jobs they run at a time."""

    def start(self, job_id: str) -> Process:
        """Start a job."""


@dataclass(slots=True)
class _Worker:
    """A process that runs one job after another."""

    process: Popen[bytes] | Process
    follower: Follower
    """Of its present job."""
    jobs: int = 1
    """How many it was given."""
    asked: bool = False
    """To stop."""


def jobs_at_once(device: Device) -> int:
    """Return how many jobs run at a time: one on a GPU, else one for each core, as memory allows."""
    import psutil

    if device != "cpu" and has_gpu():
        return 1
    memory: int = psutil.virtual_memory().available
    return max(1, min(_MOST, cores(), memory // _MEMORY))


def run(
    store: JobStore,
    job_ids: Sequence[str],
    at_once: int,
    view: View,
    stopped: Callable[[], bool],
    more: Callable[[bool], Sequence[str] | None] = lambda _: None,
    elsewhere: Elsewhere | None = None,
) -> dict[str, str]:
    """Run jobs, so many at a time, until all have ended or the user wants to stop.

    `more` is asked all the time for further jobs, with whether there is nothing else to do; None means that
    there will be none. A job that another process runs is waited for. While the user has paused the queue,
    none is started. Returns why jobs could not be run, by their ids; how the others have ended is in their
    records. On the way out, children that still run are killed.
    """
    waiting, problems = list(job_ids), dict[str, str]()
    running, idle, coming = list[_Worker](), list[_Worker](), True
    try:
        with order.working(store):
            while running or (not stopped() and (waiting or coming)):
                for worker in [worker for worker in running if _has_ended(worker, view)]:
                    running.remove(worker)
                    _after(store, worker, waiting, view, problems)
                    idle += [worker] if _can_go_on(worker) else []
                if stopped():
                    _ask_to_stop(running)
                else:
                    new = more(not running and not waiting)
                    coming = new is not None
                    waiting += new or ()
                    room = elsewhere.room() if elsewhere else at_once
                    while len(running) < room and not order.is_paused(store):
                        started = list(_start_next(store, waiting, idle, view, problems, elsewhere))
                        if not started:
                            break
                        running += started
                while idle and (not waiting or order.is_paused(store)):  # they keep the model in the memory
                    _end(idle.pop())
                time.sleep(_PAUSE)
    finally:
        for worker in running + idle:
            _end(worker)
    return problems


def _ask_to_stop(running: list[_Worker]) -> None:
    """Ask each child, once, to stop at its next safe point: a second time would be at once."""
    for worker in running:
        if not worker.asked:
            worker.asked = True
            worker.process.terminate()


def _start_next(
    store: JobStore,
    waiting: list[str],
    idle: list[_Worker],
    view: View,
    problems: dict[str, str],
    elsewhere: Elsewhere | None,
) -> Iterator[_Worker]:
    """Start the first job that no other process runs; those that others have ended are shown as ended."""
    for job_id in order.in_order(store, waiting):
        try:
            follower = Follower(store, job_id)
            if follower.state == "running":
                continue
            waiting.remove(job_id)
            if follower.state in ("queued", "interrupted"):
                follower.new_events()  # at what earlier runs have said, so that it is not shown again
                yield _start(store, follower, idle, elsewhere)
                return
            view.end(follower)
        except StoreError as error:  # it is damaged, or has been removed
            waiting.remove(job_id)
            problems[job_id] = error.message


def _start(store: JobStore, follower: Follower, idle: list[_Worker], elsewhere: Elsewhere | None) -> _Worker:
    """Start a job, in a process that waits for one if there is any."""
    if elsewhere:
        return _Worker(elsewhere.start(follower.job.id), follower)
    while idle:
        worker = idle.pop()
        if isinstance(worker.process, Popen) and child.give(worker.process, follower.job.id):
            return _Worker(worker.process, follower, worker.jobs + 1)
        _end(worker)
    return _Worker(child.start(store, follower.job.id, more=True), follower)


def _can_go_on(worker: _Worker) -> bool:
    """Say whether a process may run another job; else end it, so that its memory does not keep growing."""
    import psutil

    if isinstance(worker.process, Popen) and worker.process.poll() is None and worker.jobs < _MOST_JOBS:
        with suppress(psutil.Error):
            if psutil.Process(worker.process.pid).memory_info().rss < _MEMORY:
                return True
    _end(worker)
    return False


def _end(worker: _Worker) -> None:
    worker.process.kill()
    if isinstance(worker.process, Popen):
        with worker.process:  # which waits for it, and closes the pipe
            pass


def _has_ended(worker: _Worker, view: View) -> bool:
    """Show what a job has done since the last look, and say whether it is over, or its process is."""
    ended = worker.process.poll() is not None
    with suppress(StoreError):  # its record is damaged: what it does is not known until it ends
        for event in worker.follower.new_events():
            view.show(worker.follower, event)
        waits = isinstance(worker.process, Popen)  # for another job
        return ended or (waits and worker.follower.ended and worker.follower.state != "interrupted")
    return ended


def _after(store: JobStore, ended: _Worker, waiting: list[str], view: View, problems: dict[str, str]) -> None:
    """Have a job run again whose process crashed for the first time; else show how it has ended."""
    job_id, code = ended.follower.job.id, ended.process.returncode
    unfinished = ended.follower.state in ("queued", "interrupted")
    crashed = unfinished and code is not None and not ended.asked and code not in _STOPPED
    if code == child.HELD:
        waiting.append(job_id)
        return
    if unfinished and code in _REFUSED:
        problems[job_id] = launch.last_output(store.folder(job_id))
    elif crashed and _goes_on(store, job_id, code or 0):
        waiting.insert(0, job_id)
        return
    try:
        ended.follower.update()
    except StoreError as error:
        problems[job_id] = error.message
    view.end(ended.follower)


def _goes_on(store: JobStore, job_id: str, code: int) -> bool:
    """Count a crash in a job's record; after the second the job has failed."""
    try:
        with store.hold(job_id):
            job = store.load(job_id)
            if store.asked_to_cancel(job_id) or job.status not in ("queued", "running"):
                return False  # whoever asked has killed it, and records that
            if not job.crashes:
                store.save(replace(job, crashes=1))
                return True
            store.tidy(job_id)
            error = JobError(
                message=f"its process {_how(code)}, twice: there may be too little memory for it",
                hint=f"Close other programs, then run `svs jobs resume {job_id}`; "
                "or summarize the recording again with a smaller --model.",
                exit_code=1,
            )
            store.save(replace(job, status="failed", finished=now(), crashes=0, error=error))
    except HeldError:
        return True
    return False


def _how(code: int) -> str:
    if code >= 0:
        return f"crashed with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
