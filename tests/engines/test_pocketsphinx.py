"""The embedded recognizer: rough, in parallel, and the same however it is run."""

import json
import multiprocessing
from pathlib import Path

import pytest

from svs.engines.pocketsphinx import PocketSphinx, segments
from svs.errors import SvsError
from svs.media import pcm
from svs.model import Word


def _tick(done, total):
    pass


TALK = json.loads((Path(pcm.__file__).parents[1] / "assets" / "talk.json").read_text())


@pytest.fixture(scope="module")
def audio(talk_pcm, tmp_path_factory):
    file = tmp_path_factory.mktemp("audio") / "short.pcm"
    file.write_bytes(pcm.read_bytes(talk_pcm, 94 * pcm.RATE, 141 * pcm.RATE))
    return file


@pytest.fixture(scope="module")
def whole(audio):
    return list(PocketSphinx(2).transcribe(audio, 0.0, _tick))


def test_most_words_of_clear_speech_are_right(whole, word_error_rate):
    said = [s["text"] for s in TALK["sentences"] if 94 < s["start"] < 141]
    heard = [segment.text for batch in whole for segment in batch.segments]
    assert word_error_rate(said, heard) < 0.4


def test_going_on_after_a_window_gives_the_rest_as_it_was(whole, audio):
    assert len(whole) >= 3
    assert list(PocketSphinx(1).transcribe(audio, whole[0].end, _tick)) == whole[1:]


def test_words_lie_inside_their_segments_and_in_order(whole):
    words = [word for batch in whole for segment in batch.segments for word in segment.words]
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert all(word.start < word.end for word in words)


def test_segments_end_at_pauses():
    words = [Word(0.0, 0.5, "one"), Word(0.5, 1.0, "two"), Word(1.4, 2.0, "three")]
    found = list(segments(words, 10.0))
    assert [(s.start, s.end, s.text) for s in found] == [(10.0, 11.0, "one two"), (11.4, 12.0, "three")]


def test_a_killed_worker_is_an_error_and_leaves_no_other_behind(talk_pcm):
    batches = PocketSphinx(1).transcribe(talk_pcm, 0.0, _tick)
    next(batches)
    for worker in multiprocessing.active_children():
        worker.kill()
    with pytest.raises(SvsError, match="worker"):
        list(batches)
    assert multiprocessing.active_children() == []


def test_leaving_early_leaves_no_worker_behind(talk_pcm):
    batches = PocketSphinx(1).transcribe(talk_pcm, 0.0, _tick)
    next(batches)
    batches.close()
    assert multiprocessing.active_children() == []
