"""The transcript's sentences as subtitles: SubRip and WebVTT."""

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING

from svs.model.speech import Result, Sentence
from svs.outputs.cues import WIDTH, cues
from svs.outputs.shared import line

if TYPE_CHECKING:
    from pysubs2 import SSAFile

_LAST = 359_999_999  # 99:59:59.999, the end of SubRip's time

_NO_MARKUP = str.maketrans(r"\{}", "\uff3c\uff5b\uff5d")
"""Players read these as styling, and neither format can escape them: they become full-width characters."""
_NO_TAGS = str.maketrans("<>", "\uff1c\uff1e")
"""The same for tags, and for the arrow between times."""
_TIME = re.compile(r":(?=\d{1,2}[.,]\d)")
"""Some readers, such as pysubs2, read every line with two times as the head of a cue."""


def srt(result: Result, width: int = WIDTH) -> str:
    """Return the transcript as SubRip; where another speaks than before, the name stands first."""
    shown = _subtitles(cues(result, width, names=True), lambda cue: _plain(cue.text).translate(_NO_TAGS))
    return shown.to_string("srt", keep_ssa_tags=True)


def vtt(result: Result, width: int = WIDTH) -> str:
    """Return the transcript as WebVTT; every cue whose speaker is known has a voice tag."""
    return _subtitles(cues(result, width, names=False), _voiced).to_string("vtt", keep_ssa_tags=True)


def _voiced(cue: Sentence) -> str:
    text = escape(_plain(cue.text), quote=False)
    return f"<v {escape(_plain(line(cue.said_by)), quote=False)}>{text}" if cue.said_by else text


def _plain(text: str) -> str:
    return _TIME.sub("\uff1a", text.translate(_NO_MARKUP))


def _subtitles(shown: Iterable[Sentence], written: Callable[[Sentence], str]) -> "SSAFile":
    from pysubs2 import SSAEvent, SSAFile

    file = SSAFile()
    for cue in shown:
        event = SSAEvent(start=_milliseconds(cue.start), end=_milliseconds(cue.end))
        event.plaintext = written(cue)
        file.append(event)
    return file


def _milliseconds(seconds: float) -> int:
    return min(_LAST, max(0, round(seconds * 1000)))
