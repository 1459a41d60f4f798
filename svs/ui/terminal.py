"""The two consoles, and the one door through which text from outside reaches them."""

import sys
from functools import cache

from rich.console import Console
from rich.text import Text

from svs.ui.output import leave_quietly, visible

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


def term(text: str, style: str = "") -> Text:
    """Return text from outside as a Rich text, shown as it stands: no markup, no control characters."""
    return Text(visible(text), style)
