"""The largest line of a slide, read from its picture by tesseract, where that is installed.

svs does not need tesseract. It runs in the sandbox of ffmpeg, and sees only a picture that ffmpeg made.
"""

import math
import os
import re
import shutil
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median

from svs.languages import long_code
from svs.media import clock, ffmpeg
from svs.media.limits import Limits
from svs.media.sandbox import process as sandbox
from svs.media.thumbnails import Reader
from svs.model.speech import Slide

_DATA = (
    "/usr/share/tesseract-ocr",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
"""Where systems keep what tesseract has learnt, a file for each language."""
_NAMES = {"zho": "chi_sim"}
_WIDTH = 1280
"""Pixels of a picture that is read."""
_BEFORE_END, _PREROLL = 3.0, 2.0
"""Seconds before a slide's end at which it is complete; seconds before these that are decoded, too."""
_LIMITS = Limits(seconds=100.0, memory=2048 << 20)
_TIMEOUT = 60.0
"""Seconds for a picture, of which a usual one takes one."""
_SURE = 70.0
"""Of 100: how sure tesseract is of each word."""
_LARGER = 1.2
"""How much larger a title is than the usual line."""
_SAME = 0.8
"""The share of a title's height that its other lines have at least."""
_LONGEST = 80  # characters of a title
_FOOT = 0.9
"""How far down a picture its footer begins: a page number, a date, the name of the talk."""
_APART = 2.0
"""The gap between two words, in heights of the line, after which something else begins, such as a logo."""
_AROUND = " -|.,:;*\u2013\u2014\u2022"
"""What is no part of a title at its ends: bullets, and edges of boxes."""
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The tesseract on this machine, and what it knows of a language."""

    program: str
    data: Path
    """The file of the language."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that tesseract read."""

    paragraph: tuple[str, ...]
    text: str
    height: float
    sure: float


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that tesseract read; in pixels."""

    line: tuple[str, ...]
    left: float
    top: float
    width: float
    height: float
    sure: float
    text: str


def find(language: str) -> Tesseract | None:
    """Return tesseract, if it is installed and knows a language (a code of two or three letters)."""
    program = shutil.which("tesseract")
    if not program or not Path(program).is_absolute():
        return None
    long = long_code(language)
    name = f"{_NAMES.get(long, long)}.traineddata"
    data = next((file for folder in _DATA for file in sorted(Path(folder).rglob(name))), None)
    return Tesseract(program, data) if data else None


def title(tesseract: Tesseract, recording: Reader, slide: Slide) -> str:
    """Return a slide's largest line; empty where none is larger than the others, or nothing can be read.

    Raises SvsError when the recording cannot be read.
    """
    picture = recording.folder / f".slide-{os.getpid()}.part"
    try:
        _take(recording, slide, picture)
        return largest(_read(tesseract, picture))
    finally:
        picture.unlink(missing_ok=True)


def _take(recording: Reader, slide: Slide, target: Path) -> None:
    """Write the picture of a complete slide, as PGM."""
    at = max(slide.start, slide.end - _BEFORE_END)
    search = clock.options(recording.begins, max(0.0, at - _PREROLL))
    source = ffmpeg.source(recording.path, codecs="video", formats=recording.formats, **search)
    graph = (
        source["V:0"]
        .filter("trim", start=at)
        .filter("setpts", f"PTS-{at}/TB")
        .filter("scale", f"min({_WIDTH},iw)", -2)
        .filter("format", "gray")
        .output(ffmpeg.url(target), f="image2pipe", vcodec="pgm", vframes=1, threads=1)
    )
    ffmpeg.run(graph.get_args(), on_time=lambda _: recording.stop(), limits=_LIMITS)


def _read(tesseract: Tesseract, picture: Path) -> str:
    """Return what tesseract reads in a picture, as a table; empty when it fails."""
    folder, language = tesseract.data.parent, tesseract.data.stem
    options = ["--tessdata-dir", str(folder), "-l", language, "-c", "tessedit_create_tsv=1"]
    command = [tesseract.program, str(picture), "stdout", *options]
    reads = [str(picture), str(folder)]
    return sandbox.output(command, reads=reads, limits=_LIMITS, timeout=_TIMEOUT)


def largest(table: str) -> str:
    """Return the largest line in tesseract's table (TSV), with those of its paragraph that are as large.

    Empty where the others are as large, or a word is doubtful.
    """
    lines = [line for line in _lines(table) if _WORD.search(line.text)]
    if not lines:
        return ""
    first = max(lines, key=lambda line: line.height)
    parts = [
        line for line in lines if line.paragraph == first.paragraph and line.height >= _SAME * first.height
    ]
    others = [line.height for line in lines if line not in parts]
    if others and first.height < _LARGER * median(others):
        return ""
    text = " ".join(line.text for line in parts).strip(_AROUND)
    return text if len(text) <= _LONGEST and min(line.sure for line in parts) >= _SURE else ""


def _lines(table: str) -> list[_Line]:
    """Return the lines above the footer: words with the same page, block, paragraph and line."""
    rows = [columns for row in table.splitlines() if len(columns := row.split("\t")) == 12]
    heights = [float(columns[9]) for columns in rows if columns[0] == "1"]
    foot = _FOOT * max(heights, default=math.inf)
    read = [columns for columns in rows if columns[0] == "5" and columns[11].strip()]
    lines = [list(words) for _, words in groupby(map(_word, read), key=lambda word: word.line)]
    return [_line(_longest(words)) for words in lines if min(word.top for word in words) < foot]


def _word(columns: list[str]) -> _Word:
    left, top, width, height, sure = map(float, columns[6:11])
    return _Word(tuple(columns[1:5]), left, top, width, height, sure, columns[11].strip())


def _longest(words: list[_Word]) -> list[_Word]:
    """Return the longest part of a line without a wide gap."""
    height = median(word.height for word in words)
    parts = [words[:1]]
    for before, word in pairwise(words):
        first, second = sorted((before, word), key=lambda word: word.left)
        if second.left - first.left - first.width > _APART * height:
            parts.append([])
        parts[-1].append(word)
    return max(parts, key=lambda part: sum(len(word.text) for word in part))


def _line(words: list[_Word]) -> _Line:
    text = " ".join(word.text for word in words)
    height = median(word.height for word in words)
    return _Line(words[0].line[:3], text, height, min(word.sure for word in words))
