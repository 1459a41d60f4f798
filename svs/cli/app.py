"""The `svs` command: turns every error into a message and an exit code."""

import errno
import io
import os
import re
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

import svs
from svs.cli.colour import When, set_colour
from svs.cli.commands import ROOT, Commands
from svs.cli.errors import print_error
from svs.errors import SvsError

app = typer.Typer(
    name="svs",
    cls=Commands,
    help="Summarize a video in sentences that were really said in it. Nothing leaves this machine.\n\n"
    "Begin with `svs summarize talk.mp4`; `svs make-test-video` makes a talk to try it with.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: Rich would take half of the start-up time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"svs {svs.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    color: Annotated[
        When, typer.Option(metavar="WHEN", help="Colours: auto, always or never; also FORCE_COLOR, NO_COLOR.")
    ] = "auto",
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    set_colour(color)
    if debug:
        os.environ["SVS_DEBUG"] = "1"


def main() -> None:
    """Run svs; never returns."""
    os.environ["PYTHONSAFEPATH"] = "1"  # child Pythons must not import from the current folder either
    os.environ["APPENGINE_RUNTIME"] = "svs"  # keeps NLTK, which sumy uses, from searching for its data folder
    os.umask(0o077)  # only the user may read what svs writes
    _open_standard_streams()
    signal.signal(signal.SIGTERM, _on_term)
    try:
        # in standalone mode Typer would print the user's input unescaped; `python -m svs` is svs too
        sys.exit(app(prog_name="svs", standalone_mode=False))
    except SvsError as error:
        print_error(error)
        _leave(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - a traceback is shown only with --debug
        _leave(_print_other(error))


def _open_standard_streams() -> None:
    """Make sure that all three exist, so that a file that is opened later does not become one of them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _leave(code: int) -> NoReturn:
    """Exit with this code, even if buffered output cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _print_other(error: Exception) -> int:
    """Print an error that is not an `SvsError`, and return the exit code."""
    if show := getattr(error, "show", None):  # Typer's usage errors, whose class has no public name
        from svs.ui.output import visible

        text = io.StringIO()
        show(text)
        text.write(_advice(text.getvalue()))
        sys.stderr.write(visible(text.getvalue()))  # it may contain a file name with control characters
        return 2
    problem = SvsError(
        f"unexpected {type(error).__name__}: {error}", "Run it again with --debug for the traceback."
    )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename:
        problem = SvsError("cannot write to the standard output: the disk is full", "Free some space.")
    problem.__cause__ = error
    print_error(problem)
    return 1


def _advice(complaint: str) -> str:
    """Return a hint if a recording is in the place of a command; else an empty text."""
    from svs.media.input_check import advice

    words = sys.argv[1:]
    if ROOT.keys() & set(words) or not re.search("No such (command|option)", complaint):
        return ""
    if special := next(filter(None, map(advice, words)), ""):
        return f"{special}\n"
    if any(Path(word).suffix or Path(word).exists() for word in words if not word.startswith("-")):
        return f"To summarize it, run: svs summarize {shlex.join(words)}\n"
    return ""


def _on_term(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """Exit as after Ctrl-C: everything that was begun is cleaned up."""
    sys.exit(128 + number)
