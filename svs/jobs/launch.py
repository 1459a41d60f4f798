"""Processes that keep running after their parent has ended."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

OUTPUT = "output.log"
"""What a process in the background prints, in the job's folder."""
_SVS = (sys.executable, "-P", "-m", "svs")
"""This svs; -P keeps Python from importing from the current folder."""


def start(
    arguments: list[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> "subprocess.Popen[bytes]":
    """Start `svs ARGUMENTS` in a session of its own. Its output is appended to the log.

    The environment is added to this process's own: other users can read arguments, but not the environment,
    which may contain secrets. Raises OSError.
    """
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        return subprocess.Popen(
            [*_SVS, *arguments],
            bufsize=0,
            stdin=stdin,
            stdout=handle,
            stderr=handle,
            start_new_session=True,
            creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),  # the session's counterpart on Windows
            env={**os.environ, **(environment or {})},
        )
    finally:
        os.close(handle)


def print_to(log: Path) -> None:
    """Have what this process prints appended to another log. Raises OSError."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(handle, stream.fileno())
    finally:
        os.close(handle)


def last_output(folder: Path) -> str:
    """Return the last two lines that a job's process printed; empty if there are none."""
    try:
        text = (folder / OUTPUT).read_text("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-2:])
