"""The sound of a recording, at its true times, or a sentence that says why not; never half a file."""

import os
import random
import struct
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import pytest

from svs.errors import InputError, Stopped, StoreError, UsageError
from svs.media import ffmpeg, pcm
from svs.media.probe import probe
from svs.model.job import Options
from svs.stages.extract import Extracted, extract

PICTURES = (
    "-f",
    "lavfi",
    "-i",
    "testsrc=s=32x32:r=5:duration=6",
    "-map",
    "0:a",
    "-map",
    "1:v",
    "-c:v",
    "mpeg4",
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture
def target(tmp_path):
    """Where the sound goes: a job's folder of its own."""
    (tmp_path / "job").mkdir()
    return tmp_path / "job" / "audio.pcm"


@cache
def recorded(suffix: str, options: tuple[str, ...], tone: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"talk{suffix}")
        ffmpeg.run(["-f", "lavfi", "-i", tone, *options, str(path)])
        return path.read_bytes()


def make(path: Path, *options: str, tone: str = "sine=duration=2") -> Path:
    """Make a recording of a tone; `options` are ffmpeg's."""
    path.write_bytes(recorded(path.suffix, options, tone))
    return path


class Ticks(list[tuple[float, float | None]]):
    """What a stage found of its progress."""

    def __call__(self, done: float, total: float | None) -> None:
        assert total is None or 0 <= done <= total
        self.append((done, total))


def run(source: Path, target: Path, tick=None, **options) -> Extracted:
    return extract(source, probe(source), Options(**options), target, Ticks() if tick is None else tick)


def loud(target: Path) -> np.ndarray:
    """Return for each tenth of a second whether there is sound in it."""
    samples = pcm.read(target, 0, 10**9)
    tenths = samples[: samples.size // 1600 * 1600].reshape(-1, 1600)
    return np.abs(tenths).mean(axis=1) > 0.02


def pitch(target: Path) -> float:
    """Return the frequency of the tone."""
    samples = pcm.read(target, 0, pcm.RATE)
    return float(np.abs(np.fft.rfft(samples)).argmax())


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mp3", "ogg", "wav", "ts"])
def test_the_sound_of_every_container_comes_out(tmp_path, target, suffix):
    source = make(tmp_path / f"talk.{suffix}", "-ac", "2", "-ar", "44100")
    ticks = Ticks()
    result = run(source, target, ticks)
    assert result.seconds == pytest.approx(2.0, abs=0.1)
    assert (result.partial, result.warnings) == (False, ())
    assert pcm.seconds(target) == result.seconds
    assert loud(target)[1:19].all()
    assert pitch(target) == pytest.approx(440, abs=2)
    assert ticks[-1] == (result.seconds, result.seconds)


def test_only_the_owner_may_read_it_and_nothing_else_is_left(tmp_path, target):
    run(make(tmp_path / "talk.mp3"), target)
    assert list(target.parent.iterdir()) == [target]
    if os.name == "posix":
        assert target.stat().st_mode & 0o777 == 0o600


def test_a_recording_of_a_second_is_a_recording(tmp_path, target):
    result = run(make(tmp_path / "talk.mp4", *PICTURES[:6], tone="sine=duration=1"), target)
    assert result.seconds == pytest.approx(1.0, abs=0.1)
    assert not result.partial


@pytest.mark.slow
@linux
@pytest.mark.parametrize("name", ["-y.mp4", "http:x?.mp4", "new\nline.mp4", os.fsdecode(b"\xff.mp4")])
def test_a_name_is_only_a_name(tmp_path, target, monkeypatch, name):
    make(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert run(Path(name), target).seconds == pytest.approx(2.0, abs=0.1)


LATE = (
    "-itsoffset",
    "2",
    "-f",
    "lavfi",
    "-i",
    "sine=duration=4",
    "-map",
    "1:a",
    "-map",
    "0:v",
    "-c:v",
    "mpeg4",
)
"""Sound that starts two seconds after the pictures."""


def test_a_late_sound_keeps_its_time(tmp_path, target):
    source = make(tmp_path / "late.mkv", *LATE, tone="testsrc=s=32x32:r=5:duration=6")
    assert run(source, target).seconds == pytest.approx(6.0, abs=0.1)
    assert np.argmax(loud(target)) in (19, 20)
    assert run(source, target, start=1.5).seconds == pytest.approx(4.5, abs=0.1)
    assert np.argmax(loud(target)) in (4, 5)
    assert run(source, target, start=3.0, end=4.25).seconds == pytest.approx(1.25, abs=0.01)
    assert loud(target).all()


def test_a_gap_in_the_sound_becomes_silence(tmp_path, target):
    gap = ["-af", "aselect='lt(t,1)+gt(t,3)'", "-c:a", "pcm_s16le"]
    result = run(make(tmp_path / "gap.mkv", *gap, tone="sine=duration=4"), target)
    assert result.seconds == pytest.approx(4.0, abs=0.1)
    heard = loud(target)
    assert heard[:9].all()
    assert not heard[12:29].any()
    assert heard[32:39].all()


def test_a_part_is_read_and_the_progress_is_the_parts(tmp_path, target):
    ticks = Ticks()
    result = run(make(tmp_path / "talk.mp3", tone="sine=duration=6"), target, ticks, start=1.0, end=4.0)
    assert result.seconds == pytest.approx(3.0, abs=0.05)
    assert not result.partial
    assert all(total == pytest.approx(3.0, abs=0.05) for _, total in ticks)


def test_an_end_after_the_end_is_the_end(tmp_path, target):
    result = run(make(tmp_path / "talk.mp3"), target, start=0.5, end=100.0)
    assert result.seconds == pytest.approx(1.5, abs=0.1)
    assert not result.partial


@pytest.mark.slow
def test_a_start_after_the_end_is_an_error(tmp_path, target):
    with pytest.raises(InputError, match=r"talk\.mp3 ends at 0:02, before --start 1:30"):
        run(make(tmp_path / "talk.mp3"), target, start=90.0)
    with pytest.raises(InputError, match=r"talk\.aac ends at 0:02, before --start 1:30"):
        run(make(tmp_path / "talk.aac"), target, start=90.0)
    with pytest.raises(UsageError, match="--end is not after --start"):
        run(tmp_path / "talk.mp3", target, start=1.0, end=1.0)
    assert not list(target.parent.iterdir())


@pytest.fixture(scope="module")
def bilingual(tmp_path_factory):
    """English at 440 Hz, German at 1000 Hz, and a track of 2000 Hz that says nothing of itself."""
    more = [f"-f lavfi -i sine=frequency={tone}:duration=2".split() for tone in (1000, 2000)]
    maps = ["-map", "0", "-map", "1", "-map", "2", "-c:a", "flac"]
    tags = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger"]
    return make(tmp_path_factory.mktemp("talk") / "talk.mkv", *more[0], *more[1], *maps, *tags)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("track", "tone"),
    [(None, 440), ("1", 440), ("2", 1000), ("3", 2000), ("eng", 440), ("en", 440)]
    + [(german, 1000) for german in ("de", "deu", "ger", "GER", "de-AT")],
)
def test_a_track_is_chosen_by_number_or_language(bilingual, target, track, tone):
    run(bilingual, target, track=track)
    assert pitch(target) == pytest.approx(tone, abs=2)


@pytest.mark.slow
@pytest.mark.parametrize("track", ["0", "4", "fr", ""])
def test_an_unknown_track_is_an_error_that_lists_the_tracks(bilingual, target, track):
    with pytest.raises(InputError, match=f"has no audio track {track}") as caught:
        run(bilingual, target, track=track)
    assert "1 (eng, flac), 2 (ger, flac), 3 (language not given, flac)" in caught.value.hint


def test_a_recording_without_sound_is_an_error(tmp_path, target):
    mute = make(tmp_path / "mute.mp4", *PICTURES[:4], "-map", "1:v", "-c:v", "mpeg4")
    with pytest.raises(InputError, match="has no audio track"):
        run(mute, target)


def claim(path: Path, seconds: float) -> Path:
    """Change the duration that a Matroska file claims."""
    data = path.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3
    path.write_bytes(data[:at] + struct.pack(">d", seconds * 1000) + data[at + 8 :])
    return path


def test_a_recording_longer_than_it_claims_is_read_to_its_end(tmp_path, target):
    ticks = Ticks()
    result = run(claim(make(tmp_path / "talk.mkv", tone="sine=duration=4"), 1.0), target, ticks)
    assert result.seconds == pytest.approx(4.0, abs=0.1)
    assert not result.partial
    assert None in [total for _, total in ticks]
    assert ticks[-1] == (result.seconds, result.seconds)


def test_a_recording_shorter_than_it_claims_is_partial(tmp_path, target):
    result = run(claim(make(tmp_path / "talk.mkv"), 3601.0), target)
    assert result.partial
    assert result.warnings == (
        "The file ends after 0:02 of 1:00:01: it is cut off or damaged, so the rest is missing.",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "pictures"),
    [("mp4", PICTURES), ("mkv", PICTURES), ("mkv", ()), ("mp3", ()), ("flac", ())],
    ids=lambda value: value if isinstance(value, str) else "video" if value else "sound",
)
def test_half_a_file_gives_its_half_and_says_so(tmp_path, target, suffix, pictures):
    front = ["-movflags", "faststart"] if suffix == "mp4" else []
    source = make(tmp_path / f"talk.{suffix}", *pictures, *front, tone="sine=duration=6")
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    result = run(source, target)
    assert 1.5 < result.seconds < 4.5
    assert result.partial
    assert f"ends after 0:0{int(result.seconds)} of 0:06" in result.warnings[0]
    assert pcm.seconds(target) == result.seconds


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_a_sound_that_ends_before_the_pictures_is_whole(tmp_path, target, suffix):
    result = run(make(tmp_path / f"talk.{suffix}", *PICTURES), target)
    assert result.seconds == pytest.approx(2.0, abs=0.1)
    assert (result.partial, result.warnings) == (False, ())


def test_damage_in_the_middle_is_a_warning(tmp_path, target):
    source = make(tmp_path / "talk.mp4", tone="anoisesrc=duration=3:seed=1")
    data = bytearray(source.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 5000] = random.Random(1).randbytes(5000)
    source.write_bytes(data)
    result = run(source, target)
    assert result.partial
    assert result.warnings == ("The file is damaged: parts of its audio could not be read.",)


def test_no_warning_repeats_what_ffmpeg_says_of_a_file(tmp_path, target, monkeypatch):
    """It may be a tag's text. A decoder that gives up in the middle differs from version to version."""
    decode = ffmpeg.run

    def give_up(arguments, **options):
        decode(arguments, **options)
        raise ffmpeg.FfmpegError("[mp3 @ 0x1] frame 7\n\x1b[2Jvisit evil.com", 1)

    video = make(tmp_path / "talk.mp3")
    media = probe(video)
    monkeypatch.setattr(ffmpeg, "run", give_up)
    result = extract(video, media, Options(), target, Ticks())
    assert result.warnings == ("The file could not be read beyond 0:02: ffmpeg stopped there.",)


def test_a_file_that_ends_before_its_first_sound_is_an_error(tmp_path, target):
    source = make(tmp_path / "talk.mp4", "-movflags", "faststart")
    data = source.read_bytes()
    source.write_bytes(data[: data.index(b"mdat") + 4])
    with pytest.raises(InputError, match=r"no audio could be read from .*talk\.mp4"):
        run(source, target)
    assert not list(target.parent.iterdir())


def test_a_stop_leaves_no_process_no_half_file_and_the_old_sound(tmp_path, target):
    source = make(tmp_path / "talk.mp3")
    target.write_bytes(b"old")

    def stop(done, total):
        assert target.with_name("audio.pcm.part").exists()
        raise Stopped("stopped")

    with pytest.raises(Stopped):
        run(source, target, stop)
    children = psutil.Process().children(recursive=True)
    assert not [p for p in children if "multiprocessing" not in "".join(p.cmdline())]
    assert list(target.parent.iterdir()) == [target]
    assert target.read_bytes() == b"old"


@linux
def test_a_full_disk_is_the_stores_error(tmp_path, target):
    target.with_name("audio.pcm.part").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"cannot write the sound to .*: No space left on device") as caught:
        run(make(tmp_path / "talk.mp3"), target)
    assert caught.value.exit_code == 5
    assert not list(target.parent.iterdir())


def test_a_folder_that_is_gone_is_the_stores_error(tmp_path):
    with pytest.raises(StoreError):
        run(make(tmp_path / "talk.mp3"), tmp_path / "gone" / "audio.pcm")
