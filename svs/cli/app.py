"""The `svs` command: mounts the others, and is the one place where an error becomes a message and a code."""

import errno
import io
import os
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

import svs
from svs.cli import config, dashboard, doctor, jobs, models, search, speakers, summarize, testvideo, watch
from svs.cli.errors import tell
from svs.cli.settings import Configured
from svs.errors import SvsError

app = typer.Typer(
    name="svs",
    help="Turn a video into a summary whose every sentence was really said. Nothing leaves this machine.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: Rich would take half of the start-up time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(
    "summarize",
    short_help="Summarize a video or a sound recording.",
    cls=Configured,
    context_settings={"auto_envvar_prefix": "SVS"},
)(summarize.summarize)
watch.mount(jobs.app)
search.mount(jobs.app)
speakers.mount(jobs.app)
app.add_typer(jobs.app, name="jobs")
app.command("dashboard", short_help="Watch and steer all jobs on one screen.")(dashboard.dashboard)
app.add_typer(models.app, name="models")
app.command("make-test-video", short_help="Make a talking video to try svs with.")(testvideo.make_test_video)
app.add_typer(config.app, name="config")
app.command("doctor", short_help="Check that svs has all it needs.")(doctor.doctor)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"svs {svs.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    if debug:
        os.environ["SVS_DEBUG"] = "1"


def main() -> None:
    """Run svs; never returns."""
    os.environ["PYTHONSAFEPATH"] = "1"  # child Pythons must not import from the current folder either
    os.environ["APPENGINE_RUNTIME"] = "svs"  # NLTK, which sumy brings, looks for no folder of its own then
    os.umask(0o077)  # whatever svs writes is its user's alone
    _open_standard_streams()
    signal.signal(signal.SIGTERM, _on_term)
    try:
        # standalone, Typer itself would print what was typed, as it is; `python -m svs` is svs too
        sys.exit(app(prog_name="svs", standalone_mode=False))
    except SvsError as error:
        tell(error)
        _leave(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last door: nobody is to see a traceback unasked
        _leave(_tell_other(error))


def _open_standard_streams() -> None:
    """Make sure that there are three: a file that is opened later must not take a closed one's place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _leave(code: int) -> NoReturn:
    """End with this code, also when what is still to be written cannot be."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _tell_other(error: Exception) -> int:
    """Tell what is no error of svs's own, and return the exit code."""
    if show := getattr(error, "show", None):  # Typer's complaints, whose class has no public name
        from svs.ui.output import visible

        text = io.StringIO()
        show(text)
        text.write(_advice(text.getvalue()))
        sys.stderr.write(visible(text.getvalue()))  # a file's name in it may be anything
        return 2
    problem = SvsError(f"unexpected {type(error).__name__}: {error}", "--debug shows where it comes from.")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename:
        problem = SvsError("cannot write to the standard output: the disk is full", "Free some space.")
    problem.__cause__ = error
    tell(problem)
    return 1


def _advice(complaint: str) -> str:
    """Return what was meant, where a recording stands in a command's place; else nothing."""
    named = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    is_file = Path(named).suffix or Path(named).exists()
    if is_file and "No such command" in complaint:
        return f"To summarize it, run: svs summarize {shlex.quote(named)}\n"
    return ""


def _on_term(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """Leave as by Ctrl-C, with everything cleaned up that was begun."""
    sys.exit(128 + number)
