"""Several recordings with one command, and the queue that they go through."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from svs.jobs import actions
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.store import order
from svs.store.follow import read_log
from svs.store.index import Watcher

pytestmark = pytest.mark.slow

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe {} alone is weak, so a glass lens gathers its light.\n"
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def shelf(tmp_path):
    """Return a folder with two recordings that can be read and one that cannot."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("lamp", "wick"):
        (folder / f"{name}.srt").write_text(CAPTIONS.format(name))
    (folder / "bad.mp4").write_text("rubbish")
    return folder


def results(done):
    return [Path(json.loads(line)["source"]).name for line in done.stdout.splitlines()]


def test_a_folder_is_summarized_and_goes_on_after_an_error(svs, shelf, store):
    done = svs("summarize", shelf, "--json", "--jobs", "2")
    assert done.returncode == 1
    assert results(done) == ["lamp.srt", "wick.srt"]
    *lines, tally, failure = done.stderr.splitlines()
    assert tally.startswith("2 done, 0 skipped, 1 failed: 0:0")
    assert failure.startswith("failed: bad.mp4 (job ")
    assert "is not a recording" in failure
    assert {line.split()[0] for line in lines} == set(store.ids())


def test_the_summaries_come_in_the_order_given(svs, shelf):
    wick, lamp = shelf / "wick.srt", shelf / "lamp.srt"
    done = svs("summarize", wick, lamp, wick, "--progress", "json")
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if line.startswith("# ")] == ["# wick", "# lamp"]
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [event["status"] for event in events if event["kind"] == "ended"] == ["done", "done"]


def test_what_is_done_with_the_same_options_is_skipped(svs, shelf, store, tmp_path):
    given = (
        "summarize",
        shelf / "wick.srt",
        shelf / "lamp.srt",
        "-f",
        "md",
        "-o",
        tmp_path / "out",
        "--json",
    )
    svs(*given)
    again = svs(*given)
    assert (again.returncode, results(again)) == (0, ["wick.srt", "lamp.srt"])
    assert again.stderr.count("skipped: ") == 2
    assert "0 done, 2 skipped, 0 failed" in again.stderr
    assert len(store.ids()) == 2
    assert "2 done, 0 skipped" in svs(*given, "--length", "5", "--force").stderr
    (tmp_path / "out" / "lamp.summary.md").unlink()
    assert "1 done, 1 skipped" in svs(*given).stderr
    assert "2 done, 0 skipped" in svs(*given, "--fresh", "--force").stderr


def test_options_for_one_recording_are_refused_for_several(svs, shelf, home, tmp_path):
    for option in (["--embed", tmp_path / "copy.mkv"], ["--length", "nonsense"]):
        assert svs("summarize", shelf, *option).returncode == 2
    assert svs("summarize", shelf, tmp_path / "none.mp4").returncode == 3
    assert not (home / "jobs").exists()


def test_resume_all_takes_queued_jobs_too(svs, shelf, store):
    jobs = [store.create(describe(shelf / f"{name}.srt"), Options()) for name in ("wick", "lamp")]
    assert svs("jobs", "list", "--status", "queued", "--ids").stdout.split() == [jobs[1].id, jobs[0].id]
    done = svs("jobs", "resume", "--all", "--json", "--jobs", "1")
    assert (done.returncode, results(done)) == (0, ["wick.srt", "lamp.srt"])
    assert "No job is interrupted or queued" in svs("jobs", "resume", "--all").stderr


@pytest.fixture
def run_child(svs_command):
    """Run a job as a queue's child, and return the exit code."""

    def run(job_id):
        command = [svs_command, "jobs", "run", job_id]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            return process.wait(60)

    return run


def test_a_child_leaves_a_job_alone_that_is_done_cancelled_or_held(run_child, shelf, store):
    job = store.create(describe(shelf / "lamp.srt"), Options())
    actions.cancel(store, job.id)
    assert run_child(job.id) == 1
    assert store.load(job.id).status == "cancelled"
    store.save(job)
    with store.hold(job.id):
        assert run_child(job.id) == 75
    assert run_child(job.id) == 0
    before = store.load(job.id)
    assert run_child(job.id) == 0
    assert (store.load(job.id), before.status) == (before, "done")


def test_a_child_ends_when_the_pipe_to_it_does(svs_command, talk_video, with_model, store):
    job = store.create(describe(talk_video), Options(model="micro", threads=1))
    command = [svs_command, "jobs", "run", job.id]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        process.stdin.close()
        assert process.wait(60) == 1
    assert store.load(job.id).status != "done"


@pytest.fixture
def start(svs_command, talk_video, with_model, tmp_path):
    """Start a run over two videos, one at a time; whatever is left of it ends with the test."""
    videos = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for video in videos:
        video.write_bytes(talk_video.read_bytes() + video.name.encode())
    options = (
        "--model",
        "micro",
        "--threads",
        "1",
        "--jobs",
        "1",
        "--end",
        "90",
        "--progress",
        "json",
        "--json",
    )
    with subprocess.Popen(
        [svs_command, "summarize", *videos, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def events(process):
    return (json.loads(line) for line in process.stderr if line.startswith("{"))


def await_transcription(process):
    """Wait until a job begins to transcribe, which takes seconds, and return its id."""
    return next(
        event["job_id"]
        for event in events(process)
        if (event["kind"], event["stage"]) == ("started", "transcribe")
    )


def child(process):
    """Return the process that runs the job."""
    (found,) = psutil.Process(process.pid).children()
    return found


def words(line):
    result = json.loads(line)
    return {name: result[name] for name in ("duration", "summary", "transcript", "sentences")}


def states(store):
    return [store.state(store.load(job_id)) for job_id in reversed(store.ids())]


@posix
def test_a_job_whose_process_was_killed_goes_on_and_gives_the_same(start, svs_process, store, tmp_path):
    job_id = await_transcription(start)
    child(start).kill()
    stages = [event["stage"] for event in events(start) if event["kind"] == "reused"]
    first, second = start.stdout.read().splitlines()
    assert start.wait() == 0
    assert stages == ["extract"]
    assert (states(store), store.load(job_id).crashes) == (["done", "done"], 1)
    options = ("--model", "micro", "--threads", "1", "--end", "90", "--json", "--fresh")
    assert words(svs_process("summarize", tmp_path / "one.mp4", *options).stdout) == words(first)
    assert json.loads(second)["source"].endswith("two.mp4")


@posix
def test_a_job_whose_process_was_stopped_is_shown_as_stalled(start, svs, store):
    job_id = await_transcription(start)
    assert json.loads(svs("jobs", "list", "--json").stdout)[0]["stalled"] is False
    with suspended(child(start)):
        assert f"{job_id}  stalled" in svs("jobs", "list").stdout
        assert json.loads(svs("jobs", "list", "--json").stdout)[0]["stalled"] is True
        assert "stalled" in svs("jobs", "show", job_id).stdout
        assert Watcher(store).known(job_id).stalled


@contextmanager
def suspended(process):
    process.suspend()
    while process.status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)
    try:
        yield
    finally:
        process.resume()


@posix
def test_short_recordings_are_run_by_one_process(svs_process, shelf, store):
    (shelf / "damp.srt").write_text(CAPTIONS.format("damp"))
    done = svs_process("summarize", shelf, "--jobs", "1", "--json")
    assert results(done) == ["damp.srt", "lamp.srt", "wick.srt"]
    assert len({store.progress(job_id).pid for job_id in store.ids() if store.progress(job_id)}) == 1
    assert "is not a recording" in (store.folder(store.ids()[-1]) / "output.log").read_text()


@posix
def test_no_process_keeps_its_model_while_the_queue_is_paused(start, store):
    await_transcription(start)
    runner = child(start)
    order.pause(store, paused=True)
    assert psutil.wait_procs([runner], timeout=60)[0] == [runner]
    assert states(store) == ["done", "queued"]
    order.pause(store, paused=False)
    start.communicate()
    assert states(store) == ["done", "done"]


@posix
def test_a_job_whose_process_is_killed_twice_has_failed(start, store):
    job_id = await_transcription(start)
    child(start).kill()
    assert await_transcription(start) == job_id
    child(start).kill()
    assert [event["status"] for event in events(start) if event["kind"] == "ended"] == ["failed", "done"]
    assert start.wait() == 1
    error = store.load(job_id).error
    assert error.message == "its process was killed by SIGKILL, twice: there may be too little memory for it"


@posix
def test_ctrl_c_stops_what_runs_and_resume_all_goes_on(start, svs_process, store):
    await_transcription(start)
    start.send_signal(signal.SIGINT)
    said = start.stderr.read()
    assert start.wait() == 130
    assert "svs jobs resume --all" in said
    assert states(store) == ["interrupted", "queued"]
    done = svs_process("jobs", "resume", "--all", "--json")
    assert (done.returncode, results(done), states(store)) == (0, ["one.mp4", "two.mp4"], ["done", "done"])


@posix
def test_the_jobs_go_on_when_nobody_reads_their_progress_any_more(start, store):
    await_transcription(start)
    start.stderr.close()
    assert len(start.stdout.read().splitlines()) == 2
    assert start.wait() == 0
    assert states(store) == ["done", "done"]


@posix
def test_the_same_command_goes_on_with_what_it_had_begun(start, svs_process, store):
    await_transcription(start)
    start.send_signal(signal.SIGINT)
    start.communicate()
    done = svs_process(*start.args[1:])
    assert (done.returncode, results(done)) == (0, ["one.mp4", "two.mp4"])
    assert states(store) == ["done", "done"]


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG of Linux")
def test_a_job_ends_with_the_process_that_started_it(start, store):
    job_id = await_transcription(start)
    runner = child(start)
    start.kill()
    psutil.wait_procs([runner], timeout=30)
    assert not runner.is_running()
    assert states(store) == ["interrupted", "queued"]
    assert store.load(job_id).crashes == 0


@posix
def test_two_queues_share_the_jobs_and_none_is_run_twice(start, svs_command, store):
    first = next(event["job_id"] for event in events(start) if event["kind"] == "started")
    suspended = child(start)
    suspended.suspend()
    again = [svs_command, *start.args[1:]]
    with subprocess.Popen(again, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as other:
        ended = next(event["job_id"] for event in events(other) if event["kind"] == "ended")
        suspended.resume()  # before anything is asserted: the other process waits for it
        printed = [process.communicate()[0] for process in (start, other)]
    assert ended != first, "it took the job that was still queued"
    assert (start.returncode, other.returncode) == (0, 0)
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) == 2
    logs = [read_log(store.folder(job_id)) for job_id in store.ids()]
    assert [sum(event.kind == "started" for event in log) for log in logs] == [3, 3]
