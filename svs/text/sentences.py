"""From an engine's segments to sentences with their times."""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter

from msgspec import UNSET
from msgspec.structs import replace

from svs.model.speech import Gap, Segment, Sentence, Transcript
from svs.text.capitals import capital_starts
from svs.text.tokens import count_words, joiner

_BEFORE_SPACE, _ANYWHERE = ".!?\u2026", "\u3002\uff01\uff1f\u0964\u061f\u06d4\u1362\u0589\u104b"
FULL_STOPS = _BEFORE_SPACE + _ANYWHERE
_MARK = re.compile(rf"[{_BEFORE_SPACE}](?=\W|$)|[{_ANYWHERE}]")
_PUNCTUATED = 1 / 3  # of the longer segments: such a transcript has sentences of its own
_LONGER = 5  # words
_RUN_ON = 80  # words; a "sentence" longer than this has lost its punctuation
_SILENCE = 3.0  # seconds between segments that end a sentence, even without a full stop
_PAUSE = 2.0  # seconds that end a sentence where nobody wrote full stops
_BREATH = 0.3  # seconds that may end one
_FEWEST, _MOST = 10, 40  # words in a sentence made from pauses

Span = tuple[int, int, Segment]
"""Where a segment is in the whole text: [first, last)."""
Point = tuple[int, float]
"""A character's offset in the whole text, and the second at which it was said."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The whole transcript as one string."""

    text: str
    spans: tuple[Span, ...]
    points: tuple[Point, ...]
    """Neither offsets nor times ever fall; between two points speech runs evenly."""


def sentences(transcript: Transcript) -> tuple[Sentence, ...]:
    """Return the sentences of a transcript, with every word of it once and in order.

    None goes on across a gap, or from one language or speaker into another. Names are given where there are
    two or more. Who has a voice of their own in the transcript goes on when somebody else speaks meanwhile.
    """
    main, segments = transcript.language, transcript.segments
    if transcript.translated:
        main, segments = "en", tuple(replace(segment, language=None) for segment in segments)
    if len({segment.speaker for segment in segments if segment.speaker}) == 1:
        segments = tuple(replace(segment, speaker="") for segment in segments)
    if not transcript.voices:
        return tuple(_of(segments, main, transcript.gaps))
    speakers = {segment.speaker: None for segment in segments}
    of_each = ([s for s in segments if s.speaker == speaker] for speaker in speakers)
    found = [sentence for said in of_each for sentence in _of(said, main, transcript.gaps)]
    return tuple(sorted(found, key=lambda sentence: sentence.start))


def _of(segments: Iterable[Segment], main: str, gaps: Iterable[Gap]) -> Iterator[Sentence]:
    """Yield the sentences of segments, one after the other."""
    whole = _join(segments)
    for language, spans in groupby(whole.spans, lambda span: span[2].language):
        for sentence in _in_one_language(whole, list(spans), language or main, gaps):
            if sentence.text:
                yield sentence


def _in_one_language(
    whole: _Text, spans: list[Span], language: str, gaps: Iterable[Gap]
) -> Iterator[Sentence]:
    """Yield the sentences of segments that follow each other."""
    written = _has_punctuation(spans)
    cuts = {spans[0][0], *_after_gaps(spans, gaps), *_changes_of_speaker(spans)}
    cuts |= set(capital_starts(whole.text, [start for start, _, _ in spans], spans[-1][1], language))
    if written:
        cuts |= _full_stops(whole, spans, language)
    for first, last in pairwise([*sorted(cuts), spans[-1][1]]):
        if written and count_words(whole.text[first:last]) <= _RUN_ON:
            yield _sentence(whole, first, last)
        else:
            yield from (_sentence(whole, *span) for span in _at_pauses(whole, spans, first, last))


def _after_gaps(spans: list[Span], gaps: Iterable[Gap]) -> Iterator[int]:
    """Yield where the first segment after each gap begins."""
    starts = [segment.start for _, _, segment in spans]
    for gap in gaps:
        following = bisect_left(starts, (gap.start + gap.end) / 2)
        if following < len(spans):
            yield spans[following][0]


def _changes_of_speaker(spans: list[Span]) -> Iterator[int]:
    """Yield where the first segment of another speaker begins, known or not."""
    for (_, _, before), (start, _, after) in pairwise(spans):
        if after.turn or before.speaker != after.speaker:
            yield start


def _join(segments: Iterable[Segment]) -> _Text:
    said = [(segment, text) for segment in segments if (text := " ".join(segment.text.split()))]
    nexts = [segment.start for segment, _ in said[1:]] + [math.inf]
    parts: list[str] = []
    spans: list[Span] = []
    points = [(0, said[0][0].start if said else 0.0)]
    offset = 0
    for (segment, text), following in zip(said, nexts, strict=False):
        gap = joiner(parts[-1], text) if parts else ""
        offset += len(gap)
        parts += [gap, text]
        for character, second in _timed(segment, text, following):
            points.append((offset + character, max(points[-1][1], second)))
        spans.append((offset, offset + len(text), segment))
        offset += len(text)
    return _Text("".join(parts), tuple(spans), tuple(points))


def _timed(segment: Segment, text: str, following: float) -> Iterator[Point]:
    """Yield the characters of a segment whose time is known: its ends, and those of the words found in it.

    Subtitles may overlap; then a segment ends where the following one starts.
    """
    end = max(segment.start, min(segment.end, following))
    yield 0, segment.start
    position = 0
    for word in segment.words:
        said = " ".join(word.text.split())
        found = text.find(said, position)
        if said and found >= 0:
            position = found + len(said)
            yield found, min(max(word.start, segment.start), end)
            yield position, min(max(word.end, segment.start), end)
    yield len(text), end


def _has_punctuation(spans: list[Span]) -> bool:
    texts = [segment.text for _, _, segment in spans]
    longer = [text for text in texts if count_words(text) >= _LONGER] or texts
    return sum(bool(_MARK.search(text)) for text in longer) > len(longer) * _PUNCTUATED


def _full_stops(whole: _Text, spans: list[Span], language: str) -> set[int]:
    """Return where sentences begin, by their punctuation and by long silences."""
    import sentencex

    first, last = spans[0][0], spans[-1][1]
    text = re.sub("[\ud800-\udfff]", "\ufffd", whole.text[first:last])  # it takes Unicode alone
    found = (first + match["start_index"] for match in sentencex.get_sentence_boundaries(language, text))
    cuts = {cut for cut in found if _between_words(whole.text, cut)}
    for (_, before, _), (after, _, _) in pairwise(spans):
        if _starts(whole, after) - _ends(whole, before) > _SILENCE:
            cuts.add(after)
    return cuts


def _between_words(text: str, cut: int) -> bool:
    """Return whether no word is cut in two here; where words are not set apart, none is."""
    before, after = text[max(0, cut - 1) : cut], text[cut : cut + 1]
    return before.isspace() or not joiner(before, after)


def _at_pauses(whole: _Text, spans: list[Span], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield spans that end at pauses: long ones always, short ones once there are enough words."""
    borders = [start for start, _, _ in spans]
    begin, before, said = first, first, 0
    for start, end in _words(whole.text, borders, first, last):
        size = max(1, count_words(whole.text[start:end]))
        gap = _starts(whole, start) - _ends(whole, before)
        may = gap >= _BREATH or borders[bisect_right(borders, start) - 1] == start
        if said and (gap > _PAUSE or said + size > _MOST or (may and said >= _FEWEST)):
            yield begin, start
            begin, said = start, 0
        before, said = end, said + size
    yield begin, last


def _words(text: str, borders: list[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield where words lie; a script without spaces is cut where segments meet."""
    for word in re.compile(r"\S+").finditer(text, first, last):
        within = borders[bisect_right(borders, word.start()) : bisect_left(borders, word.end())]
        yield from pairwise([word.start(), *within, word.end()])


def _sentence(whole: _Text, first: int, last: int) -> Sentence:
    text = whole.text[first:last]
    first += len(text) - len(text.lstrip())
    last = first + len(text.strip())
    touched = slice(
        bisect_right(whole.spans, first, key=itemgetter(1)), bisect_left(whole.spans, last, key=itemgetter(0))
    )
    segments = [segment for _, _, segment in whole.spans[touched]]
    return Sentence(
        round(_starts(whole, first), 3),
        round(_ends(whole, last), 3),
        text.strip(),
        suspect=any(segment.suspect for segment in segments),
        language=next((segment.language for segment in segments), None),
        speaker=next((segment.speaker for segment in segments), "") or UNSET,
    )


def _starts(whole: _Text, offset: int) -> float:
    """Return when the character that begins here is said."""
    return _between(whole.points, bisect_right(whole.points, offset, key=itemgetter(0)) - 1, offset)


def _ends(whole: _Text, offset: int) -> float:
    """Return when the character that ends here has been said."""
    return _between(whole.points, bisect_left(whole.points, offset, key=itemgetter(0)), offset)


def _between(points: tuple[Point, ...], near: int, offset: int) -> float:
    character, second = points[near]
    if character == offset:
        return second
    left = near if character < offset else near - 1
    (from_, start), (to, end) = points[left], points[left + 1]
    return start + (end - start) * (offset - from_) / (to - from_)
