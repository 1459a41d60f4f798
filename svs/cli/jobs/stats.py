"""`svs jobs stats`: how fast and how complete past jobs were."""

import typer

from svs.cli.options import Json
from svs.cli.store import open_store
from svs.progress import stats as found
from svs.store.records import Damaged
from svs.system.codec import encode
from svs.ui.output import write
from svs.ui.tables import stats_table
from svs.ui.terminal import stdout


def stats(
    as_json: Json = False,
) -> None:
    """Show each engine's speed and coverage, and how accurate the time left was."""
    rows = found.rows(job for job in open_store().jobs() if not isinstance(job, Damaged))
    if as_json:
        write(encode(rows, indent=2).decode())
    elif rows:
        stdout().print(stats_table(rows))
    else:
        typer.echo("No jobs yet: run `svs summarize VIDEO`.", err=True)
