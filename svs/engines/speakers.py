"""Speakers' names in captions: which of the words at a line's beginning are a name, and not said."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

_LONGEST = 60  # letters in a name
_MOST_WORDS = 4
_OFTEN = 3  # lines, for a label of one word in small letters: "Remember:" may well come twice

_COLON = re.compile(rf"(\S[^:\uff1a\[\]<>\n]{{0,{_LONGEST}}}?)\s*(?::(?=\s|$)|\uff1a)\s*")
_BRACKET = re.compile(
    rf"[\[(\uff08\u3010]\s*([^\[\]()\uff08\uff09\u3010\u3011\n]{{1,{_LONGEST}}}?)\s*[\])\uff09\u3011]\s*([:\uff1a]?)\s*"
)
_NUMBERED = re.compile(r"(?:speaker|spk|person|participant)[_ ]?\d{1,3}", re.IGNORECASE)
"""As programs name speakers whose names they do not know."""
_ADDITION = re.compile(r"\s*\([^()]*\)$")
"""As in `Jane Doe (she/her)`."""
_PARTICLES = "al bin da dal de del der di du el la le van vom von y zu"
_NO_NAMES = (
    "achtung answer antwort aufgabe attention beispiel caution chapter conclusion default dialogue ejemplo "
    "ergebnis example exemple exercise fact fazit figure frage goal hinweis hint http https idea important "
    "kapitel lesson main nota note notes ntp number option part point pregunta problem ps question remarque "
    "reminder respuesta result rule r\u00e9ponse section sign signs solution step subtitle subtitles summary "
    "task teil thema time tip title topic translation warning website wichtig"
)
"""Words before a colon, or in SubStation's field for a name, that name no speaker."""
_SOUNDS = (
    " applause applaus aplausos applaudissements background beep beeping bell blank_audio buzzing cheering "
    "cheers chuckle chuckles chuckling clapping click clicking coughing coughs crosstalk crowd door fades "
    "footsteps foreign gasps groans inaudible indistinct instrumental laugh laughing laughs laughter lachen "
    "gel\u00e4chter m\u00fasica musica music musik musique noise pause phone playing rauschen "
    "rire rires ringing risas sigh sighing sighs silence sings singing song sound static stille theme "
    "unintelligible whispering wind"
)
"""Words in brackets that describe a sound."""
_OF_SOUNDS = frozenset(_SOUNDS.split())
_IN_NO_NAME = _OF_SOUNDS.union(_NO_NAMES.split())
_IN_NAMES = frozenset(_PARTICLES.split())


@dataclass(slots=True)
class Labels:
    """The labels in a file that are names: they recur, or most lines have one."""

    colons: frozenset[str] = frozenset()
    brackets: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Seen:
    lines: int = 0
    colons: Counter[str] = field(default_factory=Counter)
    brackets: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)


def learn(lines: Iterable[str]) -> Labels:
    """Return the names with which lines begin: those that recur, or all where most lines have one."""
    seen = _Seen()
    for line in lines:
        seen.lines += 1
        if match := _BRACKET.match(line):
            seen.brackets[match[1]] += 1
            seen.alone[match[1]] += match.end() == len(line)
        elif match := _COLON.match(line):
            seen.colons[match[1]] += 1
    names = {label: count for label, count in seen.colons.items() if is_name(label)}
    most = sum(names.values()) * 2 >= seen.lines
    colons = {n for n, count in names.items() if count >= _needed(n) or (most and len(names) > 1)}
    brackets = {
        n for n, count in seen.brackets.items() if count > 1 and seen.alone[n] * 5 <= count and is_name(n)
    }
    return Labels(frozenset(colons), frozenset(brackets))


def _needed(name: str) -> int:
    return 2 if name.isupper() or " " in name else _OFTEN


def is_name(label: str) -> bool:
    """Say whether words may be a speaker's name: one to four capitalised words without digits."""
    if _NUMBERED.fullmatch(label):
        return True
    words = _ADDITION.sub("", label).split()
    plain = {word.strip(".,").lower() for word in words}
    if not 0 < len(words) <= _MOST_WORDS or plain & _IN_NO_NAME:
        return False
    return all(map(_is_part, words)) and words[0].lower() not in _IN_NAMES


def is_sound(words: str) -> bool:
    """Say whether words in brackets do nothing but name sounds."""
    plain = {word.strip(".,!").lower() for word in words.split()} - {"and"}
    return bool(plain) and plain <= _OF_SOUNDS


def _is_part(word: str) -> bool:
    """Say whether a word may be part of a name; scripts without capitals have none to show."""
    if any(letter.isdigit() or letter in '?!;/&%@"' for letter in word):
        return False
    return word in _IN_NAMES or (word[0].isalpha() and not word[0].islower())


def name_at(line: str, labels: Labels, *, marked: bool = False) -> tuple[str, str] | None:
    """Return the name at a line's beginning and the rest of the line; None when there is none.

    `marked` says that a mark of another speaker comes before it, such as `>>`.
    """
    if match := _BRACKET.match(line):
        sure = match[2] or match[1] in labels.brackets or _NUMBERED.fullmatch(match[1])
    elif match := _COLON.match(line):
        sure = marked or match[1] in labels.colons or _NUMBERED.fullmatch(match[1])
    if match and sure and is_name(match[1]):
        return clean(match[1]), line[match.end() :]
    return None


def clean(name: str) -> str:
    """Return a name without what is added to it."""
    return " ".join(_ADDITION.sub("", name).split())[:_LONGEST]
