"""`svs doctor`: checks everything that `svs summarize` needs."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import typer
from rich.table import Table
from rich.text import Text

from svs.cli.options import Json
from svs.engines.select import GET_A_MODEL
from svs.errors import MissingError, SvsError
from svs.media import tool
from svs.media.probe import probe
from svs.media.sandbox import landlock, seccomp
from svs.media.testvideo import ASSETS
from svs.models.installed import Model, available
from svs.system.codec import encode
from svs.system.paths import PYTHON, jobs_home, open_to_others
from svs.ui.output import write
from svs.ui.terminal import stdout, term

_VULNERABLE = (
    "This version may be vulnerable (CVE-2026-8461, in a picture decoder; fixed in 8.1.2, 8.0.3 and 7.1.5, "
    "and possibly by your system's packages). svs does not allow that decoder, but update ffmpeg anyway."
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked."""

    name: str
    found: str
    problem: str = ""
    """What to do; empty if all is well."""
    fatal: bool = False
    """`svs summarize` cannot work without it."""


def doctor(as_json: Json = False) -> None:
    """Check the tools, the models and the store, and show how to fix each problem."""
    checks = [*_ffmpeg(), *_protections(), *_engines(), *_models(), *_store(), _network()]
    if as_json:
        write(encode(checks, indent=2).decode())
    else:
        stdout().print(_table(checks))
    if any(check.fatal and check.problem for check in checks):
        raise typer.Exit(4)


def _table(checks: list[Check]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("CHECK", no_wrap=True)
    table.add_column("FOUND", overflow="fold")
    for check in checks:
        mark = (
            Text("ok", "green")
            if not check.problem
            else Text("!!" if check.fatal else "! ", "red" if check.fatal else "yellow")
        )
        found = term(check.found)
        if check.problem:
            found.append_text(term(f"\n{check.problem}", "yellow"))
        table.add_row(mark, check.name, found)
    return table


def _ffmpeg() -> Iterator[Check]:
    try:
        found = tool.find()
        number = tool.version(found)
        yield Check("ffmpeg", f"{number}  {found}", _VULNERABLE if tool.may_be_vulnerable(number) else "")
    except SvsError as error:
        yield Check("ffmpeg", error.message, error.hint, fatal=True)


def _protections() -> Iterator[Check]:
    """Check that ffmpeg works inside the sandbox, and list what the sandbox limits."""
    try:
        probe(ASSETS / "talk.opus")
    except MissingError:  # reported by the check before
        return
    except SvsError as error:
        yield Check("protections", error.message, error.hint, fatal=True)
        return
    yield Check("formats", "only recordings: no playlists, pictures, scripts or URLs; only audio decoders")
    if os.name != "posix":
        yield Check(
            "limits", "time and length", "This system limits neither memory nor files: see docs/privacy.md."
        )
        return
    outlives = "" if sys.platform == "linux" else "If svs is killed, ffmpeg may keep running for a while."
    yield Check("limits", "memory, processor time, output size, waiting time", outlives)
    yield from _sandbox()


def _sandbox() -> Iterator[Check]:
    if version := landlock.version():
        yield Check(
            "files", f"Landlock {version}: ffmpeg can open only the recording, its output and libraries"
        )
    else:
        remedy = "ffmpeg can open every file that you can. Linux 5.13 or newer with Landlock prevents it."
        yield Check("files", "no Landlock", remedy)
    if seccomp.available():
        yield Check(
            "system calls", "seccomp: ffmpeg has no network and no other processes, and ends with svs"
        )
    else:
        remedy = "ffmpeg can use the network, start programs, and change the times and rights of your files."
        yield Check("system calls", "no seccomp filter for this system", remedy)


def _engines() -> Iterator[Check]:
    for name, package in (("whisper", "faster-whisper"), ("captions", "charset-normalizer")):
        try:
            yield Check(f"engine {name}", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Check(f"engine {name}", "missing", f"Run `{PYTHON} -m pip install {package}`.", fatal=True)


def _models() -> Iterator[Check]:
    try:
        found = available()
    except SvsError as error:
        yield Check("models", error.message, error.hint, fatal=True)
        return
    if found:
        yield Check("models", ", ".join(map(_described, found)))
    else:
        yield Check("models", "no Whisper model: only captions can be summarized", GET_A_MODEL, fatal=True)


def _described(model: Model) -> str:
    if model.carried:
        return f"{model.name} (in a package)"
    return model.name + {"yes": "", "weights": " (weights verified)", "no": " (not verified)"}[model.verified]


def _store() -> Iterator[Check]:
    try:
        folder = jobs_home().parent
    except SvsError as error:
        yield Check("store", error.message, error.hint, fatal=True)
        return
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.R_OK | os.W_OK | os.X_OK) or not existing.is_dir():
        yield Check(
            "store",
            f"{folder} cannot be written",
            "Set SVS_HOME to a folder that you can write to.",
            fatal=True,
        )
    elif existing != folder:
        yield Check("store", f"{folder} (created when it is needed)")
    elif open_to_others(folder):
        yield Check("store", f"{folder} is open to other users", f"Run `chmod 700 {folder}`.")
    else:
        yield Check("store", f"{folder} (private)")
    free = shutil.disk_usage(existing).free / 1e9
    remedy = "An hour of audio needs 0.12 GB: free some space." if free < 1 else ""
    yield Check("free disk", f"{free:.1f} GB", remedy)


def _network() -> Check:
    return Check("network", "never used to summarize; only model downloads connect")
