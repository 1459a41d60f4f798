"""What is said in a cue, and by whom: its words without tags, commands, sounds, marks and names."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from svs.engines import speakers
from svs.engines.caption_formats import Cue
from svs.engines.speakers import Labels

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]*)>")
_NAMED = re.compile("\x01([^\x02]*)\x02")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_OVERRIDE = re.compile(r"\{([^{}]*)\}")
_UNSAID = re.compile(r"\[[^\[\]]*\]|[\u2669-\u266c]")
_INVISIBLE = re.compile(r"[\u200b\ufeff\u200e\u200f\u202a-\u202e]")
_ASIDE = re.compile(r"\([^()]*\)|\uff08[^\uff08\uff09]*\uff09|\u3010[^\u3010\u3011]*\u3011")
_MARK = re.compile(r"(?:>>+|[-\u2010-\u2015]+)(?:\s+|(?=[^\s\d]))")  # but not a minus
_MARK_WITHIN = re.compile(r"\s?(?<!>)(?=>>)|(?<=[.!?\u2026\"\u201d\u00bb])\s+(?=[-\u2010-\u2015]+\s)")


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says within a cue; the name is empty where nobody tells it."""

    words: tuple[str, ...]
    name: str = ""
    changes: bool = False
    """It begins with a mark or a name: somebody else may speak."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A cue's turns; each line of it with the number of its words."""

    start: float
    end: float
    turns: tuple[Turn, ...]
    rows: tuple[int, ...]

    @property
    def words(self) -> list[str]:
        """Return all its words."""
        return [word for turn in self.turns for word in turn.words]


def spoken(cues: Iterable[Cue]) -> Iterator[Spoken]:
    """Yield what is said in each cue; those without words are left out."""
    shown = [(cue, list(_lines(cue.text))) for cue in cues]
    labels = speakers.learn(_without_mark(line)[0] for _, lines in shown for line in lines)
    broadcast = sum(line.startswith(">>") for _, lines in shown for line in lines) > 1
    name = ""
    for cue, lines in shown:
        turns = list(_turns(cue, lines, labels, name if broadcast else ""))
        if turns:
            name = turns[-1].name
            yield Spoken(
                max(0.0, cue.start), cue.end, tuple(_joined(turns)), tuple(len(t.words) for t in turns)
            )


def _turns(cue: Cue, lines: Iterable[str], labels: Labels, name: str) -> Iterator[Turn]:
    """Yield the lines of a cue that hold words; a name goes on until another one or a mark comes."""
    name = speakers.clean(cue.name) if speakers.is_name(cue.name) else name
    changes = bool(cue.name)
    for line in lines:
        rest, marked = _without_mark(line)
        if named := _NAMED.match(rest):
            name, rest, changes = speakers.clean(html.unescape(named[1])), rest[named.end() :], True
        elif found := speakers.name_at(rest, labels, marked=marked):
            (name, rest), changes = found, True
        elif marked:
            name, changes = "", True
        words = _UNSAID.sub(" ", rest).split()
        if _has_words(_ASIDE.sub("", " ".join(words))):
            yield Turn(tuple(words), name, changes)
            changes = False


def _joined(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Yield the lines, those of one turn as one."""
    last: Turn | None = None
    for turn in turns:
        if last and not turn.changes:
            last = Turn(last.words + turn.words, last.name, last.changes)
            continue
        if last:
            yield last
        last = turn
    if last:
        yield last


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that a cue shows, without tags and commands; each begins where somebody else speaks."""
    plain = _without_overrides(_CONTROL.sub(" ", text)).replace("\\N", "\n").replace("\\n", "\n")
    plain = _VOICE.sub("\n\x01\\1\x02", plain.replace("\\h", " "))
    plain = _INVISIBLE.sub("", html.unescape(_TAG.sub("", plain)))
    if not _has_words(_ASIDE.sub("", _UNSAID.sub("", _NAMED.sub("", plain)))):  # nothing but "(applause)"
        return
    for line in plain.split("\n"):
        yield from filter(None, map(str.strip, _MARK_WITHIN.split(" ".join(line.split()))))


def _without_mark(line: str) -> tuple[str, bool]:
    mark = _MARK.match(line)
    return (line[mark.end() :], True) if mark else (line, False)


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
