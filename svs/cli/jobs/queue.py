"""`svs jobs queue`: the queued jobs, their order, and whether they wait."""

from typing import Annotated, Literal

import typer

from svs.cli import batch, completion
from svs.cli.jobs.list import print_jobs
from svs.cli.options import Json
from svs.cli.store import open_store
from svs.errors import UsageError
from svs.jobs import background
from svs.jobs.queue import jobs_at_once
from svs.store import order
from svs.store.jobs import JobStore
from svs.ui.listing import Listed

_Action = Literal["list", "first", "pause", "resume"]


def queue(
    action: Annotated[
        _Action,
        typer.Argument(
            metavar="[ACTION]",
            help="list; first ID...: take these next; pause: start no more; resume: start them again.",
        ),
    ] = "list",
    job_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID...]", help="The jobs to take first.", autocompletion=completion.job_ids),
    ] = None,
    as_json: Json = False,
    ids: Annotated[bool, typer.Option("--ids", help="Print the ids alone.")] = False,
) -> None:
    """List the queued jobs in the order in which they are taken, or change it. Running jobs go on."""
    store = open_store()
    if (action == "first") != bool(job_ids):
        raise UsageError("`svs jobs queue first` takes ids, and nothing else does", "See `svs jobs queue`.")
    if action == "first":
        order.move_first(store, [_queued(store, reference) for reference in job_ids or ()])
    elif action == "list":
        jobs = [Listed(job, "queued") for job in order.queued(store)]
        none = f"No job is queued. {order.PAUSED}" if order.is_paused(store) else "No job is queued."
        print_jobs(store, jobs, none, as_json=as_json, ids=ids)
    elif action == "pause":
        order.pause(store, paused=True)
        typer.echo(order.PAUSED, err=True)
    else:
        order.pause(store, paused=False)
        if order.queued(store) and not order.is_worked_on(store):
            background.start(store, jobs_at_once("auto"))


def _queued(store: JobStore, reference: str) -> str:
    job_id = store.resolve(reference)
    if store.load(job_id).status != "queued":
        raise UsageError(f"job {job_id} is not queued", "`svs jobs queue` lists those that are.")
    return job_id


def work(
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="NUMBER", help="How many at a time.")] = 1,
) -> None:
    """Run the queued jobs for `--detach`, until there are none."""
    signals: list[int] = []
    with batch.stopping(signals):
        background.work(open_store(), jobs, batch.Tolerant(None), lambda: bool(signals))
