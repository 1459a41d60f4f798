"""Joined files, jumping clocks, headers that lie, tracks, cancelled channels: all is read, or a warning."""

import struct
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from svs.errors import InputError
from svs.media import ffmpeg, pcm
from svs.media.probe import probe
from svs.media.testvideo import ASSETS
from svs.model.job import Options
from svs.stages.extract import Extracted, extract
from tests.hostile.recordings import flac

WHOLE = (False, ())
PICTURES = "-f lavfi -i testsrc=s=64x64:r=10:d=3 -map 0:a -map 1:v -pix_fmt yuv420p"
VIDEO = "-f lavfi -i testsrc=s=176x144:r=25:d=3 -map 1:v -map 0:a -pix_fmt yuv420p"
LOW, HIGH = "sine=frequency=440:duration=3", "sine=frequency=880:duration=3"


@cache
def recorded(suffix: str, options: str = "", tone: str = LOW) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"made.{suffix}")
        ffmpeg.run(["-f", "lavfi", "-i", tone, *options.split(), str(path)])
        return path.read_bytes()


@pytest.fixture
def target(tmp_path):
    (tmp_path / "job").mkdir()
    return tmp_path / "job" / "audio.pcm"


def run(source: Path, target: Path, **options) -> Extracted:
    return extract(source, probe(source), Options(**options), target, lambda done, total: None)


def loud(target: Path) -> float:
    """Return how many seconds are not silent."""
    samples = pcm.read(target, 0, 10**9)
    tenths = np.abs(samples[: samples.size // 1600 * 1600]).reshape(-1, 1600)
    return (tenths.mean(axis=1) > 0.005).sum() / 10


def pitch(target: Path, second: int = 0) -> float:
    """Return the frequency of the tone in one second."""
    samples = pcm.read(target, second * pcm.RATE, (second + 1) * pcm.RATE)
    return float(np.abs(np.fft.rfft(samples)).argmax())


JOINED = {
    "webm": f"{PICTURES} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus -live 1",
    "mkv": f"{PICTURES} -c:v libx264 -c:a aac -live 1",
    "avi": f"{PICTURES} -c:v mpeg4 -c:a libmp3lame",
    "ts": f"{PICTURES} -c:v libx264 -c:a aac",
    "mp3": "-metadata title=Talk",
    "ogg": "",
    "opus": "",
    "flac": "",
    "aac": "",
    "wav": "",
}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", JOINED)
def test_two_recordings_joined_in_one_file_are_read_whole(tmp_path, target, suffix):
    source = tmp_path / f"joined.{suffix}"
    source.write_bytes(recorded(suffix, JOINED[suffix]) + recorded(suffix, JOINED[suffix], HIGH))
    found = run(source, target)
    assert (found.partial, found.warnings) == WHOLE
    slack = 0.3 if suffix == "flac" else 0.1  # ffmpeg 5 loses the packet at the join
    assert loud(target) == pytest.approx(6.0, abs=slack)
    assert found.seconds == pytest.approx(6.0, abs=slack)
    assert (pitch(target, 1), pitch(target, 4)) == (pytest.approx(440, abs=2), pytest.approx(880, abs=2))


def test_a_part_behind_a_join_is_found(tmp_path, target):
    source = tmp_path / "joined.webm"
    source.write_bytes(recorded("webm", JOINED["webm"]) + recorded("webm", JOINED["webm"], HIGH))
    found = run(source, target, start=4.0)
    assert found.seconds == pytest.approx(2.0, abs=0.1)
    assert pitch(target) == pytest.approx(880, abs=2)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["webm", "avi", "flac", "mp3"])
def test_a_start_behind_what_a_joined_file_claims_is_found(tmp_path, target, suffix):
    options = JOINED[suffix].replace(" -live 1", "")  # so it claims to last 3 seconds
    source = tmp_path / f"joined.{suffix}"
    source.write_bytes(recorded(suffix, options) + recorded(suffix, options, HIGH))
    found = run(source, target, start=4.0)
    assert found.seconds == pytest.approx(2.0, abs=0.3)
    assert pitch(target) == pytest.approx(880, abs=2)
    with pytest.raises(InputError, match=r"ends at 0:0[56], before --start 0:09"):
        run(source, target, start=9.0)


def test_a_gap_in_a_joined_recording_stays_a_gap(tmp_path, target):
    gap = recorded("mka", "-af aselect='lt(t,1)+gt(t,2)' -c:a pcm_s16le -live 1")
    source = tmp_path / "joined.mka"
    source.write_bytes(gap + gap)
    assert run(source, target).seconds == pytest.approx(6.0, abs=0.1)
    assert loud(target) == pytest.approx(4.0, abs=0.3)


def test_no_sound_is_dropped_where_packets_overlap(tmp_path, target):
    source = tmp_path / "slow.mka"
    source.write_bytes(recorded("mka", "-c:a pcm_s16le -bsf:a setts=pts=PTS/2:dts=DTS/2"))
    run(source, target)
    assert loud(target) == pytest.approx(3.0, abs=0.1)


PLAIN_ONES = {
    "aac.3gp": f"{VIDEO} -c:v h263 -c:a aac",
    "alac.caf": "-c:a alac",
    "be.aiff": "-c:a pcm_s16be",
    "cut-up.mp4": f"{VIDEO} -c:v libx264 -movflags frag_keyframe+empty_moov",
    "dvd.vob": f"{VIDEO} -c:v mpeg2video -c:a ac3",
    "mulaw.avi": f"{VIDEO} -c:v mpeg4 -c:a pcm_mulaw",
    "mulaw.mov": f"{VIDEO} -c:v mpeg4 -c:a pcm_mulaw",
    "sound.au": "",
    "sound.w64": "",
    "sound.wma": "-c:a wmav2",
    "sound.wv": "",
    "studio.mxf": f"{VIDEO} -c:v mpeg2video -c:a pcm_s16le -ar 48000",
    "surround.mkv": "-ac 6 -c:a flac",
    "video.wmv": f"{VIDEO} -c:v wmv2 -c:a wmav2",
    "voice.ogg": "-c:a libopus -b:a 16k -ac 1",
    "zoom.m4a": "-c:a aac",
    "adpcm.wav": "-c:a adpcm_ms",
    "float.wav": "-c:a pcm_f32le",
    "huge.wav": "-rf64 always",
    "s24.wav": "-c:a pcm_s24le",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLAIN_ONES)
def test_recordings_of_every_kind_are_whole(tmp_path, target, name):
    (tmp_path / name).write_bytes(recorded(name.partition(".")[2], PLAIN_ONES[name]))
    found = run(tmp_path / name, target)
    assert (found.partial, found.warnings, found.notices) == (*WHOLE, ())
    assert loud(target) == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_whose_size_was_never_written_is_whole(tmp_path, target, size):
    data = bytearray(recorded("wav"))
    for at in (4, data.index(b"data") + 4):
        struct.pack_into("<I", data, at, size)
    (tmp_path / "stream.wav").write_bytes(data)
    found = run(tmp_path / "stream.wav", target)
    assert (found.partial, found.warnings) == WHOLE
    assert found.seconds == pytest.approx(3.0, abs=0.01)


CUT_BY_FFMPEG = {
    "mp4": f"{PICTURES} -c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov",
    "wma": "-c:a wmav2",
    "flv": "-c:a aac",
    "aiff": "",
}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", CUT_BY_FFMPEG)
def test_what_ffmpeg_does_not_read_of_a_joined_file_is_a_warning(tmp_path, target, suffix):
    data = recorded(suffix, CUT_BY_FFMPEG[suffix])
    source = tmp_path / f"joined.{suffix}"
    source.write_bytes(data)
    assert not run(source, target).warnings
    source.write_bytes(data + data)
    found = run(source, target)
    assert found.partial
    assert found.warnings[0].startswith("The audio ends at 0:03; another ")
    assert "of the file could not be read" in found.warnings[0]


def test_a_wav_that_claims_too_little_is_read_on(tmp_path, target):
    data = bytearray(recorded("wav", "-metadata title=Talk"))
    at = data.index(b"data") + 4
    struct.pack_into("<I", data, at, struct.unpack_from("<I", data, at)[0] // 2)
    source = tmp_path / "crashed.wav"
    source.write_bytes(data)
    found = run(source, target)
    assert found.seconds == pytest.approx(3.0, abs=0.01)
    assert (found.partial, found.warnings) == WHOLE


def test_tags_behind_the_sound_of_a_wav_are_no_sound(tmp_path, target):
    data = recorded("wav")
    tags = b"LIST" + struct.pack("<I", 20_000) + b"INFO" + bytes(19_996)
    source = tmp_path / "tagged.wav"
    source.write_bytes(data[:4] + struct.pack("<I", len(data) + len(tags) - 8) + data[8:] + tags)
    found = run(source, target)
    assert found.seconds == pytest.approx(3.0, abs=0.01)
    assert (found.partial, found.warnings) == WHOLE


@pytest.mark.parametrize("order", [(0, 3600), (3600, 0)])
def test_a_broadcast_whose_clock_jumps_is_whole(tmp_path, target, order):
    options = f"{PICTURES} -c:v libx264 -c:a aac -output_ts_offset"
    source = tmp_path / "jump.ts"
    source.write_bytes(b"".join(recorded("ts", f"{options} {offset}") for offset in order))
    found = run(source, target)
    assert (found.partial, found.warnings) == WHOLE
    assert found.seconds == pytest.approx(6.0, abs=0.2)


def test_one_broken_packet_is_not_parts(tmp_path, target):
    data = bytearray(recorded("flac", "-frame_size 4096", "anoisesrc=d=3:r=16000:seed=1"))
    data[len(data) // 2] ^= 0xFF
    source = tmp_path / "broken.flac"
    source.write_bytes(data)
    assert run(source, target).warnings in (
        ("The file is damaged: a short part of its audio could not be read.",),
        (),  # ffmpeg plays the packet all the same
    )


def with_tracks(path: Path, tracks: list[tuple[str, str]], *options: str) -> Path:
    """Make a recording with several audio tracks: for each, its sound and the options for it."""
    inputs = [word for sound, _ in tracks for word in sound.split()]
    maps = [word for number in range(len(tracks)) for word in ("-map", str(number))]
    about = [word.replace("@", str(n)) for n, (_, options) in enumerate(tracks) for word in options.split()]
    ffmpeg.run([*inputs, *maps, "-c:a", "flac", *about, *options, str(path)])
    return path


def tone(frequency: int) -> str:
    return f"-f lavfi -i sine=frequency={frequency}:duration=3"


TALK = f"-t 12 -i {ASSETS / 'talk.opus'}"
PLAIN = "-disposition:a:@ 0"
GERMAN, ENGLISH = "-metadata:s:a:@ language=ger", "-metadata:s:a:@ language=eng"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tracks", "options", "heard"),
    [
        (["-ac:a:@ 6 -disposition:a:@ comment", "-disposition:a:@ default"], {}, 2),
        ([f"-metadata:s:a:@ title=Commentary {PLAIN}", PLAIN], {}, 2),
        (["-disposition:a:@ visual_impaired", PLAIN], {}, 2),
        ([PLAIN, "-ac:a:@ 6 -disposition:a:@ default"], {}, 2),
        ([PLAIN, f"-ac:a:@ 6 {PLAIN}"], {}, 1),
        ([f"{GERMAN} {PLAIN}", f"{ENGLISH} {PLAIN}"], {"language": "en"}, 2),
        ([GERMAN, ENGLISH], {"language": "en"}, 2),
        ([PLAIN, "-disposition:a:@ default"], {"track": "1"}, 1),
    ],
    ids=["comment", "title", "visual-impaired", "default", "few-channels", "asked", "other-default", "wish"],
)  # fmt: skip
def test_the_best_track_is_read(tmp_path, target, tracks, options, heard):
    sounds = [tone(440), tone(880)]
    source = with_tracks(tmp_path / "tracks.mkv", list(zip(sounds, tracks, strict=True)))
    found = run(source, target, **options)
    assert pitch(target) == pytest.approx(440 * heard, abs=2)
    (notice,) = found.notices
    assert notice.startswith(f"Audio track {heard} of 2 was read (")
    assert f"--track chooses another: {3 - heard} (" in notice
    assert not found.partial


@pytest.mark.slow
@pytest.mark.parametrize("first", ["-f lavfi -i anullsrc=d=12", "-f lavfi -i sine=duration=12"])
def test_a_track_without_speech_is_passed_over(tmp_path, target, first):
    source = with_tracks(tmp_path / "obs.mkv", [(first, ""), (TALK, PLAIN)])
    found = run(source, target)
    assert found.notices[0].startswith("Audio track 2 of 2 was read")
    assert found.seconds == pytest.approx(12.0, abs=0.1)


def test_a_single_track_needs_no_notice(tmp_path, target):
    source = tmp_path / "talk.wav"
    source.write_bytes(recorded("wav"))
    assert run(source, target).notices == ()


@pytest.mark.parametrize(("pan", "side"), [("c0|c1=-0.9*c0", "left"), ("-0.9*c0|c1=c0", "right")])
def test_of_inverted_stereo_the_louder_channel_is_read(tmp_path, target, pan, side):
    source = tmp_path / "inverted.wav"
    source.write_bytes(recorded("wav", f"-af pan=stereo|c0={pan},volume=-3dB"))
    found = run(source, target)
    assert loud(target) == pytest.approx(3.0, abs=0.1)
    assert f"only the {side} one was read" in found.notices[0]
    assert not found.partial


@pytest.mark.slow
@pytest.mark.parametrize("pan", ["c0|c1=c0", "c0|c1=0*c0", "0.01*c0|c1=0.01*c0"])
def test_other_stereo_is_mixed(tmp_path, target, pan):
    source = tmp_path / "stereo.wav"
    source.write_bytes(recorded("wav", f"-af pan=stereo|c0={pan},volume=-20dB"))
    assert run(source, target).notices == ()


@pytest.mark.slow
@pytest.mark.parametrize(("hours", "claims", "until"), [(30, 3600, "1:00:01"), (1, 10, "1:4")])
def test_what_goes_on_long_after_its_claim_is_refused(tmp_path, target, hours, claims, until):
    source = tmp_path / "lying.flac"
    source.write_bytes(flac(8000, hours * 3600 * 8000, claims * 8000))
    with pytest.raises(InputError, match=rf"claims to last .* and goes on after {until}"):
        run(source, target)
    assert not list(target.parent.iterdir())
