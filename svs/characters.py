"""Invisible characters: they control terminals, reverse the text that follows, or hide words in a text."""

import re

_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but newline and tab
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f"  # ends of lines, and the direction of what follows
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0"  # without a width
    "\ufe00-\ufe0d\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINERS = "\u200c\u200d"
"""They shape Persian and Indian letters and join emoji: single, and between two non-ASCII characters."""

UNSEEN = re.compile(
    rf"[{_UNSEEN}]"
    rf"|(?<![^\x00-\x7f{_JOINERS}])[{_JOINERS}]"
    rf"|[{_JOINERS}](?![^\x00-\x7f{_JOINERS}])"
)
"""A single such character, except those that choose between coloured and plain emoji (U+FE0E, U+FE0F)."""


def without_unseen(text: str) -> str:
    """Return a text with only what its readers see, newlines and tabs."""
    return UNSEEN.sub("", text)
