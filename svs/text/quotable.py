"""Whether a sentence can be quoted by itself: no fragment, greeting, agenda, dangling pronoun.

English is known by words; of other languages only questions, thanks and what sums up are.
"""

import re

from svs.text.clauses import has_main_clause
from svs.text.english import listed
from svs.text.tokens import count_words

ASKING = ("?", "\uff1f", "\u061f", ";\u200e")
"""What a question ends with."""

_INTRODUCING = (
    r"my name(?:'s| is)|(?:i'm|i am|i'll be|i will be) (?:the|your) (?:\w+ ){0,3}"
    r"(?:manager|designer|expert|engineer|director|host|moderator|teacher|instructor|chair|assistant)"
)
_GREETING = re.compile(
    r"\b(?:hello|hi (?:everyone|everybody|all|guys|there)|welcome (?:to|back|everyone|everybody|all)"
    r"|thank you|thanks(?! to )|good (?:morning|afternoon|evening)|see you|goodbye|bye|subscribe"
    r"|(?:hear|see) (?:me|us|my)|(?:share|sharing) (?:my|your|the) screen|you(?:'re| are) (?:on mute|muted)"
    r"|have a (?:good|great|nice) (?:day|one|time|week|weekend|morning|afternoon|evening|night)"
    r"|any (?:other |more |further )?questions|raise your hands?|take a (?:short )?break"
    rf"|{_INTRODUCING})\b"
)
_OPENING = re.compile(
    r"(?:[\w']+\W+){0,3}(?:hello|hi (?:everyone|everybody|all|guys)|thank you|thanks(?! to )"
    r"|my name(?:'s| is))\b"
)
_GREETING_WORDS = 12  # a longer sentence says something besides, unless it opens with thanks, hello, a name
_THANKS = re.compile(
    r"\b(?:danke|vielen dank|merci|gracias|obrigad[oa]|grazie|dank je|tack|kiitos|dziękuję|спасибо|teşekkür)"
    r"|شكرا|धन्यवाद|谢谢|謝謝|ありがとう|감사합니다|ขอบคุณ"
)
_THANKS_WORDS = 8  # a longer sentence says something besides
_SUMMING_UP = re.compile(
    r"^(?:(?:in short|in summary|to summarize|to sum up|in conclusion|to conclude|the (?:main )?point is"
    r"|kurz gesagt|zusammengefasst|en bref|en résumé|en resumen|in breve|коротко говоря|итак"
    r"|k\u0131sacas\u0131|lyhyesti sanottuna|संक्षेप में|باختصار)\b|總之|总之|つまり)"
)
_AGENDA = re.compile(
    r"^(?:(?:now|then|today|first|next|finally)[, ]+)?(?:(?:(?:the|my|our|a) )?"
    r"(?:first|second|third|fourth|fifth|next|last|final|other|another) "
    r"(?:topic|thing|question|item|part|point|section|step|subject|agenda item|slide)\b[^,]{0,30}? "
    r"(?:is|was|will be)"
    r"|(?:let's|let us|let me|(?:i|we)(?:'m|'re| am| are) going to|(?:i|we)(?:'ll| will)"
    r"|i(?:'d| would) like to|i (?:just )?want(?:ed)? to) (?:\w+ ){0,2}?"
    r"(?:talk|move|start|begin|go|turn|look|discuss|switch|give|show|present|jump|take))\b"
)
_LEANING = re.compile(
    r"^(?:it|it's|its|they|they're|them|their|he|he's|she|she's|his|her|this|that|that's|these|those|which|who|then"
    r"|there|such|so|because|otherwise|instead|therefore|also|and|but|or|the (?:latter|former|same))\b"
)
_PRONOUN = re.compile(r"^(?:it|they|he|she|that)(?:'\w+)?\b(?! (?:one|way|kind)\b)")
_OWN = re.compile(r"^(?:there (?:is|are|was|were|has|have|will|can)\b|that is why\b)")
_OPEN_END = re.compile(
    r"\b(?:the|a|an|of|and|or|but|to|in|on|at|for|with|by|from|that|which|is|are|was|were|be|because|if|as|like"
    r"|i|we|they|my|your|our|their|its|very|so)[\s.\u2026,]*$"
)
_AUXILIARIES = listed("is are was were am has have had can could will would should may might must")


def is_greeting(text: str, language: str) -> bool:
    """Return whether a sentence greets, thanks, or keeps the meeting going: it says nothing of the topic."""
    small = _plain(text)
    if language != "en":
        return count_words(text) <= _THANKS_WORDS and bool(_THANKS.search(small))
    short = count_words(text) <= _GREETING_WORDS
    return bool(_GREETING.search(small) if short else _OPENING.match(small))


def sums_up(text: str) -> bool:
    """Return whether a sentence announces that it sums up what was said."""
    return bool(_SUMMING_UP.match(_plain(text)))


def is_fragment(text: str, language: str) -> bool:
    """Return whether a sentence is not whole: it has no main clause, or an open end."""
    if language != "en":
        return False
    small = _plain(text)
    words = re.findall(r"[a-z']+", small)
    if not words:
        return False
    if "?" in small:
        return bool(_OPEN_END.search(small))
    inverted = words[0] in _AUXILIARIES
    return inverted or bool(_OPEN_END.search(small)) or not has_main_clause(text.replace("\u2019", "'"))


def announces(text: str, language: str) -> bool:
    """Return whether a sentence only says what will be spoken of."""
    return language == "en" and bool(_AGENDA.search(_plain(text)))


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("\u2019", "'").split())


def leans_back(text: str, language: str) -> bool:
    """Return whether a sentence begins with a word that refers to something said before it."""
    small = _plain(text)
    return language == "en" and bool(_LEANING.match(small)) and not _OWN.match(small)


def begins_with_pronoun(text: str, language: str) -> bool:
    """Return whether a sentence begins with a pronoun that stands for nothing without the one before it."""
    return language == "en" and bool(_PRONOUN.match(_plain(text)))
