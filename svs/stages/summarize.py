"""The third stage: which of the sentences say most. It quotes and never invents."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import get_args

from svs.errors import InputError
from svs.model.job import Length, Method
from svs.model.speech import Sentence, Summary
from svs.text.cleaning import cleaned
from svs.text.ranking import best, cut
from svs.text.sumy_methods import ratings
from svs.text.tokens import count_words

METHODS: tuple[Method, ...] = get_args(Method)

_NAMED = {"short": 60, "medium": 120, "long": 250}
"""Words, for a recording of up to an hour."""
_ENOUGH = 0.75  # of the words asked for: from here on a sentence that does not fit ends the search


def summarize(
    sentences: Sequence[Sentence],
    language: str,
    method: str,
    length: Length,
    tick: Callable[[], None] = lambda: None,
) -> Summary:
    """Return the sentences that say most, in the order in which they were said, without fillers.

    `auto` is svs's own ranking, the other methods are sumy's. Sentences that the engine doubts or that are in
    another language are left out, and nothing is quoted twice. `short`, `medium` and `long` are 60, 120 and
    250 words for up to an hour and grow with the fourth root of the time (four hours have 1.4 times as many),
    but never beyond half of what was said. Where no sentence is within the limit, one is cut short.
    `tick` is called now and then; whatever it raises is raised on.
    """
    sure = _sure(cleaned(ticking(sentences, tick), language))
    tick()
    words, count = _limits(length.lower(), sure)
    if method == "auto":
        chosen = best(sure, language, words=words, count=count, tick=tick)
    else:
        chosen = _best_by(method, sure, language, words, count)
    return Summary(method=method, length=length, sentences=tuple(chosen))


def ticking(sentences: Sequence[Sentence], tick: Callable[[], None]) -> Iterator[Sentence]:
    """Yield the sentences, with a tick before every hundredth."""
    for number, sentence in enumerate(sentences):
        if number % 100 == 0:
            tick()
        yield sentence


def _sure(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that may be quoted, the first of each text."""
    said = [sentence for sentence in sentences if count_words(sentence.text)]
    if not said:
        raise InputError(
            "nothing to summarize: no speech was found",
            "Check that people speak in it, and that --track and --start name the right part.",
        )
    sure = [sentence for sentence in said if not sentence.suspect and not sentence.language]
    if not sure:
        raise InputError(
            "nothing to summarize: the engine doubts every sentence",
            "Try a larger model (`svs models list`), or name the language with --language.",
        )
    firsts: dict[str, Sentence] = {}
    for sentence in sure:
        firsts.setdefault(sentence.text, sentence)
    return list(firsts.values())


def _limits(length: Length, sentences: Sequence[Sentence]) -> tuple[float, int]:
    """Return how many words and how many sentences the summary may have."""
    if length.endswith("w"):
        return int(length[:-1]), len(sentences)
    if length.endswith("%"):
        return math.inf, math.ceil(len(sentences) * int(length[:-1]) / 100)
    if length not in _NAMED:
        return math.inf, int(length)
    hours = (sentences[-1].end - sentences[0].start) / 3600
    sizes = [count_words(sentence.text) for sentence in sentences]
    half = max(sum(sizes) / 2, min(sizes))  # of what was said, but never less than a sentence
    return min(_NAMED[length] * max(1.0, hours) ** 0.25, half), len(sentences)


def _best_by(
    method: str, sentences: Sequence[Sentence], language: str, words: float, count: int
) -> list[Sentence]:
    """Return the sentences that one of sumy's methods rates best, the earlier one of equals."""
    rated = ratings(method, [sentence.text for sentence in sentences], language)
    order = sorted(range(len(sentences)), key=lambda index: (-rated[index], index))
    sizes = [count_words(sentence.text) for sentence in sentences]
    if min(sizes) > words:
        return [cut(sentences[order[0]], max(1, int(words)))]
    chosen = order[:count] if math.isinf(words) else _fill(order, sizes, words)
    return [sentences[index] for index in sorted(chosen)]


def _fill(order: Sequence[int], sizes: Sequence[int], limit: float) -> list[int]:
    """Return those of `order` that fit into `limit` words, the first ones first."""
    chosen: list[int] = []
    words = 0
    for index in order:
        if words + sizes[index] <= limit:
            chosen.append(index)
            words += sizes[index]
        elif words >= limit * _ENOUGH:
            break  # what comes now is short rather than good
    return chosen
