"""`svs jobs cancel`."""

from typing import Annotated

import typer

from svs.cli.options import Ids
from svs.cli.store import for_each, open_store
from svs.jobs import actions


def cancel(
    job_ids: Ids,
    at_once: Annotated[
        bool, typer.Option("--now", help="Kill the process instead of asking it to stop.")
    ] = False,
) -> None:
    """Cancel jobs. Their work so far is kept, and they can be resumed."""
    store = open_store()

    def stop(reference: str) -> None:
        job_id = store.resolve(reference)
        ended = actions.cancel(store, job_id, at_once=at_once)
        typer.echo(f"{'cancelled' if ended else 'asked to stop:'} {job_id}", err=True)

    for_each(job_ids, stop)
