"""How much the words change at each sentence: what is said before it against what is said after it.

Two measures look near, for the place: is it likelier that the words of both sides come from two
distributions than from one (a Dirichlet prior integrates them out, as in Eisenstein & Barzilay 2008)? Two
look wide, for the topic: how deep the TF-IDF cosine of both sides drops here (TextTiling,
Hearst 1997). Windows are in seconds of the recording. Their weights were tuned on recordings with
chapters by people (tools/eval_chapters.py).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from svs.model.speech import Sentence
from svs.text.tokens import to_words
from svs.text.words import spoken_words, stemmer, stop_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

_NEAR = ((40.0, 0.5), (80.0, 0.15))  # seconds on each side, and weight
_WIDE = ((160.0, 0.3), (320.0, 0.3))
_REACH = 2.5  # windows within which the peaks beside a minimum are looked for
_PRIOR = 0.2
_BLOCK = 30.0  # seconds; the fewer such blocks have a word, the more it says about a topic
_PIECE = 256  # sentences looked at in one go, so that only their own words are counted


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a recording that count, as numbers: the stems said in more than one sentence."""

    begins: "Floats"
    """When each sentence begins."""
    words: "Counts"
    """All words, in the order in which they are said."""
    offsets: "Counts"
    """Where the words of each sentence begin in `words`, and the end of the last one."""
    size: int
    """How many different words there are."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Word counts around some sentences that follow each other."""

    rows: "Counts"
    sums: "Counts"
    """How often each word was said before each sentence from `first` on."""
    first: int
    rarity: "Floats"
    """Of each word."""


def word_changes(said: Vocabulary) -> "Floats":
    """Return for each sentence how much the words change before it, in standard deviations; 0 is usual."""
    import numpy as np

    rarity = _rarity(said)
    values = np.zeros((len(_NEAR) + len(_WIDE), len(said.begins)))
    parted = _likelihood_ratio(said)
    for piece in _pieces(said, rarity):
        for row, (seconds, _) in enumerate((*_NEAR, *_WIDE)):
            before, after = _sides(said, piece, seconds)
            near = row < len(_NEAR)
            values[row, piece.rows] = parted(before, after) if near else _cosine(before, after, piece.rarity)
    for row, (seconds, _) in enumerate(_WIDE, len(_NEAR)):
        values[row] = _depths(values[row], said.begins, seconds)
    values = (values - values.mean(axis=1)[:, None]) / (values.std(axis=1)[:, None] + 1e-6)
    return np.asarray(np.array([weight for _, weight in (*_NEAR, *_WIDE)]) @ values)


def likeness(said: Vocabulary, starts: Sequence[int]) -> "Floats":
    """Return how alike the words of each part and the next one are: 0 is in nothing, 1 in everything."""
    import numpy as np

    bounds = [*starts, len(said.begins)]
    counts = np.array(
        [
            np.bincount(said.words[said.offsets[a] : said.offsets[b]], minlength=said.size)
            for a, b in pairwise(bounds)
        ]
    )
    return _cosine(counts[:-1], counts[1:], _rarity(said))


def vocabulary(sentences: Sequence[Sentence], language: str) -> Vocabulary:
    """Return the words of these sentences that show what they are about."""
    import numpy as np

    skipped, stem = stop_words(language) | spoken_words(language), stemmer(language)
    shortest = 3 if language == "en" else 1
    stems = [
        [stem(word) for word in to_words(sentence.text) if word not in skipped and len(word) >= shortest]
        for sentence in sentences
    ]
    spread = Counter(word for row in stems for word in set(row))
    repeated = [word for word, count in spread.items() if count > 1]
    numbers = {word: number for number, word in enumerate(repeated)}
    known = [[numbers[word] for word in row if word in numbers] for row in stems]
    return Vocabulary(
        np.array([sentence.start for sentence in sentences]),
        np.array([word for row in known for word in row], int),
        np.cumsum([0, *map(len, known)]),
        len(numbers),
    )


def _rarity(said: Vocabulary) -> "Floats":
    """Return for each word how few blocks of the recording have it."""
    import numpy as np

    blocks = ((said.begins - said.begins[0]) // _BLOCK).astype(int)
    of_words = np.repeat(np.unique(blocks, return_inverse=True)[1], np.diff(said.offsets))
    count = int(of_words.max(initial=0)) + 1
    pairs = np.unique(said.words * count + of_words) // count
    return np.log((1 + len(np.unique(blocks))) / np.maximum(1, np.bincount(pairs, minlength=said.size)))


def _pieces(said: Vocabulary, rarity: "Floats") -> Iterator[_Piece]:
    import numpy as np

    widest = max(seconds for seconds, _ in _WIDE)
    for begin in range(0, len(said.begins), _PIECE):
        rows = np.arange(begin, min(begin + _PIECE, len(said.begins)))
        ends = [said.begins[rows[0]] - widest, said.begins[rows[-1]] + widest]
        first, last = np.searchsorted(said.begins, ends)
        words = said.words[said.offsets[first] : said.offsets[last]]
        known, columns = np.unique(words, return_inverse=True)
        sums = np.zeros((last - first + 1, len(known)), int)
        lines = np.repeat(np.arange(last - first), np.diff(said.offsets[first : last + 1]))
        np.add.at(sums, (lines + 1, columns), 1)
        yield _Piece(rows, sums.cumsum(axis=0), int(first), rarity[known])


def _sides(said: Vocabulary, piece: _Piece, seconds: float) -> tuple["Counts", "Counts"]:
    """Return how often each word is said so many seconds before each sentence, and from it on."""
    import numpy as np

    begins = said.begins[piece.rows]
    low, high = (np.searchsorted(said.begins, begins + by) - piece.first for by in (-seconds, seconds))
    here = piece.rows - piece.first
    return piece.sums[here] - piece.sums[low], piece.sums[high] - piece.sums[here]


def _likelihood_ratio(said: Vocabulary) -> Callable[["Counts", "Counts"], "Floats"]:
    """Return a function: the log-likelihood ratio of two distributions of words against one."""
    import numpy as np

    most = int(np.bincount(said.words).max(initial=0)) + 1
    gamma = np.array([math.lgamma(count + _PRIOR) for count in range(most + 1)])
    gammas = np.array(
        [math.lgamma(count + _PRIOR * max(1, said.size)) for count in range(len(said.words) + 1)]
    )

    def ratio(before: "Counts", after: "Counts") -> "Floats":
        words = gamma[before] + gamma[after] - gamma[before + after] - gamma[0]
        a, b = before.sum(axis=1), after.sum(axis=1)
        return np.asarray(words.sum(axis=1) - (gammas[a] + gammas[b] - gammas[a + b] - gammas[0]))

    return ratio


def _cosine(before: "Counts", after: "Counts", rarity: "Floats") -> "Floats":
    import numpy as np

    a, b = np.log1p(before) * rarity, np.log1p(after) * rarity
    return np.asarray((a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1) + 1e-9))


def _depths(values: "Floats", begins: "Floats", seconds: float) -> "Floats":
    """Return how far each value is below the highest ones before and after it."""
    import numpy as np

    low = np.searchsorted(begins, begins - _REACH * seconds)
    high = np.searchsorted(begins, begins + _REACH * seconds, "right")
    return np.array(
        [
            values[a : i + 1].max() + values[i:b].max() - 2 * values[i]
            for i, (a, b) in enumerate(zip(low, high, strict=True))
        ]
    )
