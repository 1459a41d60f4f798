"""The two consoles, and the one door through which text from outside reaches them."""

import re
from functools import cache

from rich.console import Console
from rich.text import Text

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but newline and tab, line separators, bidi controls and lone surrogates."""


@cache
def stdout() -> Console:
    """Return the console for results."""
    return Console(highlight=False, markup=False, emoji=False)


@cache
def stderr() -> Console:
    """Return the console for progress, notices and errors."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def visible(text: str) -> str:
    """Return text from outside with whatever could steer a terminal made visible, as in `\\x1b`."""
    return _INVISIBLE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def term(text: str, style: str = "") -> Text:
    """Return text from outside as a Rich text, shown as it stands: no markup, no control characters."""
    return Text(visible(text), style)
