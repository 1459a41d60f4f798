"""What the commands on stored jobs share: the user's store, how jobs are named, and work on several."""

from collections.abc import Callable
from typing import Annotated

import typer

from svs.cli import completion
from svs.cli.errors import print_error
from svs.errors import Stopped, SvsError
from svs.store.jobs import JobStore
from svs.system.paths import jobs_home

Id = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A job's id, its unique beginning or end, or `last`.",
        autocompletion=completion.job_ids,
    ),
]
Ids = Annotated[
    list[str],
    typer.Argument(
        metavar="ID...",
        help="Ids, unique beginnings or ends, or `last`.",
        autocompletion=completion.job_ids,
    ),
]

SHOWN = typer.Option(metavar="VIEW", help="Progress on stderr: auto, rich, plain, json or none.")
"""The option `--progress`."""
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show only results, warnings and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show more details.")]


def open_store() -> JobStore:
    """Return the user's store."""
    return JobStore(jobs_home())


def for_each(references: list[str], work: Callable[[str], None]) -> None:
    """Do the work for each job. A failure is printed, and does not stop the others."""
    failed: list[SvsError] = []
    for reference in references:
        try:
            work(reference)
        except Stopped:
            raise
        except SvsError as error:
            print_error(error)
            failed.append(error)
    if failed:
        raise typer.Exit(failed[0].exit_code)
