"""Following jobs: other processes see what the job's own sees, and leave it alone."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
import wave
from collections import deque
from contextlib import contextmanager

import psutil
import pytest
from msgspec.structs import replace

from svs.media.fingerprint import describe
from svs.model.job import JobError, Options, Progress
from svs.store.follow import read_log

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals and signals of POSIX")
CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"
LISTEN = ("--threads", "1", "--end", "40")
ADOPT_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def captions(tmp_path):
    file = tmp_path / "talk.srt"
    file.write_text(CAPTIONS)
    return file


@pytest.fixture
def job(store, captions):
    """Return a job that nobody runs."""
    return store.create(describe(captions), Options())


@pytest.fixture
def start(svs_command, tmp_path):
    """Start svs; whatever is left of it ends with the test."""
    started = []

    def start(*arguments, **options):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        command = [svs_command, *map(str, arguments)]
        started.append(subprocess.Popen(command, text=True, cwd=tmp_path, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@contextmanager
def frozen(job_id):
    """Let a job in the background stand still, so that it does not end meanwhile."""
    (process,) = (p for p in psutil.process_iter(["cmdline"]) if job_id in (p.info["cmdline"] or ()))
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def test_jobs_watch_shows_the_events_that_the_job_itself_shows(start, with_model, talk_video):
    with start("summarize", talk_video, *LISTEN, "--progress", "json") as process:
        first = json.loads(process.stderr.readline())
        watching = start("jobs", "watch", "--json")
        own = [first, *map(json.loads, process.stderr)]
        seen = [json.loads(line) for line in watching.communicate()[0].splitlines()]
    assert watching.returncode == 0
    assert seen.pop() == {"job_id": first["job_id"], "kind": "ended", "status": "done", "error": None}
    assert [e for e in seen if e["kind"] not in ("advanced", "line")] == [
        e for e in own if e["kind"] not in ("advanced", "line")
    ]
    advanced = [e for e in seen if e["kind"] == "advanced"]
    found = {(e["stage"], e["done"], e["total"], e["overall"], e["at"], e["unit"]) for e in own}
    assert {(e["stage"], e["done"], e["total"], e["overall"], e["at"], e["unit"]) for e in advanced} <= found
    shares = [e["overall"] for e in seen]
    assert shares == sorted(shares)


def test_a_detached_job_outlives_its_terminal_and_ctrl_c_where_it_is_attached(
    svs, svs_command, start, with_model, talk_video, store
):
    leader, terminal = pty.openpty()
    detached = [svs_command, "summarize", talk_video, *LISTEN, "--detach"]
    done = subprocess.run(
        [sys.executable, "-c", ADOPT_TERMINAL, *detached],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        start_new_session=True,
        check=True,
    )
    os.close(terminal)
    os.close(leader)  # hangs up
    job_id = done.stdout.strip()
    while not read_log(store.folder(job_id)):
        time.sleep(0.01)
    with frozen(job_id):
        first = start("jobs", "attach", job_id, "--progress", "json")
        first.stderr.readline()
        first.send_signal(signal.SIGINT)
        assert "is still running" in first.communicate()[1]
        assert first.returncode == 130
    attached = svs("jobs", "attach", job_id[-4:], "--json", "--progress", "json")
    assert attached.returncode == 0
    kinds = [(event["stage"], event["kind"]) for event in map(json.loads, attached.stderr.splitlines())]
    assert kinds[-1] == (None, "done")
    assert ("extract", "started") in kinds
    assert json.loads(attached.stdout)["job_id"] == job_id
    assert svs("jobs", "wait", job_id, "--timeout", "1m").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("missing.mp4",), 3, "there is no file"),
        (("talk.srt", "--length", "many"), 2, "many"),
        (("talk.srt", "-f", "md", "-o", "talk.srt"), 2, "cannot write"),
    ],
)
def test_what_is_wrong_before_a_detached_job_begins_is_said_as_usual(
    svs, captions, store, arguments, code, said
):
    done = svs("summarize", *arguments, "--detach")
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert store.ids() == []


def test_a_job_that_fails_in_the_background_fails_for_those_who_look(svs, svs_process, with_model, tmp_path):
    with wave.open(str(tmp_path / "silence.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(64_000))
    job_id = svs_process("summarize", "silence.wav", "--detach").stdout.strip()
    assert svs("jobs", "wait", job_id).returncode == 1
    watched = svs("jobs", "watch", job_id)
    assert watched.returncode == 1
    assert f"{job_id} failed: " in watched.stdout
    attached = svs("jobs", "attach", job_id)
    assert attached.returncode == 3
    assert "silence.wav" in attached.stderr
    assert "failed: " in svs("jobs", "logs", job_id).stdout


def test_bars_show_stages_words_load_and_how_each_job_ended(svs, svs_command, store, captions, job, home):
    """Two jobs that this test runs itself, seen on a terminal; it lets go of them when they were seen."""
    other = store.create(describe(captions), Options())
    for one in (job, other):
        store.save(replace(one, status="running"))
        log = store.folder(one.id) / "events.jsonl"
        log.write_text(
            json.dumps(
                {"job_id": one.id, "stage": "transcribe", "kind": "started", "unit": "s", "at": time.time()}
            )
            + "\n"
        )
    leader, terminal = pty.openpty()
    with store.hold(job.id), store.hold(other.id):
        store.write_progress(
            job.id,
            Progress(
                pid=1,
                process_started=0.0,
                stage="transcribe",
                done=30.0,
                total=120.0,
                overall=32.5,
                at=time.time() + 10,
                left=(61.0, 90.0),
                line="new \x1b[2Jwords",
                load=42.0,
                memory=512_000_000,
            ),
        )
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40", "NO_COLOR": "1"}
        process = subprocess.Popen(
            [svs_command, "jobs", "watch"], stdout=terminal, stderr=terminal, env=environment
        )
        os.close(terminal)
        shown = b""
        while not all(
            part in shown for part in (job.id.encode(), other.id.encode(), b"words", b"load 42 %", b" 25 %")
        ):
            shown += os.read(leader, 65536)
        store.save(replace(job, status="done", finished=job.created))
        store.save(
            replace(other, status="failed", error=JobError(message="no \x1b[2J", hint="", exit_code=3))
        )
    rest = deque(iter(lambda: _read(leader), b""), maxlen=3)
    assert process.wait(60) == 1
    os.close(leader)
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", (shown + b"".join(rest)).decode())
    assert "about 2 min left" in text
    assert "512 MB" in text
    assert "32 %" in text
    assert "new \\x1b[2Jwords" in text
    assert re.search(rf"{other.id}  failed", text)
    assert re.search(rf"{job.id}  done", text)


def _read(handle):
    try:
        return os.read(handle, 65536)
    except OSError:  # nobody writes any more
        return b""


def test_jobs_wait_ends_at_its_timeout(svs, store, job):
    store.save(replace(job, status="running"))
    with store.hold(job.id):
        done = svs("jobs", "wait", job.id, "--timeout", "0s")
    assert (done.returncode, done.stdout, done.stderr) == (124, "", "")
    interrupted = svs("jobs", "wait", job.id)
    assert (interrupted.returncode, interrupted.stderr) == (1, "")
    assert svs("jobs", "wait", job.id, "--timeout", "soon").returncode == 2
    assert svs("jobs", "watch").stderr == "No job is running.\n"


def test_jobs_logs_has_local_times(svs, svs_process, captions, store):
    svs("summarize", captions)
    job_id = store.resolve("last")
    with (store.folder(job_id) / "events.jsonl").open("ab") as log:
        forged = f'"job_id":"{job_id}","stage":null,"kind":"warning","message":"\\u001b[2J\\nx","at"'
        log.write(f'{{{forged}:1e10}}\n{{{forged}:1e300}}\nbroken\n{{"torn'.encode())
    environment = {**os.environ, "TZ": "Etc/GMT-14"}
    lines = svs_process("jobs", "logs", job_id, "-f", env=environment).stdout.splitlines()
    here = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 14 * 3600))
    assert any(re.match(rf"{here} ..:..:..  summarize   done: ", line) for line in lines)
    assert lines[-2] == "2286-11-21 07:46:40              warning: \\x1b[2J x"
    assert lines[-1].endswith("  done")
    raw = [json.loads(line) for line in svs("jobs", "logs", job_id, "--json").stdout.splitlines()]
    assert raw[-2]["kind"] == "done"
    assert raw[-1]["message"] == "\x1b[2J\nx"
