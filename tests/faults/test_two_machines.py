"""Two machines on one store, neither of which sees the other's locks: a job is run by one of them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store.jobs import JobStore

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")]
OPTIONS = Options(model="micro", threads=1, end=90.0)


@pytest.fixture
def store(home, with_model):
    return JobStore(home / "jobs")


@pytest.fixture
def on_machine():
    """Return a function that starts svs as on a machine of its own; all of it ends with the test."""
    started = []

    def start(name, *arguments, expired=60.0):
        script = Path(__file__).with_name("other_machine.py")
        process = subprocess.Popen(
            [sys.executable, script, name, str(expired), *arguments, "--progress", "json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.stderr.close()
        process.wait()


@pytest.fixture
def undisturbed(home, talk_video, store, tmp_path):
    """Return the transcript of a run that had the job for itself."""
    alone = JobStore(tmp_path / "alone" / "jobs")
    job = alone.create(describe(talk_video), OPTIONS)
    run(job, alone)
    return (alone.folder(job.id) / "transcript.jsonl").read_bytes()


@pytest.fixture
def half_done(store, talk_video, on_machine, undisturbed):
    """Return a job whose first batch is in its journal, and the process that runs it, which stands still."""
    job = store.create(describe(talk_video), OPTIONS)
    process = on_machine("A", "jobs", "resume", job.id)
    for line in process.stderr:
        if json.loads(line)["kind"] == "line":
            process.send_signal(signal.SIGSTOP)
            return job.id, process
    return pytest.fail("it ended before")


def test_a_process_that_stands_still_is_replaced_and_then_stops(store, half_done, on_machine, undisturbed):
    job_id, first = half_done
    second = on_machine("B", "jobs", "resume", job_id, expired=1.0)
    said = second.stderr.read()
    assert second.wait() == 0, said
    first.send_signal(signal.SIGCONT)
    said = first.stderr.read()
    assert first.wait() == 5
    assert f"job {job_id} was taken over by another process" in said
    assert store.load(job_id).status == "done"
    assert (store.folder(job_id) / "transcript.jsonl").read_bytes() == undisturbed
    left = {file.name for file in store.folder(job_id).iterdir()}
    assert left == {"job.json", "lock", "events.jsonl", "progress.json", "transcript.jsonl", "summary.json"}


def test_a_process_that_goes_on_keeps_its_job(store, half_done, on_machine, undisturbed):
    job_id, first = half_done
    second = on_machine("B", "jobs", "resume", job_id)
    lock = str(store.folder(job_id) / "lock")
    while lock not in [file.path for file in psutil.Process(second.pid).open_files()]:
        assert second.poll() is None
    first.send_signal(signal.SIGCONT)
    said = second.stderr.read()
    assert second.wait() == 5
    assert f"job {job_id} is being run by process {first.pid} on " in said
    said = first.stderr.read()
    assert first.wait() == 0, said
    assert (store.folder(job_id) / "transcript.jsonl").read_bytes() == undisturbed


def test_a_job_on_another_machine_is_not_killed_from_here(store, half_done, svs):
    job_id, first = half_done
    said = svs("jobs", "cancel", "--now", job_id)
    first.send_signal(signal.SIGCONT)
    assert said.returncode == 5
    assert "nothing was killed" in said.stderr
    assert first.wait() == 1
    assert store.load(job_id).status == "cancelled"
