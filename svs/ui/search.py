"""Matches of a search: for a terminal, with the words highlighted, and for a pipe."""

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from svs.store.search import Hit, spans
from svs.times import clock
from svs.ui.output import one_line
from svs.ui.terminal import term

if TYPE_CHECKING:
    from rich.console import Console

_MARK = "bold red"


def plain(hit: Hit) -> str:
    """Return a match as a line for a pipe: job, time and text."""
    return f"{hit.job_id}  {clock(hit.start)}  {_notes(hit)}{_speaker(hit)}{one_line(hit.text)}\n"


class Hits:
    """Shows matches below the name of their job, each as it is found."""

    def __init__(self, console: "Console", words: list[str]) -> None:
        self._console, self._words = console, words
        self._job_id = ""

    def show(self, hit: Hit) -> None:
        """Show another match."""
        if hit.job_id != self._job_id:
            if self._job_id:
                self._console.print()
            self._job_id = hit.job_id
            self._console.print(Text.assemble((hit.job_id, "cyan"), "  ", term(one_line(hit.title), "bold")))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="cyan", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(
            clock(hit.start),
            Text.assemble((_notes(hit), "dim"), term(_speaker(hit), "bold"), self._marked(hit.text)),
        )
        self._console.print(grid)

    def _marked(self, text: str) -> Text:
        shown = term(one_line(text))
        for first, last in spans(shown.plain, self._words):
            shown.stylize(_MARK, first, last)
        return shown


def _notes(hit: Hit) -> str:
    """Return the notes before the text of a match."""
    chapter = "[chapter] " if hit.where == "chapter" else ""
    return chapter + ("(?) " if hit.suspect else "")


def _speaker(hit: Hit) -> str:
    return f"{one_line(hit.speaker)}: " if isinstance(hit.speaker, str) else ""
