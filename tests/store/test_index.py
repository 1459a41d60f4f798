"""Who keeps looking at a store reads each record once, and again when it has changed."""

import os
import shutil

import pytest
from msgspec.structs import replace

from svs.events import Stage
from svs.model.job import Options, Progress
from svs.model.media import Source
from svs.store.index import Watcher
from svs.store.jobs import JobStore
from svs.store.records import Damaged
from svs.system.paths import jobs_home


class Counting(JobStore):
    """A store that notes whose records are read."""

    def __init__(self, root):
        super().__init__(root)
        self.reads = []

    def read(self, job_id):
        self.reads.append(job_id)
        return super().read(job_id)


@pytest.fixture
def store():
    return Counting(jobs_home())


@pytest.fixture
def make(store):
    def job(name="talk.mp4", **changes):
        made = store.create(Source(path=f"/videos/{name}", size=1, mtime_ns=1), Options())
        changed = replace(made, **changes)
        store.save(changed)
        return changed

    return job


def progress(overall):
    return Progress(
        pid=os.getpid(), process_started=0, stage=Stage.EXTRACT, done=1, total=2, overall=overall, at=0
    )


def look_at_all(watcher):
    while not watcher.complete:
        watcher.sweep(1)


def test_listing_reads_no_record(store, make):
    ids = [make().id for _ in range(3)]
    assert Watcher(store).ids == ids[::-1]
    assert store.reads == []


def test_an_empty_store_has_no_jobs_and_then_one(store, make):
    watcher = Watcher(store)
    assert watcher.ids == []
    assert watcher.complete
    job = make()
    watcher.update()
    assert watcher.ids == [job.id]


def test_a_record_is_read_once_and_again_when_it_has_changed(store, make):
    job = make()
    watcher = Watcher(store)
    for _ in range(3):
        assert watcher.refresh(job.id).state == "queued"
        watcher.sweep(0.01)
    assert store.reads == [job.id]
    store.save(replace(job, status="done", duration=60.0))
    assert watcher.refresh(job.id).state == "done"
    assert watcher.refresh(job.id).overall == 100
    assert store.reads == [job.id] * 2


def test_the_whole_record_is_kept_until_another_is_asked_for_or_it_changes(store, make):
    one, two = make(), make()
    watcher = Watcher(store)
    assert [watcher.record(job.id) for job in (one, one, two, two)] == [one, one, two, two]
    assert store.reads == [one.id, two.id]
    changed = replace(two, status="cancelled")
    store.save(changed)
    assert watcher.record(two.id) == changed


def test_a_running_job_is_followed_by_its_progress_alone_until_it_ends(store, make):
    job = make(status="running")
    watcher = Watcher(store)
    with store.hold(job.id):
        for percent in (10, 20):
            store.write_progress(job.id, progress(percent))
            entry = watcher.refresh(job.id)
            assert (entry.state, entry.overall, entry.progress) == ("running", percent, progress(percent))
        assert watcher.running == [job.id]
        assert store.reads == [job.id]
    entry = watcher.refresh(job.id)
    assert (entry.state, entry.overall, entry.progress) == ("interrupted", 20, None)
    assert watcher.running == []
    store.save(replace(job, status="done"))
    assert watcher.refresh(job.id).state == "done"


def test_running_jobs_come_before_newer_ones_that_wait(store, make):
    old, live = make("old.mp4", status="done"), make("live.mp4", status="running")
    waiting = make("next.mp4")
    watcher = Watcher(store)
    with store.hold(live.id):
        look_at_all(watcher)
        assert watcher.matching("") == [live.id, waiting.id, old.id]
        assert watcher.matching("mp4 queued") == [waiting.id]
    watcher.refresh(live.id)
    assert watcher.matching("") == watcher.ids


def test_looking_changes_nothing_when_nothing_has_changed(store, make):
    jobs = [make(), make(status="running"), make(status="done")]
    watcher = Watcher(store)
    look_at_all(watcher)
    before = watcher.changes
    files = sorted(store.root.rglob("*"))
    for job in jobs:
        assert watcher.refresh(job.id) is watcher.known(job.id)
    watcher.update()
    watcher.sweep(0.01)
    assert watcher.changes == before
    assert sorted(store.root.rglob("*")) == files


def test_jobs_are_counted_by_state_and_come_and_go(store, make):
    jobs = [make(status=status) for status in ("queued", "running", "done", "done")]
    (store.folder(jobs[0].id) / "job.json").write_text("{")
    watcher = Watcher(store)
    look_at_all(watcher)
    assert watcher.counts() == {"damaged": 1, "interrupted": 1, "done": 2}
    store.remove(jobs[3].id)
    new = make(status="failed")
    watcher.update()
    look_at_all(watcher)
    assert watcher.ids == [new.id, *(job.id for job in reversed(jobs[:3]))]
    assert watcher.counts() == {"damaged": 1, "interrupted": 1, "done": 1, "failed": 1}


def test_a_sweep_sees_what_changed_in_jobs_that_nobody_looks_at(store, make):
    jobs = [make() for _ in range(5)]
    watcher = Watcher(store)
    look_at_all(watcher)
    store.save(replace(jobs[2], status="done"))
    for _ in range(2):  # the end of a round, and a whole one
        watcher.sweep(1)
    assert watcher.counts() == {"queued": 4, "done": 1}
    assert store.reads.count(jobs[1].id) == 1


def test_a_job_removed_while_it_is_looked_at_is_no_trouble(store, make):
    job = make()
    watcher = Watcher(store)
    shutil.rmtree(store.folder(job.id))
    assert watcher.refresh(job.id).name == "it has been removed"
    assert isinstance(watcher.record(job.id), Damaged)
    watcher.update()
    assert watcher.ids == []
    assert watcher.counts() == {}


def test_words_are_looked_for_in_state_id_engine_name_and_title(store, make):
    lecture = make("Lecture 7.mp4", status="done", title="On Bees")
    make("lecture 8.mp4", status="failed")
    damaged = make("gone.mp4")
    (store.folder(damaged.id) / "job.json").write_text("{")
    watcher = Watcher(store)
    assert watcher.matching("") == watcher.ids
    look_at_all(watcher)
    assert len(watcher.matching("LECTURE")) == 2
    for words in ("lecture done", "bees", lecture.id[-4:] + " lecture", "7.mp4"):
        assert lecture.id in watcher.matching(words)
    assert watcher.matching("lecture bees failed") == []
    assert watcher.matching("damaged") == [damaged.id]


def test_ten_thousand_jobs_cost_what_is_shown(store):
    for number in range(10_000):
        (store.root / f"20260101T{number:06}-0000").mkdir(parents=True)
    watcher = Watcher(store)
    assert len(watcher.ids) == 10_000
    for job_id in watcher.ids[:20]:
        watcher.refresh(job_id)
    assert len(store.reads) == 20
    look_at_all(watcher)
    assert watcher.counts() == {"damaged": 10_000}
