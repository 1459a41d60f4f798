"""`svs jobs rm` and `svs jobs prune`: remove jobs."""

from typing import Annotated, get_args

import typer

from svs.cli import parsers
from svs.cli.options import Ids
from svs.cli.store import for_each, open_store
from svs.errors import SvsError, UsageError
from svs.jobs import actions
from svs.model.job import Ended
from svs.store import reuse
from svs.ui.output import write


def rm(job_ids: Ids) -> None:
    """Remove jobs with everything that svs stores about them. Exported files are kept."""
    store = open_store()

    def remove(reference: str) -> None:
        job_id = store.resolve(reference)
        actions.remove(store, job_id)
        typer.echo(f"removed {job_id}", err=True)

    try:
        for_each(job_ids, remove)
    finally:
        reuse.forget_removed(store)


def prune(
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Only jobs older than this: 30d, 12h or 2w.")
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="Keep this many of the newest jobs, however old.")
    ] = 0,
    status: Annotated[
        Ended | None,
        typer.Option(metavar="STATUS", help=f"Only jobs with this status: {', '.join(get_args(Ended))}."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the ids.")] = False,
) -> None:
    """Remove old jobs, and print their ids. A running job is never touched."""
    if older_than is None and not keep and status is None:
        raise UsageError("this would remove every job", "Give --older-than, --keep or --status.")
    store = open_store()

    def remove(job_id: str) -> None:
        try:
            if not dry_run:
                actions.remove(store, job_id)
        except SvsError:
            if store.folder(job_id).exists():
                raise
        else:  # not when another process was faster
            write(f"{job_id}\n")

    rule = actions.PruneRule(older_than=parsers.age(older_than), keep=keep, status=status)
    try:
        for_each(list(actions.jobs_to_prune(store, rule)), remove)
    finally:
        reuse.forget_removed(store)
