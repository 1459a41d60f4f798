"""Whatever a hostile file is, a sentence says what is wrong with it; nothing hangs, leaks or stays behind."""

import json
import os
import re
import socket
from pathlib import Path
from threading import Thread

import psutil
import pytest

from svs.errors import SvsError
from svs.media import ffmpeg
from svs.media.frames import Moment, key_frames
from svs.media.probe import probe
from svs.media.remux import Added, remux
from svs.model.job import Options
from svs.stages.extract import extract
from tests.hostile.recordings import BOMBS, CASES, DAMAGED, PLAYLISTS, SECRET, shelf

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names and files of POSIX")
PROGRESS = ("[", "notice: ")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
KEPT = {"job.json", "events.jsonl", "lock", "progress.json", "transcript.jsonl", "summary.json"}


@pytest.fixture(scope="module")
def canary():
    """A server on this machine that must never be asked; gives its address and who asked."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            while True:
                try:
                    caller, address = server.accept()
                except OSError:
                    return
                asked.append(address)
                caller.close()

        Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/talk.mp4", asked
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def on(tmp_path_factory, talk_video, canary):
    return shelf(tmp_path_factory.mktemp("shelf"), talk_video, canary[0])


def listed(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sentence_says_what_is_wrong(svs, with_model, home, on, canary, tmp_path, case):
    path = tmp_path / case.name
    case.make(path, on)
    before = listed(tmp_path)
    done = svs("summarize", case.name, *case.options, "--json")
    said = [line for line in done.stderr.splitlines() if not line.startswith(PROGRESS)]
    assert done.returncode == case.code, done.stderr
    assert case.said in done.stderr
    assert len(said) <= 3
    assert "Traceback" not in done.stderr
    assert not CONTROL.search(done.stderr)
    assert listed(tmp_path) == before
    assert not canary[1]
    _check_nothing_stays(home, path)
    if case.code:
        assert done.stdout == ""
        assert str(path) in said[0]
    else:
        result = json.loads(done.stdout)
        assert result["partial"] == bool(case.said)
        assert [f"warning: {warning}" for warning in result["warnings"]] == said
        assert CONTROL.search(done.stdout) is None
    kept = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert SECRET not in done.stdout + done.stderr
    assert SECRET.encode() not in kept


def _check_nothing_stays(home: Path, path: Path) -> None:
    jobs = list((home / "jobs").glob("2*"))  # none where the recording was refused before one was made
    assert len(jobs) <= 1
    assert {file.name for job in jobs for file in job.iterdir()} <= KEPT
    running = psutil.process_iter(["cmdline"])
    assert not [p for p in running if any(str(path) in part for part in p.info["cmdline"] or ())]


@pytest.mark.slow
@pytest.mark.parametrize("case", PLAYLISTS, ids=lambda case: case.name)
def test_ffmpeg_itself_reads_no_playlist(on, canary, tmp_path, case):
    path = tmp_path / case.name
    case.make(path, on)
    copy = tmp_path / "copy.mkv"
    graph = ffmpeg.source(path, codecs="text").output(ffmpeg.url(copy), c="copy", f="matroska")
    try:
        ffmpeg.run(graph.get_args())
    except SvsError:
        assert not copy.exists() or not copy.stat().st_size
    else:
        assert SECRET.encode() not in copy.read_bytes()
        assert case.name == "reference.mov", "its own sound may be read, not the other file's"
    assert not canary[1]


@pytest.mark.slow
@pytest.mark.parametrize("case", [*BOMBS, *DAMAGED], ids=lambda case: case.name)
def test_the_packaged_ffmpeg_is_as_careful(on, tmp_path, monkeypatch, case):
    path = tmp_path / case.name
    case.make(path, on)
    monkeypatch.setenv("PATH", str(on.folder))
    target = tmp_path / "audio.pcm"
    try:
        found = extract(path, probe(path), Options(max_duration=1800), target, lambda done, total: None)
    except SvsError:
        assert not target.exists()
    else:
        assert case.code == 0 or case.name in ("tags.flac", "large.mp4")
        assert found.partial == (case.said != "" and case.code == 0)
    assert {file.name for file in tmp_path.iterdir()} <= {case.name, "audio.pcm"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [case for case in (*BOMBS, *DAMAGED) if case.name != "sparse.wav"],  # a copy of it has 3.5 GB
    ids=lambda case: case.name,
)
def test_the_sandbox_is_in_the_way_of_no_picture_and_no_copy(on, tmp_path, case):
    path = tmp_path / case.name
    case.make(path, on)
    (folder := tmp_path / "made").mkdir()
    assert key_frames(path, [Moment(0.0, 1.0, 3.0)], folder) == ()
    refused = ""
    try:
        copied(path, folder)
    except SvsError as error:
        refused = error.message
    assert "denied" not in refused
    assert refused or probe(folder / "copy.mkv").subtitles


def test_pictures_and_copies_of_a_good_recording_are_made(talk_video, tmp_path):
    (frame,) = key_frames(talk_video, [Moment(0.0, 1.0, 3.0)], tmp_path)
    assert frame.jpeg
    copied(talk_video, tmp_path)
    assert probe(tmp_path / "copy.mkv").audio == probe(talk_video).audio


def copied(path: Path, folder: Path) -> None:
    """Copy a recording with one more subtitle track."""
    (folder / "cues.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nHello.\n")
    added = Added(folder / "cues.srt", "eng", "Summary", None)
    target = folder / "copy.mkv"
    remux(path, probe(path), Options(max_duration=1800), added, target, target)
