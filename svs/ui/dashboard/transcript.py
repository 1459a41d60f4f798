"""A transcript of any length, with search; only visible lines are drawn."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static

from svs.model.speech import Gap, Segment, Sentence
from svs.outputs.shared import at_changes
from svs.text.coverage import mark
from svs.times import clock
from svs.ui.output import name

_MARGIN = 10
"""Columns for the time before each sentence."""


Said = Sentence | Segment | Gap
"""Segments belong to a transcript that is not finished."""


class Lines(ScrollView, can_focus=True):
    """The sentences, each with its time, wrapped to the width."""

    def __init__(self) -> None:
        super().__init__()
        self._said: Sequence[Said] = ()
        self._names: list[str] = []
        self._width = 80
        self._starts: list[int] = [0]
        self._wanted = ""
        self._found: list[int] = []
        self._at = 0

    def show(self, said: Sequence[Said]) -> None:
        """Show these sentences; a view that is scrolled to the end stays there."""
        at_end = self._said and self.scroll_offset.y >= self.max_scroll_y > 0
        self._said, self._names = said, [name(who) for who, _ in at_changes(said)]
        self._wrap()
        self._find()
        if at_end:
            self.scroll_end(animate=False)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Wrap the sentences to the new width."""
        self._wrap()

    def _wrap(self) -> None:
        """Compute the line at which each sentence begins, with space for the scroll bar."""
        self._width = max(8, self.outer_size.width - _MARGIN - 2)
        heights = [len(self._lines(number)) for number in range(len(self._said))]
        self._starts = [0, *accumulate(heights)]
        self.virtual_size = Size(0, self._starts[-1])
        self.refresh()

    def _lines(self, number: int) -> list[Text]:
        said = self._said[number]
        if isinstance(said, Gap):
            return list(Text(mark(said), "yellow").wrap(self.app.console, self._width))
        words = Text(name(said.text), "dim" if said.suspect else "")
        text = Text.assemble((who, "bold"), words) if (who := self._names[number]) else words
        if text.plain.isascii() and len(text) <= self._width:  # no need to look for wide characters
            return [text]
        return list(text.wrap(self.app.console, self._width)) or [text]

    def search(self, wanted: str) -> None:
        """Find these words, and go to the first sentence with them from here on."""
        self._wanted = wanted
        self._find()
        here = bisect_right(self._starts, self.scroll_offset.y) - 1
        self._at = bisect_left(self._found, here) % max(1, len(self._found))
        self.step(0)
        self.refresh()

    def _find(self) -> None:
        wanted = self._wanted.casefold()
        texts = ("" if isinstance(said, Gap) else said.text.casefold() for said in self._said)
        self._found = [number for number, text in enumerate(texts) if wanted and wanted in text]

    def step(self, count: int) -> None:
        """Go to a later match, or (negative) to an earlier one; after the last comes the first."""
        if self._found:
            self._at = (self._at + count) % len(self._found)
            self.scroll_to(y=self._starts[self._found[self._at]], animate=False, force=True)
            self.refresh()

    @property
    def position(self) -> str:
        """The number of the shown match among all, in words."""
        if not self._wanted:
            return ""
        return f"{self._at + 1} of {len(self._found)}" if self._found else "no match"

    def render_line(self, y: int) -> Strip:
        """Draw a visible line."""
        width, line = self.size.width, self.scroll_offset.y + y
        if line >= self._starts[-1]:
            return Strip.blank(width, self.rich_style)
        number = bisect_right(self._starts, line) - 1
        said, inner = self._said[number], line - self._starts[number]
        time = Text(("" if inner else clock(said.start)).rjust(_MARGIN - 2) + "  ", "cyan")
        words = self._lines(number)[inner]
        if self._wanted:
            here = bool(self._found) and self._found[self._at] == number
            pattern = re.compile(re.escape(self._wanted), re.IGNORECASE)
            words.highlight_regex(pattern, "reverse" if here else "underline")
        strip = Strip(Text.assemble(time, words).render(self.app.console, end=""))
        return strip.adjust_cell_length(width).apply_style(self.rich_style)


class Transcript(Vertical):
    """The lines, and a field to search them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("n", "step(1)", "Next"),
        Binding("N", "step(-1)", "Previous", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Put the search field above the lines."""
        with Horizontal(id="search-line"):
            yield Input(placeholder="f to find words", compact=True, select_on_focus=False, id="search")
            yield Static(id="finds", markup=False)
        yield Lines()

    def show(self, said: Sequence[Said]) -> None:
        """Show these sentences."""
        self.query_one(Lines).show(said)
        self._show_position()

    def _show_position(self) -> None:
        self.query_one("#finds", Static).update(self.query_one(Lines).position, layout=False)

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(Lines).search(event.value)
        self._show_position()

    @on(Input.Submitted)
    def _leave(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Lines).focus()

    def action_search(self) -> None:
        """Go to the search field."""
        self.query_one(Input).focus()

    def action_step(self, count: int) -> None:
        """Go to another match."""
        self.query_one(Lines).step(count)
        self._show_position()
