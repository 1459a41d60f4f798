"""Titles of chapters, in words that were said: what is announced, an opening question, a noun phrase, or a
quote.

People name a chapter by what is frequent in it, even if other chapters say it too, and by what is said in
its first seconds; both count here. The numbers were tuned on titles by people (tools/eval_chapters.py).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from svs.model.speech import Sentence
from svs.text.english import ADJECTIVES, ADVERBS, NO_TOPICS, VERBS, listed
from svs.text.openings import FILLERS
from svs.text.phrases import Phrase, is_nominal, phrases, skipped_words, spellings, stem_counts, vague_stems
from svs.text.tokens import to_words
from svs.text.words import stemmer

_EARLY, _EARLIER = 20.0, 2.5  # seconds from the beginning within which what is said weighs so many times more
_ANNOUNCING = 45.0  # seconds within which a topic is announced
_RARE = 0.2  # power of a word's rarity among the chapters
_VAGUE = 0.35  # weight of a vague word
_ONCE = 0.5  # weight of several words that are said once
_SINGLE = 0.5  # weight of a single word that is no name
_OFTEN, _SELDOM = 3, 0.3  # times that a single word should be said, and its weight below
_VERBAL = 0.2  # weight of what follows a pronoun more often than an article
_BEFORE_NOUNS = listed("""
    the a an this that these those my our your his her its their of in for with by from on about each
    every some any no
""")
_BEFORE_VERBS = listed("""
    to i you we they it he she can will would could should may might must don't didn't doesn't won't
    let let's not just i'll we'll you'll i'm we're you're
""")
_QUOTED, _QUOTED_CHARACTERS = 8, 40  # words of a quote; characters in scripts without spaces
_SENTENCE = 4  # words of a sentence that can be quoted
_TOPIC_WORDS, _CLAUSE_WORDS = 6, 9  # of an announced topic; of one that begins with how, why, ...

_PRONOUNS = listed("i me you we us he him she it they them there this that")
_LEADING = listed("""
    the a an two three four few couple both these those some my our your all of to about into at on in
    is was and just like really very
""")
_SIGNS = r"[,.;:?!\u2026\u2014()\"]"
_SOON = r"(?: (?:just|also|now|quickly|briefly|really|first|then))*"
_TELL = (
    r"(?:talk(?:ing)?(?: a (?:little )?bit)?(?: more)? about|speak(?:ing)? about|discuss(?:ing)?"
    r"|look(?:ing)? at|tak(?:e|ing) a (?:closer |quick )?look at|go(?:ing)? (?:over|through)|cover(?:ing)?"
    r"|introduc(?:e|ing)|explain(?:ing)?|walk(?:ing)? (?:you )?through|dive into|mov(?:e|ing) (?:on )?to"
    r"|switch(?:ing)? (?:over )?to|focus(?:ing)? on|present(?:ing)?|(?:start|begin) with|turn(?:ing)? to"
    r"|consider)"
)
_ANNOUNCEMENT = re.compile(
    rf"\b(?:(?:i|we)(?:'m|'re|'ll|'d| am| are| will| would)?{_SOON} "
    rf"(?:(?:going to|gonna|want to|wanna|wanted to|like to|love to|have to|need to){_SOON} )?{_TELL}"
    rf"|let(?:'s| us){_SOON} {_TELL}"
    r"|(?:the )?(?:next|first|second|third|fourth|last|final|other|main) "
    r"(?:thing|topic|question|part|section|item|point|step|one|example|demo|subject)"
    r"(?: (?:that )?(?:i|we)\b[^,.?!]{0,40})? (?:is|was)(?: about)?"
    r"|(?:my|our|this|today's) (?:talk|presentation|topic|video|lecture|session|episode|tutorial) "
    r"(?:is|will be|today is)(?: all)?(?: about| on)?"
    r"|moving on to|(?:what|how) about|speaking of|turning to|switch(?:ing)? (?:over )?to|the agenda is)"
    r" (?:the (?:topic|question|idea|concept|issue) of )?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?:how|why|what|when|where|who) ", re.IGNORECASE)
_CLAUSE_END = re.compile(
    rf"{_SIGNS}|\b(?:and then|so|because|which|that|but|if|since|before|after|when)\b", re.IGNORECASE
)
_TOPIC_END = re.compile(
    rf"{_SIGNS}|\b(?:and then|so|because|which|that|but|where|who|when|what|how|why|if|since|as|today|now"
    r"|here|again|before|after|real quick|a little|right|just|like|first|i|we|you|he|she|they|it|is|are|was"
    r"|were|do|does|can|will|let)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    FILLERS
    + r"(?:so|and so|now|then|i guess|i'm wondering|tell me|first(?: of all)?)?[,:.]? *"
    + r"((?:what|how|why|which|where|who)\b.*\?)$",
    re.IGNORECASE,
)
_QUESTION_WORDS = range(4, 12)
_HERE = listed("i i'm i've")  # a question about this moment, not about the topic


def titles(parts: Sequence[Sequence[Sentence]], language: str) -> list[str]:
    """Return for each part a title in its own words, no two alike; empty only where nothing is said."""
    counts = [stem_counts(part, language) for part in parts]
    spread = Counter(stem for count in counts for stem in count)
    rarity = {stem: math.log((1 + len(parts)) / count) for stem, count in spread.items()}
    found: list[str] = []
    taken: list[set[str]] = []
    for part, count in zip(parts, counts, strict=True):
        title = next(
            (
                option
                for option in _options(part, count, rarity, len(parts), language)
                if _is_new(option, taken, language)
            ),
            "",
        )
        taken.append(_content(title, language))
        found.append(_raised(title) or _quote(part, found))
    return found


def _is_new(title: str, taken: Sequence[set[str]], language: str) -> bool:
    content = _content(title, language)
    return bool(content) and content not in taken


def _content(text: str, language: str) -> set[str]:
    skipped, stem = skipped_words(language), stemmer(language)
    return {stem(word) for word in to_words(text) if word not in skipped}


def _options(
    part: Sequence[Sentence], count: Mapping[str, int], rarity: Mapping[str, float], parts: int, language: str
) -> Iterator[str]:
    """Yield what may be the title, best first."""
    if language == "en" and part:
        yield from _announced(part)
        yield from _asked(part)
    yield from _named(part, count, rarity, parts, language)


def _soon(part: Sequence[Sentence], seconds: float) -> Iterator[Sentence]:
    return takewhile(lambda sentence: sentence.start - part[0].start <= seconds, part)


def _announced(part: Sequence[Sentence]) -> Iterator[str]:
    """Yield what the speaker says that it will be about."""
    for sentence in _soon(part, _ANNOUNCING):
        text = " ".join(sentence.text.replace("\u2019", "'").split())
        for hit in _ANNOUNCEMENT.finditer(text):
            rest = text[hit.end() :]
            topic = _clause(rest) if _CLAUSE.match(rest) else _topic(rest)
            if topic:
                yield topic


def _clause(rest: str) -> str:
    """Return `how a lighthouse guides ships at night` where it speaks of things, not of people here."""
    words = _until(_CLAUSE_END, rest)
    content = [word for word in words if word.lower() not in skipped_words("en")]
    fits = len(content) >= 2 and len(words) <= _CLAUSE_WORDS and any(map(_tells, words))
    return " ".join(words) if fits and not _with_pronoun(words) else ""


def _with_pronoun(words: Iterable[str]) -> bool:
    return bool(_PRONOUNS & {word.lower().partition("'")[0] for word in words})


def _topic(rest: str) -> str:
    words = _until(_TOPIC_END, rest)
    while words and words[0].lower() in _LEADING:
        words = words[1:]
    words = words[: _TOPIC_WORDS + 1]
    while words and (
        words[-1].lower() in skipped_words("en") or words[-1].lower() in VERBS | ADVERBS | ADJECTIVES
    ):
        words = words[:-1]
    content = [word for word in words if _tells(word)]
    small = tuple(word.lower() for word in words)
    if not content or len(words) > _TOPIC_WORDS or _with_pronoun(words) or small[0] in VERBS | ADVERBS:
        return ""
    telling = len(content) > 1 or content[0][0].isupper()
    return " ".join(words) if telling and is_nominal(small[-2:], name=words[-1][0].isupper()) else ""


def _until(end: re.Pattern[str], text: str) -> list[str]:
    stop = end.search(text)
    return (text[: stop.start()] if stop else text).split()


def _tells(word: str) -> bool:
    word = word.lower()
    return word not in skipped_words("en") and word not in NO_TOPICS


def _asked(part: Sequence[Sentence]) -> Iterator[str]:
    """Yield the questions that open the part, if they are short and have content."""
    for sentence in _soon(part[:4], _EARLY):
        hit = _QUESTION.search(" ".join(sentence.text.replace("\u2019", "'").split()))
        question = hit[1] if hit else ""
        words = to_words(question)
        if len(words) in _QUESTION_WORDS and not _HERE & {*words} and any(map(_tells, words)):
            yield question


def _named(
    part: Sequence[Sentence], count: Mapping[str, int], rarity: Mapping[str, float], parts: int, language: str
) -> Iterator[str]:
    """Yield the noun phrases, best first; before a lone common word what is said around it twice."""
    said = list(phrases(part, language))
    times, texts = Counter(phrase.stems for phrase in said), spellings(said)
    ratings = _ratings(said, count, rarity, parts, language)
    order = sorted((stems for stems in ratings if ratings[stems] > 0), key=ratings.__getitem__, reverse=True)
    names = _names(said)
    for stems in order:
        if len(stems) == 1 and stems not in names:
            around = (
                longer for longer in order if stems[0] in longer and len(longer) > 1 and times[longer] > 1
            )
            yield from (texts[longer] for longer in around)
        yield texts[stems]


def _names(said: Iterable[Phrase]) -> set[tuple[str, ...]]:
    """Return what may be a title by itself: words with a capital within a clause, and runs of characters."""
    return {phrase.stems for phrase in said if phrase.run or (phrase.before and phrase.text[0].isupper())}


def _ratings(
    said: Sequence[Phrase],
    count: Mapping[str, int],
    rarity: Mapping[str, float],
    parts: int,
    language: str,
) -> dict[tuple[str, ...], float]:
    """Return how good a title the stems of each phrase are; 0 or less is none."""
    times, names = Counter(phrase.stems for phrase in said), _names(said)
    nouns = Counter(phrase.stems for phrase in said if phrase.before in _BEFORE_NOUNS)
    verbs = Counter(phrase.stems for phrase in said if phrase.before in _BEFORE_VERBS)
    begin = said[0].start if said else 0.0
    early = {phrase.stems for phrase in said if phrase.start - begin <= _EARLY}
    vague = vague_stems(language)
    weights = {
        stem: (1 + math.log(n))
        * (rarity[stem] ** _RARE if parts > 1 else 1.0)
        * (_VAGUE if stem in vague else 1.0)
        for stem, n in count.items()
    }

    def rating(stems: tuple[str, ...]) -> float:
        value = sum(weights.get(stem, 0.0) for stem in stems) / math.sqrt(len(stems))
        if len(stems) > 1:
            value *= _ONCE if times[stems] == 1 else 1.0
        else:
            value *= (1.0 if stems in names else _SINGLE) * (_SELDOM if times[stems] < _OFTEN else 1.0)
            value *= rarity.get(stems[0], 0.0) / math.log(1 + parts)
        if stems not in names and verbs[stems] > nouns[stems]:
            value *= _VERBAL
        return value * math.sqrt(1 + math.log(times[stems])) * (_EARLIER if stems in early else 1.0)

    return {stems: rating(stems) for stems in times if len({*stems}) == len(stems)}


def _quote(part: Sequence[Sentence], found: Sequence[str]) -> str:
    """Return the beginning of the first sentence that is one and is no title yet, in quotation marks."""
    whole = [sentence for sentence in part if len(to_words(sentence.text)) >= _SENTENCE] or list(part)
    quotes = (_shortened(sentence.text) for sentence in whole)
    return next((quote for quote in quotes if quote not in found), "")


def _shortened(text: str) -> str:
    words = text.split()
    kept = " ".join(words[:_QUOTED])
    if len(kept) > _QUOTED * 12:
        kept = kept[:_QUOTED_CHARACTERS]
    ellipsis = "\u2026" if len(kept) < len(" ".join(words)) else ""
    return f"\u201c{kept.rstrip(',;:.')}{ellipsis}\u201d" if kept else ""


def _raised(text: str) -> str:
    first = text[:1].upper()
    return (first if len(first) == 1 else text[:1]) + text[1:]  # no letter becomes two, as ß would
