"""The README's pictures of the dashboard: one real job, copied to an afternoon's worth of others."""

import asyncio
import math
import shutil
from collections.abc import Callable
from contextlib import ExitStack, chdir
from itertools import cycle
from pathlib import Path

from msgspec.structs import replace

from svs.events import Stage
from svs.model.job import Job, JobError, Metrics, Options, Progress, StageRecord, Status
from svs.store.index import Watcher
from svs.store.jobs import JobStore
from svs.ui.dashboard.app import Dashboard, Shade
from svs.ui.dashboard.charts import Chart, Machine

_NAMES = (
    *("Board meeting.mp4", "Lecture 12, signal flow.mkv", "Interview Okafor.mov", "Grand rounds.mp4"),
    *("Deposition day 3.mp4", "Town hall.webm", "Seminar, fair lending.mp4", "Lecture 11, state space.mkv"),
    *("Podcast 41.m4a", "Hearing 7 B.mp4", "Keynote.mp4", "Thesis defence.mp4"),
)
_STATES: tuple[Status, ...] = ("running", "running", "queued", "done", "failed", "done", "cancelled")
_MINUTES = (62, 91, 38, 47, 126, 55, 84)


def draw_all(store: JobStore, done: Job, save: Callable[[str, str], None]) -> None:
    """Draw the dashboard wide and dark, and narrow and light, over copies of a job that is done."""
    folder = store.folder(done.id)
    with chdir(folder.parents[1]), ExitStack() as held:
        crowd = JobStore(Path("~/.local/share/svs/jobs"))  # a folder `~` in a folder that will be removed
        for number, name in enumerate(_NAMES * 2):
            job = _copy(crowd, folder, done, number, name)
            if job.status == "running":
                held.enter_context(crowd.hold(job.id))
        save("dashboard", _picture(crowd, (150, 40), "dark", ("down", "down", "down")))
        save("dashboard-search", _picture(crowd, (80, 24), "light", (*("down",) * 3, "enter", "f", *"light")))


def _copy(store: JobStore, folder: Path, done: Job, number: int, name: str) -> Job:
    """Make a job of another name, and in another state, out of one that is done."""
    job_id = f"20261123T{155959 - 317 * number:06}-{40961 + 2713 * number % 20000:04x}"
    shutil.copytree(folder, store.folder(job_id))
    status = _STATES[number] if number < len(_STATES) else "done"
    length = 60.0 * _MINUTES[number % len(_MINUTES)]
    hour, minute = divmod(15 * 60 + 59 - 31 * number, 60)
    created = f"2026-11-23T{hour:02}:{minute:02}:07+00:00"
    path = f"/home/ada/videos/{name}"
    stages = {
        stage: replace(record, seconds=round(length / speed, 1), cpu=round(1.7 * length / speed, 1))
        for (stage, record), speed in zip(done.stages.items(), (310, 9.3, 1500), strict=True)
    }
    job = replace(
        done,
        id=job_id,
        status=status,
        options=Options(model="small", length="12"),
        plan=replace(done.plan, model="small") if done.plan else None,
        source=replace(done.source, path=path),
        outputs=(),
        created=created,
        finished=created if status in ("done", "failed", "cancelled") else None,
        title=Path(name).stem,
        duration=length,
        stages=stages,
        metrics=Metrics(memory=812_000_000, load=87, speech=round(0.83 * length)),
    )
    if status == "failed":
        hint = "Put the file back as it was, or summarize the new one as a new job."
        job = replace(job, error=JobError(message=f"{path} no longer exists", hint=hint, exit_code=3))
    if status == "queued":
        job = replace(job, stages={}, plan=None, duration=0.0)
    elif status != "done":
        begun = StageRecord(key="", started=created)
        job = replace(job, stages={Stage.EXTRACT: stages[Stage.EXTRACT], Stage.TRANSCRIBE: begun})
        store.write_progress(job_id, _progress(length, (0.62, 0.31, 0.44)[number % 3]))
    store.save(job)
    return job


def _progress(length: float, share: float) -> Progress:
    left = length * (1 - share) / 9.3
    return Progress(
        pid=4242,
        process_started=0.0,
        stage=Stage.TRANSCRIBE,
        done=length * share,
        total=length,
        overall=20 + 50 * share,
        at=0.0,
        speed=9.3 - share,
        left=(0.9 * left, 1.2 * left),
        line="so a glass lens gathers its light",
        load=91,
        memory=790_000_000,
    )


def _picture(store: JobStore, size: tuple[int, int], shade: Shade, keys: tuple[str, ...]) -> str:
    """Return a dashboard's screen as an SVG, after some keys and some minutes of work."""

    async def look() -> str:
        app = Dashboard(Watcher(store), shade, measure=lambda: Machine(84, 41))
        async with app.run_test(size=size) as pilot:
            for tick, wobble in zip(range(200), cycle((0.3, -0.2, 0.0, 0.4, -0.5)), strict=False):
                app.screen.query_one("#speed", Chart).add(16 + 2 * math.sin(tick / 11) + wobble)
                app.screen.query_one("#load", Chart).add(78 + 12 * math.sin(tick / 17) + 6 * wobble)
            await pilot.pause(1)
            await pilot.press(*keys)
            await pilot.pause(1)
            return app.export_screenshot(title="svs dashboard")

    return asyncio.run(look())
