"""The words that a recording, or a part of it, is about, as they were said: key phrases and titles.

A word weighs the more, the more often it is said in a part and the fewer other parts say it (TF-IDF); a
phrase weighs what its words weigh. Scripts that put no spaces between words have none, but for runs of
Chinese characters and of Katakana.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import chain
from typing import NamedTuple
from unicodedata import category

from svs.model.speech import Sentence
from svs.text.tokens import to_words
from svs.text.words import spoken_words, stemmer, stop_words

_LONGEST = 5  # words of a phrase
_TITLE = 2  # words that a title should have
_INNER = 2  # stop words that may stand within a phrase
_KEYS = 6  # key phrases
_SHORTEST = 2  # letters of a word
_RUNS = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{2,}|[\u30a1-\u30fa\u30fc]{2,}")
_LONGEST_RUN = 6  # characters
_ALL_RUNS = ("zh", "yue")
"""Languages of nothing but such runs; in Japanese, each run is a word."""
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class _Phrase(NamedTuple):
    """Words that were said one after the other."""

    text: str
    stems: tuple[str, ...]
    """Of its content words."""
    size: int
    """All its words; a run of characters is one."""


def titles(parts: Sequence[Sequence[Sentence]], language: str) -> list[str]:
    """Return for each part a few of its own words that set it apart; empty where there are none."""
    said = [list(_phrases(part, language)) for part in parts]
    counts = [Counter(chain.from_iterable(one.stems for one in phrases if one.size == 1)) for phrases in said]
    spread = Counter(chain.from_iterable(counts))
    rarity = {stem: math.log((1 + len(parts)) / count) for stem, count in spread.items()}
    found: list[str] = []
    for phrases, count in zip(said, counts, strict=True):
        weights = {stem: (1 + math.log(times)) * rarity[stem] for stem, times in count.items()}
        best = (_raised(one.text) for one in _best(phrases, weights, fewest=_TITLE))
        found.append(next((title for title in best if title not in found), ""))
    return found


def key_phrases(sentences: Sequence[Sentence], language: str) -> tuple[str, ...]:
    """Return the phrases that the sentences say most about, none of them in another's words."""
    phrases = list(_phrases(sentences, language))
    count = Counter(chain.from_iterable(one.stems for one in phrases if one.size == 1))
    repeated = {stem: math.log(times) for stem, times in count.items() if times > 1}
    often = Counter(one.stems for one in phrases)
    chosen: list[_Phrase] = []
    taken: set[str] = set()
    for one in _best([one for one in phrases if often[one.stems] > 1], repeated, fewest=1):
        if len(chosen) < _KEYS and not taken & set(one.stems):
            chosen.append(one)
            taken |= set(one.stems)
    return tuple(one.text for one in chosen)


def _best(phrases: Sequence[_Phrase], weights: dict[str, float], fewest: int) -> list[_Phrase]:
    """Return the phrases, best first, each way of saying one once; those of too few words come last."""
    times = Counter(one.stems for one in phrases)
    ways: dict[tuple[str, ...], Counter[_Phrase]] = defaultdict(Counter)
    for one in phrases:
        ways[one.stems][one] += 1

    def rating(stems: tuple[str, ...]) -> tuple[bool, float]:
        one = ways[stems].most_common(1)[0][0]
        weight = sum(weights.get(stem, 0.0) for stem in set(stems))
        return one.size >= fewest, weight * math.sqrt((1 + math.log(times[stems])) / one.size)

    ratings = {stems: found for stems in ways if (found := rating(stems))[1] > 0}
    return [
        ways[stems].most_common(1)[0][0] for stems in sorted(ratings, key=ratings.__getitem__, reverse=True)
    ]


def _phrases(sentences: Sequence[Sentence], language: str) -> Iterator[_Phrase]:
    """Yield all phrases that begin and end with a content word and cross no punctuation."""
    skipped = _skipped(language)
    stem_of = cache(partial(_stem, skipped=skipped, stem=stemmer(language)))
    for sentence in sentences:
        for run in _RUNS.findall(sentence.text):
            pieces = _pieces(run, skipped) if language in _ALL_RUNS else [run]
            yield from (_Phrase(one, tuple(one), 1) for one in pieces if one not in skipped)
        for words in _clauses(sentence.text):
            stems = list(map(stem_of, words))
            for first, begin in enumerate(stems):
                for last in range(first, min(first + _LONGEST, len(words))) if begin else ():
                    content = tuple(one for one in stems[first : last + 1] if one)
                    size = last + 1 - first
                    if stems[last] and size - len(content) <= _INNER:
                        yield _Phrase(" ".join(words[first : last + 1]), content, size)


def _skipped(language: str) -> frozenset[str]:
    """Return the words that no phrase is about: for English the list is long enough, for others two are."""
    import stopwordsiso

    wide = frozenset[str]() if language == "en" else frozenset(stopwordsiso.stopwords(language))
    return stop_words(language) | spoken_words(language) | wide


def _pieces(run: str, skipped: frozenset[str]) -> Iterator[str]:
    """Yield what may be words of a language that is written in one run of characters."""
    for size in range(2, _LONGEST_RUN + 1):
        pieces = (run[at : at + size] for at in range(len(run) - size + 1))
        yield from (one for one in pieces if not skipped & {*one})


def _clauses(text: str) -> Iterator[list[str]]:
    """Yield the words between punctuation, as they are written."""
    words: list[str] = []
    for written in text.split():
        word = written.strip("".join(filter(_is_sign, written)))
        if not word or _SPACELESS.search(word) or (words and not written.startswith(word)):
            yield words
            words = []
        if word and not _SPACELESS.search(word):
            words.append(word)
        if not written.endswith(word):
            yield words
            words = []
    yield words


def _is_sign(character: str) -> bool:
    return category(character)[0] not in "LMN"


def _stem(word: str, skipped: frozenset[str], stem: Callable[[str], str]) -> str:
    """Return a content word's stem; nothing for a stop word, a number, or a single letter."""
    (small, *more) = to_words(word) or ("",)
    if more or small in skipped or len(small) < _SHORTEST or not any(map(str.isalpha, small)):
        return ""
    return stem(small)


def _raised(text: str) -> str:
    return text[:1].upper() + text[1:]
