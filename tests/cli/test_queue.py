"""The queue: the order of its jobs, who works on it, and the process in the background."""

import json
import os
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from msgspec.structs import replace

from svs.jobs.enqueue import enqueue
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.store import order
from svs.store.follow import read_log

pytestmark = pytest.mark.slow

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe {} alone is weak, so a glass lens gathers its light.\n"
NOBODY, PAUSED = "No process is running the queue", "The queue is paused"


@pytest.fixture
def shelf(tmp_path):
    """Return a folder with three recordings."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("lamp", "lens", "wick"):
        (folder / f"{name}.srt").write_text(CAPTIONS.format(name))
    return folder


@pytest.fixture
def jobs(store, shelf):
    """Return three queued jobs, the oldest first."""
    return [store.create(describe(file), Options()).id for file in sorted(shelf.iterdir())]


def began(store, job_id):
    return next(event.at for event in read_log(store.folder(job_id)) if event.kind == "started")


def test_detached_recordings_are_taken_in_order_once_the_queue_goes_on(svs, svs_process, store, shelf):
    assert svs("jobs", "queue", "pause").returncode == 0
    started = svs_process("summarize", shelf, "--detach", "--jobs", "1")
    lamp, lens, wick = started.stdout.split()
    assert PAUSED in started.stderr
    assert svs("jobs", "queue", "--ids").stdout.split() == [lamp, lens, wick]
    assert svs("jobs", "queue", "first", wick, lens).returncode == 0
    assert svs("jobs", "queue", "--ids").stdout.split() == [wick, lens, lamp]
    assert {store.load(job_id).status for job_id in (lamp, lens, wick)} == {"queued"}
    assert order.in_background(store)
    svs_process("jobs", "queue", "resume")
    assert svs("jobs", "wait", lamp, lens, wick, "--timeout", "1m").returncode == 0
    assert sorted((lamp, lens, wick), key=lambda job_id: began(store, job_id)) == [wick, lens, lamp]


def test_a_detached_recording_waits_behind_what_runs(svs, svs_process, store, shelf, talk_video, with_model):
    options = ("--detach", "--jobs", "1")
    (first,) = svs_process("summarize", talk_video, "--end", "40", *options).stdout.split()
    (second,) = svs_process("summarize", shelf / "lamp.srt", *options).stdout.split()
    assert svs("jobs", "wait", first, second, "--timeout", "2m").returncode == 0
    assert max(event.at for event in read_log(store.folder(first))) <= began(store, second)


def test_the_lists_say_why_queued_jobs_wait(svs, store, jobs):
    assert [job["id"] for job in json.loads(svs("jobs", "queue", "--json").stdout)] == jobs
    for command in (("jobs", "queue"), ("jobs", "list")):
        assert NOBODY in svs(*command).stderr
        with order.working(store):
            assert svs(*command).stderr == ""
        order.pause(store, paused=True)
        assert PAUSED in svs(*command).stderr
        order.pause(store, paused=False)
    assert NOBODY not in svs("jobs", "list", "--status", "done").stderr


def test_an_empty_queue_says_that_it_is_paused(svs, store):
    assert PAUSED in svs("jobs", "queue", "pause").stderr
    assert svs("jobs", "queue").stderr == f"No job is queued. {order.PAUSED}\n"
    assert svs("jobs", "queue", "resume").stderr == ""
    assert svs("jobs", "queue").stderr == "No job is queued.\n"


def test_only_queued_jobs_are_moved_to_the_front(svs, store, jobs):
    store.save(replace(store.load(jobs[2]), status="done"))
    assert svs("jobs", "queue", "first", jobs[2]).returncode == 2
    assert svs("jobs", "queue", "first").returncode == 2
    assert svs("jobs", "queue", "pause", jobs[0]).returncode == 2
    assert svs("jobs", "queue", "--ids").stdout.split() == jobs[:2]


def test_resume_takes_jobs_whose_creator_was_killed(svs, svs_process, jobs):
    assert svs_process("jobs", "queue", "resume").returncode == 0
    assert svs("jobs", "wait", *jobs, "--timeout", "1m").returncode == 0
    assert svs("jobs", "queue").stderr == "No job is queued.\n"


def test_an_interrupted_job_goes_on_when_its_recording_is_detached(svs, svs_process, store, shelf):
    job = store.create(describe(shelf / "lamp.srt"), Options(threads=1))
    store.save(replace(job, status="running"))
    done = svs_process("summarize", shelf / "lamp.srt", "--detach", "--threads", "1", "--slides", "auto")
    assert done.stdout.split() == [job.id]
    assert svs("jobs", "wait", job.id, "--timeout", "1m").returncode == 0


def test_a_second_process_in_the_background_ends_at_once(svs_process, store, jobs):
    with order.working(store, background=True):
        assert svs_process("jobs", "work").returncode == 0
        assert {store.load(job_id).status for job_id in jobs} == {"queued"}
    assert svs_process("jobs", "work", "--jobs", "2").returncode == 0
    assert {store.load(job_id).status for job_id in jobs} == {"done"}


def test_retry_failed_runs_every_failed_job_again(svs, store, shelf, jobs):
    for job_id, status in zip(jobs, ("failed", "cancelled", "failed"), strict=True):
        store.save(replace(store.load(job_id), status=status))
    done = svs("jobs", "retry", "--failed", "--json")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert [store.load(job_id).status for job_id in jobs] == ["done", "cancelled", "done"]
    assert "No job has failed" in svs("jobs", "retry", "--failed").stderr
    assert svs("jobs", "retry", "--failed", jobs[1]).returncode == 2
    store.save(replace(store.load(jobs[0]), status="failed"))
    os.truncate(shelf / "lamp.srt", 3)
    changed = svs("jobs", "retry", "--failed")
    assert changed.returncode == 3
    assert "has changed since the job began" in changed.stderr
    assert store.load(jobs[0]).status == "failed"


def test_a_job_that_is_done_already_is_a_success(svs, jobs):
    assert svs("jobs", "resume", "--all").returncode == 0
    again = svs("jobs", "resume", jobs[0])
    assert (again.returncode, again.stderr) == (0, f"job {jobs[0]} is done already\n")
    assert "The lamp alone is weak" in again.stdout


def test_two_commands_at_once_make_each_job_once(store, shelf):
    lamp, lens = shelf / "lamp.srt", shelf / "lens.srt"
    with ThreadPoolExecutor(1) as pool:
        with order.alone(store):
            other = pool.submit(enqueue, store, [lamp, lens], [Options()] * 2)
            assert not wait([other], timeout=0.5).done
            mine = store.create(describe(lamp), Options())
        assert [job.source.name for job in other.result()] == ["lamp.srt", "lens.srt"]
    assert other.result()[0] == mine
    assert len(store.ids()) == 2
