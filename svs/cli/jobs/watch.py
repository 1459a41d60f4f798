"""`svs jobs watch`, `wait`, `logs` and `attach`: following jobs from another terminal; they only read."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Protocol

import typer

from svs.cli.completion import job_ids as complete_ids
from svs.cli.notify import Notices
from svs.cli.options import Id, Ids, JsonEvents, JsonResult, Notify, NotifyContent, Progress, Quiet, Verbose
from svs.cli.store import open_store
from svs.errors import Cancelled, SvsError
from svs.events import ProgressEvent
from svs.model.job import Job
from svs.store import results
from svs.store.follow import Follower, read_log, running
from svs.system.codec import encode
from svs.times import parse_length
from svs.ui.listing import local, log_line
from svs.ui.output import leave_quietly, one_line, write
from svs.ui.result import show
from svs.ui.terminal import stdout
from svs.ui.view import wanted
from svs.ui.watch import Bars, Json, Lines

_POLL_SECONDS = 0.25  # progress is not written more often
_TIMED_OUT = 124  # as GNU timeout exits


class _View(Protocol):
    """How several jobs are shown."""

    def show(self, follower: Follower, event: ProgressEvent) -> None: ...

    def end(self, follower: Follower) -> None: ...


def watch(
    job_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID...]",
            help="Ids, unique beginnings or ends, or `last`; default: all running jobs.",
            autocompletion=complete_ids,
        ),
    ] = None,
    as_json: JsonEvents = False,
) -> None:
    """Watch jobs live until they have ended. Exits with 0 when all of them are done, else with 1."""
    store = open_store()
    ids = list(dict.fromkeys(map(store.resolve, job_ids or ()))) or running(store)
    if not ids:
        typer.echo("No job is running.", err=True)
        return
    followers = [Follower(store, job_id) for job_id in ids]
    on_terminal = sys.stdout.isatty() and not as_json
    try:
        _watch_with_bars(followers) if on_terminal else _watch(followers, _lines(as_json=as_json))
    except BrokenPipeError:
        leave_quietly()
    _exit(followers)


def _watch_with_bars(followers: list[Follower]) -> None:
    with Bars(stdout()) as view:
        _watch(followers, view)


def _lines(*, as_json: bool) -> _View:
    return Json(sys.stdout) if as_json else Lines(sys.stdout)


def _watch(followers: list[Follower], view: _View) -> None:
    for active in _poll(followers):
        for follower in active:
            for event in follower.new_events():
                view.show(follower, event)
            if follower.ended:
                view.end(follower)


def _poll(followers: list[Follower]) -> Iterator[list[Follower]]:
    """Yield the jobs that have not ended, a few times a second, until all have; the caller updates them."""
    while active := [follower for follower in followers if not follower.ended]:
        yield active
        if not all(follower.ended for follower in active):
            time.sleep(_POLL_SECONDS)


def _exit(followers: list[Follower]) -> None:
    if any(follower.state != "done" for follower in followers):
        raise typer.Exit(1)


def wait(
    job_ids: Ids,
    timeout: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Wait no longer than this: 90s, 10m or 2h.")
    ] = None,
    notify: Notify = None,
    notify_content: NotifyContent = False,
) -> None:
    """Wait silently until jobs have ended. Exits with 0 when all are done, 1 if not, 124 on timeout."""
    began = time.monotonic()
    until = None if timeout is None else began + parse_length(timeout)
    store, notices = open_store(), Notices(notify, content=notify_content)
    followers = [Follower(store, store.resolve(reference)) for reference in job_ids]
    for active in _poll(followers):
        for follower in active:
            follower.update()
        if until is not None and time.monotonic() >= until and not all(f.ended for f in active):
            raise typer.Exit(_TIMED_OUT)
    if len(followers) == 1:
        notices.notify(followers[0].job, store, followers[0].state, time.monotonic() - began)
    else:
        counts = Counter(follower.state for follower in followers)
        text = ", ".join(f"{count} {state}" for state, count in counts.items())
        notices.send(f"svs: {len(followers)} recordings", text)
    _exit(followers)


def attach(
    job_id: Id,
    progress: Progress = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    as_json: JsonResult = False,
) -> None:
    """Show a job as if it had been started here, and its result at the end. Ctrl-C leaves it running."""
    from svs.cli.running import showing

    store = open_store()
    follower = Follower(store, store.resolve(job_id))
    try:
        with showing(wanted(progress, quiet=quiet), verbose=verbose) as report:
            for _ in _poll([follower]):
                for event in follower.new_events():
                    report(event)
    except KeyboardInterrupt:
        job_id = follower.job.id
        typer.echo(f"detached; job {job_id} is still running: `svs jobs attach {job_id}` shows it", err=True)
        raise typer.Exit(130) from None
    if follower.state != "done":
        raise _failure(follower)
    show(results.load(follower.job, store.folder(follower.job.id)), as_json=as_json)


def _failure(follower: Follower) -> SvsError:
    """Return the error with which a job ended."""
    job = follower.job
    if job.error and follower.state == "failed":
        failure = SvsError(job.error.message, job.error.hint)
        failure.exit_code = job.error.exit_code
        return failure
    how = "was cancelled" if follower.state == "cancelled" else "was interrupted"
    return Cancelled(f"job {job.id} {how}", f"Continue it with `svs jobs resume {job.id}`.")


def logs(
    job_id: Id,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Keep printing until the job has ended.")
    ] = False,
    as_json: JsonEvents = False,
) -> None:
    """Show what happened to a job, and when."""

    def print_event(event: ProgressEvent) -> None:
        write(encode(event).decode() if as_json else log_line(event))

    store = open_store()
    follower = Follower(store, store.resolve(job_id))
    if not follow:
        for event in read_log(store.folder(follower.job.id)):
            print_event(event)
        follower.update()
    else:
        _follow_log(follower, print_event)
    if not as_json:
        write(_ending(follower.job, follower.state))


def _follow_log(follower: Follower, print_event: Callable[[ProgressEvent], None]) -> None:
    for _ in _poll([follower]):
        for event in follower.new_events():
            if event.kind not in ("advanced", "line"):
                print_event(event)


def _ending(job: Job, state: str) -> str:
    """Return the line with a job's present status."""
    reason = f": {job.error.message} {job.error.hint}" if job.error else ""
    when = local(job.finished) if job.finished else "now".ljust(19)
    return f"{when}  {'':10}  {one_line(state + reason)}\n"
