#!/usr/bin/env python3
"""Measure how right the time left is: python scripts/time_left.py [RUNS] --model FOLDER.

Test videos of many lengths are summarized in an empty store, and what each job told of its time left is held
against how long it took. The first job knows nothing of this machine; the others know those before them.
"""

import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from svs.progress.estimate import error
from svs.progress.stats import SHARES
from svs.store.jobs import Damaged, JobStore

SVS = str(Path(sys.executable).with_name("svs"))
MICRO = Path(__file__).parents[1] / "tests" / "data" / "micro-whisper"
MINUTES = (3, 45)  # the shortest and the longest recording


def main(model: Path, runs: int) -> None:
    """Run them and print a line for each, and the medians."""
    with tempfile.TemporaryDirectory() as home:
        chance = random.Random(1)
        print(f"{'minutes':>8}{'seconds':>9}   off by percent of the time at 25, 50, 75 %")
        found = [one_run(home, model, chance) for _ in range(runs)]
        told = [[errors[share] for errors in found] for share in range(len(SHARES))]
        known = [[one for one in errors if one is not None] for errors in told]
        print("median of those that told:", ", ".join(f"{100 * median(one):.1f} %" for one in known))
        print("told nothing yet:         ", ", ".join(str(one.count(None)) for one in told))
        command(home, "jobs", "stats")


def one_run(home: str, model: Path, chance: random.Random) -> list[float | None]:
    """Run one job over a recording of some length, and return its errors."""
    seconds = 60 * math.exp(chance.uniform(*map(math.log, MINUTES)))
    video = Path(home) / "talk.mp4"
    command(home, "make-test-video", "--force", "--size", "32x32", "--duration", f"{seconds:.0f}", str(video))
    command(home, "summarize", str(video), "--model", str(model), "--fresh", "-q")
    store = JobStore(Path(home) / "jobs")
    job = next(iter(store.jobs()))
    if isinstance(job, Damaged):
        raise SystemExit(job.problem)
    errors = [error(job.metrics, share) for share in SHARES]
    shown = "".join("      -" if one is None else f"{100 * one:7.1f}" for one in errors)
    print(f"{seconds / 60:8.1f}{job.metrics.wall:9.1f}{shown}", flush=True)
    return errors


def command(home: str, *arguments: str) -> None:
    """Run svs there."""
    quiet = None if arguments[0] == "jobs" else subprocess.DEVNULL
    subprocess.run([SVS, *arguments], check=True, stdout=quiet, env={**os.environ, "SVS_HOME": home})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=24)
    parser.add_argument("--model", type=Path, default=MICRO, help="a folder (the tests' micro model)")
    given = parser.parse_args()
    main(given.model.absolute(), given.runs)
