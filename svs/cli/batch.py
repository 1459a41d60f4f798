"""Many jobs: `svs summarize` with several recordings or in the background, `svs jobs resume --all`."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer
from msgspec.structs import replace

from svs.cli.cluster import connected
from svs.cli.errors import print_error
from svs.cli.finish import Finish
from svs.cli.notify import Notices
from svs.cli.running import listening
from svs.cli.store import open_store
from svs.errors import Stopped, StoreError, UsageError
from svs.events import ProgressEvent
from svs.jobs import background, inputs, launch, queue
from svs.jobs.enqueue import enqueue
from svs.model.job import Job, Options, State
from svs.store import order, results
from svs.store.follow import Follower
from svs.store.jobs import JobStore
from svs.store.records import Damaged
from svs.system.codec import encode
from svs.system.processors import cores
from svs.times import clock
from svs.ui.output import one_line, visible, write
from svs.ui.result import show
from svs.ui.terminal import chosen, stderr
from svs.ui.view import View
from svs.ui.watch import Json, Lines

if TYPE_CHECKING:
    from svs.jobs.scheduler import Address


def several(videos: Sequence[Path], *, recursive: bool, always: bool = False) -> list[Path] | None:
    """Return the recordings that the user means, or None when it is the one file that is named.

    With `always` that is a list, too. Raises InputError when one is not there.
    """
    if not always and len(videos) == 1 and not videos[0].is_dir() and not inputs.is_pattern(videos[0]):
        return None
    return inputs.find(videos, recursive=recursive)


def check(options: Options, finish: Finish, where: "Address | None", *, detach: bool) -> None:
    """Refuse what cannot work for any of several recordings."""
    if finish.open_report or finish.copy:
        raise UsageError("--open and --copy take one recording", "Give them with one recording.")
    if options.embed:
        raise UsageError("--embed names one file", "Give it with one recording.")
    if where and detach:
        raise UsageError("--detach queues jobs for this machine, not for a cluster", "Leave one of them out.")


def summarize(
    recordings: list[Path],
    options: Options,
    at_once: int | None,
    view: View,
    notices: Notices,
    finish: Finish,
    where: "Address | None",
) -> None:
    """Summarize several recordings. Raises what `run` raises."""
    store = open_store()
    at_once = 1 if where else at_once or queue.jobs_at_once(options.device)
    run(store, _enqueue(store, recordings, options, at_once), at_once, view, notices, finish, where)


def detach(
    recordings: list[Path], options: Options, at_once: int | None, environment: Mapping[str, str]
) -> None:
    """Queue recordings for the process in the background, and print the ids of their jobs.

    With addresses for notifications in the environment, another process waits for their end.
    """
    store = open_store()
    at_once = at_once or queue.jobs_at_once(options.device)
    jobs = _enqueue(store, recordings, options, at_once)
    ids = [job.id for job in jobs]
    background.take(store, jobs, at_once)
    if environment.get("SVS_NOTIFY"):
        launch.start(["jobs", "wait", *ids], order.log(store), environment)
    write("".join(f"{job_id}\n" for job_id in ids))
    if order.is_paused(store):
        typer.echo(order.PAUSED, err=True)


def sharing(options: Options, at_once: int) -> Options:
    """Return the options of jobs that share the processor's cores."""
    if at_once == 1 or options.threads:
        return options
    return replace(options, threads=max(1, cores() // at_once))


def _enqueue(store: JobStore, recordings: list[Path], options: Options, at_once: int) -> list[Job]:
    """Return a job for each recording; say which are done already."""
    options = sharing(options, at_once)
    jobs = enqueue(store, recordings, inputs.apart(recordings, options))
    for job in jobs:
        if job.status == "done":
            typer.echo(f"skipped: {visible(job.source.path)} is done already, in job {job.id}", err=True)
    return jobs


def run(
    store: JobStore,
    jobs: Sequence[Job],
    at_once: int,
    view: View,
    notices: Notices,
    finish: Finish,
    where: "Address | None" = None,
) -> None:
    """Run jobs, here or on a cluster, print the summaries in their order, and then a tally.

    Raises Stopped after a signal, and Exit with 1 when a job is not done in the end.
    """
    signals: list[int] = []
    began = time.monotonic()
    todo = [job for job in jobs if job.status != "done"]
    if todo and order.is_paused(store):
        typer.echo(order.PAUSED, err=True)

    def after(follower: Follower) -> None:
        if follower.state == "done":
            finish.hook(follower.job)

    ids = [job.id for job in todo]
    with (
        stopping(signals),
        connected(where, store, todo) as machines,
        showing(view, todo, after) as shown,
    ):
        problems = queue.run(store, ids, at_once, shown, lambda: bool(signals), elsewhere=machines)
    states = {job.id: store.state(store.read(job.id)) for job in jobs}
    done = [job.id for job in jobs if states[job.id] == "done"]
    for job_id in done:
        print_result(store, job_id, as_json=finish.as_json)
    tally = _tally(store, states, len(jobs) - len(todo), {job.id for job in todo}, time.monotonic() - began)
    with suppress(OSError):
        typer.echo(tally, err=True)
        for job in todo:
            _say_failure(store, job, states[job.id], problems.get(job.id, ""))
    notices.send(f"svs: {len(jobs)} recordings", tally)
    if signals:
        hint = "Go on with `svs jobs resume --all`."
        raise Stopped("stopped; what is done so far is kept", hint, exit_code=128 + signals[0])
    if len(done) < len(jobs):
        raise typer.Exit(1)


@contextmanager
def stopping(signals: list[int]) -> Iterator[None]:
    """Keep the first signal that asks to stop in the list; the second ends everything at once.

    What is said goes through the console that may draw bars.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if signals:
            with suppress(OSError):
                stderr().print("svs: stopped; `svs jobs resume --all` continues it")
            raise KeyboardInterrupt
        signals.append(number)
        with suppress(OSError):  # the terminal may be closed
            stderr().print("stopping at the next safe point; press Ctrl-C again to stop at once")

    with listening(on_signal):
        yield


@contextmanager
def showing(
    view: View, jobs: Sequence[Job], after: Callable[[Follower], None] = lambda _: None
) -> Iterator[queue.View]:
    """Give the view that the user wants, on stderr; `after` is called when a job has ended."""
    console = stderr()
    view = chosen(view, console)
    if view == "rich":
        from svs.ui.batch import BatchBars

        with BatchBars(console, jobs) as bars:
            yield Tolerant(bars, after)
    elif view == "none":
        yield Tolerant(None, after)
    else:
        yield Tolerant(Json(sys.stderr) if view == "json" else Lines(sys.stderr), after)


class Tolerant:
    """Has the jobs go on when nobody can see them any more: the terminal or pipe was closed."""

    def __init__(self, view: queue.View | None, after: Callable[[Follower], None] = lambda _: None) -> None:
        self._view, self._after = view, after

    def show(self, follower: Follower, event: ProgressEvent) -> None:
        """Show what happened to a job."""
        with suppress(OSError):
            if self._view:
                self._view.show(follower, event)

    def end(self, follower: Follower) -> None:
        """Show how a job has ended, and run the user's command if it is done."""
        with suppress(OSError):
            if self._view:
                self._view.end(follower)
        with suppress(OSError):
            self._after(follower)


def print_result(store: JobStore, job_id: str, *, as_json: bool) -> None:
    """Print a summary as `svs summarize` does for one recording, but JSON on one line."""
    try:
        result = results.load(store.load(job_id), store.folder(job_id))
    except StoreError as error:  # its files were removed or damaged meanwhile
        print_error(error)
        return
    if as_json:
        write(encode(result).decode())
    else:
        show(result, as_json=False)


def _tally(store: JobStore, states: dict[str, State], skipped: int, todo: set[str], seconds: float) -> str:
    """Return how all ended, how much was recorded in what was done now, and how long it took."""
    counts = Counter(states.values())
    counts["done"] -= skipped
    numbers = [f"{counts[name]} {name}" for name in ("done", "failed")]
    numbers.insert(1, f"{skipped} skipped")
    numbers += [f"{number} {name}" for name, number in counts.items() if name not in ("done", "failed")]
    recorded = sum(store.load(job_id).duration for job_id in todo if states[job_id] == "done")
    return f"{', '.join(numbers)}: {clock(recorded)} of recording in {clock(seconds)}"


def _say_failure(store: JobStore, job: Job, state: State, problem: str) -> None:
    """Say why a job is not done, in a line."""
    record = store.read(job.id)
    if isinstance(record, Damaged):
        problem = problem or record.problem
    elif record.error and state == "failed":
        problem = record.error.message
    if problem or state == "cancelled":
        line = f"{state if state == 'cancelled' else 'failed'}: {job.source.name} (job {job.id}): {problem}"
        typer.echo(one_line(line.removesuffix(": ")), err=True)
