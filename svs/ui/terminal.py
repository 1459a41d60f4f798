"""The two consoles, and the one door through which text from outside reaches them."""

import os
import re
import sys
from functools import cache
from typing import NoReturn

from rich.console import Console
from rich.text import Text

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but newline and tab, line separators, bidi controls and lone surrogates."""


_WIDE = 200
"""Columns into a pipe: nothing is folded there that a program would have to join."""


class _Output(Console):
    """A console whose reader may leave early, as in `svs jobs list | head`: that is no error."""

    def on_broken_pipe(self) -> None:
        leave_quietly()


@cache
def stdout() -> Console:
    """Return the console for results."""
    width = None if sys.stdout.isatty() else _WIDE
    return _Output(highlight=False, markup=False, emoji=False, width=width)


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


def write(text: str) -> None:
    """Write a result for programs to stdout as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_quietly()


def leave_quietly() -> NoReturn:
    """End well although nobody reads stdout any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
    raise SystemExit(0)
