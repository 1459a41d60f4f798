"""The summary's quotes as cuts of the recording: for mpv, which plays them, LosslessCut and video editors.

An mpv EDL names the recording without its folder, as mpv requires: it belongs beside the recording.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from svs.model.speech import Result
from svs.outputs.shared import line, speaker_label

_NO_PICTURES = 25.0  # frames a second for a recording that has none; it is the default of editors
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


def cmx(result: Result) -> str:
    """Return a CMX 3600 list, for video editors: the cuts one after another, in frames of the recording."""
    rate = result.frame_rate or _NO_PICTURES
    tracks = "AA/V" if result.frame_rate else "AA"
    lines, edited = [f"TITLE: {line(result.title)}", "FCM: NON-DROP FRAME"], 0
    for number, (start, end, text) in enumerate(_cuts(result), 1):
        first = round(start * rate)
        last = max(first + 1, round(end * rate))
        frames = (first, last, edited, edited + last - first)
        codes = " ".join(_timecode(frame, max(1, round(rate))) for frame in frames)
        lines.append(f"\n{number:03}  AX       {tracks:<5} C        {codes}")
        lines += [f"* FROM CLIP NAME: {line(Path(result.source).name)}", f"* COMMENT: {text}"]
        edited += last - first
    return "\n".join(lines) + "\n"


def _timecode(frame: int, rate: int) -> str:
    """Return a frame's number as hours, minutes, seconds and frames."""
    seconds, frames = divmod(frame, rate)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _cuts(result: Result) -> Iterator[tuple[float, float, str]]:
    for quote in result.summary.sentences:
        end = max(quote.end, quote.start + _SHORTEST)
        yield quote.start, end, line(speaker_label(quote) + quote.text)


def _value(text: str) -> str:
    """Return a value with its length in bytes before it, so that it may have any character but a newline."""
    clean = line(text.encode(errors="surrogateescape").decode(errors="replace"))
    return f"%{len(clean.encode())}%{clean}"
