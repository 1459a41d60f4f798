"""The third stage: which of the sentences say most. It quotes and never invents."""

import math
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, cast, get_args

from svs.errors import InputError, SvsError, UsageError
from svs.events import Tick
from svs.model import Method, Sentence, Summary
from svs.text.interface import count_words, to_words
from svs.text.words import Tokenizer, stemmer, stop_words

METHODS: tuple[Method, ...] = get_args(Method)

_NAMED = {"short": 60, "medium": 120, "long": 250}
"""Words, for a recording of up to ten minutes."""
_OTHER = "Try another, such as --method lexrank."
_ENOUGH = 0.75  # of the words asked for: from here on a sentence that does not fit ends the search

_CLASSES = {
    "lexrank": ("lex_rank", "LexRankSummarizer"),
    "lsa": ("lsa", "LsaSummarizer"),
    "textrank": ("text_rank", "TextRankSummarizer"),
    "luhn": ("luhn", "LuhnSummarizer"),
    "sumbasic": ("sum_basic", "SumBasicSummarizer"),
    "kl": ("kl", "KLSummarizer"),
    "reduction": ("reduction", "ReductionSummarizer"),
}
"""Where sumy keeps each method."""


Unit = Literal["sentences", "percent", "words", "growing words"]
_UNITS: dict[str, Unit] = {"": "sentences", "%": "percent", "w": "words"}


@dataclass(frozen=True, slots=True)
class Length:
    """How long a summary shall be."""

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


def summarize(sentences: Sequence[Sentence], language: str, method: str, length: str, tick: Tick) -> Summary:
    """Return the sentences that say most, in the order in which they were said.

    Sentences that the engine doubts are left out, and nothing is quoted twice. `short`, `medium` and `long`
    are 60, 120 and 250 words for up to ten minutes and grow with the fourth root of the time (an hour has 1.6
    times as many), but never beyond half of what was said. A number of words is a limit; only a single
    sentence may pass it.
    """
    wanted = parse_length(length)
    candidates = _candidates(sentences)
    tick(1, 3)
    best = _ranked([sentence.text for sentence in candidates], language, method)
    tick(2, 3)
    chosen = sorted(_choose(best, candidates, wanted))
    tick(3, 3)
    return Summary(method=method, length=length, sentences=tuple(candidates[index] for index in chosen))


def _candidates(sentences: Sequence[Sentence]) -> list[Sentence]:
    said = [sentence for sentence in sentences if count_words(sentence.text)]
    if not said:
        raise InputError(
            "nothing to summarize: no speech was found",
            "Check that people speak in it, and that --track and --start name the right part.",
        )
    sure = [sentence for sentence in said if not sentence.suspect]
    if not sure:
        raise InputError(
            "nothing to summarize: the engine doubts every sentence it heard",
            "Try a larger model (`svs models list`), or name the language with --language.",
        )
    return list({sentence.text: sentence for sentence in reversed(sure)}.values())[
        ::-1
    ]  # the first of each text


def _ranked(texts: Sequence[str], language: str, method: str) -> list[int]:
    """Return the indices of these texts, the best first."""
    best: list[int] = []

    def take(infos: Sequence[Any]) -> Sequence[Any]:
        # Rounded, for sums over sets differ in their last digits from run to run. Where nothing is like
        # anything else LexRank divides by zero and rates with no number: then earlier is better.
        rating = {info.order: 0.0 if math.isnan(info.rating) else round(info.rating, 9) for info in infos}
        best.extend(sorted(sorted(rating), key=rating.__getitem__, reverse=True))
        return ()

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's on zeros, sumy's on few words: seen to in `take`
            _summarizer(method, language, texts)(_document(texts), take)
    except (ArithmeticError, AssertionError, LookupError, ValueError) as error:
        raise SvsError(
            f"the method {method} fails on this text: {error or type(error).__name__}", _OTHER
        ) from error
    if not best:
        raise SvsError(f"the method {method} finds nothing in this text", _OTHER)
    return best


def _summarizer(method: str, language: str, texts: Sequence[str]) -> Callable[[Any, Any], Any]:
    if method not in _CLASSES:
        raise UsageError(f"there is no method {method!r}", f"Choose from {', '.join(METHODS)}.")
    module, name = _CLASSES[method]
    summarizer: Any = getattr(import_module(f"sumy.summarizers.{module}"), name)(stemmer(language))
    skipped = stop_words(language)
    if any(word not in skipped for text in texts for word in to_words(text)):
        summarizer.stop_words = skipped  # else nothing would be left to rank by
    return cast("Callable[[Any, Any], Any]", summarizer)


def _document(texts: Sequence[str]) -> object:
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

    tokenizer = Tokenizer()
    return ObjectDocumentModel([Paragraph([Sentence(text, tokenizer) for text in texts])])


def _choose(best: Sequence[int], candidates: Sequence[Sentence], wanted: Length) -> Sequence[int]:
    if wanted.unit == "sentences":
        return best[: wanted.amount]
    if wanted.unit == "percent":
        return best[: math.ceil(len(best) * wanted.amount / 100)]
    sizes = [count_words(sentence.text) for sentence in candidates]
    if wanted.unit == "words":
        return _fill(best, sizes, wanted.amount)
    minutes = (candidates[-1].end - candidates[0].start) / 60
    return _fill(best, sizes, min(wanted.amount * max(1.0, minutes / 10) ** 0.25, sum(sizes) / 2))


def _fill(best: Sequence[int], sizes: Sequence[int], limit: float) -> list[int]:
    """Return the first of `best`, and whatever of the others still fits into `limit` words."""
    chosen = [best[0]]
    words = sizes[best[0]]
    for index in best[1:]:
        if words + sizes[index] <= limit:
            chosen.append(index)
            words += sizes[index]
        elif words >= limit * _ENOUGH:
            break  # what comes now is short rather than good
    return chosen
