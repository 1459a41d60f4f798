"""What the stored jobs tell of this machine."""

import json
from collections import defaultdict

import pytest
from msgspec.structs import replace

from svs.events import Stage
from svs.media.fingerprint import describe
from svs.model.job import Job, Metrics, Options, Plan, StageRecord
from svs.model.media import Source
from svs.pipeline.run import run
from svs.progress import stats
from svs.store.jobs import JobStore


def job(number, seconds, **changes):
    """Return a done job over 100 s of sound that took so long in all."""
    record = StageRecord(key="k", started="s", finished="f", seconds=seconds, amount=100.0)
    found = Job(
        id=f"20261123T000000-{number:04x}",
        source=Source(path="/talk.mp4", size=1, mtime_ns=1),
        options=Options(),
        created="2026-11-23T00:00:00+00:00",
        status="done",
        duration=100.0,
        plan=Plan(engine="whisper", model="small"),
        stages={Stage.TRANSCRIBE: record},
        metrics=Metrics(wall=seconds, estimates=((0.0, seconds * 0.8, seconds),)),
    )
    return replace(found, **changes)


def test_each_engine_and_model_has_a_row():
    jobs = [
        *(job(n, seconds) for n, seconds in enumerate((10.0, 20.0, 50.0))),
        job(3, 1.0, origin="x"),  # its transcript was taken over: it says nothing of the speed
        job(4, 5.0, status="failed"),
        job(5, 1.0, plan=Plan(engine="captions", model="a.srt")),
        job(6, 1.0, plan=Plan(engine="captions", model="b.srt")),
        job(7, 1.0, plan=None),
        job(8, 1.0, status="running"),
        job(9, 1.0, status="cancelled"),
    ]
    captions, small = stats.rows(jobs)
    assert (captions.engine, captions.model, captions.jobs) == ("captions", "", 2)
    assert (small.engine, small.model, small.jobs, small.failed) == ("whisper", "small", 4, 1)
    assert small.hours == round(3 * 100 / 3600, 2)
    assert small.speed == 5.0
    assert small.speed_p90 >= 8.0
    assert small.errors == (10.0, 10.0, 10.0)


def test_coverage_is_that_of_all_speech_and_counts_each_transcript_once():
    def measured(number, speech, coverage, **changes):
        return job(number, 10.0, metrics=Metrics(wall=1.0, speech=speech, coverage=coverage), **changes)

    jobs = [
        measured(0, 300.0, 1.0),
        measured(1, 100.0, 0.9),
        measured(2, 100.0, 0.9, origin="x"),
        job(3, 9.0),
    ]
    assert [row.coverage for row in stats.rows(jobs)] == [0.975]
    assert [row.coverage for row in stats.rows(jobs[3:])] == [None]


def test_without_jobs_there_are_no_rows():
    assert stats.rows([]) == []


@pytest.mark.slow
def test_a_run_is_measured(svs, with_model, talk_video):
    for options in (["--end", "20"], ["--fresh", "--end", "40"]):
        assert svs("summarize", talk_video, *options).returncode == 0
    shown = svs("jobs", "show", "last").stdout
    for label in ("Speed", "Speech", "Memory", "Load", "processor time"):
        assert label in shown
    record = json.loads(svs("jobs", "show", "last", "--json").stdout)["job"]
    metrics = record["metrics"]
    assert {stage["amount"] for stage in record["stages"].values()} == {40.0}
    assert all(stage["cpu"] > 0 for stage in record["stages"].values())
    assert metrics["memory"] > 50e6
    assert 20 < metrics["speech"] <= 40
    assert 0 < metrics["estimates"][0][0] < metrics["wall"]  # the first job has taught it
    (row,) = json.loads(svs("jobs", "stats", "--json").stdout)
    assert (row["engine"], row["model"], row["jobs"], row["failed"]) == ("whisper", "micro", 2, 0)
    assert "micro" in svs("jobs", "stats").stdout


@pytest.mark.slow
def test_earlier_jobs_give_an_estimate_from_the_beginning(home, talk_video, with_model):
    store = JobStore(home / "jobs")
    first, second = (_estimates(store, talk_video) for _ in range(2))
    assert first[Stage.EXTRACT] == {False}
    assert second[Stage.EXTRACT] == {True}


def _estimates(store, video):
    """Run a job and return for each stage whether its progress says how long is left."""
    job = store.create(describe(video), Options(end=20.0, fresh=True))
    seen = defaultdict(set)

    def look(event):
        if event.kind == "advanced":
            seen[event.stage].add(store.progress(job.id).left is not None)

    run(job, store, look)
    return seen


@pytest.mark.slow
def test_a_running_job_says_what_it_needs_and_how_long(home, talk_video, with_model):
    store = JobStore(home / "jobs")
    job = store.create(describe(talk_video), Options(threads=1, end=60.0))
    seen = []
    run(job, store, lambda event: seen.append((event, store.progress(job.id))))
    heard = [now for event, now in seen if event.stage == Stage.TRANSCRIBE and now]
    assert any(now.left and now.left[0] <= now.left[1] for now in heard)
    assert any(now.speed for now in heard)
    assert any(now.memory > 0 for now in heard)
    assert any(event.kind == "line" and event.message for event, _ in seen)
    said = [(event.message, now.phase) for event, now in seen if event.kind == "phase"]
    assert said[0] == ("loading the model", "loading the model")
    assert not heard[-1].phase
