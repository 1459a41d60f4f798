"""The ffmpeg on this machine: where it is, which version it is, and whether it runs."""

import importlib.util
import os
import re
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

from svs.errors import MissingError
from svs.media.sandbox import process as sandbox
from svs.system.paths import PYTHON


def find() -> Path:
    """Return the system's ffmpeg, else the one inside imageio-ffmpeg."""
    system = shutil.which("ffmpeg")
    # Never an ffmpeg in the current folder; and a snap cannot read hidden folders, where the store may be.
    if system and Path(system).is_absolute() and Path(system).resolve().name != "snap":
        return Path(system)
    spec = importlib.util.find_spec("imageio_ffmpeg")
    for folder in (spec and spec.submodule_search_locations) or ():
        for packaged in sorted(Path(folder, "binaries").glob("ffmpeg-*")):
            if os.access(packaged, os.X_OK):
                return packaged
    raise MissingError(
        "ffmpeg is not installed",
        f"Install it by your system's packages, or run `{PYTHON} -m pip install imageio-ffmpeg`.",
    )


@cache
def version(ffmpeg: Path) -> str:
    """Return the version of an ffmpeg, such as `5.1.9`. Raises MissingError."""
    match = re.match(r"ffmpeg version (?:n?(\d+(?:\.\d+)+)|(\S+))", ask(ffmpeg, "-version"))
    return (match[1] or match[2]) if match else "unknown"


def ask(ffmpeg: Path, question: Literal["-version", "-encoders", "-filters"]) -> str:
    """Return ffmpeg's answer about itself. Raises MissingError if it does not run in the sandbox."""
    try:
        process = sandbox.start([str(ffmpeg), question])
        answer, log = (output.decode(errors="replace") for output in process.communicate())
    except OSError as error:
        raise _does_not_run(ffmpeg, str(error)) from error
    if process.returncode:
        raise _does_not_run(ffmpeg, (log.strip() or f"it exits with {process.returncode}").splitlines()[-1])
    return answer


def _does_not_run(ffmpeg: Path, reason: str) -> MissingError:
    """Return the error for an ffmpeg that exists but does not run."""
    hint = "Install ffmpeg again."
    with suppress(OSError), ffmpeg.open("rb") as file:
        if file.read(2) == b"#!":
            hint = (
                "It is a script, but svs can run only ffmpeg itself in its sandbox: put the folder of the "
                "real ffmpeg first on your PATH."
            )
    return MissingError(f"{ffmpeg} does not run: {reason}", hint)


def may_be_vulnerable(version: str) -> bool:
    """Return whether an ffmpeg may have CVE-2026-8461, according to its version number."""
    numbers = [int(number) for number in re.findall(r"\d+", version.partition("-")[0])][:3]
    for fixed in ([8, 1, 2], [8, 0, 3], [7, 1, 5]):
        if numbers[:2] == fixed[:2]:
            return numbers < fixed
    return bool(numbers) and numbers < [8, 2]
