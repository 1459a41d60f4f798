"""sumy's LexRank and Luhn without their quadratic steps in Python; the ratings are sumy's own.

Imported only when a summary is made, for sumy and numpy take their time to load.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.luhn import LuhnSummarizer

Near = list[NDArray[np.uint32]]
"""For each sentence the sentences like it, itself among them."""
Metrics = Mapping[str, float]


class FastLexRank(LexRankSummarizer):  # type: ignore[misc]
    """LexRank (Erkan & Radev 2004) whose similarities go through an inverted index.

    sumy compares every sentence with every other, and keeps a dense matrix. Here a sentence meets only those
    that share a word with it, and only the edges of the graph are kept.
    """

    @staticmethod
    def _compute_idf(sentences: Iterable[Iterable[str]]) -> dict[str, float]:
        words = [set(sentence) for sentence in sentences]
        found = Counter(term for sentence in words for term in sentence)
        return {term: math.log(len(words) / (1 + count)) for term, count in found.items()}

    def _create_matrix(
        self,
        sentences: Sequence[Iterable[str]],
        threshold: float,
        tf_metrics: Sequence[Metrics],
        idf_metrics: Metrics,
    ) -> Near:
        del sentences  # their terms are in `tf_metrics`
        weights = [{term: tf * idf_metrics[term] for term, tf in tfs.items()} for tfs in tf_metrics]
        norms = np.sqrt([sum(weight**2 for weight in terms.values()) for terms in weights])
        norms[norms == 0] = math.inf  # like nothing
        places, values = _index(weights)
        near: Near = []
        for terms, norm in zip(weights, norms, strict=True):
            if not terms:
                near.append(np.empty(0, np.uint32))
                continue
            others = np.concatenate([places[term] for term in terms])
            products = np.concatenate([weight * values[term] for term, weight in terms.items()])
            alike = np.bincount(others, products, len(weights)) / (norm * norms)
            near.append(np.flatnonzero(alike > threshold).astype(np.uint32))
        return near

    @staticmethod
    def power_method(near: Near, epsilon: float) -> NDArray[np.float64]:
        """Return the eigenvector to which sumy's power method comes, in the same number of steps."""
        degrees = np.array([max(1, len(others)) for others in near])
        vector = np.full(len(near), 1.0 / len(near))
        change = 1.0
        while change > epsilon:
            shares = vector / degrees
            following = np.array([shares[others].sum() for others in near])  # likeness is mutual
            following /= np.linalg.norm(following)
            change = float(np.linalg.norm(following - vector))
            vector = following
        return vector


def _index(weights: Sequence[Metrics]) -> tuple[dict[str, NDArray[np.intp]], dict[str, NDArray[np.float64]]]:
    """Return for each term the sentences that have it, and its weight in each of them."""
    places, values = defaultdict(list), defaultdict(list)
    for number, terms in enumerate(weights):
        for term, weight in terms.items():
            places[term].append(number)
            values[term].append(weight)
    return (
        {term: np.array(found) for term, found in places.items()},
        {term: np.array(found) for term, found in values.items()},
    )


class FastLuhn(LuhnSummarizer):  # type: ignore[misc]
    """Luhn's method (1958) that looks significant words up in a set; sumy searches through a tuple."""

    def _get_significant_words(self, words: Iterable[str]) -> Collection[str]:
        return frozenset(super()._get_significant_words(words))
