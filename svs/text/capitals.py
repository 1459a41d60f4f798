"""Where a capital letter shows that a sentence begins, though the one before it has no full stop.

Speakers interrupt each other, and captions and Whisper then write `click Yeah, some more options`. Of lines
that begin with a capital function word after a line without a full stop, about nine in ten begin a sentence
(captions by volunteers in English, German, French, Spanish and Russian).
"""

import re
from collections.abc import Collection, Iterator, Sequence

from svs.text.words import spoken_words, stop_words

_OPEN = (",", ";", "-", "\u2013", "\u2014", ")")
_WORD = re.compile(r"\w[\w'\u2019-]+")
_ALWAYS_CAPITAL = {
    "en": re.compile(r"I\b"),
    "de": re.compile(r"(?:Sie|Ihnen|Ihre?[mnrs]?)\b"),
    "da": re.compile(r"(?:De|Dem|Deres)\b"),
    "it": re.compile(r"(?:Lei|Loro|Suo|Sua)\b"),
}
"""Pronouns that have a capital within a sentence, too."""
_NEVER = re.compile(r"$^")

_ANSWERS = (
    "Yeah|Yes|Yep|Yup|Nope|Okay|Alright|Oh|Ah|Aha|Well|Mm+|Mm-hmm|Hmm+|Uh-huh|Uh|Um|Wow|Sorry"
    "|So|And|But|Because|Now"
)
_STARTS = "It's|That's|There's|We're|You're|They're|Let's|We|You|It|They|This|That|If|What|He|She"
_ENGLISH = re.compile(
    rf"(?<=\w) (?=(?:{_ANSWERS})\b)"
    rf"|(?:(?<=\b[a-z])|(?<=\b[a-z]['a-z])|(?<=[a-z]['a-z]{{2}})) (?=(?:{_STARTS}) [a-z])"
)
"""What a speaker begins with; pronouns only between small words, as titles have them, too."""


def capital_starts(text: str, lines: Sequence[int], last: int, language: str) -> Iterator[int]:
    """Yield where such sentences begin; segments begin at `lines`, and the last of them ends at `last`."""
    if language == "en":
        for found in _ENGLISH.finditer(text, lines[0], last):
            yield found.end()
    usual = stop_words(language) | spoken_words(language)
    always = _ALWAYS_CAPITAL.get(language, _NEVER)
    for start in lines[1:]:
        word = _WORD.match(text, start, last)
        begins = word and _begins(word[0], usual) and not always.match(word[0])
        if begins and _is_open(text[max(0, start - 2) : start]):
            yield start


def _begins(word: str, usual: Collection[str]) -> bool:
    return word[0].isupper() and word[1:].islower() and word.lower() in usual


def _is_open(end: str) -> bool:
    """Return whether a text with this end goes on: it has no full stop, colon or quotation mark."""
    before = end.rstrip()[-1:]
    return before.isalnum() or before in _OPEN
