"""`svs models`: the Whisper models on this machine. Only downloading one uses the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svs.cli import completion

if TYPE_CHECKING:
    from svs.models.installed import Model

app = typer.Typer(
    help="List, download, add and remove Whisper models.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A model's name, as `svs models list` shows it.",
        autocompletion=completion.models,
    ),
]


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the known models and the installed ones."""
    from svs.ui.output import write
    from svs.ui.terminal import stdout

    rows = _rows()
    if as_json:
        from svs.system.codec import encode

        write(encode(rows, indent=2).decode())
        return
    from rich.table import Table

    from svs.ui.terminal import term

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("NAME", "SIZE", "LANGUAGES", "INSTALLED", "VERIFIED"):
        table.add_column(heading, no_wrap=True, justify="right" if heading == "SIZE" else "left")
    for row in rows:
        languages = "99 languages" if row["multilingual"] else "English"
        where = "yes" if row["folder"] else "in a package" if row["packages"] else ""
        size = f"{row['megabytes']} MB"
        table.add_row(term(row["name"]), size, languages, where, row["verified"] or "")
    console = stdout()
    console.print(table, width=None if console.is_terminal else 1000, crop=console.is_terminal)


def _rows() -> list[dict[str, Any]]:
    """Return a row for each model: those of the catalog, then those that the user added."""
    from svs.models.catalog import CATALOG
    from svs.models.installed import available

    here = {model.name: model for model in available()}
    rows = [_row(m.name, m.megabytes, m.multilingual, here.pop(m.name, None)) for m in CATALOG]
    return rows + [_row(m.name, max(1, round(m.bytes / 1e6)), m.multilingual, m) for m in here.values()]


def _row(name: str, megabytes: int, multilingual: bool, here: "Model | None") -> dict[str, Any]:
    from svs.models.carried import packages

    is_installed = here is not None and not here.carried
    return {
        "name": name,
        "megabytes": megabytes,
        "multilingual": multilingual,
        "folder": str(here.folder) if here and is_installed else None,
        "verified": here.verified if here and is_installed else None,
        "packages": [package.name for package in packages(name)] if here and here.carried else [],
    }


@app.command("download")
def download_model(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A model's name, as `svs models list` shows it.",
            autocompletion=completion.known_models,
        ),
    ],
) -> None:
    """Download a model; an interrupted download is continued."""
    _print(download_with_bar(name))


def download_with_bar(name: str) -> Path:
    """Download a model with a bar on stderr, and return its folder."""
    from functools import partial

    from svs.models import download, installed

    with _bar(name) as on_progress:
        model = installed.download(name, partial(download.fetch, on_progress=on_progress))
    _print_notice(f"{model.name} is installed.")
    return model.folder


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr if that is a terminal, and a line before the download."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Speed

    from svs.models.download import endpoint
    from svs.ui.terminal import stderr

    console = stderr()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(None),
        DownloadColumn(),
        Speed(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        def show(done: int, total: int) -> None:
            if not progress.tasks:  # added now, so that bytes of an earlier call do not count for the speed
                sizes = f"{total / 1e6:.0f} MB, {done / 1e6:.0f} MB of it already here"
                _print_notice(f"Downloading {name} from {endpoint()}: {sizes}.")
                progress.add_task("", total=total, completed=done)
            progress.update(progress.tasks[0].id, completed=done)

        yield show


@app.command("add")
def add_model(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder with a model in faster-whisper's format.")
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model's name; default: the folder's name.")
    ] = None,
) -> None:
    """Install a model from a folder, on a machine without a network."""
    from svs.models.installed import add

    model = add(folder, name)
    note = " It is not a known model, so it is not verified." if model.verified == "no" else ""
    _print_notice(f"{model.name} is installed.{note}")
    _print(model.folder)


@app.command("rm")
def remove_model(name: Name) -> None:
    """Delete a model, or an interrupted download."""
    from svs.models import carried, installed

    installed.remove(name)
    _print_notice(f"{name} was removed.")
    if carried.find(name):
        names = " ".join(package.name for package in carried.packages(name))
        _print_notice(
            f"It is installed again when a job needs it, unless you run `python -m pip uninstall {names}`."
        )


@app.command("path")
def print_path(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A model's name; default: the folder of all models."),
    ] = None,
) -> None:
    """Print the folder of all models, or of one model."""
    from svs.models.installed import find, ready
    from svs.system.paths import models_home

    _print(ready(find(name).folder, _print_notice).folder if name else models_home())


def _print_notice(text: str) -> None:
    from svs.ui.terminal import stderr, term

    stderr().print(term(text), soft_wrap=True)


def _print(path: Path) -> None:
    from svs.ui.output import write

    write(f"{path}\n")
