"""Cues: sentences in pieces that fit a screen, each shown long enough to be read.

The usual rules of subtitling: two lines, 1 to 7 seconds, at most 17 characters a second where there is time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil
from operator import attrgetter
from textwrap import wrap
from unicodedata import east_asian_width

from msgspec.structs import replace

from svs.model.speech import Gap, Result, Sentence, Word
from svs.outputs.shared import PARTIAL, at_changes, line, with_gaps
from svs.text.coverage import NOT_UNDERSTOOD
from svs.text.tokens import joiner

WIDTH = 42
"""Characters in a line, unless the user wants another number."""
_LINES = 2
_SHORTEST, _LONGEST = 1.0, 7.0  # seconds
_READING = 17  # characters a second
_PAUSE = 0.5  # seconds between two cues that nobody needs to see: they may be one, or the first lasts longer
_LABEL = 3.0  # seconds

Point = tuple[int, float]
"""A character of a sentence, and the second at which it is said."""


def cues(result: Result, width: int = WIDTH, *, names: bool) -> list[Sentence]:
    """Return the transcript as cues, with line feeds in their texts; a partial one begins with a label.

    With `names` the speaker's name stands first where another speaks than before.
    """
    words = [word for segment in result.transcript.segments for word in segment.words]
    words.sort(key=attrgetter("start"))
    found: list[Sentence] = []
    for who, said in at_changes(with_gaps(result.sentences, result.transcript.gaps)):
        if isinstance(said, Gap):
            found.append(Sentence(said.start, said.end, NOT_UNDERSTOOD, suspect=True))
        else:
            pieces = _pieces(said, who if names else "", width, words)
            found = _joined(found, pieces, width, new_speaker=bool(who))
    shown = [
        replace(cue, text="\n".join(_lines(cue.text, width)))
        for cue in _readable(found, result.start + result.duration)
    ]
    label = Sentence(result.start, result.start + _LABEL, f"[{PARTIAL}]")
    return [label, *shown] if result.partial else shown


def _pieces(said: Sentence, who: str, width: int, words: Sequence[Word]) -> Iterator[Sentence]:
    """Yield a sentence in pieces for one cue each, at the times of their words."""
    text = who + line(said.text)
    points = list(_points(said, text, len(who), words))
    position = 0
    least = min(ceil((said.end - said.start) / _LONGEST), len(text.split()))
    for piece in _split(text, width, least):
        first = text.index(piece, position)
        position = first + len(piece)
        start, end = _time(points, first), _time(points, position)
        yield Sentence(start, max(start, end), piece, speaker=said.speaker)


def _split(text: str, width: int, least: int) -> list[str]:
    """Return a text in at least so many pieces of about the same length, each of two lines at most."""
    for widest in range(_LINES * width, width // 2, -1):
        pieces = _evenly(text, least, widest)
        if all(len(_lines(piece, width)) <= _LINES for piece in pieces):
            return pieces
    return _wrapped(text, width // 2)


@lru_cache(1000)
def _lines(text: str, width: int) -> list[str]:
    """Return a text in as few lines as it needs, of about the same length."""
    wide = sum(east_asian_width(character) in "WF" for character in text) > len(text) / 2
    return _evenly(text, 1, width // 2 if wide else width)


def _evenly(text: str, parts: int, widest: int) -> list[str]:
    parts = max(parts, len(_wrapped(text, widest)))
    widths = range(min(widest, max(map(len, text.split()), default=1)), widest)
    return _wrapped(
        text, widths.start + bisect_left(widths, 1, key=lambda w: len(_wrapped(text, w)) <= parts)
    )


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_on_hyphens=False)


def _points(said: Sentence, text: str, position: int, words: Sequence[Word]) -> Iterator[Point]:
    """Yield the characters whose time is known, in order: the sentence's ends, and its words."""
    yield 0, said.start
    before = said.start
    first = bisect_left(words, said.start - 0.001, key=attrgetter("start"))
    for word in words[first : bisect_right(words, said.end, key=attrgetter("start"))]:
        spoken = line(word.text)
        found = text.find(spoken, position) if spoken else -1
        if found >= 0:
            position = found + len(spoken)
            for character, second in ((found, word.start), (position, word.end)):
                before = min(said.end, max(before, second))
                yield character, before
    yield len(text), max(before, said.end)


def _time(points: Sequence[Point], character: int) -> float:
    """Return when a character is said; between two points speech runs evenly."""
    for (left, start), (right, end) in pairwise(points):
        if left <= character <= right and left < right:
            return start + (end - start) * (character - left) / (right - left)
    return points[-1][1]


def _joined(
    found: list[Sentence], pieces: Iterable[Sentence], width: int, *, new_speaker: bool
) -> list[Sentence]:
    """Return cues with more pieces: what is too short joins the one before it, if both fit a screen."""
    for number, piece in enumerate(pieces):
        before = found[-1] if found else None
        if before and not (new_speaker and number == 0) and _fit_together(before, piece, width):
            text = before.text + joiner(before.text, piece.text) + piece.text
            found[-1] = replace(before, end=piece.end, text=text)
        else:
            found.append(piece)
    return found


def _fit_together(cue: Sentence, following: Sentence, width: int) -> bool:
    is_short = min(cue.end - cue.start, following.end - following.start) < _SHORTEST
    is_close = 0 <= following.start - cue.end < _PAUSE and following.end - cue.start <= _LONGEST
    text = f"{cue.text} {following.text}"
    return is_short and is_close and not cue.suspect and len(_lines(text, width)) <= _LINES


def _readable(found: Sequence[Sentence], end: float) -> Iterator[Sentence]:
    """Yield cues that are shown as long as it takes to read them, but not into the next one."""
    for cue, limit in zip(found, [*(cue.start for cue in found[1:]), end], strict=False):
        wanted = max(_SHORTEST, min(_LONGEST, len(cue.text) / _READING))
        until = max(cue.end, min(cue.start + wanted, limit))
        until = limit if 0 < limit - until < _PAUSE else until
        yield replace(cue, end=until if cue.suspect else min(until, cue.start + _LONGEST))
