"""Time begins where a player's does, whatever the file's clock says: for sound, captions and pictures."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pysubs2
import pytest

from svs.media import clock, ffmpeg, pcm
from svs.media.frames import Moment, key_frames
from svs.media.probe import probe
from svs.media.remux import Added, remux
from svs.model.job import Options
from svs.stages.captions import fetch_track
from svs.stages.extract import Extracted, extract

BEEP = 3.0
"""Seconds after the first picture at which there is a beep, and the pictures turn from black to noise."""
VIDEO = {
    "3gp": ("h263", "aac"),
    "flv": ("libx264", "aac"),
    "mkv": ("libx264", "aac"),
    "mov": ("libx264", "aac"),
    "mp4": ("libx264", "aac"),
    "mpg": ("mpeg2video", "mp2"),
    "nut": ("libx264", "libmp3lame"),
    "ogv": ("libtheora", "libvorbis"),
    "ts": ("libx264", "aac"),
    "vob": ("mpeg2video", "ac3"),
    "webm": ("libvpx", "libopus"),
    "wmv": ("wmv2", "wmav2"),
}
SOUND = {
    "avi": "libmp3lame",
    "m4a": "aac",
    "mka": "flac",
    "mp3": "libmp3lame",
    "mxf": "pcm_s16le",
    "wav": "pcm_s16le",
}
CUE = "1\n00:00:03,000 --> 00:00:03,500\nBeep\n"


@cache
def made(*arguments: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"made.{arguments[-1]}")
        ffmpeg.run([*arguments[:-1], str(path)])
        return path.read_bytes()


def beep(path: Path, late: float = 0.0, *more: str, pictures: float = 0.0) -> Path:
    """Make a recording in whose sound, which starts late, there is a beep; `pictures` start late too."""
    codecs = VIDEO[path.suffix[1:]]
    at, size = BEEP - late, "176x144" if path.suffix == ".3gp" else "64x64"
    path.write_bytes(
        made(
            *("-itsoffset", str(pictures), "-f", "lavfi", "-i"),
            f"color=black:s={size}:r=25:d=6,noise=alls=90:enable='gte(t,{BEEP - pictures})'",
            *("-itsoffset", str(late), "-f", "lavfi", "-i", tone(at)),
            *("-map", "0:v", "-map", "1:a", "-pix_fmt", "yuv420p", "-g", "25"),
            *("-c:v", codecs[0], "-c:a", codecs[1]),
            *more,
            path.suffix[1:],
        )
    )
    return path


def tone(at: float) -> str:
    return f"aevalsrc='if(between(t,{at},{at + 0.5}),sin(2*PI*1000*t),0)':d={at + 3}:s=48000"


def heard(source: Path, **options) -> tuple[float, Extracted]:
    """Return when the first loud sample is, by the recording's time."""
    with TemporaryDirectory() as folder:
        target = Path(folder, "audio.pcm")
        found = extract(source, probe(source), Options(**options), target, lambda done, total: None)
        loud = np.flatnonzero(np.abs(pcm.read(target, 0, 10**7)) > 0.2)
    return (options.get("start") or 0.0) + loud[0] / pcm.RATE, found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "late"), [*((suffix, 2.0) for suffix in VIDEO), ("mp4", 0.0), ("mkv", 0.0), ("ts", 0.0)]
)
def test_a_beep_comes_out_at_its_time(tmp_path, suffix, late):
    source = beep(tmp_path / f"beep.{suffix}", late)
    for start in (None, 1.0, 2.5):
        assert heard(source, start=start)[0] == pytest.approx(BEEP, abs=0.05), start


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SOUND)
def test_a_beep_without_late_tracks_comes_out_at_its_time(tmp_path, suffix):
    pictures = "-f lavfi -i testsrc=s=64x64:r=25:d=6 -map 1:v -map 0:a -pix_fmt yuv420p -c:v mpeg2video"
    more = pictures.split() if suffix in ("avi", "mxf") else []
    source = tmp_path / f"beep.{suffix}"
    source.write_bytes(made("-f", "lavfi", "-i", tone(BEEP), *more, "-c:a", SOUND[suffix], suffix))
    for start in (None, 2.5):
        at, found = heard(source, start=start)
        assert at == pytest.approx(BEEP, abs=0.05), start
        assert not found.partial


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["mkv", "webm", "ts", "mp4"])
def test_a_clock_that_begins_at_an_hour_begins_at_zero(tmp_path, suffix):
    source = beep(tmp_path / f"beep.{suffix}", 0.0, "-output_ts_offset", "3600")
    for start in (None, 2.5):
        at, found = heard(source, start=start)
        assert at == pytest.approx(BEEP, abs=0.05), start
        assert (found.partial, found.warnings) == (False, ())


@pytest.mark.slow
@pytest.mark.parametrize("late", [0.0, 2.0])
@pytest.mark.parametrize("pictures", [0.0, 1.0])
def test_captions_have_the_same_zero(tmp_path, late, pictures):
    (tmp_path / "cues.srt").write_text(CUE)
    source, target = tmp_path / "captioned.mkv", tmp_path / "captions.srt"
    plain = beep(tmp_path / "plain.mkv", late, pictures=pictures)
    cues = ["-i", str(tmp_path / "cues.srt"), "-map", "0", "-map", "1", "-c", "copy"]
    ffmpeg.run(["-copyts", "-i", str(plain), *cues, "-avoid_negative_ts", "disabled", str(source)])
    media = probe(source)
    fetch_track(source, media, Options(), media.subtitles[0].index, target, lambda done, total: None)
    zero = min(late, pictures)
    (cue,) = pysubs2.load(str(target))
    assert cue.start / 1000 == pytest.approx(BEEP - zero, abs=0.05)
    assert heard(source)[0] == pytest.approx(BEEP - zero, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["mkv", "mp4", "webm", "ts"])
@pytest.mark.parametrize(("late", "pictures"), [(0.0, 0.0), (2.0, 0.0), (0.0, 1.0)])
def test_pictures_have_the_same_zero(tmp_path, suffix, late, pictures):
    source = beep(tmp_path / f"beep.{suffix}", late, pictures=pictures)
    (black_before,) = key_frames(source, [Moment(1.2, 2.2, BEEP + 0.8)], tmp_path)
    assert black_before.start == pytest.approx(3.2)
    assert key_frames(source, [Moment(1.2, 1.2, BEEP - 0.6)], tmp_path) == ()


@pytest.mark.slow
@pytest.mark.parametrize("of", ["mkv", "mp4", "ts", "webm"])
@pytest.mark.parametrize(("late", "pictures"), [(0.0, 0.0), (2.0, 0.0), (0.0, 1.0)])
def test_the_subtitles_of_a_copy_have_the_same_zero(tmp_path, of, late, pictures):
    source, target = beep(tmp_path / f"beep.{of}", late, pictures=pictures), tmp_path / "copy.mkv"
    (tmp_path / "cues.srt").write_text(CUE)
    added = Added(tmp_path / "cues.srt", "eng", "Transcript", None)
    remux(source, probe(source), Options(), added, target, target)
    media = probe(target)
    fetch_track(
        target, media, Options(), media.subtitles[0].index, tmp_path / "c.srt", lambda done, total: None
    )
    (cue,) = pysubs2.load(str(tmp_path / "c.srt"))
    assert heard(target)[0] == pytest.approx(cue.start / 1000, abs=0.05)
    assert cue.start / 1000 == pytest.approx(BEEP, abs=0.05)


def test_of_no_recording_time_begins_at_zero(tmp_path):
    (tmp_path / "text.mp4").write_text("no recording at all")
    assert clock.origin(tmp_path / "text.mp4") == 0.0
