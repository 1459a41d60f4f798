"""A follower reports what the job's own process reports, and reads no more than it must."""

import pytest
from msgspec.structs import replace

from svs.errors import StoreError
from svs.events import Stage, fan_out
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.model.speech import Batch
from svs.progress import tracker
from svs.stages.transcribe import transcribe
from svs.store import follow
from svs.store.follow import Follower


@pytest.fixture
def job(store, tmp_path):
    job = store.create(describe(tmp_path / "talk.mp4"), Options())
    store.save(replace(job, status="running"))
    return job


@pytest.fixture
def found():
    return []


@pytest.fixture
def source(store, job, found, monkeypatch):
    """Return what reports a job's progress, without a pause between two records of it."""
    monkeypatch.setattr(tracker, "_MAX_RECORDS", 1000)
    with store.hold(job.id):
        yield tracker.Tracker(job.id, store, fan_out(store.log, found.append), lambda: None)


def test_each_look_brings_the_events_since_the_last(store, job, found, source):
    follower = Follower(store, job.id)
    assert follower.new_events() == []
    for work in (
        lambda: source.start(Stage.EXTRACT, "s"),
        lambda: source.tick(50.0, 100.0),
        lambda: source.tick(75.0, 100.0),
        lambda: source.say("warning", "the file is cut off"),
        source.finish,
        lambda: source.reuse(Stage.TRANSCRIBE),
        lambda: source.start(Stage.SUMMARIZE, "steps"),
        lambda: source.tick(1.0, 2.0),
        source.finish,
        source.end,
    ):
        found.clear()
        work()
        seen = follower.new_events()
        assert [event for event in seen if event.kind != "advanced"] == [
            event for event in found if event.kind != "advanced"
        ]
        assert not found or found[0].kind != "advanced" or seen == found
        assert follower.new_events() == [], "no event is reported twice"


def test_of_steps_that_come_together_the_last_one_is_seen(store, job):
    with store.hold(job.id):
        source = tracker.Tracker(job.id, store, lambda event: None, lambda: None)
        source.start(Stage.EXTRACT, "s")
        source.tick(10.0, 100.0)
        source.tick(20.0, 100.0)
        assert store.progress(job.id).done == 20.0


def test_who_comes_late_sees_all_stages_and_the_newest_numbers(store, job, found, source):
    source.start(Stage.EXTRACT, "s")
    source.tick(100.0, 100.0)
    source.finish()
    source.start(Stage.TRANSCRIBE, "s")
    source.tick(10.0, 100.0)
    source.tick(20.0, 100.0)
    seen = Follower(store, job.id).new_events()
    assert [event.kind for event in seen] == ["started", "finished", "started", "advanced"]
    assert seen[-1] == found[-1]


def test_work_that_is_not_counted_shows_that_the_job_still_works(store, job, source, monkeypatch):
    source.start(Stage.SUMMARIZE, "steps")
    source.tick(1.0, 3.0)
    began = store.progress(job.id)
    source.stop_if_asked()
    assert store.progress(job.id) == began
    monkeypatch.setattr(tracker, "_QUIET", 0.0)
    source.stop_if_asked()
    now = store.progress(job.id)
    assert now.at > began.at
    assert (now.done, now.total, now.overall) == (began.done, began.total, began.overall)


def test_new_words_are_an_event_once(store, job, source):
    source.start(Stage.TRANSCRIBE, "s")
    source.tick(10.0, 100.0)
    follower = Follower(store, job.id)
    progress = store.progress(job.id)
    for number, words in enumerate(("one", "one", "two")):
        store.write_progress(job.id, replace(progress, line=words, done=20.0 + number))
        lines = [event.message for event in follower.new_events() if event.kind == "line"]
        assert lines == ([words] if number != 1 else [])


def test_a_phase_ends_with_the_first_progress_and_the_words_with_their_stage(store, job, found, source):
    follower = Follower(store, job.id)

    def shown():
        now = store.progress(job.id)
        return now.phase, now.line

    source.start(Stage.TRANSCRIBE, "s", 30.0)
    source.say("phase", "loading the model")
    assert shown() == ("loading the model", "")
    assert found[-1] in follower.new_events()
    source.tick(30.0, 100.0)
    assert shown() == ("loading the model", ""), "nothing has been done yet"
    source.tick_estimated(31.0, 100.0)
    assert shown() == ("", "")
    source.say("line", "bread rises")
    source.tick(40.0, 100.0)
    assert shown() == ("", "bread rises")
    source.finish()
    assert shown() == ("", "")
    source.start(Stage.SUMMARIZE, "steps")
    assert not any(event.kind == "line" for event in follower.new_events())


def test_inside_a_batch_progress_moves_and_never_goes_back(store, job, found, source):
    source.start(Stage.TRANSCRIBE, "s")
    for done in (10.0, 30.0, 20.0):
        source.tick_estimated(done, 100.0)
    assert [event.done for event in found[1:]] == [10.0, 30.0, 30.0]
    assert store.progress(job.id).overall == found[-1].overall == pytest.approx(15)


def test_only_the_ends_of_batches_show_a_speed(job, found, source, tmp_path):
    class Engine:
        def transcribe(self, audio, after, tick):
            for end in (50.0, 100.0):
                tick(end - 50.0, 100.0)
                tick(end - 1.0, 100.0)
                assert found[-1].done == end - 1.0
                yield Batch(end, 100.0, ())

    source.expect({}, 100.0)
    source.reuse(Stage.EXTRACT)
    source.start(Stage.TRANSCRIBE, "s")
    transcribe(Engine(), tmp_path, 0.0, lambda batch: None, source.tick, source.tick_estimated)
    left = [(event.done, event.left is not None) for event in found if event.kind == "advanced"]
    assert left == [(0.0, False), (49.0, False), (50.0, True), (50.0, True), (99.0, True), (100.0, True)]


def test_a_job_has_ended_only_when_its_process_has_said_its_last(store, job, found, source):
    follower = Follower(store, job.id)
    store.save(replace(store.load(job.id), status="done"))
    assert follower.new_events() == []
    assert not follower.ended, "it holds the job, and may still speak"
    source.end()
    assert follower.new_events() == found


def test_an_interrupted_job_has_ended_and_a_removed_one_cannot_be_followed(store, job):
    follower = Follower(store, job.id)
    follower.update()
    assert (follower.ended, follower.state) == (True, "interrupted")
    store.remove(job.id)
    with pytest.raises(StoreError, match="no job"):
        Follower(store, job.id)


def test_running_jobs_are_found_without_reading_the_others(store, job, tmp_path):
    idle = store.create(describe(tmp_path / "b.mp4"), Options())
    (store.folder(idle.id) / "job.json").write_text("{")
    second = store.create(describe(tmp_path / "c.mp4"), Options())
    store.save(replace(second, status="running"))
    with store.hold(second.id), store.hold(job.id):
        assert follow.running(store) == [job.id, second.id]
    assert follow.running(store) == []


def test_nothing_is_read_that_has_not_changed(store, job, source, monkeypatch):
    source.start(Stage.EXTRACT, "s")
    follower = Follower(store, job.id)
    follower.new_events()
    for reader in ("read", "load", "progress"):
        monkeypatch.setattr(store, reader, lambda job_id: pytest.fail("it was read"))
    monkeypatch.setattr(follow, "read_log", lambda folder: pytest.fail("it was read"))
    assert follower.new_events() == []
