"""Each fault in each stage: what is said, how svs ends, what the job is then, and that it can go on."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from svs.store.jobs import JobStore

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount a small disk"
    ),
]
FAULTY = Path(__file__).with_name("svs_with_fault.py")
WHISPER = ("--end", "40")


@pytest.fixture
def disk(tmp_path, with_model, home, monkeypatch):
    """Mount a disk of 16 MB that has the store, and room for the outputs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=True)
    shutil.copytree(home, folder / "home")
    (folder / "out").mkdir()
    monkeypatch.setenv("SVS_HOME", str(folder / "home"))
    yield folder
    subprocess.run(["umount", "--recursive", folder], check=True)


@pytest.fixture
def recording(talk_video, tmp_path):
    """Return a recording that may vanish."""
    return Path(shutil.copy(talk_video, tmp_path / "talk.mp4"))


NO_SPACE, READ_ONLY, DENIED = "No space left on device", "Read-only file system", "Permission denied"
OPENING, DECODING, HEARING = ("extract", "started"), ("extract", "advanced"), ("transcribe", "advanced")
LAST, WRITING = ("summarize", "started"), ("summarize", "finished")
FAULTS = [
    (OPENING, "full_disk", WHISPER, 5, "not enough space for the audio in", "interrupted", ""),
    (DECODING, "full_disk", WHISPER, 5, NO_SPACE, "interrupted", ""),
    (HEARING, "full_disk", WHISPER, 5, NO_SPACE, "interrupted", "extract"),
    (LAST, "full_disk", WHISPER, 5, NO_SPACE, "interrupted", "extract transcribe"),
    (WRITING, "full_disk", WHISPER, 5, NO_SPACE, "interrupted", "extract transcribe summarize"),
    (HEARING, "read_only", WHISPER, 5, READ_ONLY, "interrupted", "extract"),
    (WRITING, "read_only", WHISPER, 5, READ_ONLY, "interrupted", "extract transcribe summarize"),
    (HEARING, "lost_permission", WHISPER, 5, DENIED, "interrupted", "extract"),
    (WRITING, "lost_permission", WHISPER, 5, DENIED, "interrupted", "extract transcribe summarize"),
    (OPENING, "vanished_source", WHISPER, 3, "no longer exists", "failed", ""),
    (DECODING, "killed_child", WHISPER, 1, "ffmpeg was killed", "failed", ""),
]


def run_with_fault(bound, moment, fault, disk, *arguments):
    """Run svs until the fault comes at this moment; permissions bind it."""
    command = [sys.executable, FAULTY, *moment, fault, disk]
    outputs = ["-f", "md,srt", "-o", disk / "out", "--progress", "none"]
    powers = bound if fault == "lost_permission" else _run
    return powers("summarize", *outputs, *arguments, command=tuple(map(str, command)))


def _run(*arguments, command):
    return subprocess.run(
        [*command, *map(str, arguments)], check=False, capture_output=True, encoding="utf-8", timeout=120
    )


def cure(fault, disk, recording):
    """Take the fault away."""
    if fault == "read_only":
        subprocess.run(["umount", disk], check=True)
    (disk / "ballast").unlink(missing_ok=True)
    for folder in (path for path in (disk, *disk.rglob("*")) if path.is_dir()):
        folder.chmod(0o700)
    if not recording.exists():
        recording.with_suffix(".away").rename(recording)


@pytest.mark.parametrize(
    ("moment", "fault", "options", "code", "message", "status", "kept"),
    FAULTS,
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else str(value),
)
def test_a_fault_is_an_error_and_the_job_resumes_when_it_is_gone(
    svs, bound, disk, recording, slow_disk, assert_undisturbed,
    moment, fault, options, code, message, status, kept,
):  # fmt: skip
    if moment != DECODING:
        slow_disk()
    ended = run_with_fault(bound, moment, fault, disk, *options, recording)
    assert (ended.returncode, ended.stdout) == (code, ""), ended.stderr
    assert len(ended.stderr.splitlines()) == 2, ended.stderr
    assert message in ended.stderr
    store = JobStore(disk / "home" / "jobs")
    job_id = store.resolve("last")
    job = store.load(job_id)
    assert store.state(job) == status
    if code == 5:
        assert f"svs jobs resume {job_id}" in ended.stderr
    assert (job.error is not None and message in job.error.message) == (status == "failed")
    assert not [left for left in disk.rglob("*.part") if fault in ("full_disk", "killed_child")]

    cure(fault, disk, recording)
    if moment == DECODING:
        slow_disk()
    done = svs("jobs", "resume", "last", "--json", "--progress", "json")
    assert done.returncode == 0, done.stderr
    assert_undisturbed(options, done.stdout)
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [e["stage"] for e in events if e["kind"] == "reused"] == kept.split()
    assert store.state(store.load(job_id)) == "done"
    assert {file.name for file in (disk / "out").iterdir()} == {"talk.summary.md", "talk.transcript.srt"}
    assert not list(disk.rglob("*.part"))


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [("full_disk", 5, NO_SPACE), ("lost_permission", 2, "cannot write to the folder")],
)
def test_a_fault_before_the_job_is_created_is_an_error(bound, disk, recording, fault, code, message):
    ended = run_with_fault(bound, ("start", "-"), fault, disk, recording)
    assert ended.returncode == code
    assert message in ended.stderr
    assert len(ended.stderr.splitlines()) == 2, ended.stderr
    cure(fault, disk, recording)
    assert JobStore(disk / "home" / "jobs").ids() == []


@pytest.mark.parametrize("moment", [HEARING, LAST])
def test_a_recording_that_vanishes_when_it_has_been_read_is_not_missed(bound, disk, recording, moment):
    ended = run_with_fault(bound, moment, "vanished_source", disk, *WHISPER, recording)
    assert ended.returncode == 0, ended.stderr
