"""The bars of many jobs."""

import time

import pytest
from msgspec.structs import replace
from rich.console import Console

from svs.events import ProgressEvent, Stage
from svs.media.fingerprint import describe
from svs.model.job import JobError, Options, Progress
from svs.store.follow import Follower
from svs.ui.batch import BatchBars


@pytest.fixture
def jobs(store, tmp_path):
    """Return a job over 1,000 bytes, one over 3,000, and one over captions."""
    made = []
    for name, size in (("one.wav", 1000), ("two.wav", 3000), ("three.srt", 500)):
        (tmp_path / name).write_bytes(bytes(size))
        made.append(store.create(describe(tmp_path / name), Options()))
    return made


def advanced(job, overall):
    return ProgressEvent(
        job_id=job.id,
        stage=Stage.EXTRACT,
        kind="advanced",
        done=1.0,
        total=600.0,
        unit="s",
        overall=overall,
        at=0.0,
        left=(20.0, 40.0),
    )


def shown(bars, console):
    with console.capture() as captured:
        console.print(bars.screen())
    return [line.split() for line in captured.get().splitlines()]


def test_all_jobs_are_one_bar_in_hours_of_recording_and_those_that_run_a_line(store, jobs):
    console = Console(width=110)
    bars = BatchBars(console, jobs)
    bars.show(Follower(store, jobs[0].id), advanced(jobs[0], 50.0))
    whole, running, below = shown(bars, console)
    assert (whole[0], running[0], below) == ("All", "one.wav", [])
    assert " ".join(whole).count("5:00 of about 40:00, about ") == 1, "the other is three times as large"
    assert " ".join(running).endswith("50 % extract 20-40 s left")


def test_a_job_whose_process_stands_still_is_stalled_until_it_goes_on(store, jobs):
    console = Console(width=110)
    bars = BatchBars(console, jobs)
    job = jobs[0]
    store.save(replace(job, status="running"))
    with store.hold(job.id):
        follower = Follower(store, job.id)
        for silent, note in ((600, "stalled"), (0, "20-40 s left")):
            progress = Progress(
                pid=1,
                process_started=0,
                stage=Stage.EXTRACT,
                done=1,
                total=600,
                overall=5,
                at=time.time() - silent,
            )
            store.write_progress(job.id, progress)
            follower.new_events()
            bars.show(follower, advanced(job, 5.0))
            assert " ".join(shown(bars, console)[1]).endswith(note)


def test_a_job_that_has_ended_becomes_a_line_above(store, jobs):
    console = Console(width=110)
    bars = BatchBars(console, jobs)
    one, two, three = jobs
    store.save(replace(one, status="done", duration=600.0, outputs=("/out/one.summary.md",)))
    store.save(replace(two, status="failed", error=JobError(message="no\x1b sound", hint="", exit_code=3)))
    store.save(replace(three, status="done", duration=1800.0))
    with console.capture() as captured:
        for job in jobs:
            bars.end(Follower(store, job.id))
    lines = [line for line in captured.get().splitlines() if "ll" not in line]
    assert lines == [
        "done  one.wav  /out/one.summary.md",
        "failed  two.wav  no\\x1b sound",
        "done  three.srt",
    ]
    whole, _ = shown(bars, console)
    assert " ".join(whole).endswith("100 % 40:00 of 40:00")


def test_a_job_that_was_interrupted_has_not_done_more_than_before(store, jobs):
    console = Console(width=110)
    bars = BatchBars(console, jobs)
    bars.show(Follower(store, jobs[0].id), advanced(jobs[0], 50.0))
    store.save(replace(jobs[0], status="running"))
    bars.end(Follower(store, jobs[0].id))
    assert "5:00 of about 40:00" in " ".join(shown(bars, console)[0])
