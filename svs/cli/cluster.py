"""`--cluster`: jobs run on the workers of a Dask cluster."""

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from svs.ui.output import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from svs.jobs.queue import Elsewhere
    from svs.jobs.scheduler import Address
    from svs.model.job import Job
    from svs.store.jobs import JobStore


def address(scheduler: str, ca: str, cert: str, key: str) -> "Address | None":
    """Return which cluster the user means, if any. Raises UsageError."""
    if not scheduler:
        return None
    from svs.jobs.scheduler import Address

    found = Address(scheduler, ca, cert, key)
    found.check()
    return found


@contextmanager
def connected(
    chosen: "Address | None", store: "JobStore", jobs: "Sequence[Job]"
) -> "Iterator[Elsewhere | None]":
    """Yield the cluster, or None for this machine. Raises SvsError if no worker can run these jobs."""
    if chosen is None or not jobs:
        yield None
        return
    from svs.jobs.cluster import connected

    with connected(chosen, store, jobs, _say) as found:
        yield found


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal may be closed
        typer.echo(visible(f"cluster: {line}"), err=True)
