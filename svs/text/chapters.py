"""Where the topic changes: a recording's sentences parted into chapters.

The model is that of Eisenstein & Barzilay, "Bayesian unsupervised topic segmentation" (EMNLP 2008): each
chapter draws its words from a distribution of its own, which a Dirichlet prior integrates out, so that
chapters are likely that keep to their words; cue phrases and pauses make some beginnings likelier than
others. The best parting is found exactly, by dynamic programming. The numbers were tuned on transcripts of
meetings (tools/eval_summary.py).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from svs.model.speech import Sentence
from svs.text.tokens import count_words, to_words
from svs.text.words import spoken_words, stemmer, stop_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_BLOCK, _BLOCKS = 12, 400  # content words in a block at least, and blocks at most
_PRIOR = 1.0
_CUE = 10.0  # nats
_PER_ROOT = 0.06  # chapters for the square root of the number of words
_TWO = 180.0  # seconds; longer recordings have at least two
_PAUSE, _OUTSTANDING = 1.0, 2.0  # seconds at least, and times the usual pause
_OPENING = 15  # words of a sentence that may hold a cue

_STRONG, _WEAK = (
    re.compile(rf"\b({phrases})\b")
    for phrases in (
        r"mov(e|ing) on|(go|going|get|back|over|turn|come) (on )?to|on to|thank you|thanks|next",
        r"okay|ok|al(l )?right|now|let'?s|first|start|finally|another|so uh?m?|present(ing|ation)?|question",
    )
)
"""What is said in English where a topic begins, or where the one before it has ended."""


def chapter_starts(sentences: Sequence[Sentence], language: str, count: int | None = None) -> list[int]:
    """Return the numbers of the sentences at which a chapter begins, the first one included.

    With a `count` there are so many, or as many as there are sentences; else the length of the recording
    decides, and what the model makes of its outstanding pauses. The exact words should be in `said` where a
    sentence was cleaned, for cues are fillers, too.
    """
    if not sentences:
        return []
    pauses = _outstanding(sentences)
    cues = [_cue(one, language) + (number in pauses) for number, one in enumerate(sentences)]
    stems = _stems(sentences, language)
    blocks = _blocks(stems, cues, fewest=_BLOCK if count is None else 1)
    if count is None:
        fewest, most = _counts(sentences, len(pauses))
    else:
        fewest = most = max(1, count)
    likely = _likelihoods([Counter(word for one in stems[a:b] for word in one) for a, b in blocks])
    found = _best(likely, [_CUE * cues[first] for first, _ in blocks], fewest, most)
    return [blocks[number][0] for number in found]


def _outstanding(sentences: Sequence[Sentence]) -> set[int]:
    """Return the sentences before which the speaker was silent for much longer than usual."""
    gaps = [after.start - before.end for before, after in pairwise(sentences)]
    usual = median([gap for gap in gaps if gap > 0] or [0.0])
    return {number for number, gap in enumerate(gaps, 1) if gap >= max(_PAUSE, _OUTSTANDING * usual)}


def _cue(sentence: Sentence, language: str) -> float:
    """Return how much the words sound like the beginning of a topic, 0-1."""
    if language != "en":
        return 0.0
    opening = " ".join((sentence.said or sentence.text).lower().replace("\u2019", "'").split()[:_OPENING])
    return 1.0 if _STRONG.search(opening) else 0.5 if _WEAK.search(opening) else 0.0


def _stems(sentences: Sequence[Sentence], language: str) -> list[list[str]]:
    skipped, stem = stop_words(language) | spoken_words(language), stemmer(language)
    return [[stem(word) for word in to_words(one.text) if word not in skipped] for one in sentences]


def _blocks(stems: Sequence[Sequence[str]], cues: Sequence[float], fewest: int) -> list[tuple[int, int]]:
    """Return the pieces that are not parted: sentences [first, last), a new one at each strong cue."""
    size = max(fewest, sum(map(len, stems)) / _BLOCKS)
    starts, words = [0], len(stems[0])
    for number in range(1, len(stems)):
        if words >= size or (cues[number] >= 1 and words):
            starts.append(number)
            words = 0
        words += len(stems[number])
    return list(pairwise([*starts, len(stems)]))


def _counts(sentences: Sequence[Sentence], pauses: int) -> tuple[int, int]:
    """Return how many chapters there are at least and at most: more only where pauses ask for them."""
    words = sum(count_words(one.text) for one in sentences)
    long = sentences[-1].end - sentences[0].start > _TWO
    fewest = max(2 if long else 1, round(_PER_ROOT * math.sqrt(words)))
    return fewest, max(fewest, min(1 + pauses, 4 * fewest))


def _likelihoods(blocks: Sequence[Counter[str]]) -> "Floats":
    """Return the logarithm of the likelihood of each chapter: of blocks [row, column).

    Chapters grow by one block at a time, all at once: the words of the new block alone change the likelihood,
    by amounts that a table of the logarithms of the gamma function tells.
    """
    import numpy as np

    numbers = {word: number for number, word in enumerate(dict.fromkeys(w for one in blocks for w in one))}
    counts = np.zeros((len(blocks) + 1, len(numbers)), np.int32)
    for row, block in enumerate(blocks):
        for word, times in block.items():
            counts[row + 1, numbers[word]] = times
    counts = counts.cumsum(axis=0)
    totals = counts.sum(axis=1)
    gamma, gammas = (
        np.array([math.lgamma(n + prior) for n in range(totals[-1] + 1)])
        for prior in (_PRIOR, _PRIOR * max(1, len(numbers)))
    )
    likely = np.full((len(blocks) + 1, len(blocks) + 1), -math.inf)
    grown = np.zeros(len(blocks) + 1)
    for last, block in enumerate(blocks, 1):
        words = [numbers[word] for word in block]
        before = counts[last - 1, words] - counts[:last, words]
        after = counts[last, words] - counts[:last, words]
        grown[:last] += (gamma[after] - gamma[before]).sum(axis=1)
        likely[:last, last] = grown[:last] + gammas[0] - gammas[totals[last] - totals[:last]]
    return likely


def _best(likely: "Floats", cues: Sequence[float], fewest: int, most: int) -> list[int]:
    """Return the blocks at which the likeliest chapters begin, between `fewest` and `most` of them."""
    import numpy as np

    size = len(cues)
    fewest, most = min(fewest, size), min(most, size)
    gain = likely + np.array([0.0, *cues[1:], 0.0])[:, None]
    best = np.full(size + 1, -math.inf)
    best[0] = 0.0
    ways, scores = [], []
    for _ in range(most):
        whole = best[:, None] + gain
        ways.append(whole.argmax(axis=0))
        best = whole.max(axis=0)
        scores.append(best[size])
    chosen = fewest + int(np.argmax(scores[fewest - 1 :]))
    starts, at = [], size
    for way in reversed(ways[:chosen]):
        at = int(way[at])
        starts.append(at)
    return starts[::-1]
