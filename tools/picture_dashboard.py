"""The README's pictures of the dashboard: jobs that really run, over test videos that anyone can make."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from svs.errors import Stopped, SvsError
from svs.media.fingerprint import describe
from svs.media.testvideo import make_test_video
from svs.model.job import Job, Options
from svs.pipeline.run import run
from svs.store.index import Watcher
from svs.store.jobs import JobStore
from svs.ui.dashboard.app import Dashboard, Shade

_VIDEOS = {"lighthouses.mp4": 48.0, "lighthouses and bees.mp4": 94.0, "three topics.mkv": 140.0}
"""Names of test videos, and how many seconds of the talk they have."""
_WATCHED = 12.0  # seconds of the charts, in which the job does not end


def draw_all(store: JobStore, talk: Path, model: str, save: Callable[[str, str], None]) -> None:
    """Draw the dashboard wide and dark while a job runs, and narrow and light at the words of another."""
    options = Options(model=model)
    for name, seconds in _VIDEOS.items():
        video = talk.with_name(name)
        make_test_video(video, duration=seconds)
        run(store.create(describe(video), options), store)
    _fail(store, talk.with_name("removed.mp4"), options)
    longer = talk.with_name("four times the talk.mp4")
    make_test_video(longer, duration=744.0)
    running = store.create(describe(longer), options)
    store.create(describe(talk), options)
    with _running(running, store):
        save("dashboard", _picture(store, (150, 40), "dark", ("down", "down", "down"), _WATCHED))
    keys = (*("down",) * 3, "enter", "f", *"light")
    save("dashboard-search", _picture(store, (80, 24), "light", keys, 1.0))


def _fail(store: JobStore, video: Path, options: Options) -> None:
    """Have a job whose recording is gone when it begins."""
    make_test_video(video, duration=10.0)
    job = store.create(describe(video), options)
    video.unlink()
    with suppress(SvsError):
        run(job, store)


@contextmanager
def _running(job: Job, store: JobStore) -> Iterator[None]:
    """Run a job until this is left."""
    left = threading.Event()

    def stop() -> None:
        if left.is_set():
            raise Stopped("the picture is drawn")

    def work() -> None:
        with suppress(Stopped):
            run(job, store, stop=stop)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        left.set()
        thread.join()


def _picture(
    store: JobStore, size: tuple[int, int], shade: Shade, keys: tuple[str, ...], seconds: float
) -> str:
    """Return a dashboard's screen as an SVG, after some keys and some seconds."""

    async def look() -> str:
        app = Dashboard(Watcher(store), shade)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(1)
            await pilot.press(*keys)
            await pilot.pause(seconds)
            return app.export_screenshot(title="svs dashboard")

    return asyncio.run(look())
