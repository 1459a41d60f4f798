"""`svs jobs list`: which jobs there are."""

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, get_args

import typer

from svs.cli.options import Json
from svs.cli.store import open_store
from svs.model.job import Job, State, percent
from svs.store import order
from svs.store.follow import running as running_ids
from svs.store.jobs import JobStore
from svs.store.records import Damaged
from svs.system.codec import encode
from svs.system.processes import is_stalled
from svs.ui import listing
from svs.ui.output import write

_SEARCHED = 10
"""How many jobs are read for a row, at most: several may be runs of one recording."""


def list_jobs(
    number: Annotated[int, typer.Option("-n", min=1, metavar="NUMBER", help="How many jobs to show.")] = 20,
    status: Annotated[
        State | None,
        typer.Option(metavar="STATUS", help=f"Only jobs with this status: {', '.join(get_args(State))}."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all jobs.")] = False,
    as_json: Json = False,
    ids: Annotated[bool, typer.Option("--ids", help="Print the ids alone.")] = False,
) -> None:
    """List the jobs: those that run, then the newest.

    Earlier runs of a recording that is done are counted with the last one.
    """
    store = open_store()
    found = _jobs(store, status)
    if not (everything or ids or as_json):
        found = iter(listing.folded(islice(found, _SEARCHED * number)))
    none = "No jobs yet: run `svs summarize VIDEO`." if status is None else f"No {status} jobs."
    print_jobs(store, found if everything else islice(found, number), none, as_json=as_json, ids=ids)


def print_jobs(
    store: JobStore, found: Iterable[listing.Listed], none: str, *, as_json: bool = False, ids: bool = False
) -> None:
    """Print jobs, or on stderr that there are none; and why those that are queued are not started."""
    seen = set[State]()

    def noted() -> Iterator[listing.Listed]:
        for listed in found:
            seen.add(listed.state)
            yield listed

    if ids:
        for listed in noted():
            write(f"{listed.job.id}\n")
    elif as_json:
        _print_json(noted())
    else:
        _print_columns(noted())
    if not seen and not (ids or as_json):
        typer.echo(none, err=True)
    if "queued" in seen:
        _say_who_works(store)


def _print_columns(jobs: Iterator[listing.Listed]) -> None:
    if not sys.stdout.isatty():
        for text in listing.text(jobs):
            write(text)
        return
    from svs.ui.tables import jobs_table
    from svs.ui.terminal import stdout

    for part in listing.parts(jobs):
        stdout().print(jobs_table(part, stdout().width))


def _print_json(jobs: Iterator[listing.Listed]) -> None:
    """Print jobs as one list, part by part."""
    before = "["
    for part in listing.parts(jobs):
        text = encode([_summary(listed) for listed in part], indent=2).decode()
        write(before + text.removeprefix("[").removesuffix("\n]\n"))
        before = ","
    write("[]\n" if before == "[" else "\n]\n")


def _say_who_works(store: JobStore) -> None:
    if order.is_paused(store):
        typer.echo(order.PAUSED, err=True)
    elif not order.is_worked_on(store):
        typer.echo("No process is running the queue: `svs jobs resume --all` runs its jobs.", err=True)


def _jobs(store: JobStore, status: State | None) -> Iterator[listing.Listed]:
    """Yield the jobs in a state, newest first, but those that run before all others.

    Each record is read only when it is needed.
    """
    unfinished = status in ("queued", "running", "interrupted")
    for job in reversed(list(store.unfinished())) if unfinished else _running_first(store):
        state = store.state(job)
        if status in (None, state):
            begun = state not in ("damaged", "done", "queued")
            progress = store.progress(job.id) if begun else None
            if progress or not begun or store.folder(job.id).exists():  # else it has been removed since
                yield listing.Listed(job, state, progress)


def _running_first(store: JobStore) -> Iterator[Job | Damaged]:
    running = running_ids(store)[::-1]
    yield from map(store.read, running)
    yield from (job for job in store.jobs() if job.id not in running)


def _summary(listed: listing.Listed) -> dict[str, object]:
    """Return a job's entry in the list as JSON."""
    job, state, progress = listed.job, listed.state, listed.progress
    if isinstance(job, Damaged):
        return {"id": job.id, "status": "damaged", "folder": str(job.folder), "problem": job.problem}
    return {
        "id": job.id,
        "status": state,
        "source": job.source.path,
        "title": job.title,
        "created": job.created,
        "finished": job.finished,
        "duration": job.duration,
        "engine": job.plan.engine if job.plan else None,
        "progress": percent(state, progress),
        "stalled": state == "running" and is_stalled(progress),
        "error": job.error.message if job.error else None,
    }
