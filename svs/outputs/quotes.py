"""The summary's quotes as cuts of the recording: for mpv, which plays them, and for LosslessCut.

An mpv EDL names the recording without its folder, as mpv requires: it belongs beside the recording.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from svs.model.speech import Result
from svs.outputs.shared import line, speaker_label

_SHORTEST = 0.001  # seconds; players refuse a cut without a length


def edl(result: Result) -> str:
    """Return an EDL of mpv's format 0: file, start and length in seconds, the quote as title."""
    name = _value(Path(result.source).name)
    cuts = (
        f"{name},{start:.3f},{end - start:.3f},title={_value(text)}" for start, end, text in _cuts(result)
    )
    return "\n".join(["# mpv EDL v0", *cuts]) + "\n"


def segments(result: Result) -> str:
    """Return LosslessCut's CSV of segments: start and end in seconds, the quote as label; no headings."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for start, end, text in _cuts(result):
        label = f"'{text}" if text.startswith(("=", "+", "-", "@")) else text  # no spreadsheet's formula
        writer.writerow((f"{start:.3f}", f"{end:.3f}", label))
    return rows.getvalue()


def _cuts(result: Result) -> Iterator[tuple[float, float, str]]:
    for quote in result.summary.sentences:
        end = max(quote.end, quote.start + _SHORTEST)
        yield quote.start, end, line(speaker_label(quote) + quote.text)


def _value(text: str) -> str:
    """Return a value with its length in bytes before it, so that it may have any character but a newline."""
    clean = line(text.encode(errors="surrogateescape").decode(errors="replace"))
    return f"%{len(clean.encode())}%{clean}"
