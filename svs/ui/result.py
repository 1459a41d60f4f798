"""A result, formatted for a terminal."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from svs import outputs
from svs.model.speech import Gap, Result
from svs.outputs.shared import at_changes, by_chapter, cautions, facts, speaker_label, timestamp, with_gaps
from svs.text.coverage import mark
from svs.ui.output import write
from svs.ui.terminal import stdout, term


def show(result: Result, *, as_json: bool) -> None:
    """Print a result on stdout: laid out on a terminal, Markdown into a pipe."""
    if as_json:
        write(outputs.render(result, "json"))
    elif stdout().is_terminal:
        stdout().print(summary_view(result))
    else:
        write(outputs.render(result, "md"))


def summary_view(result: Result, *, head: bool = True) -> RenderableType:
    """Return a summary for a terminal; without a head if the job's facts are shown already."""
    said = Table.grid(padding=(0, 2))
    said.add_column(style="cyan", no_wrap=True)
    said.add_column(overflow="fold")
    for number, (title, chapter, sentences) in enumerate(by_chapter(result.summary)):
        if chapter:
            if number:
                said.add_row()
            said.add_row(Text(timestamp(chapter.start), "bold"), term(title, "bold"))
        for sentence in sentences:
            said.add_row(
                timestamp(sentence.start), term(speaker_label(sentence), "bold") + term(sentence.text)
            )
    body = Group(*_notes(result), Padding(said, (int(head), 0, 0, 0)))
    return Group(_head(result), body) if head else body


def _head(result: Result) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts(result):
        grid.add_row(label, term(value))
    return Group(term(result.title, "bold underline"), Text(), grid)


def transcript_view(result: Result) -> RenderableType:
    """Return the whole transcript with its times."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="cyan", no_wrap=True)
    grid.add_column(overflow="fold")
    for who, said in at_changes(with_gaps(result.sentences, result.transcript.gaps)):
        if isinstance(said, Gap):
            grid.add_row(timestamp(said.start), Text(mark(said), "yellow"))
        else:
            text = term(said.text, "dim" if said.suspect else "")
            grid.add_row(timestamp(said.start), term(who, "bold") + text)
    return Group(*_notes(result), grid)


def _notes(result: Result) -> list[Text]:
    return [term(f"! {caution}", "yellow") for caution in cautions(result)]
