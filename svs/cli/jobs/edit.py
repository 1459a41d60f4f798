"""`svs jobs edit`: correct a transcript in an editor, and summarize it again."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import typer

from svs.cli.options import Id
from svs.cli.store import open_store
from svs.errors import MissingError, SvsError, UsageError
from svs.jobs import edit as editing
from svs.store import results
from svs.ui.result import show

_EDITORS = ("VISUAL", "EDITOR")


def edit(job_id: Id) -> None:
    """Correct a job's transcript in your editor ($VISUAL or $EDITOR), and summarize it again.

    The transcript is opened as SubRip subtitles. It is checked, and the original is kept in the job's folder.
    Files that were written before are not changed: `svs jobs export` writes them again.
    """
    store = open_store()
    chosen = store.resolve(job_id)
    before = editing.text(store, chosen)
    with tempfile.TemporaryDirectory(prefix="svs-") as folder:
        file = Path(folder) / f"{chosen}.srt"
        file.write_text(before, encoding="utf-8")
        _open_editor(file)
        corrected = file.read_text(encoding="utf-8", errors="replace")
        if corrected == before:
            typer.echo("nothing was changed", err=True)
            return
        try:
            editing.keep(store, chosen, corrected)
        except UsageError as error:
            raise _with_copy(error, store.folder(chosen) / "corrected.srt", corrected) from error
    show(results.load(store.load(chosen), store.folder(chosen)), as_json=False)


def _open_editor(file: Path) -> None:
    command = next(filter(None, map(os.environ.get, _EDITORS)), "notepad" if os.name == "nt" else "vi")
    try:
        code = subprocess.run([*shlex.split(command), str(file)], stdout=2, check=False).returncode
    except (OSError, ValueError) as error:
        raise MissingError(f"the editor {command!r} cannot be run", "Set EDITOR to another one.") from error
    if code:
        raise SvsError(f"the editor {command!r} ended with exit code {code}", "Nothing was changed.")


def _with_copy(error: UsageError, copy: Path, corrected: str) -> UsageError:
    """Return the error with the place of a copy, so that no correction is lost."""
    copy.write_text(corrected, encoding="utf-8")
    return UsageError(error.message, f"{error.hint} Your corrections are in {copy}.")
