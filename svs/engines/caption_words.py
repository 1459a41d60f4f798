"""What is said in a cue, and by whom: its words without tags, commands, sounds, marks and names."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from svs.characters import without_unseen
from svs.engines import speakers
from svs.engines.caption_formats import Cue
from svs.engines.speakers import Labels

_OURS = re.compile("[\ufdd0\ufdd1]")  # never letters: they mark where a name begins and ends
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]*)>")
_NAMED = re.compile("\ufdd0([^\ufdd1]*)\ufdd1")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_OVERRIDE = re.compile(r"\{([^{}]*)\}")
_UNSAID = re.compile(r"\[[^\[\]]*\]|[\u2669-\u266c]")
_ASIDE = re.compile(r"\([^()]*\)|\uff08[^\uff08\uff09]*\uff09|\u3010[^\u3010\u3011]*\u3011")
_MARK = re.compile(r"(?:>>+|[-\u2010-\u2015]+)(?:\s+|(?=[^\s\d]))")  # but not a minus
_MARK_WITHIN = re.compile(r"\s?(?<!>)(?=>>)|(?<=[.!?\u2026\"\u201d\u00bb])\s+(?=[-\u2010-\u2015]+\s)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line's words, and who says them; empty where it is not said."""

    words: tuple[str, ...]
    speaker: str = ""
    turn: bool = False
    """A mark says that another one begins to speak."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said in a cue."""

    start: float
    end: float
    lines: tuple[Line, ...]

    @property
    def words(self) -> list[str]:
        """Return all its words."""
        return [word for line in self.lines for word in line.words]


def spoken(cues: Iterable[Cue]) -> Iterator[Spoken]:
    """Yield what is said in each cue; those without words are left out."""
    shown = [(cue, list(_lines(cue.text))) for cue in cues]
    labels = speakers.learn(_without_mark(text)[0] for _, texts in shown for text in texts)
    marked = sum(text.startswith(">>") for _, texts in shown for text in texts) > 1
    speaker = ""
    for cue, texts in shown:
        lines = tuple(_said(cue, texts, labels, speaker if marked else ""))
        if lines:
            speaker = lines[-1].speaker
            start = max(0.0, cue.start)
            yield Spoken(start, max(start, cue.end), lines)  # an end before it is none


def _said(cue: Cue, texts: Iterable[str], labels: Labels, speaker: str) -> Iterator[Line]:
    """Yield the lines of a cue that hold words; a speaker goes on until another one or a mark comes."""
    if speakers.is_name(cue.name):
        speaker = speakers.clean(cue.name)
    for text in texts:
        rest, marked = _without_mark(text)
        if named := _NAMED.match(rest):
            speaker, rest = speakers.clean(named[1]), rest[named.end() :]
        elif found := speakers.name_at(rest, labels, marked=marked):
            speaker, rest = found
        elif marked:
            speaker = ""
        words = _without_sounds(_UNSAID.sub(" ", rest)).split()
        if _has_words(_ASIDE.sub("", " ".join(words))):
            dashed = not text.startswith(">>")
            yield Line(tuple(words), speaker, turn=marked and not (dashed and words[0][0].islower()))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that a cue shows, without tags and commands; each begins where somebody else speaks."""
    plain = _without_overrides(_OURS.sub("", text)).replace("\\N", "\n").replace("\\n", "\n")
    plain = _VOICE.sub("\n\ufdd0\\1\ufdd1", plain.replace("\\h", " "))
    plain = without_unseen(html.unescape(_TAG.sub("", plain)))
    if not _has_words(_ASIDE.sub("", _UNSAID.sub("", _NAMED.sub("", plain)))):  # nothing but "(applause)"
        return
    for line in plain.split("\n"):
        yield from filter(None, map(str.strip, _MARK_WITHIN.split(" ".join(line.split()))))


def _without_mark(line: str) -> tuple[str, bool]:
    mark = _MARK.match(line)
    return (line[mark.end() :], True) if mark else (line, False)


def _without_sounds(text: str) -> str:
    """Remove sounds in round brackets; other words in them may be said."""
    return _ASIDE.sub(lambda aside: " " if speakers.is_sound(aside[0][1:-1]) else aside[0], text)


def _without_overrides(text: str) -> str:
    """Remove SubStation's commands in braces, and the drawings that some of them begin."""
    drawing = False
    kept = []
    for index, piece in enumerate(_OVERRIDE.split(text)):
        if index % 2 == 0:
            kept.append("" if drawing else piece)
        elif begins := re.findall(r"\\p(\d)", piece):
            drawing = begins[-1] != "0"
    return "".join(kept)


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)
