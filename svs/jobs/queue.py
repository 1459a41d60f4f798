"""Many jobs: each recording becomes a queued job at once, and some run at a time, each in a child process."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from svs.errors import HeldError, StoreError
from svs.events import ProgressEvent
from svs.jobs import child
from svs.jobs.actions import last_output
from svs.media.fingerprint import describe, identity
from svs.model.job import Device, Job, JobError, LimitOptions, Options
from svs.model.media import Source
from svs.store.follow import Follower
from svs.store.jobs import JobStore
from svs.store.records import Damaged, now

if TYPE_CHECKING:
    from subprocess import Popen

_MOST = 4  # jobs at a time, unless the user asks for more
_MEMORY = 2_000_000_000  # bytes for each: measured were 0.5 GB with base, and larger models need more
_PAUSE = 0.2  # seconds between two looks
_REFUSED = range(1, 6)
"""Exit codes of svs itself: a crash has another."""
_STOPPED = [128 + number for number in (1, signal.SIGINT, signal.SIGTERM)]
_INESSENTIAL = {name: getattr(Options(), name) for name in (*LimitOptions.__struct_fields__, "force")}
"""Options that change no result, with their defaults."""


class View(Protocol):
    """Who is shown what happens."""

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Show what happened to a job."""

    def end(self, follower: Follower) -> None:
        """Show how a job has ended."""


@dataclass(slots=True)
class _Running:
    follower: Follower
    process: "Popen[bytes]"
    asked: bool = False
    """To stop."""


def jobs_at_once(device: Device) -> int:
    """Return how many jobs run at a time: one on a GPU, else one for each core, as memory allows."""
    import ctranslate2
    import psutil

    if device != "cpu" and ctranslate2.get_cuda_device_count():
        return 1
    memory: int = psutil.virtual_memory().available
    return max(1, min(_MOST, os.cpu_count() or 1, memory // _MEMORY))


def enqueue(store: JobStore, recordings: Sequence[Path], options: Sequence[Options]) -> list[Job]:
    """Return a job for each recording: a new one, or that which has the same options and is not lost.

    It may be done, with its files still there, or queued, running or interrupted.
    """
    sources = [describe(recording) for recording in recordings]
    known = dict(_earlier(store, {source.path for source in sources})) if recordings else {}
    return [
        (not wish.fresh and known.get(_key(source, wish))) or store.create(source, wish)
        for source, wish in zip(sources, options, strict=True)
    ]


def _earlier(store: JobStore, paths: set[str]) -> Iterator[tuple[tuple[object, ...], Job]]:
    """Yield the jobs over these files that need not be made again, the newest last."""
    found = [job for job in store.jobs() if not isinstance(job, Damaged) and job.source.path in paths]
    for job in reversed(found):
        whole = job.status == "done" and all(Path(file).exists() for file in job.outputs)
        if whole or job.status in ("queued", "running"):
            yield _key(job.source, job.options), job


def _key(source: Source, options: Options) -> tuple[object, ...]:
    return source.path, *identity(source), replace(options, **_INESSENTIAL)


def run(
    store: JobStore, job_ids: Sequence[str], at_once: int, view: View, stopped: Callable[[], bool]
) -> dict[str, str]:
    """Run jobs, so many at a time, until all have ended or the user wants to stop.

    A job that another process runs is waited for. Returns why jobs could not be run, by their ids; how the
    others have ended is in their records. On the way out, children that still run are killed.
    """
    waiting, problems = list(job_ids), dict[str, str]()
    running: list[_Running] = []
    try:
        while running or (waiting and not stopped()):
            if stopped():
                _ask_to_stop(running)
            elif len(running) < at_once:
                running += _start_next(store, waiting, view, problems)
            for ended in [taken for taken in running if _has_ended(taken, view)]:
                running.remove(ended)
                _after(store, ended, waiting, view, problems)
            time.sleep(_PAUSE)
    finally:
        for taken in running:
            with taken.process:  # which waits for it
                taken.process.kill()
    return problems


def _ask_to_stop(running: list[_Running]) -> None:
    """Ask each child, once, to stop at its next safe point: a second time would be at once."""
    for taken in running:
        if not taken.asked:
            taken.asked = True
            taken.process.terminate()


def _start_next(
    store: JobStore, waiting: list[str], view: View, problems: dict[str, str]
) -> Iterator[_Running]:
    """Start the first job that no other process runs; those that others have ended are shown as ended."""
    for job_id in list(waiting):
        try:
            follower = Follower(store, job_id)
            if follower.state == "running":
                continue
            waiting.remove(job_id)
            if follower.state in ("queued", "interrupted"):
                follower.new_events()  # at what earlier runs have said, so that it is not shown again
                yield _Running(follower, child.start(store, job_id))
                return
            view.end(follower)
        except StoreError as error:  # it is damaged, or has been removed
            waiting.remove(job_id)
            problems[job_id] = error.message


def _has_ended(taken: _Running, view: View) -> bool:
    """Show what a job has done since the last look, and say whether its process has ended."""
    ended = taken.process.poll() is not None
    if ended and taken.process.stdin:
        taken.process.stdin.close()
    with suppress(StoreError):  # its record is damaged: what it does is not known until it ends
        for event in taken.follower.new_events():
            view.show(taken.follower, event)
    return ended


def _after(
    store: JobStore, ended: _Running, waiting: list[str], view: View, problems: dict[str, str]
) -> None:
    """Have a job run again whose process crashed for the first time; else show how it has ended."""
    job_id, code = ended.follower.job.id, ended.process.returncode
    unfinished = ended.follower.state in ("queued", "interrupted")
    if code == child.HELD:
        waiting.append(job_id)
        return
    if unfinished and code in _REFUSED:
        problems[job_id] = last_output(store, job_id)
    elif unfinished and not ended.asked and code not in _STOPPED and _goes_on(store, job_id, code):
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
            if store.asked_to_cancel(job_id):  # whoever asked has killed it, and records that
                return False
            if not job.crashes:
                store.save(replace(job, crashes=1))
                return True
            store.tidy(job_id)
            error = JobError(
                message=f"its process {_how(code)}, twice: there may be too little memory for it",
                hint=f"Close other programs, then `svs jobs resume {job_id}`; or take a smaller --model.",
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
