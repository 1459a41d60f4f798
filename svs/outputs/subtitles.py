"""The transcript's sentences as subtitles: SubRip and WebVTT."""

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from svs.model.speech import Gap, Result, Sentence
from svs.outputs.shared import PARTIAL, at_changes, line, with_gaps
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
    """Return the transcript as SubRip; where the speaker changes, the name comes first."""
    cues = _cues(result, names=True)
    return _subtitles(cues, lambda cue: _plain(cue.text).translate(_NO_TAGS)).to_string(
        "srt", keep_ssa_tags=True
    )


def vtt(result: Result) -> str:
    """Return the transcript as WebVTT; every cue whose speaker is known has a voice tag."""
    return _subtitles(_cues(result, names=False), _voiced).to_string("vtt", keep_ssa_tags=True)


def _voiced(cue: Sentence) -> str:
    text = escape(_plain(cue.text), quote=False)
    return f"<v {escape(_plain(line(cue.said_by)), quote=False)}>{text}" if cue.said_by else text


def _plain(text: str) -> str:
    return _TIME.sub("\uff1a", text.translate(_NO_MARKUP))


def _subtitles(cues: Iterable[Sentence], written: Callable[[Sentence], str]) -> "SSAFile":
    from pysubs2 import SSAEvent, SSAFile

    file = SSAFile()
    for cue in cues:
        event = SSAEvent(start=_milliseconds(cue.start), end=_milliseconds(cue.end))
        event.plaintext = written(cue)
        file.append(event)
    return file


def _cues(result: Result, *, names: bool) -> Iterator[Sentence]:
    """Yield the sentences in pieces that fit a screen; a partial transcript begins with a label."""
    if result.partial:
        yield Sentence(result.start, result.start + _LABEL, f"[{PARTIAL}]")
    for who, said in at_changes(with_gaps(result.sentences, result.transcript.gaps)):
        if isinstance(said, Gap):
            yield Sentence(said.start, said.end, NOT_UNDERSTOOD)
        else:
            yield from _split(said, who if names else "")


def _split(sentence: Sentence, who: str) -> Iterator[Sentence]:
    """Yield a sentence in pieces of two lines; its time is divided evenly over its characters."""
    text = who + line(sentence.text)
    wide = sum(east_asian_width(character) in "WF" for character in text) > len(text) / 2
    lines = wrap(text, _WIDTH // 2 if wide else _WIDTH, break_on_hyphens=False)
    pieces = [lines[i : i + _LINES] for i in range(0, len(lines), _LINES)]
    pace = (sentence.end - sentence.start) / max(1, sum(map(len, lines)))
    start = sentence.start
    for piece in pieces:
        end = start + pace * sum(map(len, piece))
        yield Sentence(start, end, "\n".join(piece), speaker=sentence.speaker)
        start = end


def _milliseconds(seconds: float) -> int:
    return min(_LAST, max(0, round(seconds * 1000)))
