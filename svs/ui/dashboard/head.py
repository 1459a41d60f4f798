"""The line at the top: how many jobs are in which state, and how busy the machine is."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from svs.model.job import State
from svs.store.index import Watcher
from svs.ui.dashboard import formatting
from svs.ui.dashboard.charts import Machine
from svs.ui.output import name
from svs.ui.tables import COLOURS

_ALWAYS: tuple[State, ...] = ("running", "queued", "done", "failed")
_FULL_WIDTH = 110
"""Columns needed for the names of all states."""


class Head(Horizontal):
    """The line at the top."""

    def compose(self) -> ComposeResult:
        """Put the counts on the left and the machine on the right."""
        yield Static(id="counts", markup=False)
        yield Static(id="machine", markup=False)

    def count(self, watcher: Watcher) -> None:
        """Show the number of jobs in each state, and, until all are read, how many there are."""
        counts = watcher.counts()
        parts = [formatting.count(state, counts[state]) for state in _ALWAYS]
        others = [state for state in COLOURS if counts[state] and state not in _ALWAYS]
        parts += [
            formatting.count(state, counts[state], short=self.size.width < _FULL_WIDTH) for state in others
        ]
        if not watcher.complete:
            parts.insert(0, Text(f"reading {len(watcher.ids):,} jobs:", "dim"))
        self.query_one("#counts", Static).update(Text("  ").join(parts), layout=False)

    def show_problem(self, problem: str) -> None:
        """Show a problem instead of the counts."""
        self.query_one("#counts", Static).update(Text(name(problem), "red"), layout=False)

    def measure(self, machine: Machine) -> None:
        """Show how busy the machine is."""
        text = f"cpu {machine.load:.0f} %  mem {machine.memory:.0f} %"
        self.query_one("#machine", Static).update(Text(text, justify="right"), layout=False)
