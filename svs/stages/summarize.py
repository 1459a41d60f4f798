"""The third stage: which of the sentences say most. It quotes and never invents."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from svs.errors import InputError, UsageError
from svs.model.job import Method
from svs.model.speech import Sentence, Summary
from svs.text.cleaning import cleaned
from svs.text.ranking import best, cut
from svs.text.sumy_methods import ratings
from svs.text.tokens import count_words

METHODS: tuple[Method, ...] = get_args(Method)

_NAMED = {"short": 60, "medium": 120, "long": 250}
"""Words, for a recording of up to an hour."""
_ENOUGH = 0.75  # of the words asked for: from here on a sentence that does not fit ends the search


Unit = Literal["sentences", "percent", "words", "growing words"]
_UNITS: dict[str, Unit] = {"": "sentences", "%": "percent", "w": "words"}


@dataclass(frozen=True, slots=True)
class Length:
    """How long a summary should be."""

    amount: int
    unit: Unit


def parse_length(text: str) -> Length:
    """Return what `short`, `medium`, `long`, `12`, `10%` or `150w` stands for. Raises UsageError."""
    text = text.strip().lower()
    if text in _NAMED:
        return Length(_NAMED[text], "growing words")
    match = re.fullmatch(r"([1-9][0-9]{0,6})(%|w|)", text)
    if match is None or (match[2] == "%" and int(match[1]) > 100):
        raise UsageError(
            f"{text!r} is not a length",
            "Choose short, medium, long, a number of sentences (12), a share (10%) or words (150w).",
        )
    return Length(int(match[1]), _UNITS[match[2]])


def summarize(
    sentences: Sequence[Sentence],
    language: str,
    method: str,
    length: str,
    tick: Callable[[], None] = lambda: None,
) -> Summary:
    """Return the sentences that say most, in the order in which they were said, without fillers.

    `auto` is svs's own ranking, the other methods are sumy's. Sentences that the engine doubts or that are in
    another language are left out, and nothing is quoted twice. `short`, `medium` and `long` are 60, 120 and
    250 words for up to an hour and grow with the fourth root of the time (four hours have 1.4 times as many),
    but never beyond half of what was said. Where no sentence is within the limit, one is cut short.
    `tick` is called now and then; whatever it raises is raised on.
    """
    wanted = parse_length(length)
    sure = _sure(cleaned(ticking(sentences, tick), language))
    tick()
    words, count = _limits(wanted, sure)
    if method == "auto":
        chosen = best(sure, language, words=words, count=count)
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
            "nothing to summarize: the engine doubts every sentence it heard",
            "Try a larger model (`svs models list`), or name the language with --language.",
        )
    firsts: dict[str, Sentence] = {}
    for sentence in sure:
        firsts.setdefault(sentence.text, sentence)
    return list(firsts.values())


def _limits(wanted: Length, sentences: Sequence[Sentence]) -> tuple[float, int]:
    """Return how many words and how many sentences the summary may have."""
    if wanted.unit == "sentences":
        return math.inf, wanted.amount
    if wanted.unit == "percent":
        return math.inf, math.ceil(len(sentences) * wanted.amount / 100)
    if wanted.unit == "words":
        return wanted.amount, len(sentences)
    hours = (sentences[-1].end - sentences[0].start) / 3600
    sizes = [count_words(sentence.text) for sentence in sentences]
    half = max(sum(sizes) / 2, min(sizes))  # of what was said, but never less than a sentence
    return min(wanted.amount * max(1.0, hours) ** 0.25, half), len(sentences)


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
