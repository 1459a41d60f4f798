"""The desktop: files are opened in their programs, and texts are copied to the clipboard."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from svs.errors import MissingError, StoreError

_TIMEOUT = 2.0  # seconds in which an opener fails, if it does
_SECRETS = ("SVS_NOTIFY",)


def open_path(path: Path) -> None:
    """Open a file or a folder in the desktop's program for it.

    Raises MissingError if there is none, StoreError if it fails.
    """
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        process = subprocess.Popen(
            [opener, os.path.abspath(path)],  # noqa: PTH100 - an option could not begin like that
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=_without_secrets(),
        )
        code = process.wait(_TIMEOUT)
    except subprocess.TimeoutExpired:  # the program itself, which stays open
        return
    except OSError as error:
        raise MissingError(f"there is no program to open {path}", f"Install {opener}.") from error
    if code and opener != "explorer":  # which never says 0
        raise StoreError(f"{opener} cannot open {path}", "Is there a desktop?")


def copy(text: str, terminal: TextIO) -> None:
    """Copy a text to the clipboard: by the system's tool, else by the terminal (OSC 52).

    Raises MissingError if there is neither.
    """
    data = text.encode("utf-16" if sys.platform == "win32" else "utf-8")
    for command in _copiers():
        done = subprocess.run(
            command, input=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        if done.returncode == 0:
            return
    if not terminal.isatty():
        raise MissingError("there is no clipboard", "Install wl-copy or xclip, or run svs on a terminal.")
    terminal.write(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07")
    terminal.flush()


def _copiers() -> Iterator[list[str]]:
    """Yield the programs here that copy what they read, for the desktop that is in use."""
    found = [
        ("pbcopy", sys.platform == "darwin", []),
        ("clip", sys.platform == "win32", []),
        ("wl-copy", "WAYLAND_DISPLAY" in os.environ, []),
        ("xclip", "DISPLAY" in os.environ, ["-selection", "clipboard"]),
        ("xsel", "DISPLAY" in os.environ, ["--input", "--clipboard"]),
    ]
    for name, usable, arguments in found:
        if usable and (program := shutil.which(name)):
            yield [program, *arguments]


def _without_secrets() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}
