"""The table of jobs: it reads only the jobs whose rows are visible, however many there are."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from svs.store.index import Watcher
from svs.ui.dashboard import rows

_MARK = 2
"""Columns before each row, for the mark of the chosen job."""


class JobTable(ScrollView, can_focus=True):
    """A list of jobs, one of which is chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"jobs--chosen"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "ends(0)", show=False),
        Binding("end,G", "ends(-1)", show=False),
    ]

    class Chosen(Message):
        """Another job was chosen, or none is left."""

    def __init__(self, watcher: Watcher) -> None:
        super().__init__(id="jobs")
        self._watcher = watcher
        self._ids: list[str] = []
        self._row = 0
        self.chosen: str | None = None
        """The id of the chosen job."""

    def show(self, ids: list[str]) -> None:
        """Show these jobs. The chosen job stays chosen while it exists, and the view stays in place."""
        self._ids = ids
        self.virtual_size = Size(0, len(ids))
        try:
            row = ids.index(self.chosen or "")
        except ValueError:
            self._choose(self._row)
        else:
            if row != self._row and self.scroll_offset.y:
                self.scroll_to(y=self.scroll_offset.y + row - self._row, animate=False, force=True)
            self._row = row
        self.refresh()

    def shown(self) -> list[str]:
        """Return the jobs whose rows are visible."""
        top = self.scroll_offset.y
        return self._ids[top : top + self.size.height]

    def _choose(self, row: int) -> None:
        """Choose the job in a row, or the nearest one, and scroll to it."""
        self._row = max(0, min(row, len(self._ids) - 1))
        self.chosen = self._ids[self._row] if self._ids else None
        self.scroll_to_region(Region(0, self._row, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Chosen())

    def action_move(self, lines: int) -> None:
        """Choose a job some rows further down."""
        self._choose(self._row + lines)

    def action_page(self, pages: int) -> None:
        """Choose a job some screens further down."""
        self._choose(self._row + pages * max(1, self.size.height - 1))

    def action_ends(self, row: int) -> None:
        """Choose the first job, or (-1) the last."""
        self._choose(row % max(1, len(self._ids)))

    def on_click(self, event: events.Click) -> None:
        """Choose the job that is clicked."""
        row = self.scroll_offset.y + event.y
        if row < len(self._ids):
            self._choose(row)

    def render_line(self, y: int) -> Strip:
        """Draw a visible row."""
        width, row = self.size.width, self.scroll_offset.y + y
        if row >= len(self._ids):
            return Strip.blank(width, self.rich_style)
        chosen = row == self._row
        line = Text("▌ " if chosen else "  ")
        line.append_text(rows.row(self._watcher.known(self._ids[row]), width - _MARK))
        style = self.get_component_rich_style("jobs--chosen") if chosen else self.rich_style
        return Strip(line.render(self.app.console, end="")).adjust_cell_length(width).apply_style(style)
