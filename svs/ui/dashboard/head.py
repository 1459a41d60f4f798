"""The line at the top: how many jobs are in which state, and how busy the machine is."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from svs.model.job import State
from svs.store.index import Watcher
from svs.ui.dashboard import formatting
from svs.ui.dashboard.charts import Machine
from svs.ui.tables import COLOURS

_ALWAYS: tuple[State, ...] = ("running", "queued", "done", "failed")
_ROOMY = 110
"""Columns from which on there is room for the words of all states."""


class Head(Horizontal):
    """The line at the top."""

    def compose(self) -> ComposeResult:
        """Put the counts at the left, the machine at the right."""
        yield Static(id="counts", markup=False)
        yield Static(id="machine", markup=False)

    def count(self, watcher: Watcher) -> None:
        """Show how many jobs are in which state, and, until all are read, of how many that is known."""
        counts = watcher.counts()
        parts = [formatting.count(state, counts[state]) for state in _ALWAYS]
        others = [state for state in COLOURS if counts[state] and state not in _ALWAYS]
        parts += [formatting.count(state, counts[state], short=self.size.width < _ROOMY) for state in others]
        if not watcher.complete:
            parts.insert(0, Text(f"reading {len(watcher.ids):,} jobs:", "dim"))
        self.query_one("#counts", Static).update(Text("  ").join(parts), layout=False)

    def complain(self, problem: str) -> None:
        """Show why there is nothing to show."""
        self.query_one("#counts", Static).update(Text(formatting.one_line(problem), "red"), layout=False)

    def measure(self, machine: Machine) -> None:
        """Show how busy the machine is."""
        told = f"cpu {machine.load:.0f} %  mem {machine.memory:.0f} %"
        self.query_one("#machine", Static).update(Text(told, justify="right"), layout=False)
