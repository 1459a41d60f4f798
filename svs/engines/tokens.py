"""Parsing Whisper's tokens: segments with times, and from where the window has to be decoded again.

Whisper writes `<|0.00|> Some words.<|2.40|><|2.40|> More words.<|5.10|>`. A pair of times at the end means
that the next segment begins there; words after the last time mean that they continue beyond the window. In
both cases its long-form algorithm (OpenAI, whisper/transcribe.py) decodes again from the last time, and so
does svs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_PRECISION = 0.02  # seconds between two of Whisper's times


@dataclass(frozen=True, slots=True)
class Phrase:
    """The tokens of some words, with times in seconds of the window."""

    start: float
    end: float
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """The phrases of a window, and where it continues."""

    phrases: tuple[Phrase, ...]
    last: Phrase | None
    """Words after the last time, up to the window's end."""
    goes_on: float | None
    """Where more follows according to Whisper, in seconds of the window."""


def parse(tokens: Sequence[int], first_time: int, length: float) -> Parsed:
    """Return the phrases of a window of `length` seconds; `first_time` is the token of 0.00."""
    phrases: list[Phrase] = []
    words: list[int] = []
    start = 0.0
    for token in tokens:
        if token < first_time:
            words.append(token)
            continue
        time = min(length, (token - first_time) * _PRECISION)
        if words:
            phrases.append(Phrase(start, max(start, time), tuple(words)))
            words = []
        start = time
    last = Phrase(start, length, tuple(words)) if words else None
    pair = len(tokens) > 1 and min(tokens[-2:]) >= first_time
    ended = phrases[-1].end if phrases else None
    return Parsed(tuple(phrases), last, ended if pair or last else None)
