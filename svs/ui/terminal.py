"""The consoles for stdout and stderr, which make control characters visible."""

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from svs.ui.output import leave_quietly, visible, write
from svs.ui.view import View

_WIDE = 200
"""Columns in a pipe, so that lines are not folded."""
_FILLING = re.compile(" +$", re.MULTILINE)


class SafeConsole(Console):
    """A console that makes control characters visible in everything that is printed."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is printed; only Rich's own control codes are left as they are."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


class _Output(SafeConsole):
    """A console whose reader may close the pipe early, as in `svs jobs list | head`, without an error."""

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - as Rich has it
        """Print; in a pipe without the spaces that fill lines up."""
        if self.is_terminal:
            super().print(*objects, **options)
            return
        with self.capture() as printed:
            super().print(*objects, **options)
        write(_FILLING.sub("", printed.get()))

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


def is_terminal(console: Console) -> bool:
    """Return whether what moves can be shown; Rich's own answer is yes wherever colours are forced."""
    return console.file.isatty()


def term(text: str, style: str = "") -> Text:
    """Return text from outside as a Rich text, with control characters made visible."""
    return Text(visible(text), style)


def chosen(view: View, console: Console) -> View:
    """Return the view for `auto`: bars on a terminal, else lines."""
    if view != "auto":
        return view
    return "rich" if is_terminal(console) and not console.is_dumb_terminal else "plain"
