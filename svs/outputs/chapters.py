"""Only the chapters: as WebVTT for web players, a metadata file for ffmpeg, and lines for YouTube.

A result without chapters gives one chapter over the whole part that was read, with the recording's title,
since some readers refuse an empty file.
"""

import re
from collections.abc import Iterator
from html import escape

from svs.model.speech import Chapter, Result
from svs.outputs.shared import PARTIAL, chapter_title, line
from svs.times import clock

_SPECIAL = re.compile(r"[=;#\\]")
"""The special characters of FFMETADATA1, apart from line feeds, which `line` removes."""


def vtt(result: Result) -> str:
    """Return the chapters as a WebVTT file of kind `chapters`: a cue for each, whose text is the title."""
    notes = [f"NOTE {PARTIAL}\n"] if result.partial else []
    cues = [
        f"{_time(chapter.start)} --> {_time(chapter.end)}\n{escape(chapter.title, quote=False)}\n"
        for chapter in _chapters(result)
    ]
    return "\n".join(["WEBVTT\n", *notes, *cues])


def ffmetadata(result: Result) -> str:
    """Return the recording's title and the chapters in ffmpeg's FFMETADATA1, with times in milliseconds."""
    lines = [
        ";FFMETADATA1",
        *([f"; {PARTIAL}"] if result.partial else []),
        f"title={_value(_plain(result.title))}",
    ]
    for chapter in _chapters(result):
        start, end = _milliseconds(chapter.start), _milliseconds(chapter.end)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}"]
        lines.append(f"title={_value(chapter.title)}")
    return "\n".join(lines) + "\n"


def youtube(result: Result) -> str:
    """Return a line for each chapter, its time and title, as for the description of a YouTube video.

    YouTube takes them for chapters only if the first begins at 0:00.
    """
    chapters = enumerate(_chapters(result))
    return "".join(f"{clock(c.start) if number else '0:00'} {c.title}\n" for number, c in chapters)


def _chapters(result: Result) -> Iterator[Chapter]:
    """Yield the chapters with one-line titles, and no end before the start."""
    whole = Chapter(start=result.start, end=result.start + result.duration, title=result.title)
    for number, chapter in enumerate(result.summary.chapters or (whole,), start=1):
        yield Chapter(
            start=chapter.start, end=max(chapter.start, chapter.end), title=chapter_title(chapter, number)
        )


def _plain(text: str) -> str:
    return " ".join(line(text).split())


def _value(text: str) -> str:
    """Return a tag's value. A space is added after a final backslash, or ffmpeg would read on."""
    value = _SPECIAL.sub(r"\\\g<0>", text)
    return f"{value} " if value.endswith("\\") else value


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _time(seconds: float) -> str:
    """Return a time in WebVTT's format, always with hours."""
    minutes, rest = divmod(_milliseconds(seconds), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
