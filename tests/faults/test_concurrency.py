"""Many processes at once on one store: each job is listed once, in a true state, and nothing is left."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.store import results
from svs.store.jobs import JobStore

CROWD = {
    "last": 3,
    "work": 8,
    "command": 2,
    "watch": 4,
    "watch_command": 1,
    "cancel": 3,
    "remove": 3,
    "prune": 2,
    "prune_command": 1,
    "rival": 2,
}
SAID = "The lamp alone is weak, so a glass lens gathers its light."


@pytest.fixture
def captions(tmp_path):
    file = tmp_path / "talk.srt"
    for name in ("talk.srt", "lasting.srt", "stopped.srt"):
        (tmp_path / name).write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{SAID}\n")
    return file


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("SVS_HOME", str(tmp_path / "home"))
    return JobStore(tmp_path / "home" / "jobs")


@pytest.fixture
def crowd(tmp_path, captions, store):
    """Start all of them, and have them begin when all are there."""
    with ExitStack() as stack:
        processes = {}
        for role, count in CROWD.items():
            for number in range(count):
                process = stack.enter_context(_start(role, number, tmp_path))
                stack.callback(process.kill)
                processes[role, number] = process
        for process in processes.values():
            line = process.stdout.readline()
            assert line == "ready\n", line + process.stdout.read()
        yield processes


def _start(role, number, folder):
    return subprocess.Popen(
        [sys.executable, Path(__file__).with_name("crowd.py"), role, str(number), folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.slow
def test_many_processes_at_once(tmp_path, store, captions, crowd):
    stopped = store.create(describe(tmp_path / "stopped.srt"), Options())
    store.save(replace(stopped, status="running"))
    for process in crowd.values():
        process.stdin.close()
    ending = ("work", "command", "rival")
    said = {key: _outcome(process) for key, process in crowd.items() if key[0] in ending}
    (tmp_path / "over").touch()
    said |= {key: _outcome(process) for key, process in crowd.items() if key not in said}

    def of(*roles):
        return [outcome for (role, _), outcome in said.items() if role in roles]

    runners = {job_id: crowd["last", number].pid for number, job_id in enumerate(of("last"))}
    for job_id, code, message in of("rival"):
        assert (code, message) == (5, f"job {job_id} is being run by process {runners[job_id]}")
    assert all(count > 0 for count in of("watch", "watch_command"))

    removed = [job_id for ids in of("remove", "prune", "prune_command") for job_id in ids]
    assert len(set(removed)) == len(removed)
    became = {job_id: state for outcomes in of("work") for job_id, state in outcomes.items()}
    became |= dict.fromkeys(runners, "done") | {stopped.id: "interrupted"}
    left = set(store.ids())
    assert left.isdisjoint(removed)
    assert became.keys() - left <= set(removed)
    for job_id in left & became.keys():
        job = store.load(job_id)
        assert store.state(job) == became[job_id]
        if job.status == "done":
            assert results.load(job, store.folder(job_id)).summary.sentences[0].text == SAID
    assert {job_id for job_id, state in became.items() if state == "gone"} <= set(removed)
    assert {entry.name for entry in store.root.iterdir()} == left
    assert not list(store.root.parent.rglob("*.part"))


def _outcome(process):
    output = process.stdout.read()
    assert process.wait() == 0, output
    return json.loads(output)
