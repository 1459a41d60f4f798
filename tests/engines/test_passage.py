"""A window decoded to its end, with a model whose answers end in every way that Whisper's do."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from faster_whisper import WhisperModel
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from svs.engines import doubt, passage
from svs.engines.decoder import Decoder
from svs.engines.passage import Passage
from svs.media.pcm import RATE
from svs.media.vad import FRAME, SECOND, Window
from svs.model.job import Options

WORDS = "amber birch cedar daisy elder fern grass hazel iris jasmine kelp lotus maple nettle olive pine"
SPACING = 1.6  # seconds from the beginning of one word to that of the next
SPOKEN = 1.2  # seconds that a word takes
END = (0.0, "")  # what is before the first word and after the last one


class Scripted:
    """Whisper as faster-whisper gives it, but for the sound: it knows which word is said when.

    Each search ends as the next of `endings` says: `whole`, `pair`, `open`, `single`, `empty` or `loop`.
    """

    max_length = 448

    def __init__(self, tokenizer, words, endings):
        self.hf_tokenizer, self._words, self._endings = tokenizer, words, iter(endings)
        self.model = self
        self.is_multilingual = False
        self.searches = 0

    def feature_extractor(self, audio):
        """Pass on where the audio begins and how long it is: its samples are their own positions."""
        return np.array([[audio[0], len(audio) / RATE, 0.0]])

    def encode(self, features):
        return features

    def generate(self, encoded, prompts, **search):
        self.searches += 1
        start, length = float(encoded[0, 0]), float(encoded[0, 1])
        said = [
            (begin - start, begin + SPOKEN - start, word)
            for begin, word in self._words
            if begin + SPOKEN / 2 > start and begin + SPOKEN / 2 < start + length
        ]
        return [Found(self._tokens(said, next(self._endings, "whole"), length))]

    def _tokens(self, said, ending, length):
        first_time = self.hf_tokenizer.token_to_id("<|notimestamps|>") + 1
        time = lambda seconds: first_time + round(min(max(0.0, seconds), length) / 0.02)  # noqa: E731
        phrase = lambda word: self.hf_tokenizer.encode(f" {word}", add_special_tokens=False).ids  # noqa: E731
        kept = said if ending == "whole" else said[: max(1, len(said) // 2)]
        if ending == "empty":
            return []
        if ending == "loop":
            return [time(0), *phrase("amber") * 60, time(length)]
        tokens = []
        for begin, end, word in kept:
            tokens += [time(begin), *phrase(word), time(end)]
        if ending == "pair" and kept:
            tokens.append(tokens[-1])
        if ending == "open" and len(kept) < len(said):
            begin, _, word = said[len(kept)]
            tokens += [time(begin), *phrase(word)]
        return tokens


class Found:
    def __init__(self, tokens):
        self.sequences_ids, self.scores, self.no_speech_prob = [tokens], [-0.2], 0.01


@pytest.fixture(scope="module")
def tokenizer(micro_whisper):
    return _tokenizer(micro_whisper)


@cache
def _tokenizer(folder):
    return WhisperModel(str(folder), device="cpu").hf_tokenizer


def _transcribe(tokenizer, count, endings, phantom=None, *, one_language=True):
    """Return the words that are said, with what the passage makes of them and of endings.

    The model hears a phantom too, in the silence at the end.
    """
    words = [(0.3 + SPACING * index, WORDS.split()[index]) for index in range(count)]
    silence = 4.0 if phantom else 0.0
    frames = round((0.6 + SPACING * count + silence) * SECOND)
    spoken = [any(a <= f / SECOND < a + SPOKEN for a, _ in words) for f in range(frames)]
    window = Window(0, frames * FRAME, tuple(0.9 * is_speech for is_speech in spoken))
    invented = [(words[-1][0] + 3.0, phantom)] if phantom else []
    model = Scripted(tokenizer, [*words, *invented], endings)
    audio = np.arange(window.last) / RATE
    decoder = Decoder(model, Options())
    segments, gaps = Passage(decoder, window, audio, "en", one_language).transcribe()
    return words, segments, gaps, model


@pytest.mark.parametrize("ending", ["whole", "pair", "open", "single", "empty", "loop"])
def test_no_word_is_lost_or_doubled_whatever_the_tokens_end_with(tokenizer, ending):
    words, segments, gaps, model = _transcribe(tokenizer, 12, [ending] * (4 if ending == "loop" else 1))
    assert [segment.text for segment in segments] == [word for _, word in words]
    assert not gaps
    assert model.searches == (1 if ending == "whole" else model.searches)
    for segment, (begin, _) in zip(segments, words, strict=True):
        assert abs(segment.start - begin) < 0.3
        assert abs(segment.end - begin - SPOKEN) < 0.4


@example(count=11, endings=["open", "empty", "pair", "single", "pair", "single"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(1, 16),
    endings=st.lists(st.sampled_from(["whole", "pair", "open", "single", "empty"]), max_size=8),
)
def test_every_word_is_in_a_segment_once_or_in_a_gap(micro_whisper, count, endings):
    tokenizer = _tokenizer(micro_whisper)
    words, segments, gaps, _ = _transcribe(tokenizer, count, endings)
    texts = [segment.text for segment in segments]
    assert texts == sorted(texts)
    assert len(texts) == len(set(texts))
    for (_, before), (begin, word), (_, after) in zip([END, *words], words, [*words[1:], END], strict=False):
        in_gap = any(gap.start <= begin + SPOKEN / 2 <= gap.end for gap in gaps)
        alone = {before, after} <= {*texts, ""}  # a single word is too short for a gap
        assert word in texts or in_gap or alone


def test_words_without_an_end_are_kept_if_decoding_them_again_gives_none(tokenizer):
    words, segments, _, _ = _transcribe(tokenizer, 2, ["open", "empty", "empty"])
    assert [segment.text for segment in segments] == [word for _, word in words]


@pytest.mark.parametrize(
    ("text", "before", "kept"),
    [
        ("And I don't know", "I don't know that man.", "And I don't know"),
        ("don't know that man. Nor do I.", "I don't know that man.", "Nor do I."),
        ("No.", "He said no.", "No."),
        ("of these men", "a well-known fact", "of these men"),
        ("well-known fact, it is", "a well-known fact", "it is"),
    ],
)
def test_only_two_or_more_words_at_the_start_count_as_repeated(text, before, kept):
    assert doubt.without_repetition(text, before) == kept


def test_a_segment_does_not_begin_in_the_speech_before_it():
    window = Window(0, 200 * FRAME, (0.9,) * 60 + (0.0,) * 60 + (0.9,) * 80)
    start, end = passage._on_speech(window, 58 / SECOND, 200 / SECOND)
    assert start == pytest.approx(120 / SECOND - 0.2, abs=0.01)
    assert end == pytest.approx(200 / SECOND)


def test_a_short_rest_is_in_the_language_of_the_piece_before_it(tokenizer, monkeypatch):
    found, search = [], Decoder.search
    monkeypatch.setattr(Decoder, "languages", lambda self, encoded: [("de", 0.99)])

    def searched(self, encoded, language):
        found.append(language)
        return (replace(hypothesis, language=language) for hypothesis in search(self, encoded, "en"))

    monkeypatch.setattr(Decoder, "search", searched)
    _transcribe(tokenizer, 4, ["pair"], one_language=False)
    assert found == ["de", "de"]


def test_speech_that_gives_no_words_is_a_gap(tokenizer):
    words, segments, gaps, _ = _transcribe(tokenizer, 10, ["empty"] * 100)
    assert not segments
    assert gaps[0].start == pytest.approx(words[0][0], abs=0.1)
    assert gaps[-1].end == pytest.approx(words[-1][0] + SPOKEN, abs=0.1)


def test_a_loop_that_stays_one_is_marked_as_suspect(tokenizer):
    _, segments, _, _ = _transcribe(tokenizer, 10, ["loop"] * 100)
    assert all(segment.suspect for segment in segments)


def test_a_phantom_in_silence_is_left_out_and_other_text_there_is_suspect(tokenizer):
    words, segments, _, _ = _transcribe(tokenizer, 4, ["whole"], "you")
    assert [segment.text for segment in segments] == [word for _, word in words]
    words, segments, _, _ = _transcribe(tokenizer, 4, ["whole"], "willow")
    assert [(segment.text, segment.suspect) for segment in segments] == [
        *((word, False) for _, word in words),
        ("willow", True),
    ]
