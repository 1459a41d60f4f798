"""The transcript's sentences as tab-separated values, for spreadsheets and scripts."""

import csv
import io

from svs.model.speech import Gap, Result
from svs.outputs.shared import line, with_gaps
from svs.text.coverage import NOT_UNDERSTOOD

COLUMNS = ("start_ms", "end_ms", "text", "suspect", "partial")
"""The last two are 0 or 1: the sentence is doubtful, the file is damaged."""


def render(result: Result) -> str:
    """Return a line of headings and a line for each sentence, with times in milliseconds.

    A gap is a suspect line with the text `[not understood]`: it cannot be mistaken for silence, and leaving
    out suspect lines leaves only what was said.
    """
    rows = io.StringIO()
    writer = csv.writer(rows, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    partial = int(result.partial)
    for said in with_gaps(result.sentences, result.transcript.gaps):
        times = round(said.start * 1000), round(said.end * 1000)
        if isinstance(said, Gap):
            writer.writerow((*times, NOT_UNDERSTOOD, 1, partial))
            continue
        writer.writerow((*times, _cell(said.text), int(said.suspect), partial))
    return rows.getvalue()


def _cell(text: str) -> str:
    """Return text that no spreadsheet reads as a formula."""
    text = line(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
