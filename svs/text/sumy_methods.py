"""sumy's own methods by name: how each of them rates the sentences of a text."""

import math
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, cast

from svs.errors import SvsError, UsageError
from svs.text.tokens import to_words
from svs.text.words import Tokenizer, stemmer, stop_words

_CLASSES = {
    "lexrank": ("svs.text.sumy_fast", "FastLexRank"),
    "lsa": ("sumy.summarizers.lsa", "LsaSummarizer"),
    "textrank": ("sumy.summarizers.text_rank", "TextRankSummarizer"),
    "luhn": ("svs.text.sumy_fast", "FastLuhn"),
    "sumbasic": ("sumy.summarizers.sum_basic", "SumBasicSummarizer"),
    "kl": ("sumy.summarizers.kl", "KLSummarizer"),
    "reduction": ("sumy.summarizers.reduction", "ReductionSummarizer"),
}
_OTHER = "Try another, such as --method auto."
_FAILURES = (ArithmeticError, AssertionError, LookupError, MemoryError, ValueError)
"""What sumy's methods are known to raise; numpy's LinAlgError is a ValueError."""


def ratings(method: str, texts: Sequence[str], language: str) -> list[float]:
    """Return how one of sumy's methods rates each of these texts, which must differ; more is better.

    Rounded, for sums over sets differ in their last digits from run to run. Raises SvsError when the method
    cannot cope with the text, and UsageError when there is no such method.
    """
    found: dict[int, float] = {}

    def take(infos: Sequence[Any]) -> Sequence[Any]:
        # Where nothing is like anything else LexRank divides by zero and rates with no number.
        found.update({info.order: 0.0 if math.isnan(info.rating) else info.rating for info in infos})
        return ()

    summarizer = _summarizer(method, language, texts)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's on zeros, sumy's on few words: seen to in `take`
            summarizer(_document(texts), take)
    except _FAILURES as error:
        raise SvsError(
            f"the method {method} fails on this text: {str(error) or type(error).__name__}", _OTHER
        ) from error
    if len(found) < len(texts):
        raise SvsError(f"the method {method} finds nothing in this text", _OTHER)
    return [round(float(found[order]), 9) for order in range(len(texts))]


def _summarizer(method: str, language: str, texts: Sequence[str]) -> Callable[[Any, Any], Any]:
    if method not in _CLASSES:
        raise UsageError(f"there is no method {method!r}", f"Choose from auto, {', '.join(_CLASSES)}.")
    module, name = _CLASSES[method]
    summarizer: Any = getattr(import_module(module), name)(stemmer(language))
    skipped = stop_words(language)
    if any(word not in skipped for text in texts for word in to_words(text)):
        summarizer.stop_words = skipped  # else nothing would be left to rank by
    return cast("Callable[[Any, Any], Any]", summarizer)


def _document(texts: Sequence[str]) -> object:
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence

    tokenizer = Tokenizer()
    return ObjectDocumentModel([Paragraph([Sentence(text, tokenizer) for text in texts])])
