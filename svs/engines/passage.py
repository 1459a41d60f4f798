"""Transcribing one window of speech to its end: where Whisper stops early, decoding continues from there."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from svs.engines import coverage, doubt
from svs.engines.decoder import Decoder, Hypothesis
from svs.engines.tokens import Parsed, Phrase, parse
from svs.media.vad import Window
from svs.model.speech import Gap, Segment

if TYPE_CHECKING:
    import numpy as np

_SURE = 0.8  # probability above which a language other than the main one is accepted
_MIN_SPEECH = 3.0  # seconds of speech needed to detect a language
_NEAR = 0.32  # seconds around Whisper's time in which the quietest moment is searched
_LEFT = 0.3  # least seconds of speech after the text that are decoded, if Whisper says that more follows
_FORGOTTEN = 1.5  # the same, if it does not
_STEP = 0.5  # seconds by which the rest must get shorter
_DIVISIBLE = 8.0  # seconds; a doubtful piece as long as this is decoded in two parts
_SOFT_START, _SOFT_END = 0.2, 0.3  # seconds kept before and after the speech that the voice detector finds
_CLEAR = 0.5  # share of a doubted segment that is speech, from which it is believed: spelt digits, say
_TOUCH = 0.2  # seconds by which speech and a segment may overlap by accident
_AROUND = 0.3  # seconds around a gap that are decoded with it
_MORE = 1.2  # factor by which a second text must be longer than a sparse one


@dataclass(frozen=True, slots=True)
class Passage:
    """A window with its audio, and what is needed to transcribe it."""

    decoder: Decoder
    window: Window
    audio: "np.ndarray"
    language: str
    """The recording's main language."""
    one_language: bool
    """Only this language is spoken: the user says so, or the model knows no other."""
    first: Hypothesis | None = None
    """Whisper's first result for the whole window, if it is known."""

    def transcribe(self) -> tuple[tuple[Segment, ...], tuple[Gap, ...]]:
        """Return the segments in time order, and the speech without words."""
        segments = self._decode(self.window, self.language)
        for sparse in [s for s in segments if coverage.is_sparse(self.window, s)]:
            halves = _halves(self._around(sparse, segments))
            language = sparse.language or self.language
            found = [segment for half in halves for segment in self._sure(half, language)]
            if coverage.size(found) > _MORE * coverage.size([sparse]):
                segments = _sorted([*(s for s in segments if s is not sparse), *found])
        for gap in coverage.uncovered(self.window, segments):
            thin = [s for s in segments if s.start < gap.end and s.end > gap.start]
            before = next((s for s in reversed(segments) if s.start <= gap.start), None)
            language = (before and before.language) or self.language
            found = self._sure(self._around(gap, [s for s in segments if s not in thin]), language)
            if coverage.size(found) > coverage.size(thin):
                segments = _sorted([*(s for s in segments if s not in thin), *found])
        return tuple(segments), tuple(coverage.uncovered(self.window, segments))

    def _around(self, part: Segment | Gap, segments: list[Segment]) -> Window:
        """Return the window around a part of it, up to the segments before and after."""
        earlier = max((s.end for s in segments if s.end <= part.start), default=0.0)
        later = min((s.start for s in segments if s.start >= part.end), default=self.window.end)
        return self.window.part(max(earlier, part.start - _AROUND), min(later, part.end + _AROUND))

    def _sure(self, part: Window, language: str) -> list[Segment]:
        """Return the segments in a part of the window, without doubtful ones."""
        return [segment for segment in self._decode(part, language) if not segment.suspect]

    def _decode(self, whole: Window, language: str) -> list[Segment]:
        """Return the segments in a part of the window, which is decoded in as many pieces as needed.

        `language` is used where a piece is too short to detect the language.
        """
        segments: list[Segment] = []
        unfinished: list[Segment] = []  # words without an end, kept in case decoding them again gives none
        pieces = [whole]
        while pieces:
            piece = pieces.pop()
            found = self._best(piece, language)
            if doubt.wrong(found) and len(halves := _halves(piece)) > 1:
                pieces += reversed(halves)
                continue
            language = found.language
            parsed = parse(found.tokens, self._times(found), piece.end - piece.start)
            rest = _rest(piece, parsed)
            new = list(self._segments(piece, parsed.phrases, found))
            last = list(self._segments(piece, (parsed.last,) if parsed.last else (), found))
            segments += _continued(segments, (new if rest else [*new, *last]) or unfinished)
            unfinished = last if rest else []
            if rest:
                pieces.append(rest)
        return segments

    def _best(self, piece: Window, language: str) -> Hypothesis:
        """Return the first result that does not look wrong, or the most credible one."""
        if piece is self.window and self.first and not doubt.wrong(self.first):
            return self.first
        first = piece.first - self.window.first
        encoded = self.decoder.encode(self.audio[first : first + piece.last - piece.first])
        tried = []
        for found in self.decoder.search(encoded, self.language_of(piece, encoded, language)):
            if not doubt.wrong(found):
                return found
            tried.append(found)
        return max(tried, key=doubt.credibility)

    def language_of(self, piece: Window, encoded: object, before: str) -> str:
        """Return the language of a piece: the main language, unless another one is clear.

        A short piece has the language of the piece before it.
        """
        if self.one_language:
            return self.language
        if piece.speech() < _MIN_SPEECH:
            return before
        language, probability = self.decoder.languages(encoded)[0]
        return language if probability >= _SURE else self.language

    def _times(self, found: Hypothesis) -> int:
        return int(self.decoder.tokenizer(found.language).timestamp_begin)

    def _segments(self, piece: Window, phrases: Iterable[Phrase], found: Hypothesis) -> Iterator[Segment]:
        """Yield the segments of a piece, without invented text."""
        tokenizer = self.decoder.tokenizer(found.language)
        doubted = doubt.doubtful(found)
        for phrase in phrases:
            text = tokenizer.decode(phrase.tokens).strip()
            start, end = piece.start + phrase.start, piece.start + phrase.end
            speech = self.window.speech(start - _AROUND, end + _AROUND)
            if not text or doubt.invented(text, speech, doubted=doubted):
                continue
            clear = speech >= _CLEAR * (end - start)
            start, end = _on_speech(piece, start, end)
            yield Segment(
                round(start, 3),
                round(end, 3),
                text,
                suspect=not speech or doubt.wrong(found) or (doubted and not clear),
                language=found.language if found.language != self.language else None,
            )


def transcribe(passages: Sequence[Passage]) -> Iterator[tuple[tuple[Segment, ...], tuple[Gap, ...]]]:
    """Yield the segments and gaps of each window; they are searched together for the first time."""
    for passage, first in zip(passages, _first(passages), strict=True):
        yield dataclasses.replace(passage, first=first).transcribe()


def _first(passages: Sequence[Passage]) -> list[Hypothesis]:
    decoder = passages[0].decoder
    longest = max(len(passage.audio) for passage in passages)
    encoded = [decoder.encode(passage.audio, longest) for passage in passages]
    languages = [p.language_of(p.window, each, p.language) for p, each in zip(passages, encoded, strict=True)]
    return decoder.search_together(encoded, languages)


def _sorted(segments: list[Segment]) -> list[Segment]:
    return sorted(segments, key=lambda segment: segment.start)


def _continued(before: list[Segment], after: list[Segment]) -> list[Segment]:
    """Return the segments that follow others, without repeating the last words of those."""
    if not after or not before:
        return after
    text = doubt.without_repetition(after[0].text, before[-1].text)
    return [replace(after[0], text=text), *after[1:]] if text else after[1:]


def _rest(piece: Window, parsed: Parsed) -> Window | None:
    """Return the rest of a piece that has to be decoded, because its text ends before its speech."""
    if parsed.goes_on is None and not (parsed.phrases and parsed.last is None):
        return None
    ended = piece.start + (parsed.phrases[-1].end if parsed.goes_on is None else parsed.goes_on)
    needed = _FORGOTTEN if parsed.goes_on is None else _LEFT
    start = max(piece.quietest(ended - _NEAR, ended + _NEAR), piece.start + _STEP)
    return piece.part(start, piece.end) if piece.speech(start) >= needed else None


def _halves(piece: Window) -> list[Window]:
    """Return the two parts of a piece, divided where speech is least likely, or the piece if it is short."""
    length = piece.end - piece.start
    if length < _DIVISIBLE:
        return [piece]
    cut = piece.quietest(piece.start + length / 4, piece.end - length / 4)
    return [piece.part(piece.start, cut), piece.part(cut, piece.end)]


def _on_speech(piece: Window, start: float, end: float) -> tuple[float, float]:
    """Return the times of a segment without the silence around its words."""
    spoken = [(a, b) for a, b in piece.stretches() if min(b, end) - max(a, start) > _TOUCH] or [
        (a, b) for a, b in piece.stretches() if a < end and b > start
    ]
    if spoken:
        start = max(start, spoken[0][0] - _SOFT_START)
        end = max(start, min(end, spoken[-1][1] + _SOFT_END))
    return max(piece.start, start), min(piece.end, end)
