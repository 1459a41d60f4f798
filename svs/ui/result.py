"""A result, formatted for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from svs import outputs
from svs.languages import name
from svs.model.speech import Gap, Result
from svs.outputs.shared import at_changes, by_chapter, cautions, facts, speaker_label, speakers, with_gaps
from svs.text.coverage import mark, share
from svs.times import clock
from svs.ui.output import write
from svs.ui.terminal import stdout, term

_OF_JOB = ("Duration", "Engine", "Date")


def show(result: Result, *, as_json: bool) -> None:
    """Print a result on stdout: laid out on a terminal, Markdown into a pipe."""
    if as_json:
        write(outputs.render(result, "json"))
    elif stdout().is_terminal:
        stdout().print(result_view(result))
    else:
        write(outputs.render(result, "md"))


def result_view(result: Result) -> RenderableType:
    """Return the title, a line about the recording, and the summary."""
    return Group(term(result.title, "bold underline"), _brief(result), Text(), summary_view(result))


def _brief(result: Result) -> Text:
    """Return what the summary was made from, in a line."""
    transcript, known = result.transcript, speakers(result)
    parts = [
        clock(result.duration),
        "" if transcript.language == "und" else name(transcript.language),
        f"whisper {transcript.model}" if transcript.engine == "whisper" else transcript.engine,
        f"{share(transcript.coverage)} of the speech" if transcript.coverage is not None else "",
        f"{len(known)} speakers" if known else "",
    ]
    return term(" \u00b7 ".join(filter(None, parts)), "dim")


def facts_view(result: Result) -> RenderableType:
    """Return the title and the facts of a result, without those that are facts of its job."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts(result):
        if label not in _OF_JOB:
            grid.add_row(label, term(value))
    return Group(term(result.title, "bold underline"), Text(), grid)


def summary_view(result: Result) -> RenderableType:
    """Return the cautions, and the summary under the titles of its chapters."""
    said = _lines()
    for number, (title, chapter, sentences) in enumerate(by_chapter(result.summary)):
        if chapter:
            if number:
                said.add_row()
            said.add_row(Text(clock(chapter.start), "bold"), term(title, "bold"))
        for sentence in sentences:
            said.add_row(
                clock(sentence.start),
                Text.assemble(term(speaker_label(sentence), "bold"), term(sentence.text)),
            )
    notes = _notes(result)
    return Group(*notes, *[Text()] * bool(notes), said)


def _lines() -> Table:
    """Return a table for times and what is said at them."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="cyan", no_wrap=True, justify="right")
    grid.add_column(overflow="fold")
    return grid


def transcript_view(result: Result) -> RenderableType:
    """Return the whole transcript with its times."""
    grid = _lines()
    for who, said in at_changes(with_gaps(result.sentences, result.transcript.gaps)):
        if isinstance(said, Gap):
            grid.add_row(clock(said.start), Text(mark(said), "yellow"))
        else:
            text = term(said.text, "dim" if said.suspect else "")
            grid.add_row(clock(said.start), Text.assemble(term(who, "bold"), text))
    return Group(*_notes(result), grid)


def _notes(result: Result) -> list[Text]:
    return [term(f"! {caution}", "yellow") for caution in cautions(result)]
