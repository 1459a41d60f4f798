"""The test video is the talk with its slides, its text and its chapters, always with the same bytes."""

import json
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pysubs2
import pytest

from svs.errors import MissingError, UsageError
from svs.media import testvideo
from svs.media.ffmpeg import run
from svs.media.testvideo import make_test_video
from svs.media.tool import ask, find

TALK = json.loads((testvideo.ASSETS / "talk.json").read_text(encoding="utf-8"))
SUFFIXES = [".mp4", ".mov", ".mkv", ".webm"]
TINY = {"size": (32, 32), "fps": 1}
RATE = 16000

posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for ffmpeg is a symbolic link")


def log_of(video: Path) -> str:
    """Return what ffmpeg says about a file after it decoded everything in it."""
    return run(["-i", f"file:{video}", "-map", "0:v", "-map", "0:a", "-f", "null", "-"])


def sound_of(media: Path) -> npt.NDArray[np.float64]:
    raw = media.with_name("sound.raw")
    run(["-i", f"file:{media}", "-ar", str(RATE), "-ac", "1", "-f", "s16le", f"file:{raw}"])
    return np.fromfile(raw, np.int16).astype(float)


def frames_of(video: Path, width: int, height: int) -> npt.NDArray[np.uint8]:
    raw = video.with_name("frames.raw")
    run(["-i", f"file:{video}", "-pix_fmt", "rgb24", "-f", "rawvideo", f"file:{raw}"])
    return np.fromfile(raw, np.uint8).reshape(-1, height, width, 3)


def likeness(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return the correlation of two sounds, where it is best within 50 ms."""
    length = min(len(one), len(other)) - RATE // 10
    inner = one[RATE // 20 :][:length]
    return max(np.corrcoef(inner, other[shift:][:length])[0, 1] for shift in range(0, RATE // 10, 2))


@pytest.fixture
def ffmpeg_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give a function that puts an ffmpeg on PATH which was built without what matches a pattern."""
    real, folder = find(), tmp_path / "bin"

    def install(pattern: str) -> None:
        def listed(ffmpeg: Path, question: Literal["-encoders", "-filters"]) -> str:
            lines = ask(ffmpeg, question).splitlines()
            return "\n".join(line for line in lines if not re.search(pattern, line))

        folder.mkdir()
        (folder / "ffmpeg").symlink_to(real)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setattr(testvideo, "ask", listed)

    return install


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_container_holds_picture_and_sound_of_the_size_and_length_asked_for(
    tmp_path: Path, suffix: str
) -> None:
    video = tmp_path / f"a{suffix}"
    make_test_video(video, size=(320, 180), fps=10, duration=3)
    log = log_of(video)
    assert re.search(r"Video: .*320x180 .*\b10 (fps|tbr)", log)
    assert re.search(r"Audio: (aac|opus).* 48000 Hz, mono", log)
    length = re.search(r"Duration: 00:00:0(\d\.\d+)", log)
    assert length
    assert float(length[1]) == pytest.approx(3, abs=0.1)
    assert len(frames_of(video, 320, 180)) == 30
    assert len(sound_of(video)) / RATE == pytest.approx(3, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_arguments_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    for video in (first, second):
        make_test_video(video, duration=10, subtitles=True, chapters=True)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_without_a_duration_the_video_has_the_whole_talk(tmp_path: Path, talk_pcm: Path) -> None:
    video = tmp_path / "a.mkv"
    make_test_video(video, **TINY)
    spoken = sound_of(video)
    assert len(spoken) / RATE == pytest.approx(TALK["duration"], abs=0.1)
    true = np.fromfile(talk_pcm, np.int16).astype(float)
    for second in (0, 60, 120, 180):
        part = slice(second * RATE, (second + 5) * RATE)
        assert likeness(true[part], spoken[part]) > 0.9


@pytest.mark.slow
def test_a_longer_video_repeats_the_talk(tmp_path: Path, talk_pcm: Path) -> None:
    video = tmp_path / "a.mp4"
    make_test_video(video, **TINY, duration=TALK["duration"] + 5)
    spoken, true = sound_of(video), np.fromfile(talk_pcm, np.int16).astype(float)
    again = spoken[round(TALK["duration"] * RATE) :]
    assert likeness(true[: len(again)], again) > 0.9


def test_the_tone_is_440_hz(tmp_path: Path) -> None:
    make_test_video(tmp_path / "a.mp4", **TINY, duration=2, audio="tone")
    heard = np.abs(np.fft.rfft(sound_of(tmp_path / "a.mp4")[:RATE]))
    assert heard.argmax() == 440


def test_silence_is_silent(tmp_path: Path) -> None:
    make_test_video(tmp_path / "a.mp4", **TINY, duration=2, audio="silence")
    assert not sound_of(tmp_path / "a.mp4").any()


@pytest.mark.parametrize("fonts", [testvideo.FONTS, ()], ids=["with titles", "without a font"])
def test_every_frame_differs_from_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fonts: tuple[str, ...]
) -> None:
    monkeypatch.setattr(testvideo, "FONTS", fonts)
    make_test_video(tmp_path / "a.mp4", size=(160, 90), duration=12, audio="silence")
    frames = frames_of(tmp_path / "a.mp4", 160, 90)
    assert all((one != other).any() for one, other in pairwise(frames))


def test_each_topic_has_a_slide_of_its_own_colour_in_every_round(tmp_path: Path) -> None:
    make_test_video(tmp_path / "a.mp4", **TINY, duration=2 * TALK["duration"], audio="silence")
    frames = frames_of(tmp_path / "a.mp4", 32, 32).astype(int)
    for lap in (0, TALK["duration"]):
        for topic, colour in zip(TALK["topics"], testvideo.COLOURS, strict=True):
            rgb = list(bytes.fromhex(colour.removeprefix("0x")))
            shown = frames[round(lap + topic["start"]) + 2 : round(lap + topic["end"]) - 2, 2, 2]
            assert np.abs(shown - rgb).max() < 12


@pytest.mark.skipif(not any(map(Path.is_file, map(Path, testvideo.FONTS))), reason="no font here")
def test_slides_carry_titles_where_there_is_a_font(tmp_path: Path) -> None:
    make_test_video(tmp_path / "a.mp4", duration=0.5, audio="silence")
    (title, *_), (clock, *_) = (
        frames_of(tmp_path / "a.mp4", 640, 360)[:, 130:190, 150:490],
        frames_of(tmp_path / "a.mp4", 640, 360)[:, 300:340, 480:],
    )
    assert (title.min(axis=2) > 200).mean() > 0.03
    assert (clock.min(axis=2) > 120).mean() > 0.03


@posix
def test_an_ffmpeg_without_text_and_h264_makes_plain_slides_in_mpeg4(
    tmp_path: Path, ffmpeg_without: Callable[[str], None]
) -> None:
    ffmpeg_without(" drawtext | libx264 ")
    make_test_video(tmp_path / "a.mp4", size=(320, 180), duration=1)
    assert "Video: mpeg4" in log_of(tmp_path / "a.mp4")
    slide = frames_of(tmp_path / "a.mp4", 320, 180)[0, :170].astype(int)
    assert np.ptp(slide, axis=(0, 1)).max() < 12


@posix
def test_an_ffmpeg_without_an_encoder_is_named(tmp_path: Path, ffmpeg_without: Callable[[str], None]) -> None:
    ffmpeg_without("libvpx")
    with pytest.raises(MissingError, match=r"bin/ffmpeg cannot make \.webm files: it has no encoder libvpx"):
        make_test_video(tmp_path / "a.webm", duration=1)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_subtitles_and_chapters_are_the_true_ones_in_every_round(tmp_path: Path, suffix: str) -> None:
    lap = TALK["duration"]
    video = tmp_path / f"a{suffix}"
    make_test_video(video, **TINY, duration=lap + 6, audio="silence", subtitles=True, chapters=True)

    run(["-i", f"file:{video}", "-map", "0:s:0", f"file:{tmp_path / 'a.srt'}"])
    cues = pysubs2.load(str(tmp_path / "a.srt"))
    found = [(each["start"], each["end"], each["text"]) for each in TALK["sentences"]]
    found += [(start + lap, min(end, 6) + lap, text) for start, end, text in found[:2]]
    assert [cue.plaintext for cue in cues] == [text for *_, text in found]
    assert [cue.start / 1000 for cue in cues] == pytest.approx([start for start, *_ in found], abs=0.02)
    assert [cue.end / 1000 for cue in cues] == pytest.approx([end for _, end, _ in found], abs=0.02)

    pattern = r"Chapter #0:\d+: start ([\d.]+), end ([\d.]+)\s+Metadata:\s+title\s+: (.+)"
    chapters = re.findall(pattern, log_of(video).split("Output #0")[0])
    topics = [*TALK["topics"], TALK["topics"][0]]
    starts = [0.0, *(topic["start"] for topic in TALK["topics"][1:]), lap]
    assert [title for *_, title in chapters] == [topic["title"] for topic in topics]
    assert [float(start) for start, *_ in chapters] == pytest.approx(starts, abs=0.01)
    assert [float(end) for _, end, _ in chapters] == pytest.approx([*starts[1:], lap + 6], abs=0.01)


def test_without_being_asked_for_there_are_no_subtitles_and_no_chapters(tmp_path: Path) -> None:
    make_test_video(tmp_path / "a.mkv", **TINY, duration=1)
    assert not re.search("Subtitle:|Chapter", log_of(tmp_path / "a.mkv"))


def test_half_a_frame_of_talk_ends_too(tmp_path: Path) -> None:
    beats = []

    def give_up_at_last(_seconds: float) -> None:
        beats.append(1)
        assert len(beats) < 60, "ffmpeg does not end"

    make_test_video(tmp_path / "a.mp4", **TINY, duration=0.1, on_time=give_up_at_last)
    assert len(frames_of(tmp_path / "a.mp4", 32, 32)) == 1


def test_a_video_that_is_interrupted_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    video = tmp_path / "a.mp4"
    video.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        make_test_video(video, duration=3600, subtitles=True, on_time=interrupt)
    assert list(tmp_path.iterdir()) == [video]
    assert video.read_bytes() == b"old"


def test_a_finished_video_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    video = tmp_path / "-i %d 'a': [b].mp4"
    video.write_bytes(b"old")
    make_test_video(video, **TINY, duration=1, subtitles=True, chapters=True)
    assert list(tmp_path.iterdir()) == [video]
    assert len(frames_of(video, 32, 32)) == 1


@pytest.mark.parametrize("name", ["a.avi", "a", ".mp4"])
def test_other_suffixes_are_refused_with_a_list_of_the_good_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as error:
        make_test_video(tmp_path / name)
    assert name in error.value.message
    assert all(suffix in error.value.hint for suffix in SUFFIXES)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    for target in (tmp_path / "nowhere" / "a.mp4", tmp_path / "folder.mp4"):
        with pytest.raises(UsageError, match=re.escape(f"cannot write {target}")):
            make_test_video(target, **TINY, duration=1)
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.mp4"]
