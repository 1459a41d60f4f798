"""A store to look at, and a dashboard to press the keys of."""

import asyncio
import time
from itertools import cycle

import pytest
from msgspec.structs import replace
from textual import events

from svs.events import Stage
from svs.model.job import JobError, Metrics, Options, Plan, Progress, StageRecord
from svs.model.media import Source
from svs.model.speech import Batch, Segment, Sentence, Summary
from svs.store import results, transcript
from svs.store.index import Watcher
from svs.store.jobs import JobStore
from svs.system.codec import encode
from svs.system.paths import jobs_home
from svs.ui.dashboard.app import Dashboard
from svs.ui.dashboard.charts import Machine

CREATED = "2026-11-23T12:59:00+00:00"


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def store():
    return JobStore(jobs_home())


class Records:
    """Makes jobs as a run of svs leaves them; the first one made is the newest."""

    def __init__(self, store):
        self.store = store
        self._made = 0

    def __call__(self, name="talk.mp4", status="queued", **changes):
        made = self.store.create(Source(path=f"/videos/{name}", size=1, mtime_ns=1), Options())
        self._made += 1
        job_id = f"20261123T{235959 - self._made:06}-{self._made:04x}"
        self.store.folder(made.id).rename(self.store.folder(job_id))
        job = replace(made, id=job_id, status=status, created=CREATED, **changes)
        self.store.save(job)
        return job

    def done(self, name="talk.mp4", said=("A lighthouse guides ships at night.",), **changes):
        plan = Plan(engine="whisper", model="small")
        stages = {
            stage: StageRecord(key="k", started=CREATED, finished=CREATED, seconds=seconds, cpu=2 * seconds)
            for stage, seconds in zip(Stage, (2.0, 40.0, 0.5), strict=True)
        }
        title = name.rpartition(".")[0]
        facts = {"title": title, "duration": 600.0, "plan": plan, "stages": stages, "finished": CREATED}
        job = self(name, "done", **facts | changes)
        self.hear(job, said)
        sentences = tuple(Sentence(5.0 * n, 5.0 * n + 4, text) for n, text in enumerate(said))[:3]
        summary = encode(Summary(method="lexrank", length="medium", sentences=sentences))
        (self.store.folder(job.id) / results.SUMMARY).write_bytes(summary)
        return job

    def hear(self, job, said, gaps=(), speakers=("",)):
        """Write a transcript."""
        header = transcript.Header(
            key="k", engine="whisper", model="small", language="en", translated=False, offset=0
        )
        segments = tuple(
            Segment(5.0 * n, 5.0 * n + 4, text, speaker=name)
            for n, (text, name) in enumerate(zip(said, cycle(speakers)))
        )
        batch = Batch(segments=segments, end=600.0, total=600.0, gaps=gaps, speech=600.0)
        transcript.begin(self.store.folder(job.id) / results.TRANSCRIPT, header, [batch]).close()

    def progress(self, job, percent, **changes):
        """Write where a job stands, half-way through its transcript."""
        known = Progress(
            pid=4242,
            process_started=0,
            stage=Stage.TRANSCRIBE,
            done=300,
            total=600,
            overall=percent,
            at=time.time(),
        )
        self.store.write_progress(job.id, replace(known, **changes))

    def running(self, name="live.mp4"):
        """Make a job that runs for as long as someone holds it."""
        stages = {
            Stage.EXTRACT: StageRecord(key="k", started=CREATED, finished=CREATED, seconds=2.0, cpu=3.0),
            Stage.TRANSCRIBE: StageRecord(key="k", started=CREATED),
        }
        job = self(name, "running", duration=600.0, stages=stages, plan=Plan(engine="whisper", model="small"))
        now = {"speed": 9.3, "left": (50, 80), "line": "where the light is", "load": 93, "memory": 790e6}
        self.progress(job, 45, **now | {"memory": int(now["memory"])})
        return job

    def failed(self, name="gone.mp4"):
        """Make a job that has failed."""
        error = JobError(message=f"/videos/{name} is gone", hint="Put the file back.", exit_code=3)
        return self(name, "failed", error=error, finished=CREATED)


@pytest.fixture
def make(store):
    return Records(store)


_NAMES = {"/": "slash", "?": "question_mark", " ": "space", ".": "full_stop", "[": "left_square_bracket"}


class View:
    """What a user sees of a dashboard, and does to it."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot
        self.jobs = app.screen

    async def settle(self):
        """Wait until all is shown that there is to show."""
        self.jobs.sweep()
        await self.app.workers.wait_for_complete()
        self.jobs.tick()
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def press(self, *keys):
        """Press keys: letters, or names of Textual's such as `escape`."""
        for key in keys:
            self.app.post_message(events.Key(_NAMES.get(key, key), key if len(key) == 1 else None))
            await self.pilot.pause()
        await self.settle()

    async def type(self, text):
        """Type into the field that has the focus."""
        for key in text:
            self.app.post_message(events.Key(_NAMES.get(key, key), key))
        await self.settle()

    async def until(self, text):
        """Wait until a text is on the screen."""
        until = time.monotonic() + 30
        while text not in self.text:
            assert time.monotonic() < until, self.text
            await asyncio.sleep(0.05)
            await self.settle()

    @property
    def strips(self):
        return self.app.screen._compositor.render_strips()

    @property
    def lines(self):
        return ["".join(segment.text for segment in strip).rstrip() for strip in self.strips]

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"

    @property
    def rows(self):
        """The lines of the table."""
        table = self.jobs.query_one("#jobs").region
        lines = ("".join(s.text for s in strip.crop(table.x, table.right - 1)) for strip in self.strips)
        return [line.rstrip() for line in list(lines)[table.y : table.bottom] if line.strip()]

    @property
    def chosen(self):
        return self.jobs.query_one("#jobs").chosen


@pytest.fixture
def see(store):
    """Open a dashboard and do the steps of a coroutine function to it."""

    def run(steps, size=(80, 24), shade="dark", wanted="", watched=store):
        async def main():
            app = Dashboard(Watcher(watched), shade, wanted, measure=lambda: Machine(78, 41))
            app.animation_level = "none"
            async with app.run_test(size=size, notifications=True) as pilot:
                view = View(app, pilot)
                await view.settle()
                await steps(view)

        asyncio.run(main())

    return run


@pytest.fixture
def some(make):
    """Make one job of each kind; the running one runs."""
    live = make.running()
    jobs = {
        "running": live,
        "queued": make("next.mp4"),
        "done": make.done("Lecture 7.mp4", metrics=Metrics(memory=812_000_000, load=87.0, speech=480.0)),
        "failed": make.failed(),
        "cancelled": make("unwanted.mp4", "cancelled"),
        "interrupted": make("cut off.mp4", "running"),
        "damaged": make("broken.mp4"),
    }
    (make.store.folder(jobs["damaged"].id) / "job.json").write_text("")
    with make.store.hold(live.id):
        yield jobs
