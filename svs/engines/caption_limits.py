"""How much a file of captions may hold: a summary of more would take minutes, and gigabytes of memory."""

from collections.abc import Iterable

from svs.errors import InputError
from svs.model.speech import Segment

_CUES = 100_000
"""A whole day with a cue each second has fewer."""
_LETTERS = 5_000_000
"""A whole day of speech has two million."""
_HINT = "Use --subtitles never to ignore it."


def check_cues(text: str, label: str) -> None:
    """Raise InputError when a SubRip, WebVTT or SubStation file has too many cues, before it is parsed."""
    if text.count("-->") > _CUES or text.count("\nDialogue:") > _CUES:
        raise InputError(f"{label} has more than {_CUES:,} cues", _HINT)


def check_letters(segments: Iterable[Segment], label: str) -> None:
    """Raise InputError when too much is said in a file of captions."""
    if sum(len(segment.text) for segment in segments) > _LETTERS:
        raise InputError(f"{label} has more than {_LETTERS:,} letters", _HINT)
