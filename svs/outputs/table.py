"""The transcript's sentences as tab-separated values, for spreadsheets and scripts."""

import csv
import io

from svs.model import Result
from svs.outputs.interface import line

COLUMNS = ("start_ms", "end_ms", "text", "suspect", "partial")
"""The last are 0 or 1: the engine doubts this sentence, the file is damaged."""


def render(result: Result) -> str:
    """Return a line of headings and a line for each sentence, times in milliseconds."""
    rows = io.StringIO()
    writer = csv.writer(rows, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for said in result.sentences:
        times = round(said.start * 1000), round(said.end * 1000)
        writer.writerow((*times, _cell(said.text), int(said.suspect), int(result.partial)))
    return rows.getvalue()


def _cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    text = line(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
