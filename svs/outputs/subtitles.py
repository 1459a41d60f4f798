"""The transcript's sentences as subtitles: SubRip and WebVTT."""

import re
from collections.abc import Callable, Iterator
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from svs.model.speech import Gap, Result, Sentence
from svs.outputs.shared import PARTIAL, line, with_gaps
from svs.text.coverage import NOT_UNDERSTOOD

if TYPE_CHECKING:
    from pysubs2 import SSAFile

_WIDTH, _LINES = 42, 2  # the usual size of a readable cue
_LABEL = 3.0  # seconds
_LAST = 359_999_999  # 99:59:59.999, the end of SubRip's time

_NO_MARKUP = str.maketrans(r"\{}", "\uff3c\uff5b\uff5d")
"""Players read these as styling, and neither format can escape them: they become full-width characters."""
_NO_TAGS = str.maketrans("<>", "\uff1c\uff1e")
"""The same for tags, and for the arrow between times."""
_TIME = re.compile(r":(?=\d{1,2}[.,]\d)")
"""Some readers, such as pysubs2, read every line with two times as the head of a cue."""


def srt(result: Result) -> str:
    """Return the transcript as SubRip."""
    return _subtitles(result, lambda text: text.translate(_NO_TAGS)).to_string("srt", keep_ssa_tags=True)


def vtt(result: Result) -> str:
    """Return the transcript as WebVTT."""
    return _subtitles(result, lambda text: escape(text, quote=False)).to_string("vtt", keep_ssa_tags=True)


def _subtitles(result: Result, safe: Callable[[str], str]) -> "SSAFile":
    from pysubs2 import SSAEvent, SSAFile

    file = SSAFile()
    for cue in _cues(result):
        event = SSAEvent(start=_milliseconds(cue.start), end=_milliseconds(cue.end))
        event.plaintext = safe(_TIME.sub("\uff1a", cue.text.translate(_NO_MARKUP)))
        file.append(event)
    return file


def _cues(result: Result) -> Iterator[Sentence]:
    """Yield the sentences in pieces that fit a screen; a partial transcript begins with a label."""
    if result.partial:
        yield Sentence(result.start, result.start + _LABEL, f"[{PARTIAL}]")
    for said in with_gaps(result.sentences, result.transcript.gaps):
        if isinstance(said, Gap):
            yield Sentence(said.start, said.end, NOT_UNDERSTOOD)
        else:
            yield from _split(said)


def _split(sentence: Sentence) -> Iterator[Sentence]:
    """Yield a sentence in pieces of two lines; its time is divided evenly over its characters."""
    text = line(sentence.text)
    wide = sum(east_asian_width(character) in "WF" for character in text) > len(text) / 2
    lines = wrap(text, _WIDTH // 2 if wide else _WIDTH, break_on_hyphens=False)
    pieces = [lines[i : i + _LINES] for i in range(0, len(lines), _LINES)]
    pace = (sentence.end - sentence.start) / max(1, sum(map(len, lines)))
    start = sentence.start
    for piece in pieces:
        end = start + pace * sum(map(len, piece))
        yield Sentence(start, end, "\n".join(piece))
        start = end


def _milliseconds(seconds: float) -> int:
    return min(_LAST, max(0, round(seconds * 1000)))
