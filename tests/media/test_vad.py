"""Where speech is: windows depend on the audio alone, are short enough, and lose nothing that is said."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.media import pcm, vad

TALK = json.loads((Path(vad.__file__).parents[1] / "assets" / "talk.json").read_text())
WHISPER = 30 * pcm.RATE
runs = st.lists(st.tuples(st.integers(1, 1200), st.booleans()), max_size=12)


def _frames(lengths):
    return [0.9 if loud else 0.01 for length, loud in lengths for _ in range(length)]


@given(runs)
def test_stretches_are_in_order_short_enough_and_cover_all_speech(lengths):
    frames = _frames(lengths)
    found = list(vad.join(frames))
    covered = set()
    earlier = 0
    for first, probabilities in found:
        last = first + len(probabilities)
        assert earlier <= first < last <= len(frames)
        assert last - first <= 560
        assert frames[first] > 0.5
        covered |= set(range(first, last))
        earlier = last
    missed = [i for i, value in enumerate(frames) if value > 0.5 and i not in covered]
    stretches = sum(1 for i in missed if i - 1 not in missed)
    assert len(missed) <= 3 * max(1, stretches), "only clicks of up to three frames may be left out"


def _ends(frames):
    return [(first, first + len(probabilities)) for first, probabilities in vad.join(frames)]


def test_a_silence_of_eight_seconds_ends_a_stretch_and_a_pause_does_not():
    assert _ends(_frames([(100, True), (200, False), (100, True)])) == [(0, 400)]
    assert _ends(_frames([(100, True), (250, False), (100, True)])) == [(0, 100), (350, 450)]


def test_long_speech_is_cut_in_its_longest_late_silence():
    frames = _frames(
        [(130, True), (30, False), (290, True), (10, False), (50, True), (20, False), (600, True)]
    )
    assert _ends(frames)[0] == (0, 510)


def test_windows_of_the_talk_hold_every_sentence_whole(talk_pcm):
    windows = list(vad.windows(talk_pcm))
    for sentence in TALK["sentences"]:
        first, last = sentence["start"] * pcm.RATE, sentence["end"] * pcm.RATE
        slack = 0.1 * pcm.RATE
        assert any(w.first <= first + slack and last - slack <= w.last for w in windows), sentence["text"]
    assert all(w.last - w.first <= WHISPER for w in windows)


@pytest.mark.parametrize("block", [1, 7, 100])
def test_windows_do_not_depend_on_where_blocks_fall(talk_pcm, tmp_path, monkeypatch, block):
    short = tmp_path / "short.pcm"
    short.write_bytes(pcm.read_bytes(talk_pcm, 0, 40 * pcm.RATE))
    expected = list(vad.windows(short))
    monkeypatch.setattr(vad, "_BLOCK", block)
    assert list(vad.windows(short)) == expected


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, pcm.RATE])
def test_silence_of_any_length_has_no_windows(tmp_path, samples):
    audio = tmp_path / "silence.pcm"
    audio.write_bytes(np.zeros(samples, "<i2").tobytes())
    assert list(vad.windows(audio)) == []


def test_windows_have_a_probability_for_each_frame_and_meet_at_a_cut(monkeypatch, tmp_path):
    loud = [0.9] * 2000
    loud[500] = 0.6  # where the first window is to end
    audio = tmp_path / "speech.pcm"
    audio.write_bytes(bytes(2 * 2000 * vad.FRAME))
    monkeypatch.setattr(vad, "_probabilities", lambda audio, samples, step: iter(loud))
    windows = list(vad.windows(audio))
    assert windows[0].last == windows[1].first == 500 * vad.FRAME
    for window in windows:
        assert len(window.probabilities) * vad.FRAME == window.last - window.first


@pytest.mark.parametrize("decibels", [-30, -50])
def test_speech_in_quiet_audio_is_found(talk_pcm, tmp_path, decibels):
    samples = np.frombuffer(pcm.read_bytes(talk_pcm, 0, 30 * pcm.RATE), "<i2")
    loud, quiet = tmp_path / "loud.pcm", tmp_path / "quiet.pcm"
    loud.write_bytes(samples.tobytes())
    quiet.write_bytes(np.round(samples * 10 ** (decibels / 20)).astype("<i2").tobytes())
    expected = sum(window.speech() for window in vad.windows(loud))
    assert sum(window.speech() for window in vad.windows(quiet)) > 0.9 * expected


def test_a_long_silence_calls_step_and_can_be_interrupted(tmp_path):
    audio = tmp_path / "silence.pcm"
    audio.write_bytes(bytes(2 * 300 * pcm.RATE))
    steps = []
    assert list(vad.windows(audio, lambda: steps.append(None))) == []
    assert len(steps) == 20  # twice for each half minute: for its level, and for its speech

    def interrupt():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(vad.windows(audio, interrupt))


def test_quiet_noise_is_no_speech(tmp_path):
    audio = tmp_path / "noise.pcm"
    audio.write_bytes(np.random.default_rng(0).normal(0, 3, 20 * pcm.RATE).round().astype("<i2").tobytes())
    assert list(vad.windows(audio)) == []


def test_a_window_knows_its_speech_its_parts_and_its_quietest_moment():
    frames = (0.0,) * 10 + (0.9,) * 50 + (0.5,) + (0.9,) * 39
    window = vad.Window(16_000, 16_000 + 100 * vad.FRAME, frames)
    assert window.speech() == pytest.approx(90 / vad.SECOND)
    assert window.stretches() == [(pytest.approx(1.32), pytest.approx(4.2))]
    assert window.quietest(2.0, 4.0) == pytest.approx(1 + 60 / vad.SECOND)
    part = window.part(2.0, 3.0)
    assert (part.start, part.end) == (pytest.approx(2.0, abs=0.02), pytest.approx(3.0, abs=0.02))
    assert part.probabilities == window.probabilities[31:62]
