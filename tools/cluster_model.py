"""What bounds the throughput of a cluster: a simulation over measured times.

`python tools/cluster_model.py` prints how many hours of recording a number of machines summarize in an hour,
the share of what they would do if nothing were shared, and how busy each shared part is.

Jobs are simulated one by one. What machines share serves one request after the other: the bytes and the
operations of the file server. svs looks at all jobs in rounds, and starts the next ones then. Dask's
scheduler is left out: a task takes it about a millisecond, and there is one for each job.
"""

import argparse
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

START = 1.3  # seconds until a child works: imports, and the model from memory; measured on one core
LOOK = 6  # operations with which svs looks at a running job; measured with strace
ROUND = 0.2  # seconds between two looks, at the least
FIXED, STEADY = 700, 25.0  # operations of a job, and for each second that it runs; measured with strace
SLICES = 20  # into which a job's work is cut, to have it share the server with the others
JOBS = 10  # for each machine


@dataclass(frozen=True, slots=True)
class Kind:
    """Recordings of one kind, with measured times on one core."""

    name: str
    minutes: float
    work: float
    """Seconds that a job takes, without what is shared."""
    size: float
    """Bytes of a recording."""


KINDS = (
    Kind("an hour of video, tiny.en", 60, 163, 500e6),
    Kind("an hour of sound, base", 60, 300, 30e6),
    Kind("five minutes, tiny.en", 5, 15, 40e6),
    Kind("fifteen seconds, tiny.en", 0.25, 1.1, 2e6),
)


@dataclass(slots=True)
class Shared:
    """What serves one request after the other."""

    rate: float
    """Units a second."""
    free: float = 0.0
    busy: float = 0.0

    def use(self, now: float, amount: float) -> float:
        """Return when this amount has been served."""
        took = amount / self.rate
        self.free = max(self.free, now) + took
        self.busy += took
        return self.free


@dataclass(slots=True)
class Site:
    """A file server, and the svs that submits the jobs."""

    server: float
    operations: float
    delay: float
    model: float
    bytes: Shared = field(init=False)
    calls: Shared = field(init=False)

    def __post_init__(self) -> None:
        self.bytes, self.calls = Shared(self.server), Shared(self.operations)

    def round(self, machines: int) -> float:
        """Return the seconds from one look at a job to the next."""
        return ROUND + machines * LOOK * self.delay


def job(site: Site, kind: Kind, machines: int, *, first: bool) -> Iterator[Callable[[float], float]]:
    """Yield the steps of a job: each takes the time when it begins, and returns when it ends."""
    yield lambda now: now + site.round(machines) / 2  # until svs sees that the worker is free
    yield lambda now: site.calls.use(now, FIXED) + START
    if first:  # then the machine has the model in memory
        yield lambda now: site.bytes.use(now, site.model)
    for _ in range(SLICES):
        yield lambda now: site.bytes.use(now, kind.size / SLICES)
        yield lambda now: site.calls.use(now, STEADY * kind.work / SLICES) + kind.work / SLICES


def simulate(site: Site, kind: Kind, machines: int) -> float:
    """Return how many seconds the machines take for `JOBS` jobs each."""

    def steps() -> Iterator[Callable[[float], float]]:
        for number in range(JOBS):
            yield from job(site, kind, machines, first=not number)

    waiting = [(0.0, machine, steps()) for machine in range(machines)]
    end = 0.0
    while waiting:
        now, machine, left = heapq.heappop(waiting)
        end = max(end, now)
        if step := next(left, None):
            heapq.heappush(waiting, (step(now), machine, left))
    return end


def table(kind: Kind, chosen: dict[str, float]) -> Iterator[str]:
    """Yield the lines about a kind of recordings."""
    yield f"\n{kind.name}\n\n| machines | hours in an hour | of the ideal | bytes | operations | a round |"
    yield "|---|---|---|---|---|---|"
    for machines in (1, 10, 100, 1000):
        site = Site(**chosen)
        took = simulate(site, kind, machines)
        hours = machines * JOBS * kind.minutes * 60 / took
        ideal = machines * kind.minutes * 60 / (START + kind.work)
        busy = f"{site.bytes.busy / took:.0%} | {site.calls.busy / took:.0%}"
        yield f"| {machines} | {hours:,.0f} | {hours / ideal:.0%} | {busy} | {site.round(machines):.1f} s |"


def main() -> None:
    """Print a table for each kind of recordings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", type=float, default=1e9, help="bytes a second of the file server (1e9)")
    parser.add_argument("--operations", type=float, default=20_000, help="its operations a second (20000)")
    parser.add_argument("--delay", type=float, default=0.0005, help="seconds of one operation (0.0005)")
    parser.add_argument("--model", type=float, default=148e6, help="bytes of the model (148e6: base)")
    chosen = vars(parser.parse_args())
    for kind in KINDS:
        print(*table(kind, chosen), sep="\n")


if __name__ == "__main__":
    main()
