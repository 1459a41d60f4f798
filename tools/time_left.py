"""Measure how accurate the time left is: python tools/time_left.py [RUNS] --model FOLDER.

Test videos of many lengths are summarized in an empty store, and the time left that each job showed is
compared with how long it took. The first job knows nothing of this machine; the later ones know the earlier.
"""

import argparse
import math
import random
import tempfile
from pathlib import Path
from statistics import median

from empty_store import MICRO, run_svs

from svs.progress.estimate import error
from svs.progress.stats import SHARES
from svs.store.jobs import JobStore
from svs.store.records import Damaged

MINUTES = (3, 45)  # the shortest and the longest recording


def main(model: Path, runs: int) -> None:
    """Run them and print a line for each, and the medians."""
    with tempfile.TemporaryDirectory() as folder:
        home, chance = Path(folder), random.Random(1)
        print(f"{'minutes':>8}{'seconds':>9}   off by percent of the time at 25, 50, 75 %")
        found = [one_run(home, model, chance) for _ in range(runs)]
        shares = [[errors[share] for errors in found] for share in range(len(SHARES))]
        known = [[error for error in errors if error is not None] for errors in shares]
        print("median of the estimates:", ", ".join(f"{100 * median(errors):.1f} %" for errors in known))
        print("no estimate yet:        ", ", ".join(str(errors.count(None)) for errors in shares))
        print(run_svs(home, "jobs", "stats"))


def one_run(home: Path, model: Path, chance: random.Random) -> list[float | None]:
    """Run one job over a recording of some length, and return its errors."""
    seconds = 60 * math.exp(chance.uniform(*map(math.log, MINUTES)))
    video = home / "talk.mp4"
    run_svs(home, "make-test-video", "--force", "--size", "32x32", "--duration", f"{seconds:.0f}", video)
    run_svs(home, "summarize", video, "--model", model, "--fresh", "-q")
    store = JobStore(home / "jobs")
    job = next(iter(store.jobs()))
    if isinstance(job, Damaged):
        raise SystemExit(job.problem)
    errors = [error(job.metrics, share) for share in SHARES]
    shown = "".join("      -" if off is None else f"{100 * off:7.1f}" for off in errors)
    print(f"{seconds / 60:8.1f}{job.metrics.wall:9.1f}{shown}", flush=True)
    return errors


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=24)
    parser.add_argument("--model", type=Path, default=MICRO, help="a folder (the tests' micro model)")
    given = parser.parse_args()
    main(given.model.absolute(), given.runs)
