"""The phrases of what was said that can be understood by themselves, and which of them a recording is about.

In English a phrase has to look like a noun phrase. Scripts that put no spaces between words have none,
but for runs of Chinese characters and of Katakana.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import category

from svs.model.speech import Sentence
from svs.text.english import ADJECTIVES, ADVERBS, VAGUE, VERBS, listed
from svs.text.tokens import to_words
from svs.text.words import spoken_words, stemmer, stop_words

_LONGEST = 4  # words of a phrase
_INNER = 2  # words that are no content words within a phrase, at most; in English these alone:
_LINKS = listed("of the a an and for in on to with by from")
_KEYS = 6  # key phrases
_SHORTEST = 2  # letters of a word
_RUNS = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{2,}|[\u30a1-\u30fa\u30fc]{2,}")
_LONGEST_RUN = 6  # characters
_ALL_RUNS = ("zh", "yue")
"""Languages of nothing but such runs; in Japanese, each run is a word."""
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NO_NAMES = VERBS | ADVERBS  # never within a phrase
_EMPTY = ADJECTIVES | VAGUE | VERBS  # with a vague noun they say nothing
_LONG = 5  # letters; from here on an ending shows what a word is
_NOUNS_IN_LY = ("family", "supply", "assembly", "anomaly", "reply", "italy", "butterfly", "monopoly")
_VERB_ENDS = ("'re", "'ll", "'ve", "'d", "'m")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that were said one after the other."""

    text: str
    stems: tuple[str, ...]
    """Of its content words; of a run, its pairs of characters."""
    start: float
    """When its sentence begins, in seconds."""
    before: str
    """The word before it in its clause, in lower case; empty where there is none."""
    run: bool = False
    """It is of a script without spaces."""


_Found = tuple[str, tuple[str, ...], str, bool]
"""A phrase without its time."""


def key_phrases(sentences: Sequence[Sentence], language: str) -> tuple[str, ...]:
    """Return the phrases that the sentences say most about, none of them in another's words."""
    said = list(phrases(sentences, language))
    often = Counter(phrase.stems for phrase in said)
    ways = spellings(phrase for phrase in said if often[phrase.stems] > 1)
    counts = stem_counts(sentences, language)
    ratings = {stems: _rating(stems, often[stems], counts, language) for stems in ways}
    chosen: list[tuple[str, ...]] = []
    taken: set[str] = set()
    for stems in sorted(ratings, key=ratings.__getitem__, reverse=True):
        if len(chosen) < _KEYS and not taken & set(stems):
            chosen.append(stems)
            taken |= set(stems)
    return tuple(ways[stems] for stems in chosen)


def _rating(stems: tuple[str, ...], times: int, counts: Mapping[str, int], language: str) -> float:
    weight = sum(
        math.log(max(1, counts[stem])) * (0.3 if stem in vague_stems(language) else 1) for stem in {*stems}
    )
    return weight * math.sqrt((1 + math.log(times)) / len(stems))


def phrases(sentences: Iterable[Sentence], language: str) -> Iterator[Phrase]:
    """Yield all phrases that begin and end with a content word and cross no punctuation."""
    for sentence in sentences:
        for text, stems, before, run in _in_text(sentence.text, language):
            yield Phrase(text, stems, sentence.start, before, run)


@lru_cache(20_000)  # key phrases and titles are made of the same sentences
def _in_text(text: str, language: str) -> tuple[_Found, ...]:
    return (*_in_runs(text, language), *_in_clauses(text, language))


def _in_runs(text: str, language: str) -> Iterator[_Found]:
    skipped = skipped_words(language)
    for run in _RUNS.findall(text):
        for piece in _pieces(run, skipped) if language in _ALL_RUNS else [run]:
            if piece not in skipped and (pairs := to_words(piece)):
                yield piece, pairs, "", True


def _in_clauses(text: str, language: str) -> Iterator[_Found]:
    for words in _clauses(text):
        small = [word.lower().replace("\u2019", "'") for word in words]
        stems = [_content_stem(word, language) for word in words]
        for first, last in _spans(words, small, stems, language):
            content = tuple(filter(None, stems[first:last]))
            before = small[first - 1] if first else ""
            yield " ".join(words[first:last]), content, before, False


@lru_cache(100_000)
def _content_stem(word: str, language: str) -> str:
    """Return a content word's stem; nothing for a stop word, a number, or a single letter."""
    (small, *more) = to_words(word) or ("",)
    content = not more and small not in skipped_words(language) and len(small) >= _SHORTEST
    return stemmer(language)(small) if content and any(map(str.isalpha, small)) else ""


def _spans(words: list[str], small: list[str], stems: list[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield where phrases of a clause lie, [first, last)."""
    english = language == "en"
    for first, begin in enumerate(stems):
        inner = 0
        for at in range(first, min(first + _LONGEST, len(stems))) if begin else ():
            if not stems[at]:
                inner += 1
                if inner > _INNER or (english and small[at] not in _LINKS):
                    break
            elif not english or _is_whole(words, small, first, at + 1):
                yield first, at + 1


def _is_whole(words: list[str], small: list[str], first: int, last: int) -> bool:
    """Return whether English words are a noun phrase that does not go on with `of`."""
    goes_on = small[last : last + 1] == ["of"]
    return not goes_on and is_nominal(small[first:last], name=words[first][0].isupper())


def spellings(said: Iterable[Phrase]) -> dict[tuple[str, ...], str]:
    """Return for the stems of each phrase how it is said most often."""
    ways: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for phrase in said:
        ways[phrase.stems][phrase.text] += 1
    return {stems: texts.most_common(1)[0][0] for stems, texts in ways.items()}


def stem_counts(sentences: Iterable[Sentence], language: str) -> Counter[str]:
    """Return in how many sentences each stem of a content word is said."""
    skipped, stem = skipped_words(language), stemmer(language)
    count: Counter[str] = Counter()
    for sentence in sentences:
        count.update(
            {stem(word) for word in to_words(sentence.text) if word not in skipped and len(word) >= _SHORTEST}
        )
    return count


@cache
def skipped_words(language: str) -> frozenset[str]:
    """Return the words that no phrase is about: for English the list is long enough, for others two are."""
    import stopwordsiso

    wide = frozenset[str]() if language == "en" else frozenset(stopwordsiso.stopwords(language))
    return stop_words(language) | spoken_words(language) | wide


@cache
def vague_stems(language: str) -> frozenset[str]:
    """Return the stems of nouns that say little; known for English only."""
    return frozenset(map(stemmer("en"), VAGUE)) if language == "en" else frozenset()


def is_nominal(words: Sequence[str], *, name: bool) -> bool:
    """Return whether English words in lower case look like a noun phrase; a `name` begins with a capital."""
    first, last = words[0], words[-1]
    if not _roles(last).ends or not _roles(first).begins:
        return False
    if len(words) == 1:
        return last not in VAGUE and (name or not last.endswith("ing") or len(last) <= _LONG)
    if any(word in _NO_NAMES for word in words[1:-1]):
        return False
    return last not in VAGUE or (first not in _EMPTY)


@dataclass(frozen=True, slots=True)
class _Roles:
    """Where in a noun phrase an English word may be."""

    begins: bool
    ends: bool


@lru_cache(100_000)
def _roles(word: str) -> _Roles:
    adverb = word.endswith("ly") and len(word) >= _LONG and word not in _NOUNS_IN_LY
    verbal = adverb or word in ADVERBS or word.endswith(("n't", *_VERB_ENDS))
    past = word.endswith("ed") and len(word) >= _LONG
    gerund = word in VERBS and word.endswith("ing")
    return _Roles(
        begins=not verbal and (word not in VERBS or gerund),
        ends=not (verbal or past or word in VERBS or word in ADJECTIVES or word.endswith("'s")),
    )


def _pieces(run: str, skipped: frozenset[str]) -> Iterator[str]:
    """Yield what may be words of a language that is written in one run of characters."""
    for size in range(2, _LONGEST_RUN + 1):
        pieces = (run[at : at + size] for at in range(len(run) - size + 1))
        yield from (piece for piece in pieces if not skipped & {*piece})


def _clauses(text: str) -> Iterator[list[str]]:
    """Yield the words between punctuation, as they are written."""
    words: list[str] = []
    for written in text.split():
        word, opened, closed = _bare(written)
        if not word or _SPACELESS.search(word) or (words and opened):
            yield words
            words = []
        if word and not _SPACELESS.search(word):
            words.append(word)
        if closed:
            yield words
            words = []
    yield words


@lru_cache(100_000)
def _bare(written: str) -> tuple[str, bool, bool]:
    """Return a word without the signs around it, and whether there are signs before and after it."""
    word = written.strip("".join(filter(_is_sign, written)))
    return word, not written.startswith(word), not written.endswith(word)


def _is_sign(character: str) -> bool:
    return category(character)[0] not in "LMN"
