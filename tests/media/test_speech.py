"""Where speech is: windows depend on the audio alone, are short enough, and lose nothing that is said."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.media import pcm, speech

TALK = json.loads((Path(speech.__file__).parents[1] / "assets" / "talk.json").read_text())
WHISPER = 30 * pcm.RATE
runs = st.lists(st.tuples(st.integers(1, 1200), st.booleans()), max_size=12)


def _frames(lengths):
    return [0.9 if loud else 0.01 for length, loud in lengths for _ in range(length)]


@given(runs)
def test_stretches_are_in_order_short_enough_and_cover_all_speech(lengths):
    frames = _frames(lengths)
    found = list(speech.join(frames))
    covered = set()
    earlier = 0
    for first, last in found:
        assert earlier <= first < last <= len(frames)
        assert last - first <= 912
        assert frames[first] > 0.5
        covered |= set(range(first, last))
        earlier = last
    missed = [i for i, value in enumerate(frames) if value > 0.5 and i not in covered]
    stretches = sum(1 for i in missed if i - 1 not in missed)
    assert len(missed) <= 3 * max(1, stretches), "only clicks of up to three frames may be left out"


def test_a_silence_of_three_seconds_ends_a_stretch_and_a_breath_does_not():
    assert list(speech.join(_frames([(100, True), (40, False), (100, True)]))) == [(0, 240)]
    assert list(speech.join(_frames([(100, True), (94, False), (100, True)]))) == [(0, 100), (194, 294)]


def test_long_speech_is_cut_in_its_longest_late_silence():
    frames = _frames(
        [(200, True), (30, False), (400, True), (10, False), (100, True), (20, False), (600, True)]
    )
    assert next(speech.join(frames)) == (0, 740)


def test_windows_of_the_talk_hold_every_sentence_whole(talk_pcm):
    windows = list(speech.windows(talk_pcm))
    for sentence in TALK["sentences"]:
        first, last = sentence["start"] * pcm.RATE, sentence["end"] * pcm.RATE
        slack = 0.1 * pcm.RATE
        assert any(w.first <= first + slack and last - slack <= w.last for w in windows), sentence["text"]
    assert all(w.last - w.first <= WHISPER for w in windows)


@pytest.mark.parametrize("block", [1, 7, 100])
def test_windows_do_not_depend_on_where_blocks_fall(talk_pcm, tmp_path, monkeypatch, block):
    short = tmp_path / "short.pcm"
    short.write_bytes(pcm.read_bytes(talk_pcm, 0, 40 * pcm.RATE))
    expected = list(speech.windows(short))
    monkeypatch.setattr(speech, "_BLOCK", block)
    assert list(speech.windows(short)) == expected


@pytest.mark.parametrize("samples", [0, 1, 511, 512, 513, pcm.RATE])
def test_silence_of_any_length_has_no_windows(tmp_path, samples):
    audio = tmp_path / "silence.pcm"
    audio.write_bytes(np.zeros(samples, "<i2").tobytes())
    assert list(speech.windows(audio)) == []
