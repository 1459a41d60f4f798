"""Who speaks in a result, by the names that the user gave: a layer over the transcript, which keeps its own.

Every speaker has a number, by when they first speak. The user's names lie in a file of the job's folder, by
the names that the transcript has; speakers with the same name are one.
"""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import UNSET
from msgspec.structs import replace

from svs.errors import StoreError, UsageError
from svs.fields import Name
from svs.model.speech import Result, Sentence, Speaker
from svs.system.codec import checked, decode
from svs.system.files import read_plain, store_errors, write_atomic
from svs.text.tokens import count_words

NAMES = "speakers.json"
_LARGEST = 10_000_000  # bytes
_LONGEST = 60  # letters in a name
_DIGITS = 10
_QUOTES, _GOOD_LENGTH = 3, 15  # how many, and their words

Renaming = tuple[str, str]
"""A speaker, by number or name, and the name that the user wants; a number for that of another speaker."""


def in_order(said: Iterable[Sentence]) -> list[str]:
    """Return the names that the transcript has, by when they first speak."""
    return list(dict.fromkeys(sentence.said_by for sentence in said if sentence.said_by))


def load(folder: Path) -> dict[str, str] | None:
    """Return the user's names, by those of the transcript; None when none are kept. Raises StoreError."""
    path = folder / NAMES
    if not os.path.lexists(path):
        return None
    with store_errors("read", path):
        try:
            return decode(read_plain(path, _LARGEST), dict[Name, Name])
        except ValueError as error:
            hint = f"`svs jobs speakers {folder.name} --undo` gives the speakers their own names back."
            raise StoreError(f"the speakers' names {path} are damaged: {error}", hint) from error


def save(folder: Path, names: Mapping[str, str]) -> None:
    """Keep the user's names in a job's folder; they are on the disk when this returns. Raises StoreError."""
    path = folder / NAMES
    with store_errors("write", path):
        write_atomic(path, checked(dict(names), _LARGEST))


def undo(folder: Path) -> None:
    """Forget the user's names. Raises StoreError."""
    path = folder / NAMES
    with store_errors("remove", path):
        path.unlink(missing_ok=True)


def renamed(
    originals: Sequence[str], names: Mapping[str, str], renamings: Iterable[Renaming]
) -> dict[str, str]:
    """Return the names after the user's renamings, in their order. Raises UsageError for unknown speakers.

    A number means all who have become one with that speaker, unless it is one of those who came later.
    """
    shown = {original: names.get(original, original) for original in originals}
    for key, value in renamings:
        first = _speaker(key, originals, shown)
        wanted = shown[_speaker(value, originals, shown)] if value.isdecimal() else new_name(value)
        group = [original for original in originals if shown[original] == shown[first]]
        shown |= dict.fromkeys(group if group[0] == first else [first], wanted)
    return shown


def _speaker(key: str, originals: Sequence[str], shown: Mapping[str, str]) -> str:
    """Return the speaker with this number or name, by the name that the transcript has."""
    if key.isdecimal() and len(key) < _DIGITS and 0 < int(key) <= len(originals):
        return originals[int(key) - 1]
    for original in originals:
        if key in (original, shown[original]):
            return original
    raise UsageError(f"there is no speaker {key!r}", "`svs jobs speakers ID` lists them with their numbers.")


def new_name(text: str) -> str:
    """Return a name that the user gives. Raises UsageError for what cannot be one."""
    name = " ".join(text.split())
    if not 0 < len(name) <= _LONGEST:
        raise UsageError(f"{text!r} is not a name", f"Give 1 to {_LONGEST} letters, as in 1=Anna.")
    return name


def parse(text: str) -> Renaming:
    """Return what `1=Anna`, `Ben=Anna` or `3=1` asks for. Raises UsageError."""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not key:
        raise UsageError(
            f"{text!r} is not of the form WHO=NAME", "Write 1=Anna to name a speaker, or 3=1 to merge two."
        )
    return key, value if value.isdecimal() else new_name(value)


def at_start(originals: Sequence[str], renamings: Iterable[Renaming]) -> tuple[dict[str, str], list[str]]:
    """Return the names after the renamings that a job was started with, and those that mean nobody."""
    names, unknown = dict[str, str](), list[str]()
    for renaming in renamings:
        try:
            names = renamed(originals, names, [renaming])
        except UsageError:
            unknown.append("=".join(renaming))
    return names, unknown


def with_names(result: Result, names: Mapping[str, str]) -> Result:
    """Return a result with these names and its list of speakers; as it is where none are known."""
    if not in_order(result.sentences):
        return result
    shown = in_all(result.sentences, names)
    segments = tuple(
        replace(segment, speaker=names.get(segment.speaker, segment.speaker))
        for segment in result.transcript.segments
    )
    chapters = tuple(
        replace(chapter, sentences=named(chapter.sentences, shown)) for chapter in result.summary.chapters
    )
    chosen = named(result.summary.sentences, shown)
    return replace(
        result,
        transcript=replace(result.transcript, segments=segments),
        summary=replace(result.summary, sentences=chosen, chapters=chapters),
        sentences=named(result.sentences, shown),
        speakers=_listed(result, shown) if shown else UNSET,
    )


def quotes(result: Result) -> dict[str, list[Sentence]]:
    """Return three clear sentences of each speaker, of a good length, from the thirds of what they say."""
    clear: dict[str, list[Sentence]] = {}
    for sentence in result.sentences:
        said = clear.setdefault(sentence.said_by, [])
        if not sentence.suspect:
            said.append(sentence)
    return {name: _three(said) for name, said in clear.items()}


def _three(said: list[Sentence]) -> list[Sentence]:
    size = max(1, math.ceil(len(said) / _QUOTES))
    thirds = [said[first : first + size] for first in range(0, len(said), size)]
    return [min(third, key=lambda quote: abs(count_words(quote.text) - _GOOD_LENGTH)) for third in thirds]


def in_all(said: Iterable[Sentence], names: Mapping[str, str]) -> dict[str, str]:
    """Return what every speaker is called, by the transcript's names; nothing where all have become one."""
    shown = {original: names.get(original, original) for original in in_order(said)}
    return shown if len(set(shown.values())) > 1 else {}


def named(said: Iterable[Sentence], shown: Mapping[str, str]) -> tuple[Sentence, ...]:
    """Return sentences with these names; those of nobody in the list have none."""
    return tuple(replace(sentence, speaker=shown.get(sentence.said_by, UNSET)) for sentence in said)


def _listed(result: Result, shown: Mapping[str, str]) -> tuple[Speaker, ...]:
    """Return the speakers with how long they speak; several with one name have the first one's number."""
    numbers, seconds = dict[str, int](), dict[str, float]()
    for number, name in enumerate(shown.values(), 1):
        numbers.setdefault(name, number)
        seconds[name] = 0.0
    for sentence in result.sentences:
        if sentence.said_by:
            seconds[shown[sentence.said_by]] += max(0.0, sentence.end - sentence.start)
    how = result.transcript.voices or "captions"
    return tuple(
        Speaker(id=number, name=name, how=how, seconds=round(seconds[name], 3))
        for name, number in numbers.items()
    )
