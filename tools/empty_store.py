"""Run this svs in a process of its own, with an empty store and without the user's settings."""

import os
import subprocess
import sys
from pathlib import Path

SVS = (sys.executable, "-P", "-c", "from svs.cli.app import main; main()")
MICRO = Path(__file__).parents[1] / "tests" / "data" / "micro-whisper"
"""The tests' tiny model, which only knows the bundled talk."""


def environment(home: Path) -> dict[str, str]:
    """Return the environment of an svs whose store is `home`: none of the user's settings, no network.

    svs is the one of PYTHONPATH, else the one beside this folder.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SVS_")}
    paths = [*filter(None, [kept.get("PYTHONPATH")]), str(Path(__file__).parents[1])]
    own = {"SVS_HOME": str(home), "SVS_CONFIG": str(home / "config.toml"), "HF_HUB_OFFLINE": "1"}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **own}


def run_svs(home: Path, *arguments: str | Path) -> str:
    """Run svs and return what it prints. Raises CalledProcessError."""
    command = [*SVS, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment(home))
    return done.stdout
