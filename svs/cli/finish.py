"""What happens to the result of a job that is done: it is shown, opened, copied, given to a command."""

import os
import shlex
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import typer
from rich.style import Style
from rich.text import Text

from svs.errors import UsageError
from svs.model.job import Job, Options
from svs.model.speech import Result
from svs.outputs import text as plain
from svs.system import desktop
from svs.ui.output import visible
from svs.ui.result import show
from svs.ui.terminal import stderr, term

PLACE = "{}"
"""Where the files' paths belong in the command of `--exec`."""
_LAST_LINES = 1.0  # seconds for the last lines that it has printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What the user wants with each result."""

    as_json: bool = False
    open_report: bool = False
    copy: bool = False
    command: str = ""
    """It is run with the paths of the files, as arguments, never by a shell."""
    quiet: bool = False
    """Do not print where the files are."""

    def check(self, options: Options, *, detach: bool) -> None:
        """Raise UsageError, before any work, for what cannot be done."""
        if detach and (self.open_report or self.copy or self.command):
            raise UsageError(
                "--open, --copy and --exec need the result, and --detach does not wait for it",
                "Use `svs jobs wait` and `svs jobs export` for it.",
            )
        try:
            words = shlex.split(self.command)
        except ValueError as error:
            raise UsageError(f"--exec {self.command!r}: {error}", "Close the quotes.") from None
        if words and not (options.formats or options.embed):
            raise UsageError("--exec has no files to give to the command", "Say which to write: -f md, say.")

    def result(self, job: Job, result: Result) -> None:
        """Show a result, and what was written; open and copy what is wanted."""
        show(result, as_json=self.as_json)
        if not self.quiet:
            for path in job.outputs:
                _print_path(Path(path))
        if self.copy:
            desktop.copy(plain.summary(result), sys.stderr)
            typer.echo("copied the summary", err=True)
        report = next((path for path in job.outputs if path.endswith(".html")), None)
        if self.open_report and report:
            desktop.open_path(Path(report))

    def hook(self, job: Job) -> None:
        """Run the user's command for a job that is done and has files; a failure is only a warning.

        Its output goes to stderr: stdout is for results.
        """
        words = shlex.split(self.command)
        if not words or not job.outputs:  # as of a resumed job that was started without --format
            return
        command = [path for word in words for path in (job.outputs if word == PLACE else (word,))]
        if PLACE not in words:
            command += job.outputs
        try:
            code = _run(command)
            problem = f"ended with exit code {code}" if code else ""
        except OSError as error:
            problem = f"cannot be run: {error.strerror}"
        if problem:
            typer.echo(f"warning: --exec {visible(words[0])} {problem}", err=True)


def _run(command: list[str]) -> int:
    """Run a command, print on stderr what it prints, above bars if there are any; return its exit code.

    What it leaves in the background is not waited for.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    printing = threading.Thread(target=_print_lines, args=[process.stdout], daemon=True)
    printing.start()
    try:
        code = process.wait()
    except BaseException:
        process.kill()
        raise
    printing.join(_LAST_LINES)
    return code


def _print_lines(lines: IO[str]) -> None:
    with lines:
        for line in lines:
            with suppress(OSError):  # the terminal may be closed
                stderr().print(term(line.rstrip("\n")), soft_wrap=True)


def _print_path(path: Path) -> None:
    """Say on stderr that a file was written, with a link to it where the terminal knows links."""
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    link = Style(link=path.as_uri()) if os.environ.get("TERM") != "linux" else Style()
    line = Text.assemble(("wrote ", "dim"), (visible(str(shown)), link))
    with suppress(OSError):
        stderr().print(line, soft_wrap=True)
