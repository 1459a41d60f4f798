"""Where svs stores its files: one folder, set by `SVS_HOME`, that no other user may change."""

import os
import sys
from pathlib import Path

import platformdirs

from svs.errors import StoreError

PYTHON = f'"{sys.executable}"' if " " in sys.executable else sys.executable
"""How the Python that svs runs in is typed in a shell, also under pipx."""


def home() -> Path:
    """Return svs's own folder: `SVS_HOME`, else the platform's folder for user data. Raises StoreError."""
    chosen = os.environ.get("SVS_HOME")
    try:
        folder = (
            Path(chosen).expanduser().absolute()
            if chosen
            else platformdirs.user_data_path("svs", appauthor=False)
        )
    except RuntimeError as error:  # a user without a home folder, as in a container
        raise StoreError(
            "this user has no home folder for jobs and models", "Set SVS_HOME to a folder."
        ) from error
    return _trusted(folder)


def _trusted(folder: Path) -> Path:
    """Return one of svs's folders. Raises StoreError if others can change it, as ssh does."""
    if folder.exists() and (problem := unsafe(folder.stat())):
        hint = f"Change its owner, run `chmod 700 {folder}`, or choose another folder with SVS_HOME."
        raise StoreError(f"{folder} {problem}", hint)
    return folder


def unsafe(found: os.stat_result) -> str:
    """Return why a file or folder is not trusted; empty if only its owner, you or root, can change it."""
    if os.name != "posix":
        return ""
    if found.st_uid not in (0, os.geteuid()):
        return "belongs to another user"
    return "can be changed by other users" if found.st_mode & 0o022 else ""


def open_to_others(folder: Path) -> bool:
    """Return whether other users of this machine can read a folder."""
    return os.name == "posix" and folder.exists() and bool(folder.stat().st_mode & 0o077)


def models_home() -> Path:
    """Return the folder of the installed models, one folder each. Raises StoreError."""
    return _trusted(home() / "models")


def jobs_home() -> Path:
    """Return the folder of the jobs, one folder each. Raises StoreError."""
    for name in ("transcripts", "unfinished", "queue", "watched"):
        _trusted(home() / name)
    return _trusted(home() / "jobs")


def scratch() -> Path | None:
    """Return the folder for jobs' extracted audio: `SVS_SCRATCH`, on a local disk; None for that of the job.

    Raises StoreError.
    """
    chosen = os.environ.get("SVS_SCRATCH")
    return _trusted(Path(chosen).absolute()) if chosen else None


def config_file() -> Path | None:
    """Return the path of the config file: `SVS_CONFIG`, else in the platform's folder.

    None for a user without a home folder.
    """
    chosen = os.environ.get("SVS_CONFIG")
    try:
        if chosen:
            return Path(chosen).expanduser().absolute()
        return platformdirs.user_config_path("svs", appauthor=False) / "config.toml"
    except RuntimeError:
        return None
