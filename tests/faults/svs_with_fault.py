"""Run svs with a fault at one of its events: `svs_with_fault.py STAGE KIND FAULT DISK ARGUMENT...`.

The fault comes while svs waits, so it is always there at the same moment. `DISK` is a file system of its own
with the store and the outputs on it; the recording is the last argument. STAGE `start` is before anything.
"""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from svs.cli import app, running
from svs.events import fan_out

STAGE, KIND, FAULT, DISK = sys.argv[1:5]


def full_disk():
    """Leave no room for a single byte."""
    with Path(DISK, "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(1 << 12))
        except OSError:
            return


def read_only():
    """Let nothing new be written, as a disk does that has found an error."""
    for options in (["--bind", DISK, DISK], ["-o", "remount,bind,ro", DISK]):
        subprocess.run(["mount", *options], check=True)


def lost_permission():
    """Take away the right to write to any folder."""
    for folder in (path for path in (Path(DISK), *Path(DISK).rglob("*")) if path.is_dir()):
        folder.chmod(0o500)


def vanished_source():
    """Take the recording away."""
    source = Path(sys.argv[-1])
    source.rename(source.with_suffix(".away"))


def killed_child():
    """Kill what svs runs for its work."""
    for child in psutil.Process().children(recursive=True):
        child.kill()


def main():
    """Be svs, but for the fault."""
    pending = [globals()[FAULT]]

    def cause(event):
        if pending and (event.stage, event.kind) == (STAGE, KIND) and (KIND != "advanced" or event.done):
            pending.pop()()

    if STAGE == "start":
        pending.pop()()
    usual = running.run
    running.run = lambda job, store, report, stop: usual(job, store, fan_out(report, cause), stop)
    sys.argv = ["svs", *sys.argv[5:]]
    app.main()


if __name__ == "__main__":
    os.environ["SVS_HOME"] = f"{DISK}/home"
    main()
