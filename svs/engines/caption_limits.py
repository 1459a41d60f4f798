"""How much a file of captions may hold: a summary of more would take minutes, and gigabytes of memory."""

from collections.abc import Iterable

from svs.errors import InputError
from svs.model.speech import Segment

_CUES = 100_000
"""A whole day with a cue each second has fewer."""
_MARKS = ("->", "\u2192", "\nDialogue:", "begin=", '"text"', "\n0:", "\n00:", "\n[0", "\n(0")
"""One of them comes with each cue of every format, and else hardly ever."""
_LETTERS = 5_000_000
"""A whole day of speech has two million."""
IGNORE = "Use --subtitles never to have the audio transcribed."
"""The advice where captions beside a recording, or in it, are of no use."""


def check_cues(text: str, label: str) -> None:
    """Raise InputError when a file has too many cues, before it is parsed."""
    if any(text.count(mark) > _CUES for mark in _MARKS):
        raise InputError(f"{label} has more than {_CUES:,} cues", IGNORE)


def check_letters(segments: Iterable[Segment], label: str) -> None:
    """Raise InputError when too much is said in a file of captions."""
    if sum(len(segment.text) for segment in segments) > _LETTERS:
        raise InputError(f"{label} has more than {_LETTERS:,} letters", IGNORE)
