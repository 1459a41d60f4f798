"""Stopped by a signal, from another terminal, or with its own: nothing is left behind, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from msgspec.structs import replace

from svs.errors import StoreError
from svs.jobs import actions
from svs.media.fingerprint import describe
from svs.model.job import Options, Progress
from svs.system import locks

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
WHISPER = ("--model", "micro", "--threads", "1", "--end", "120")

ADOPT_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def start(svs_command, talk_video, with_model, tmp_path):
    """Start a run that writes files, in a session of its own; whatever is left of it ends with the test."""
    started = []

    def start(*options):
        outputs = ("--format", "md,json", "--output", tmp_path / "out", "--progress", "json")
        with (tmp_path / "stdout").open("wb") as stdout:
            process = subprocess.Popen(
                [svs_command, "summarize", talk_video, *options, *outputs],
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        for left in _family(process):
            left.kill()
        process.kill()
        process.stderr.close()
        process.wait()


def _family(process):
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _await(process, stage, kind=None):
    """Wait until a run begins a stage, or is in the midst of it: after its first batch, if it transcribes."""
    kind = kind or {"extract": "advanced", "transcribe": "line"}[stage]
    seen = []
    for line in process.stderr:
        seen.append(line)
        event = json.loads(line) if line.startswith("{") else {}
        if (event.get("stage"), event.get("kind")) == (stage, kind) and (kind != "advanced" or event["done"]):
            return event["job_id"]
    pytest.fail(f"it ended before: {''.join(seen[-5:])}")


def _assert_all_end(processes):
    """Wait for processes that are not ours; one that nobody has asked how it ended has ended too."""
    until = time.monotonic() + 20
    while (left := [process for process in processes if _runs(process)]) and time.monotonic() < until:
        time.sleep(0.02)
    for process in left:
        process.kill()
    assert not left


def _runs(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _assert_clean(store, job_id, tmp_path):
    """Check that neither the job's folder nor the one for the files has anything half-written in it."""
    known = {"job.json", "lock", "events.jsonl", "progress.json", "transcript.jsonl", "audio.pcm", "cancel"}
    assert {file.name for file in store.folder(job_id).iterdir()} <= known | {"lease.1"}
    assert list(store.root.iterdir()) == [store.folder(job_id)]
    assert not (tmp_path / "out").exists()


def _assert_resumes(svs, assert_undisturbed, options, heard):
    """Check that the job goes on, transcribes nothing twice, and gives what a run gives that nobody stops."""
    done = svs("jobs", "resume", "last", "--json", "--progress", "json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert {e["stage"] for e in events if e["kind"] == "reused"} == ({"extract"} if heard else set())
    assert min(e["done"] for e in events if e["stage"] == "transcribe") >= heard
    assert_undisturbed(options, done.stdout)


def _heard(store, job_id):
    """Return up to which second a job's journal goes."""
    journal = store.folder(job_id) / "transcript.jsonl"
    lines = journal.read_text().splitlines()[1:] if journal.exists() else []
    return json.loads(lines[-1])["end"] if lines else 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "number", "code"),
    [
        ("extract", signal.SIGHUP, 129),
        ("extract", signal.SIGINT, 130),
        ("transcribe", signal.SIGTERM, 143),
        ("transcribe", signal.SIGINT, 130),
    ],
)
def test_a_signal_stops_and_the_job_can_be_resumed(
    svs, start, store, assert_undisturbed, slow_disk, tmp_path, stage, number, code
):
    if stage == "transcribe":
        slow_disk()
    process = start(*WHISPER)
    job_id = _await(process, stage)
    children = _family(process)
    assert any("ffmpeg" in child.name() for child in children) == (stage == "extract")
    process.send_signal(number)
    assert process.wait(60) == code
    _assert_all_end(children)
    said = process.stderr.read()
    assert "stopping at the next safe point" in said
    assert f"svs jobs resume {job_id}" in said
    assert store.state(store.load(job_id)) == "interrupted"
    _assert_clean(store, job_id, tmp_path)
    if stage == "extract":
        slow_disk()
    heard = _heard(store, job_id)
    assert (heard > 0) == (stage == "transcribe")
    _assert_resumes(svs, assert_undisturbed, WHISPER, heard)
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"talk.summary.md", "talk.summary.json"}


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["extract", "transcribe"])
def test_ctrl_c_pressed_twice_stops_at_once(start, store, slow_disk, tmp_path, stage):
    if stage == "transcribe":
        slow_disk()
    process = start(*WHISPER)
    job_id = _await(process, stage, "started" if stage == "transcribe" else "advanced")
    children = _family(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does; when transcribing starts, a model is loaded
    while "stopping at the next safe point" not in (line := process.stderr.readline()):
        assert line
    children += _family(process)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    _assert_all_end(children)
    said = process.stderr.read()
    assert "svs: stopped; `svs jobs resume" in said
    assert stage == "extract" or "what is done so far" not in said, "it went on to the next safe point"
    assert store.state(store.load(job_id)) == "interrupted"
    _assert_clean(store, job_id, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a parent cannot take its children along")
def test_children_die_with_a_killed_parent(svs, start, store, assert_undisturbed, slow_disk):
    process = start(*WHISPER)
    job_id = _await(process, "extract")
    children = _family(process)
    assert children
    process.kill()
    process.wait()
    _assert_all_end(children)
    assert store.state(store.load(job_id)) == "interrupted"
    slow_disk()
    _assert_resumes(svs, assert_undisturbed, WHISPER, 0)
    assert not list(store.root.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [False, True], ids=["asked", "now"])
@pytest.mark.parametrize("stage", ["extract", "transcribe"])
def test_a_job_is_cancelled_from_another_terminal(
    svs, svs_process, start, store, assert_undisturbed, slow_disk, tmp_path, stage, at_once
):
    if stage == "transcribe":
        slow_disk()
    process = start(*WHISPER)
    job_id = _await(process, stage)
    process.send_signal(signal.SIGSTOP)  # else it may be done before the other command has begun
    children = _family(process)
    end = threading.Thread(target=process.wait)  # as a shell does
    end.start()
    asked = svs_process("jobs", "cancel", job_id, *(["--now"] if at_once else []))
    process.send_signal(signal.SIGCONT)
    assert asked.returncode == 0, asked.stderr
    end.join(60)
    assert process.returncode == (-signal.SIGKILL if at_once else 1)
    _assert_all_end(children)
    said = process.stderr.read()
    assert at_once or f"job {job_id} was cancelled" in said
    assert at_once or f"svs jobs resume {job_id}" in said
    assert store.load(job_id).status == "cancelled"
    assert json.loads(svs("jobs", "list", "--json").stdout)[0]["status"] == "cancelled"
    _assert_clean(store, job_id, tmp_path)
    assert svs("jobs", "cancel", job_id).returncode == 2
    slow_disk()
    heard = _heard(store, job_id)
    assert (heard > 0) == (stage == "transcribe")
    _assert_resumes(svs, assert_undisturbed, WHISPER, heard)


@pytest.mark.parametrize("pid", [None, 1, 0, -1, 2**31 - 2, 2**31, 2**70])
def test_only_the_process_that_holds_the_lock_is_killed(store, talk_video, pid):
    """The lock is ours; the record of progress is forged: it names another process, or none that can be."""
    job = store.create(describe(talk_video), Options())
    store.save(replace(job, status="running"))
    with subprocess.Popen(["sleep", "60"]) as other, store.hold(job.id):
        named = other.pid if pid is None else pid
        process = psutil.Process(named if named in (1, other.pid) else other.pid)
        forged = {"pid": named, "process_started": process.create_time(), "stage": None, "done": 0.0}
        forged |= {"total": None, "overall": 0.0, "at": 0.0}
        (store.folder(job.id) / "progress.json").write_text(json.dumps(forged))
        with pytest.raises(StoreError, match="nothing was killed"):
            actions.cancel(store, job.id, at_once=True)
        assert other.poll() is None
        assert store.asked_to_cancel(job.id)
        other.kill()
    assert store.load(job.id).status == "running"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere psutil compares the times of their starts")
def test_what_takes_the_number_of_a_runner_that_has_just_ended_is_not_killed(store, talk_video, monkeypatch):
    job = store.create(describe(talk_video), Options())
    store.save(replace(job, status="running"))
    script = "import sys, time; from pathlib import Path; from svs.system import locks\n"
    script += "with locks.hold(Path(sys.argv[1])): print(flush=True); time.sleep(60)"
    lock = store.folder(job.id) / "lock"
    usual, sent = locks.held_by, []

    def held_by(path, pid):
        held = usual(path, pid)
        runner.terminate()
        runner.wait()
        monkeypatch.setattr(os, "kill", lambda *arguments: sent.append(arguments))
        return held

    monkeypatch.setattr(locks, "held_by", held_by)
    with subprocess.Popen([sys.executable, "-c", script, lock], stdout=subprocess.PIPE) as runner:
        runner.stdout.readline()
        store.write_progress(job.id, _progress(runner.pid, psutil.Process(runner.pid).create_time()))
        with pytest.raises(StoreError, match="nothing was killed") as refused:
            actions.cancel(store, job.id, at_once=True)
    assert isinstance(refused.value.__cause__, ProcessLookupError)
    assert not sent


def _progress(pid, started):
    return Progress(
        pid=pid, process_started=started, stage=None, done=0.0, total=None, overall=0.0, at=time.time()
    )


def test_without_a_record_of_progress_nothing_is_killed(store, talk_video):
    job = store.create(describe(talk_video), Options())
    store.save(replace(job, status="running"))
    with store.hold(job.id), pytest.raises(StoreError, match="nothing was killed"):
        actions.cancel(store, job.id, at_once=True)


@pytest.mark.slow
def test_under_nohup_a_hang_up_is_ignored(svs_command, talk_video, with_model, store, tmp_path):
    command = ["nohup", svs_command, "summarize", talk_video, *WHISPER, "--progress", "json"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        job_id = _await(process, "transcribe")
        process.send_signal(signal.SIGHUP)
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert store.load(job_id).status == "done"


@pytest.mark.slow
def test_a_closed_terminal_interrupts(svs, svs_command, talk_video, with_model, store, slow_disk):
    terminal, end = os.openpty()
    command = [sys.executable, "-c", ADOPT_TERMINAL, svs_command, "summarize", talk_video, *WHISPER]
    with subprocess.Popen(command, stdin=end, stdout=end, stderr=end, start_new_session=True) as process:
        os.close(end)
        shown = b""
        while b"Extract" not in shown:
            shown += os.read(terminal, 4096)
        while not (children := _family(process)):
            assert process.poll() is None
        os.close(terminal)
        process.wait()
    _assert_all_end(children)
    job_id = store.resolve("last")
    assert store.state(store.load(job_id)) == "interrupted"
    assert not list(store.root.rglob("*.part"))


def test_a_job_goes_on_when_nobody_reads_its_progress(svs_command, store, tmp_path):
    captions = tmp_path / "talk.srt"
    captions.write_text("1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n")
    reader, writer = os.pipe()
    os.close(reader)
    command = [svs_command, "summarize", captions, "--progress", "json"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=writer, text=True)
    os.close(writer)
    assert "glass lens" in done.stdout
    assert done.returncode == 0
    assert store.load(store.resolve("last")).status == "done"
