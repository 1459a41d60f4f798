"""What speakers say without meaning it: fillers, false starts and repetitions, left out of what is quoted."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from svs.model.speech import Sentence

_SPLIT = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_LONGEST = 4  # words in a repetition
_ENDS = ".?!\u2026"
_PAUSES = (",", ";", ":", "-", "\u2013", "\u2014", *_ENDS)
_MARKS = re.compile(f"[{_ENDS}][\"'\u201d\u2019\u00bb)]*$")


@dataclass(frozen=True, slots=True)
class _Table:
    """What may be left out in one language; all in lower case."""

    fillers: frozenset[str]
    """Words that mean nothing wherever they are said."""
    leading: frozenset[str]
    """Words that only link a sentence to the one before it."""
    leading_aside: frozenset[str]
    """The same, but only where a comma sets them apart."""
    trailing: frozenset[str]
    """Words that say nothing, or begin what was never said, at a sentence's end."""
    trailing_aside: frozenset[str]
    """The same, but only where a comma sets them apart."""
    asides: tuple[tuple[str, ...], ...]
    """Phrases that mean nothing where commas set them apart."""
    letters: str
    """Single letters that are words or names of quantities; others are the beginnings of words."""
    doubled: frozenset[str] = frozenset()
    """Words that are often said twice on purpose, such as numbers read digit by digit."""
    hedges: tuple[tuple[str, ...], ...] = ()
    """Phrases that mean nothing even without a comma, unless the words beside them need them."""
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    """Words that need the phrase after or before them: `what kind of`, `you know that`."""
    together: frozenset[tuple[str, str]] = frozenset()
    """A leading word that belongs to the next one: `so far`."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ENGLISH = _Table(
    fillers=_set("uh uhh um umm uhm erm er mm mmm hm hmm mhm mm-hmm mmhmm uh-huh huh ah eh"),
    leading=_set("yeah yep yup okay ok so and but or oh alright cuz gosh"),
    leading_aside=_set(
        "yes no well right now like anyway anyways sure actually basically look see listen hey hi "
        "again also exactly true fine good great cool"
    ),
    trailing=_set("yeah yep yup and but because cuz"),
    trailing_aside=_set("okay ok so or right yes like exactly absolutely"),
    asides=(("you", "know"), ("i", "mean")),
    hedges=(("sort", "of"), ("kind", "of")),
    letters="aioxyz",
    doubled=_set(
        "had bye zero oh one two three four five six seven eight nine ten twenty hundred thousand million"
    ),
    before=_set(
        "do did does don't didn't if as that what when because let would could should may might will can "
        "whether how a an the this these those some any same other every all each no one two which what's "
        "different certain new another special right wrong many various first second third last only "
        "whatever to of best its their our my your know what and"
    ),
    after=_set(
        "what how that who where why if whether about the it this these those a an any each better more "
        "when which by to some exactly thing things something and or of"
    ),
    together=frozenset(
        ("so", word)
        for word in ("far", "many", "much", "that", "long", "few", "little", "called", "as", "on", "forth")
    )
    | {("or", "else")},
)
_DOUBLING = _set("bn gu hi id jw km ml mr ms my ne pa si su ta te th tl tr ur vi")
"""Languages whose grammar doubles single words: there only longer repetitions are slips."""
_TABLES = {
    "en": _ENGLISH,
    "de": _Table(
        fillers=_set("äh ähm öh öhm hm hmm mhm tja"),
        leading=_set("ja okay ok und aber naja"),
        leading_aside=_set("also so nun nein gut genau richtig klar na doch jedenfalls"),
        trailing=_set("ja und aber weil"),
        trailing_aside=_set("oder also okay ok nicht genau"),
        asides=(("sag", "ich", "mal"), ("sagen", "wir", "mal"), ("wie", "gesagt"), ("weißt", "du")),
        letters="xyz",
        doubled=_set("die der das sie null eins zwei drei vier fünf sechs sieben acht neun zehn"),
    ),
    "fr": _Table(
        fillers=_set("euh heu hum hm hmm mh bah"),
        leading=_set("oui ouais ok okay alors donc et mais bon voilà"),
        leading_aside=_set("non bien enfin là eh écoutez regardez effectivement"),
        trailing=_set("ouais hein et mais"),
        trailing_aside=_set("quoi voilà donc ok okay"),
        asides=(("tu", "vois"), ("vous", "voyez"), ("tu", "sais"), ("vous", "savez"), ("je", "veux", "dire")),
        letters="aàyôxz",
        doubled=_set("nous vous zéro un deux trois quatre cinq six sept huit neuf dix"),
        together=frozenset({("alors", "que"), ("bon", "nombre"), ("et", "demi"), ("voilà", "pourquoi")}),
    ),
    "es": _Table(
        fillers=_set("eh em ehm mm mmm hm hmm ajá"),
        leading=_set("sí vale ok okay pues y pero bueno entonces"),
        leading_aside=_set("no bien claro mira miren oye"),
        trailing=_set("y pero"),
        trailing_aside=_set("vale no ok okay entonces"),
        asides=(("o", "sea"), ("es", "decir"), ("sabes",), ("digamos",)),
        letters="aeouyxz",
        doubled=_set("cero uno dos tres cuatro cinco seis siete ocho nueve diez"),
        together=frozenset({("y", "media"), ("bueno", "para"), ("pues", "que")}),
    ),
}

_Words = Sequence[str]


def cleaned(sentences: Iterable[Sentence], language: str) -> list[Sentence]:
    """Return the sentences cleaned, the exact words kept in `said`; what is only filler stays as it is."""
    return [_cleaned(sentence, language) for sentence in sentences]


def _cleaned(sentence: Sentence, language: str) -> Sentence:
    text = clean(sentence.text, language)
    return replace(sentence, text=text, said=sentence.text) if text not in ("", sentence.text) else sentence


@lru_cache(50_000)  # the summary and its outline are made of the same sentences
def clean(text: str, language: str) -> str:
    """Return a sentence without fillers, repetitions and links at its ends; empty when it is nothing else.

    Its words are some of the words said, in their order; the first letter is raised, and a comma may go with
    the filler it set apart. For languages without a table only repetitions are left out.
    """
    table = _TABLES.get(language)
    fewest = 2 if language in _DOUBLING else 1
    words = _pieces(text)
    before: _Words = ()
    while words != before:
        before = words
        if table:
            words = _without_asides(_without_fillers(words, table), table)
            words = _without_trailing(_without_leading(words, table), table)
        words = _without_repetitions(words, fewest, table.doubled if table else frozenset())
        words = [*words[:-1], *(word.rstrip(", ") for word in words[-1:])]
    return _raise(" ".join(words), language)


def _pieces(text: str) -> _Words:
    """Return the words with the signs around them; a sign by itself goes with the word before it."""
    pieces: list[str] = []
    for piece in text.split():
        if _core(piece):
            pieces.append(piece)
        elif pieces:
            pieces[-1] += f" {piece}"
    return pieces


@lru_cache(4096)
def _core(piece: str) -> str:
    match = _SPLIT.match(piece)
    return match[2].lower().replace("\u2019", "'") if match else ""


def _without(words: _Words, first: int, last: int) -> _Words:
    """Return the words without [first, last), with their full stop, but not their comma."""
    left, right = list(words[:first]), list(words[last:])
    ending = _MARKS.search(words[last - 1])
    if left and ending and not right:
        left[-1] = left[-1].rstrip(",;:- \u2013\u2014" + _ENDS) + ending[0]
    elif last - first == 1 and left and right and left[-1].endswith(",") and words[first].endswith(","):
        left[-1] = left[-1][:-1]  # `it's, um, small`; but a phrase may be between two clauses
    return left + right


def _without_fillers(words: _Words, table: _Table) -> _Words:
    for index in reversed(range(len(words))):
        core = _core(words[index])
        if index and _core(words[index - 1])[-1].isdigit():
            continue  # `5 mm`, `3 s`
        stranded = len(core) == 1 and core.isalpha() and core not in table.letters
        if core in table.fillers or (stranded and words[index] == core):
            words = _without(words, index, index + 1)
    return words


def _without_asides(words: _Words, table: _Table) -> _Words:
    asides = (*table.asides, *table.hedges)
    begins = {aside[0] for aside in asides}  # few words do: the others need no further look
    for index in reversed(range(len(words))):
        for aside in asides if _core(words[index]) in begins else ():
            last = index + len(aside)
            if tuple(map(_core, words[index:last])) == aside and _is_aside(words, index, last, table):
                words = _without(words, index, last)
    return words


def _is_aside(words: _Words, first: int, last: int, table: _Table) -> bool:
    """Return whether these words are set apart by commas, or by one and needed by nothing beside them."""
    opened = first == 0 or words[first - 1].endswith(_PAUSES)
    closed = last == len(words) or words[last - 1].endswith(_PAUSES)
    if opened and closed:
        return True
    before = "" if opened else _core(words[first - 1])
    after = "" if closed else _core(words[last])
    hedge = tuple(map(_core, words[first:last])) in table.hedges
    return (opened or closed or hedge) and not ({before} & table.before or {after} & table.after)


def _without_leading(words: _Words, table: _Table) -> _Words:
    while words and _leads(words, table):
        words = words[1:]
    return words


def _leads(words: _Words, table: _Table) -> bool:
    first = _core(words[0])
    apart = words[0].endswith(_PAUSES)
    if first in table.leading_aside:
        return apart
    following = _core(words[1]) if len(words) > 1 else ""
    return first in table.leading and (apart or (first, following) not in table.together)


def _without_trailing(words: _Words, table: _Table) -> _Words:
    while len(words) > 1:
        last = _core(words[-1])
        apart = words[-2].endswith(_PAUSES) or words[-1][0].isupper()  # `we could Right.`: two speakers
        if last not in table.trailing and not (apart and last in table.trailing_aside):
            break
        words = _without(words, len(words) - 1, len(words))
    return words


def _without_repetitions(words: _Words, fewest: int, doubled: frozenset[str]) -> _Words:
    """Leave out the first of two equal runs of words: the second one goes on."""
    cores = [_core(word) for word in words]
    for size in range(_LONGEST, fewest - 1, -1):
        index = len(words) - 2 * size
        while index >= 0:
            run = cores[index : index + size]
            if run == cores[index + size : index + 2 * size] and not _means_two(run, doubled):
                words = [*words[:index], *words[index + size :]]
                cores = cores[:index] + cores[index + size :]
            index -= 1
    return words


def _means_two(run: _Words, doubled: frozenset[str]) -> bool:
    return all(word in doubled or word.isnumeric() for word in run)


def _raise(text: str, language: str) -> str:
    """Return the text with its first letter raised, unless the first word has a spelling of its own."""
    at = next((i for i, character in enumerate(text) if character.isalnum()), len(text))
    word = re.match(r"\w*", text[at:])
    upper = "\u0130" if text[at : at + 1] == "i" and language in ("tr", "az") else text[at : at + 1].upper()
    if not word or not word[0].islower() or len(upper) != 1:
        return text
    return text[:at] + upper + text[at + 1 :]
