"""The process that takes queued jobs in the background: `svs jobs work`. A store has one at a time."""

import threading
import time
from collections.abc import Callable, Container, Sequence
from contextlib import suppress

from svs.errors import HeldError, SvsError, UsageError
from svs.jobs import actions, launch
from svs.jobs.queue import View, run
from svs.model.job import Job
from svs.store import order
from svs.store.jobs import JobStore
from svs.system.files import store_errors

_POLL_SECONDS = 0.05
_LOOK_SECONDS = 1.0  # between two looks at the queue


def take(store: JobStore, jobs: Sequence[Job], at_once: int) -> None:
    """Have these jobs taken, also those that were interrupted. Raises what `start` raises."""
    for job in jobs:
        if store.state(job) == "interrupted":
            with suppress(HeldError, UsageError):  # another process runs it now, or has ended it
                actions.requeue(store, job.id)
    if any(job.status != "done" for job in jobs):
        start(store, at_once)


def start(store: JobStore, at_once: int) -> None:
    """Start it, unless it runs. Raises SvsError if it does not."""
    if order.in_background(store):
        return
    log = order.log(store)
    with store_errors("write", log):
        process = launch.start(["jobs", "work", "--jobs", str(at_once)], log)
    threading.Thread(target=process.wait, daemon=True).start()  # the dashboard may outlive it: no zombie
    while not order.in_background(store) and process.poll() is None:
        time.sleep(_POLL_SECONDS)
    if process.poll():
        raise SvsError("the queue could not be started in the background", f"See {log}.")


def work(store: JobStore, at_once: int, view: View, stopped: Callable[[], bool]) -> None:
    """Run queued jobs until there are none; end at once if another process does so in the background.

    Those that could not be run stay queued, and are not tried again.
    """
    problems = dict[str, str]()
    while not stopped() and any(job.id not in problems for job in order.queued(store)):
        try:  # again for one that came just after the last look
            with order.working(store, background=True):
                problems |= run(store, [], at_once, view, stopped, _queued(store, problems))
        except TimeoutError:
            return


def _queued(store: JobStore, but: Container[str]) -> Callable[[bool], Sequence[str] | None]:
    """Return a function that returns the jobs that were queued since its last call, except some."""
    taken, looked = set[str](), 0.0

    def more(idle: bool) -> Sequence[str] | None:  # noqa: FBT001 - as `run` asks
        nonlocal looked
        if not idle and time.monotonic() - looked < _LOOK_SECONDS:
            return ()
        looked = time.monotonic()
        taken.intersection_update(store.unfinished_ids())  # a job may be queued again after it has ended
        queued = (job.id for job in store.unfinished(taken) if job.status == "queued")
        new = [job_id for job_id in queued if job_id not in but]
        taken.update(new)
        return new or (None if idle else ())

    return more
