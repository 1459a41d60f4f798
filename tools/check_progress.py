"""Check the events of one job, one JSON object a line, and print how its progress ran."""

import json
import sys
from pathlib import Path

from svs.events import WEIGHTS, Stage


def main(path: str) -> None:
    """Print the progress, or exit with the first thing that is wrong with it."""
    events = [json.loads(line) for line in Path(path).read_text().splitlines() if line.startswith("{")]
    shares = [event["overall"] for event in events]
    assert shares == sorted(shares), "the overall progress fell"
    ended = [event["stage"] for event in events if event["kind"] == "finished"]
    assert ended == list(Stage), f"the stages ran as {ended}"
    below = 0
    for stage, weight in WEIGHTS.items():
        span = [event["overall"] for event in events if event["stage"] == stage]
        assert below <= span[0] <= span[-1] <= below + weight, f"{stage} left its share of the progress"
        print(f"{stage:<11} {weight:>3} %   {span[0]:6.1f} -> {span[-1]:5.1f}   in {len(span)} events")
        below += weight
    last = events[-1]
    assert last["kind"] == "done", "the job did not say that it is done"
    assert last["overall"] == 100, "the progress did not end at 100"
    assert all(share < 100 for share in shares[:-1]), "100 was reached before the end"
    print(f"{'overall':<11} 100 %   never fell, ended at exactly 100")


if __name__ == "__main__":
    main(sys.argv[1])
