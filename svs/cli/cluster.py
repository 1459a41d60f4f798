"""`--cluster`: jobs run on the workers of a Dask cluster."""

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svs.ui.output import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from svs.jobs.cluster import Address
    from svs.jobs.queue import Elsewhere
    from svs.model.job import Job
    from svs.store.jobs import JobStore


def _option(name: str, metavar: str, text: str) -> Any:  # noqa: ANN401 - as Typer has it
    return typer.Option(
        name,
        metavar=metavar,
        envvar=f"SVS_{name[2:].replace('-', '_').upper()}",
        rich_help_panel="Jobs",
        show_envvar=False,
        help=text,
    )


Scheduler = Annotated[
    str,
    _option(
        "--cluster",
        "ADDRESS",
        "Run the jobs on a Dask cluster with this scheduler, such as tls://node1:8786: see docs/cluster.md.",
    ),
]
Authority = Annotated[
    str, _option("--cluster-ca", "FILE", "The certificate of the cluster's own authority, for tls://.")
]
Certificate = Annotated[str, _option("--cluster-cert", "FILE", "This machine's certificate, for tls://.")]
Key = Annotated[str, _option("--cluster-key", "FILE", "The key of that certificate.")]


def address(scheduler: str, ca: str, cert: str, key: str) -> "Address | None":
    """Return which cluster the user means, if any. Raises UsageError."""
    if not scheduler:
        return None
    from svs.jobs.cluster import Address

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
