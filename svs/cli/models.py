"""`svs models`: the Whisper models on this machine. Only downloading one uses the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from svs.cli import completion
from svs.cli.options import Json
from svs.cli.store import open_store
from svs.models import carried, choice, installed
from svs.models.catalog import CATALOG
from svs.models.download import endpoint, fetch
from svs.models.installed import Model
from svs.progress.stats import speeds
from svs.store.records import Damaged
from svs.system.codec import encode
from svs.system.paths import PYTHON, models_home
from svs.ui.output import write
from svs.ui.tables import models_table
from svs.ui.terminal import is_terminal, stderr, stdout, term

_WIDE = 1000  # columns in a pipe, so that no name is cut
_EARLIER_JOBS = 60  # which say how fast this machine is

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A model's name, as `svs models list` shows it.",
        autocompletion=completion.models,
    ),
]


def list_models(as_json: Json = False) -> None:
    """List the known models and the installed ones."""
    rows = _rows()
    if as_json:
        write(encode(rows, indent=2).decode())
        return
    console = stdout()
    width = console.width if is_terminal(console) else _WIDE
    console.print(models_table(rows, width), width=width, crop=False)


def _rows() -> list[dict[str, Any]]:
    """Return a row for each model: those of the catalog, then those that the user added."""
    here = {model.name: model for model in installed.available()}
    rows = [_row(m.name, m.megabytes, m.multilingual, here.pop(m.name, None)) for m in CATALOG]
    rows += [_row(m.name, max(1, round(m.bytes / 1e6)), m.multilingual, m) for m in here.values()]
    jobs = (job for job in islice(open_store().jobs(), _EARLIER_JOBS) if not isinstance(job, Damaged))
    taken = choice.best(speeds=speeds(jobs))
    return [{**row, "used": taken is not None and row["name"] == taken.name} for row in rows]


def use(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A model that is installed; `auto`: the largest that is faster than real time.",
            autocompletion=completion.models,
        ),
    ],
) -> None:
    """Choose the model that is taken where `--model` names none."""
    choice.choose(None if name == "auto" else name)
    _print_notice("svs chooses." if name == "auto" else f"{name} is taken from now on.")


def _row(name: str, megabytes: int, multilingual: bool, here: Model | None) -> dict[str, Any]:
    is_installed = here is not None and not here.carried
    return {
        "name": name,
        "megabytes": megabytes,
        "multilingual": multilingual,
        "recommended": name == choice.RECOMMENDED,
        "folder": str(here.folder) if here and is_installed else None,
        "verified": here.verified if here and is_installed else None,
        "packages": [package.name for package in carried.packages(name)] if here and here.carried else [],
    }


def download(
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
    with _bar(name) as on_progress:
        model = installed.download(name, partial(fetch, on_progress=on_progress))
    _print_notice(f"{model.name} is installed.")
    return model.folder


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr if that is a terminal, and a line before the download."""
    console = stderr()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(None),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not is_terminal(console)) as progress:

        def show(done: int, total: int) -> None:
            if not progress.tasks:  # added now, so that bytes of an earlier call do not count for the speed
                sizes = f"{total / 1e6:.0f} MB, {done / 1e6:.0f} MB of it already here"
                _print_notice(f"Downloading {name} from {endpoint()}: {sizes}.")
                progress.add_task("", total=total, completed=done)
            progress.update(progress.tasks[0].id, completed=done)

        yield show


def add(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder with a model in faster-whisper's format.")
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model's name; default: the folder's name.")
    ] = None,
) -> None:
    """Install a model from a folder, on a machine without a network."""
    model = installed.add(folder, name)
    note = " It is not a known model, so it is not verified." if model.verified == "no" else ""
    _print_notice(f"{model.name} is installed.{note}")
    _print(model.folder)


def remove(name: Name) -> None:
    """Delete a model, or an interrupted download."""
    installed.remove(name)
    _print_notice(f"{name} was removed.")
    if carried.find(name):
        names = " ".join(package.name for package in carried.packages(name))
        _print_notice(
            f"It is installed again when a job needs it, unless you run `{PYTHON} -m pip uninstall {names}`."
        )


def print_path(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A model's name; default: the folder of all models."),
    ] = None,
) -> None:
    """Print the folder of all models, or of one model."""
    _print(installed.ready(installed.find(name).folder, _print_notice).folder if name else models_home())


def _print_notice(text: str) -> None:
    stderr().print(term(text), soft_wrap=True)


def _print(path: Path) -> None:
    write(f"{path}\n")
