"""What the commands on stored jobs share: the user's store, how jobs are named, and work on several."""

from collections.abc import Callable

import typer

from svs.cli.errors import print_error
from svs.errors import Stopped, SvsError
from svs.store.jobs import JobStore
from svs.system.paths import jobs_home


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
