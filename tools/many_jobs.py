"""Measure svs with many stored jobs: python tools/many_jobs.py [COUNT ...]; 100, 10,000 and 100,000.

`svs jobs list` in seconds, with Python's start; the dashboard (without a terminal) from its start to its
first screen, to the moment when all records are read, a look at the jobs as it does twice a second, and a
filter.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from empty_store import run_svs
from msgspec.structs import replace
from textual.widgets import Input

from svs.model.job import Options, Plan
from svs.model.media import Source
from svs.store.index import Watcher
from svs.store.jobs import JobStore
from svs.ui.dashboard.app import Dashboard
from svs.ui.dashboard.screen import Jobs


def fill(home: Path, count: int) -> JobStore:
    """Make a store with `count` finished jobs."""
    store = JobStore(home / "jobs")
    made = store.create(Source(path="/videos/talk.mp4", size=1, mtime_ns=1), Options())
    plan = Plan(engine="whisper", model="small")
    store.save(replace(made, status="done", finished=made.created, plan=plan, duration=600.0))
    record = (store.folder(made.id) / "job.json").read_text()
    for number in range(count - 1):
        folder = store.root / f"2025{number // 60**2 % 12 + 1:02}01T{number % 10**6:06}-{number >> 16:04x}"
        folder.mkdir(mode=0o700)
        (folder / "job.json").write_text(record.replace(made.id, folder.name))
    return store


def listing(home: Path) -> float:
    """Return the seconds that `svs jobs list` takes at best."""
    times = []
    for _ in range(10):
        began = time.perf_counter()
        run_svs(home, "jobs", "list")
        times.append(time.perf_counter() - began)
    return min(times)


async def dashboard(store: JobStore) -> None:
    """Print how long the dashboard takes for what it does."""
    began = time.perf_counter()
    app = Dashboard(Watcher(store))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        print(f"  first screen     {time.perf_counter() - began:8.2f} s")
        screen = app.screen
        assert isinstance(screen, Jobs)
        screen.sweep()
        await app.workers.wait_for_complete()
        print(f"  all records read {time.perf_counter() - began:8.2f} s")
        with timed("a look"):
            screen.tick()
        with timed("a filter"):
            screen.query_one("#filter", Input).value = "talk"
            await pilot.pause()


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Print how long it took."""
    began = time.perf_counter()
    yield
    print(f"  {name:<16} {1000 * (time.perf_counter() - began):8.1f} ms")


if __name__ == "__main__":
    for count in list(map(int, sys.argv[1:])) or [100, 10_000, 100_000]:
        with tempfile.TemporaryDirectory() as folder:
            store = fill(Path(folder), count)
            print(f"{count} jobs\n  svs jobs list    {listing(Path(folder)):8.2f} s", flush=True)
            asyncio.run(dashboard(store))
