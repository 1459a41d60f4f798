"""The types of the fields of records: what is written can be read back, computed with, and displayed.

msgspec checks it when a record is read, and `codec.checked` before one is written.
"""

from typing import Annotated

from msgspec import Meta

LONGEST = 1e9
"""The most seconds in a record: thirty years."""
MOST_FRAMES = 1000.0
"""Pictures a second."""
_TITLE, _MESSAGE = 300, 4000
"""Characters."""

Seconds = Annotated[float, Meta(ge=0, le=LONGEST)]
FrameRate = Annotated[float, Meta(ge=0, le=MOST_FRAMES)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Share = Annotated[float, Meta(ge=0, le=1)]
"""Of a whole: 1 is all of it."""
Instant = Annotated[float, Meta(ge=0, le=1e11)]
"""A point in time: seconds since the epoch, up to the year 5138."""
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""Of bytes, say."""

JOB_ID = "[0-9]{8}T[0-9]{6}-[0-9a-f]{4}"
JobId = Annotated[str, Meta(pattern=rf"\A{JOB_ID}\Z")]
Time = Annotated[
    str, Meta(pattern=r"\A20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\+00:00\Z")
]
"""ISO 8601 in UTC, with seconds."""
Language = Annotated[str, Meta(pattern=r"\A[a-z]{2,3}\Z")]
"""A code such as `en`; word lists are found by it."""

Name = Annotated[str, Meta(max_length=200)]
"""Of a method, a codec, a format; a hash."""
Title = Annotated[str, Meta(max_length=_TITLE)]
"""Of a recording, a chapter, a model."""
Message = Annotated[str, Meta(max_length=_MESSAGE)]
"""A sentence for people, or words that the user gave."""
FilePath = Annotated[str, Meta(max_length=4096)]
"""As long as Linux allows."""
Said = Annotated[str, Meta(max_length=10_000_000)]
"""Spoken words, up to a whole sentence."""


def title(text: str) -> str:
    """Return a text from outside as a `Title`; a long one is cut and ends with an ellipsis."""
    return _shortened(text, _TITLE)


def message(text: str) -> str:
    """Return a text as a `Message`; a long one is cut and ends with an ellipsis."""
    return _shortened(text, _MESSAGE)


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}\u2026"
