"""One file of sound, or one for each channel or track: whose they are, and that nothing else is left."""

import os
import wave
from itertools import pairwise

import numpy as np
import pytest

from svs.errors import InputError, Stopped
from svs.media import ffmpeg, pcm
from svs.media.probe import probe
from svs.model.job import Options
from svs.stages.extract import extract

SECONDS = 40


@pytest.fixture
def target(tmp_path):
    """Where the sound goes: a job's folder of its own."""
    (tmp_path / "job").mkdir()
    return tmp_path / "job" / "audio.pcm"


@pytest.fixture(scope="module")
def voices(talk, talk_pcm):
    """Return what each of three says: every third sentence of the bundled talk."""
    samples = np.frombuffer(pcm.read_bytes(talk_pcm, 0, SECONDS * pcm.RATE), "<i2")
    sides = np.zeros((3, len(samples)), "<i2")
    starts = [round((sentence["start"] - 0.2) * pcm.RATE) for sentence in talk["sentences"]]
    for number, (first, last) in enumerate(pairwise(starts)):
        sides[number % 3, first:last] = samples[first:last]
    return sides


def wav(path, *channels):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(pcm.RATE)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path


def mkv(path, *tracks):
    """Make a recording of tracks: samples and a title, which may be empty."""
    arguments = []
    for number, (samples, _) in enumerate(tracks):
        arguments += ["-i", str(wav(path.with_name(f"{number}.wav"), samples))]
    for number, (_, title) in enumerate(tracks):
        arguments += ["-map", str(number), f"-metadata:s:a:{number}", f"title={title}"]
    ffmpeg.run([*arguments, "-c:a", "flac", str(path)])
    return path


def run(source, target, tick=lambda *_: None, **options):
    return extract(source, probe(source), Options(**options), target, tick)


def names(target):
    return sorted(file.name for file in target.parent.iterdir())


def heard(file):
    """Return the samples of a file as numbers."""
    return np.frombuffer(file.read_bytes(), "<i2").astype(float)


def alike(file, samples):
    """Return how much a file is like what was said: 1 is the same."""
    found = heard(file)
    size = min(len(found), len(samples))
    return float(np.corrcoef(found[:size], samples[:size])[0, 1])


@pytest.mark.parametrize("channels", ["auto", "split"])
def test_each_channel_with_a_voice_gets_a_file_of_its_own(tmp_path, target, voices, channels):
    found = run(wav(tmp_path / "call.wav", *voices[:2]), target, channels=channels)
    assert found.speakers == ("left", "right")
    assert names(target) == ["audio.1.pcm", "audio.2.pcm"]
    assert all(
        alike(file, voice) > 0.99 for file, voice in zip(pcm.files(target, 2), voices[:2], strict=True)
    )
    assert found.seconds == pytest.approx(SECONDS, abs=0.01)
    assert all("--channels mix" in notice for notice in found.notices)
    assert len(found.notices) == (channels == "auto")


def test_they_are_mixed_when_the_user_says_so(tmp_path, target, voices):
    found = run(wav(tmp_path / "call.wav", *voices[:2]), target, channels="mix")
    assert (found.speakers, found.notices, names(target)) == ((), (), ["audio.pcm"])
    assert alike(target, voices[0] + voices[1]) > 0.99


def test_what_leaks_into_the_other_channel_is_silenced(tmp_path, target, voices):
    left, right = voices[0] + 0.3 * voices[1], voices[1] + 0.3 * voices[0]
    run(wav(tmp_path / "call.wav", left, right), target)
    for file, voice in zip(pcm.files(target, 2), voices[:2], strict=True):
        assert alike(file, voice) > 0.99
    assert alike(pcm.files(target, 2)[0], left) < 0.98


def test_ordinary_stereo_is_mixed(tmp_path, target, voices):
    noise = np.random.default_rng(1).normal(0, 300, voices[:2].shape)
    found = run(wav(tmp_path / "film.wav", *(voices.sum(axis=0) + noise)), target)
    assert (found.speakers, found.notices, names(target)) == ((), (), ["audio.pcm"])


def test_a_channel_with_music_is_no_reason_to_split(tmp_path, target, voices):
    time = np.arange(voices.shape[1]) / pcm.RATE
    music = 3000 * np.sin(2 * np.pi * 330 * time) * (time % 2 > 1)
    found = run(wav(tmp_path / "song.wav", voices[0], music), target)
    assert (found.speakers, names(target)) == ((), ["audio.pcm"])


def test_a_single_channel_cannot_be_split_and_is_read(tmp_path, target, voices):
    found = run(wav(tmp_path / "talk.wav", voices[0]), target, channels="split")
    assert (found.speakers, names(target)) == ((), ["audio.pcm"])
    assert found.notices == ("The audio track has no two channels to split.",)


def test_each_track_gets_a_file_of_its_own_and_its_title_for_a_name(tmp_path, target, voices):
    titles = ("Anna", "", "Ben")
    source = mkv(tmp_path / "craig.mkv", *zip(voices, titles, strict=True))
    ticks = []
    found = run(source, target, lambda *tick: ticks.append(tick), track="all")
    assert found.speakers == ("Anna", "Track 2", "Ben")
    assert names(target) == ["audio.1.pcm", "audio.2.pcm", "audio.3.pcm"]
    assert all(alike(file, voice) > 0.99 for file, voice in zip(pcm.files(target, 3), voices, strict=True))
    assert found.notices[0].startswith("Each of these audio tracks was transcribed by itself: 1 (")
    measured = [done / total for done, total in ticks if total]
    assert measured == sorted(measured)
    assert ticks[-1] == (found.seconds, found.seconds)


def test_a_track_that_mixes_the_others_is_left_out_and_so_is_a_silent_one(tmp_path, target, voices):
    tracks = [(voices.sum(axis=0), "Mix"), (voices[0], "Anna"), (0 * voices[0], "Guest"), (voices[1], "Ben")]
    found = run(mkv(tmp_path / "obs.mkv", *tracks, (voices[2], "Cleo")), target, track="all")
    assert found.speakers == ("Anna", "Ben", "Cleo")
    assert '"Mix"' in found.notices[0].partition("without sound of their own")[2]
    assert '"Guest"' in found.notices[0].partition("without sound of their own")[2]
    assert names(target) == ["audio.1.pcm", "audio.2.pcm", "audio.3.pcm"]


LEAKS = {
    "by wire": lambda sound: 0.1 * sound,
    "by wire, loud": lambda sound: 0.3 * sound,
    "late": lambda sound: 0.25 * np.roll(sound, 80),
}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("with_mix", [True, False], ids=["mix", "no-mix"])
def test_of_three_tracks_none_is_left_out_and_leaks_are_silenced(tmp_path, target, voices, leak, with_mix):
    everybody = voices.sum(axis=0)
    tracks = [
        (voice + LEAKS[leak](everybody - voice), name)
        for voice, name in zip(voices, ("Anna", "Ben", "Cleo"), strict=True)
    ]
    mix = [(everybody, "Mix")] if with_mix else []
    found = run(mkv(tmp_path / "craig.mkv", *mix, *tracks), target, track="all")
    assert found.speakers == ("Anna", "Ben", "Cleo")
    assert all(alike(file, voice) > 0.99 for file, voice in zip(pcm.files(target, 3), voices, strict=True))


def test_tracks_of_different_lengths_are_whole(tmp_path, target, voices):
    short = voices[1][: 20 * pcm.RATE]
    found = run(mkv(tmp_path / "call.mkv", (voices[0], ""), (short, "")), target, track="all")
    assert (found.seconds, found.partial) == (pytest.approx(SECONDS, abs=0.01), False)


def test_tracks_of_which_nothing_can_be_read_are_refused(tmp_path, target):
    noise = np.random.default_rng(1).integers(-9000, 9000, pcm.RATE)
    source = mkv(tmp_path / "craig.mkv", (noise, ""), (noise[::-1], ""))
    os.truncate(source, 1500)  # bytes, in the midst of the first packet
    with pytest.raises(InputError, match="no audio could be read"):
        run(source, target, track="all")


def test_one_track_of_all_is_like_any_other(tmp_path, target, voices):
    found = run(mkv(tmp_path / "talk.mkv", (voices[0], "Anna")), target, track="all")
    assert (found.speakers, found.notices, names(target)) == ((), (), ["audio.pcm"])


def test_titles_that_are_alike_are_told_apart_by_number(tmp_path, target, voices):
    tracks = zip(voices, ("Mic", "Mic", "1"), strict=True)
    assert run(mkv(tmp_path / "obs.mkv", *tracks), target, track="all").speakers == (
        "Mic (Track 1)",
        "Mic (Track 2)",
        "Track 3",
    )


@pytest.mark.parametrize("options", [{}, {"track": "all"}], ids=["channels", "tracks"])
def test_nothing_is_left_when_it_is_stopped(tmp_path, target, voices, options):
    def stop(done, total):
        if done == pytest.approx(SECONDS, abs=0.1):
            raise Stopped("stopped", "")

    if options:
        source = mkv(tmp_path / "craig.mkv", *((voice, "") for voice in voices))
    else:
        source = wav(tmp_path / "call.wav", *voices[:2])
    with pytest.raises(Stopped):
        run(source, target, stop, **options)
    assert names(target) == []


def test_channels_of_a_part_keep_their_times(tmp_path, target, voices):
    source = wav(tmp_path / "call.wav", *voices[:2])
    run(source, target, start=5.0, end=35.0)
    for file, voice in zip(pcm.files(target, 2), voices[:2], strict=True):
        assert alike(file, voice[5 * pcm.RATE :]) > 0.99


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_only_the_owner_may_read_the_files(tmp_path, target, voices):
    run(wav(tmp_path / "call.wav", *voices[:2]), target)
    assert {file.stat().st_mode & 0o777 for file in target.parent.iterdir()} == {0o600}
