"""Formatting for the dashboard: states, times, sizes, bars; all safe for a terminal."""

from rich.text import Text

from svs.model.job import State
from svs.ui.tables import COLOURS

_SIGNS: dict[State, str] = {
    "queued": "◌",
    "running": "●",
    "done": "✓",
    "failed": "✗",
    "cancelled": "⊘",
    "interrupted": "‖",
    "damaged": "!",
}


def state(condition: State) -> Text:
    """Return a state with its sign, in its colour."""
    return Text(f"{_SIGNS[condition]} {condition}", COLOURS[condition])


def count(condition: State, number: int, *, short: bool = False) -> Text:
    """Return how many jobs are in a state."""
    return Text(f"{_SIGNS[condition]} {number:,}" + ("" if short else f" {condition}"), COLOURS[condition])


def bar(percent: float, width: int, colour: str) -> Text:
    """Return a bar; it is full only at 100 percent."""
    halves = int(min(100.0, max(0.0, percent)) / 100 * 2 * width)
    full = "━" * (halves // 2) + "╸" * (halves % 2)
    return Text.assemble((full, colour), ("─" * (width - len(full)), "dim"))
