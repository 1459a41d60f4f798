"""A job as a row of the table, with as many columns as fit."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from svs.store.index import Entry
from svs.times import clock, moment, span
from svs.ui.dashboard import formatting
from svs.ui.output import name
from svs.ui.tables import COLOURS

_GAP = "  "


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    min_table: int
    """The width of the table from which this column is shown."""
    cell: Callable[[Entry], Text]


def _status(entry: Entry) -> Text:
    if entry.stalled:
        return Text("! stalled", "bold yellow")
    return formatting.state(entry.state)


def _progress(entry: Entry) -> Text:
    if entry.state == "damaged":
        return Text()
    colour = COLOURS[entry.state]
    return formatting.bar(entry.overall, 10, colour) + Text(f"{int(entry.overall):4} %")


def _left(entry: Entry) -> Text:
    left = entry.progress.left if entry.progress else None
    return Text(span(*left) if left else "")


def _speed(entry: Entry) -> Text:
    speed = entry.progress.speed if entry.progress else None
    return Text(f"{speed:.1f}x".rjust(6) if speed else "")


def _length(entry: Entry) -> Text:
    return Text(clock(entry.duration).rjust(8) if entry.duration else "")


_COLUMNS = (
    _Column("STATUS", 13, 0, _status),
    _Column("PROGRESS", 16, 0, _progress),
    _Column("LEFT", 10, 0, _left),
    _Column("SPEED", 6, 100, _speed),
    _Column("LENGTH", 8, 92, _length),
    _Column("CREATED", 16, 88, lambda entry: Text(moment(entry.created))),
    _Column("ENGINE", 12, 130, lambda entry: Text(entry.engine)),
    _Column("VIDEO", 0, 0, lambda entry: Text(name(entry.name))),
)
"""The last column takes the rest of the width."""


def headings(width: int) -> Text:
    """Return the line above the table."""
    return _line([(column, Text(column.title)) for column in _COLUMNS], width)


def row(entry: Entry, width: int) -> Text:
    """Return a job's line."""
    return _line([(column, column.cell(entry)) for column in _COLUMNS], width)


def _line(cells: list[tuple[_Column, Text]], width: int) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for column, cell in cells:
        if width >= column.min_table:
            if column.width:
                cell.truncate(column.width, overflow="ellipsis", pad=True)
                cell.append(_GAP)
            line.append_text(cell)
    line.truncate(width, overflow="ellipsis")
    return line
