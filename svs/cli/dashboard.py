"""`svs dashboard`: all jobs on one live screen."""

import sys
from typing import Annotated, Literal

import typer

from svs.cli.store import open_store
from svs.errors import UsageError


def dashboard(
    filter_words: Annotated[str, typer.Argument(metavar="[FILTER]", help="Words to filter by.")] = "",
    theme: Annotated[
        Literal["dark", "light"],
        typer.Option(metavar="THEME", help="Colours for a dark or a light background: dark or light."),
    ] = "dark",
) -> None:
    """Watch and manage all jobs on one screen. Press ? for the keys."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise UsageError("the dashboard needs a terminal", "Use `svs jobs list` instead.")
    from svs.store.index import Watcher
    from svs.ui.dashboard.app import Dashboard

    app = Dashboard(Watcher(open_store()), theme, filter_words)
    app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)
