"""`svs models`: the Whisper models on this machine. Downloading one is all that svs does on the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from svs.cli import completion

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
    """List the models that there are, and those that are installed."""
    from svs.ui.output import write
    from svs.ui.terminal import stdout

    rows = _rows()
    if as_json:
        from svs.records import encode

        write(encode(rows, indent=2).decode())
        return
    from rich.table import Table

    from svs.ui.terminal import term

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("NAME", "SIZE", "LANGUAGES", "INSTALLED"):
        table.add_column(heading, no_wrap=True, justify="right" if heading == "SIZE" else "left")
    for row in rows:
        languages = "99 languages" if row["multilingual"] else "English"
        table.add_row(term(row["name"]), f"{row['megabytes']} MB", languages, "yes" if row["folder"] else "")
    console = stdout()
    console.print(table, width=None if console.is_terminal else 1000, crop=console.is_terminal)


def _rows() -> list[dict[str, Any]]:
    """Return what there is to know of each model: those of the catalog, then those that the user added."""
    from svs.engines import models

    installed = {model.name: model for model in models.installed()}
    rows = []
    for known in models.CATALOG:
        here = installed.pop(known.name, None)
        rows.append(_row(known.name, known.megabytes, known.multilingual, here.folder if here else None))
    added = installed.values()
    return rows + [_row(m.name, max(1, round(m.bytes / 1e6)), m.multilingual, m.folder) for m in added]


def _row(name: str, megabytes: int, multilingual: bool, folder: Path | None) -> dict[str, Any]:
    return {
        "name": name,
        "megabytes": megabytes,
        "multilingual": multilingual,
        "folder": str(folder) if folder else None,
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
    """Download a model; an interrupted download goes on."""
    _print(download_with_bar(name))


def download_with_bar(name: str) -> Path:
    """Download a model with a bar on stderr, and return its folder."""
    from functools import partial

    from svs.engines import download, models

    with _bar(name) as on_progress:
        model = models.download(name, partial(download.fetch, on_progress=on_progress))
    _tell(f"{model.name} is installed.")
    return model.folder


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar on stderr, where that is a terminal; elsewhere one line says what comes."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Speed

    from svs.engines.download import endpoint
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
            if not progress.tasks:  # made now, so that bytes of an earlier call do not count for the speed
                sizes = f"{total / 1e6:.0f} MB, {done / 1e6:.0f} MB of it here"
                _tell(f"Downloading {name} from {endpoint()}: {sizes}.")
                progress.add_task("", total=total, completed=done)
            progress.update(progress.tasks[0].id, completed=done)

        yield show


@app.command("add")
def add_model(
    folder: Annotated[Path, typer.Argument(help="A folder with a model as faster-whisper uses it.")],
    name: Annotated[str | None, typer.Option(help="What to call it; else the folder's own name.")] = None,
) -> None:
    """Install a model from a folder, on a machine without a network."""
    from svs.engines import models

    model = models.add(folder, name)
    _tell(f"{model.name} is installed.")
    _print(model.folder)


@app.command("rm")
def remove_model(name: Name) -> None:
    """Delete a model, or the rest of a broken download."""
    from svs.engines import models

    models.remove(name)
    _tell(f"{name} is removed.")


@app.command("path")
def print_path(
    name: Annotated[str | None, typer.Argument(help="A model's name; else the folder of all.")] = None,
) -> None:
    """Print where the models are, or where one of them is."""
    from svs.engines import models
    from svs.paths import models_home

    _print(models.find(name).folder if name else models_home())


def _tell(text: str) -> None:
    from svs.ui.terminal import stderr, term

    stderr().print(term(text), soft_wrap=True)


def _print(path: Path) -> None:
    from svs.ui.output import write

    write(f"{path}\n")
