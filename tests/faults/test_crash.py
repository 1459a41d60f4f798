"""Killed at any moment and resumed, a job leaves what it would have left undisturbed, and nothing else."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import crash_test as crash
import pytest

from svs.media.fingerprint import describe
from svs.media.testvideo import make_test_video
from svs.model.job import Options
from svs.store.jobs import JobStore

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups of POSIX")
SUBTITLES = "1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n"


@pytest.fixture(scope="module")
def subject(micro_whisper, tmp_path_factory):
    """Return a short video with what an undisturbed run leaves."""
    folder = tmp_path_factory.mktemp("crash")
    make_test_video(folder / "talk.mp4", size=(160, 90), fps=2, duration=60)
    return crash.Subject(folder, crash.many_batches(micro_whisper))


@pytest.mark.slow
def test_a_job_that_is_killed_after_each_of_its_events_ends_as_if_undisturbed(subject, tmp_path):
    kills = crash.play(subject, tmp_path, [crash.Aim(mark, 0.0) for mark in crash.MARKS[1:]])
    assert len(kills) > 3  # the last may come too late


@pytest.mark.slow
def test_when_there_is_no_job_yet_there_is_nothing_to_resume(subject, tmp_path):
    assert crash.play(subject, tmp_path, [crash.Aim("", 0.0)]) == ["starting"]


def test_a_job_that_was_killed_before_its_first_step_is_resumed(svs, home, tmp_path):
    (tmp_path / "talk.srt").write_text(SUBTITLES)
    JobStore(home / "jobs").create(describe(tmp_path / "talk.srt"), Options())
    done = svs("jobs", "resume", "last")
    assert done.returncode == 0, done.stderr
    assert "glass lens" in done.stdout


@pytest.mark.slow
def test_kills_at_random_moments_change_nothing():
    command = [sys.executable, crash.__file__, "4", "--duration", "40", "--seed", "10"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert "\n4 kills, " in done.stdout


@pytest.mark.slow
def test_nothing_is_written_but_the_job_its_transcripts_address_and_the_outputs(subject):
    assert {name.partition("/")[0] for name in subject.expected} == {
        "jobs",
        "out",
        "transcripts",
        "unfinished",
        "tmp",
        "user",
    }
    assert not [name for name in subject.expected if name.startswith(("tmp/", "user/"))]
    assert {Path(name).name for name in subject.expected if name.startswith("jobs/ID-1/")} == {
        "events.jsonl",
        "job.json",
        "lock",
        "progress.json",
        "summary.json",
        "transcript.jsonl",
    }


def _changed(path):
    path.write_text(path.read_text().replace("light", "lamp"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "spoil"),
    [
        ("jobs/*/transcript.jsonl", _changed),
        ("jobs/*/summary.json", _changed),
        ("jobs/*/job.json", lambda path: path.write_text(path.read_text().replace('"done"', '"running"'))),
        ("out/*.json", _changed),
        ("out/*.md", _changed),
        ("out/*.srt", _changed),
        ("out/*.srt", Path.unlink),
        ("out", lambda folder: (folder / ".svs.x.part").touch()),
        ("jobs/*", lambda folder: (folder / "audio.pcm").touch()),
        ("tmp", lambda folder: (folder / "left").touch()),
    ],
)
def test_the_crash_test_sees_every_difference(subject, tmp_path, pattern, spoil):
    home = tmp_path / "home"
    shutil.copytree(subject.folder / "undisturbed", home)
    before = crash.traces(home)
    (place,) = home.glob(pattern)
    spoil(place)
    with pytest.raises(crash.Different):
        crash.compare(before, crash.traces(home))


def test_the_crash_test_sees_batches_that_are_lost_or_there_twice():
    header, one, two = b'{"key": 1}\n', b'{"end": 1}\n', b'{"end": 2}\n'
    whole = header + one + two
    assert crash.check_progress(whole, header, header + one) == header + one
    for before, after in [(header + one, header), (header, header + two), (whole, whole + two)]:
        with pytest.raises(crash.Different):
            crash.check_progress(whole, before, after)
    crash.check_journal(whole)
    with pytest.raises(crash.Different, match="twice"):
        crash.check_journal(whole + two)


def test_the_crash_test_sees_a_process_that_outlives_its_parent(tmp_path, monkeypatch):
    monkeypatch.setattr(crash, "PATIENCE", 0.1)
    with subprocess.Popen(["sleep", "60"], env=os.environ | {"SVS_HOME": str(tmp_path)}) as left:
        while not list(crash.processes(tmp_path)):  # its environment is there a moment after it is
            assert left.poll() is None
        with pytest.raises(crash.Different, match="outlived"):
            crash.await_the_end_of_all(tmp_path)
        left.kill()
    crash.await_the_end_of_all(tmp_path)


@pytest.fixture
def nearly_done(svs, home, tmp_path):
    """Return a store with a job that was killed when its files were written, but before it said so."""
    (tmp_path / "talk.srt").write_text(SUBTITLES)
    assert svs("summarize", tmp_path / "talk.srt", "-f", "md,json", "-o", tmp_path / "out").returncode == 0
    store = JobStore(home / "jobs")
    record = store.folder(store.resolve("last")) / "job.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | {"status": "running", "outputs": []}))
    return store


def test_a_job_that_was_killed_while_it_wrote_its_files_knows_them_again(svs, nearly_done, tmp_path):
    job_id = nearly_done.resolve("last")
    out = tmp_path / "out"
    written = {file.name: file.read_bytes() for file in out.iterdir()}
    (out / "talk.summary.json").rename(out / f".svs.{job_id}x.part")
    heard = nearly_done.folder(job_id) / "captions.srt"
    heard.touch()
    done = svs("jobs", "resume", "last")
    assert done.returncode == 0, done.stderr
    assert {file.name: file.read_bytes() for file in out.iterdir()} == written
    assert nearly_done.load(job_id).outputs == tuple(
        str(out / name) for name in ("talk.summary.md", "talk.summary.json")
    )
    assert not heard.exists()


def test_a_file_that_is_not_the_killed_jobs_own_is_not_overwritten(svs, nearly_done, tmp_path):
    mine = tmp_path / "out" / "talk.summary.md"
    mine.write_text("my own notes")
    refused = svs("jobs", "resume", "last")
    assert refused.returncode == 2
    assert f"{mine} already exists" in refused.stderr
    assert mine.read_text() == "my own notes"


def test_what_was_left_of_a_job_that_was_killed_while_it_was_made_is_swept_away(svs, nearly_done, tmp_path):
    fresh, stale = (nearly_done.root / f".20200101T000000-{n:04x}.new" for n in range(2))
    for folder in (fresh, stale):
        folder.mkdir()
        (folder / "job.json").touch()
    os.utime(stale, (0, 0))
    assert svs("summarize", tmp_path / "talk.srt").returncode == 0
    assert fresh.exists()
    assert not stale.exists()
