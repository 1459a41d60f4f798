"""The two consoles, on which no text steers the terminal, wherever it comes from."""

import sys
from collections.abc import Iterable
from functools import cache

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from svs.ui.output import leave_quietly, visible

_WIDE = 200
"""Columns into a pipe: nothing is folded there that a program would have to join."""


class SafeConsole(Console):
    """A console on which control characters become visible ones, in whatever is printed."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is printed; only Rich's own commands to the terminal are left as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


class _Output(SafeConsole):
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
    return SafeConsole(stderr=True, highlight=False, markup=False, emoji=False)


def term(text: str, style: str = "") -> Text:
    """Return text from outside as a Rich text, shown as it stands, and folded by what is shown."""
    return Text(visible(text), style)
