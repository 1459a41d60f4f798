"""Where svs keeps what it keeps: one folder, moved by `SVS_HOME`."""

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """Return svs's own folder: `SVS_HOME`, else the platform's folder for user data."""
    chosen = os.environ.get("SVS_HOME")
    return (
        Path(chosen).expanduser().absolute()
        if chosen
        else platformdirs.user_data_path("svs", appauthor=False)
    )


def open_to_others(folder: Path) -> bool:
    """Say whether other users of this machine may look into a folder."""
    return os.name == "posix" and folder.exists() and bool(folder.stat().st_mode & 0o077)


def models_home() -> Path:
    """Return the folder that holds the installed speech models, one folder each."""
    return home() / "models"


def jobs_home() -> Path:
    """Return the folder that holds the jobs, one folder each."""
    return home() / "jobs"


def config_file() -> Path:
    """Return the file of the user's own defaults: `SVS_CONFIG`, else one in the platform's folder."""
    chosen = os.environ.get("SVS_CONFIG")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_config_path("svs", appauthor=False) / "config.toml"
