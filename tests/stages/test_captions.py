"""Captions come out of a recording whole, or it is said that they do not."""

import sys

import pytest

from svs.errors import InputError, StoreError
from svs.media import ffmpeg
from svs.media.probe import probe
from svs.model.job import Options
from svs.stages.captions import fetch_file, fetch_track


@pytest.fixture(params=["mkv", "mp4"])
def film(request, tmp_path):
    cues = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nCue {n}\n\n" for n in range(1, 60))
    (tmp_path / "cues.srt").write_text(cues)
    path = tmp_path / f"film.{request.param}"
    texts = {"mkv": "subrip", "mp4": "mov_text"}[request.param]
    sound = ["-f", "lavfi", "-i", "sine=duration=60", "-i", str(tmp_path / "cues.srt")]
    ffmpeg.run([*sound, "-c:s", texts, "-movflags", "faststart", str(path)])
    return path


def fetch(film, target):
    media = probe(film)
    return fetch_track(film, media, Options(), media.subtitles[0].index, target, lambda done, total: None)


def test_a_track_comes_out_whole(either_ffmpeg, film, tmp_path):
    (tmp_path / "job").mkdir()
    target = tmp_path / "job" / "captions.srt"
    assert fetch(film, target) == ""
    assert [f"Cue {n}" in target.read_text() for n in range(1, 60)] == [True] * 59
    assert list(target.parent.iterdir()) == [target]


def test_half_a_file_is_a_warning(either_ffmpeg, film, tmp_path):
    data = film.read_bytes()
    film.write_bytes(data[: len(data) // 2])
    assert "some of its captions may be missing" in fetch(film, tmp_path / "captions.srt")
    assert "Cue 9\n" in (tmp_path / "captions.srt").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_is_the_stores_error(either_ffmpeg, film, tmp_path):
    (tmp_path / "captions.part").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"cannot write the captions to .*: No space left on device"):
        fetch(film, tmp_path / "captions.srt")
    assert not (tmp_path / "captions.srt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_a_pipe_is_no_subtitle_file(tmp_path):
    import os

    os.mkfifo(tmp_path / "talk.srt")
    with pytest.raises(InputError, match="is not a regular file"):
        fetch_file(tmp_path / "talk.srt", tmp_path / "out.srt", lambda done, total: None)
