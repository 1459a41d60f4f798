"""Where the topic changes: a recording's sentences parted into chapters.

Evidence for a beginning is a change of words and how the sentence opens. The beginnings that are best
together are found exactly, by dynamic programming: each has to be worth its chapter, chapters of like
length are preferred, and so is the number that is usual for such a recording. The numbers were tuned on
recordings of seven kinds with chapters by people (tools/eval_chapters.py).
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from svs.model.speech import Sentence
from svs.text.openings import openings
from svs.text.sentences import FULL_STOPS
from svs.text.tokens import count_words
from svs.text.vocabulary import Vocabulary, likeness, vocabulary, word_changes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SHORT = 120.0  # seconds; a shorter recording is one chapter
_QUARTER = 900.0  # seconds; what is said of the number of chapters below holds from this length on
_USUAL, _GROWTH = 4.6, 0.35  # chapters of a quarter of an hour; the power of the length by which they grow
_CONVERSATION, _BRIEF = 0.3, 3  # share of brief sentences, of so many words, from which people converse
_FEWER = 0.8  # times the usual chapters where people converse: topics last longer
_PUNCTUATED = 1 / 3  # share of sentences with a full stop below which nobody wrote them
_UNSURE = 0.65  # times the usual chapters there
_CLOSING = "\"')]\u2019\u201d\u00bb\u300d"
_LEAST, _LEAST_SHARE, _LEAST_MOST = 60.0, 0.03, 90.0  # seconds of a chapter; the share of the recording
_PARTS = 5  # chapters that a short recording may have, however short they are
_COST, _CUES = 2.5, 1.5  # evidence that a further chapter has to bring; weight of openings in it
_ALIKE = 0.45  # cosine of two chapters' words from which they are one
_EVEN = 0.5  # cost of a chapter's squared log-ratio to the usual length
_COUNT = (
    10.0  # cost of the squared log-ratio of the number of chapters to the usual one; less in short recordings
)
_CANDIDATES = 150
_NEARBY, _OPENING = 15.0, 2.0  # seconds within which a better opening is taken; its weight then
_SLIDE_NEARBY, _SLIDE = 30.0, 3.0  # the same for a new slide, if the words change there, too
WITH_SLIDE = 5.0  # seconds between a new slide and the sentence that begins with it


def chapter_starts(
    sentences: Sequence[Sentence], language: str, count: int | None = None, slides: Sequence[float] = ()
) -> list[int]:
    """Return the numbers of the sentences at which a chapter begins, the first one included.

    With a `count` there are so many, or as many as fit. `slides` are the seconds at which a slide is first
    shown. The exact words should be in `said` where a sentence
    was cleaned, for cues are fillers, too.
    """
    import numpy as np

    if not sentences:
        return []
    length = sentences[-1].end - sentences[0].start
    if count == 1 or len(sentences) < 4 or (count is None and length < _SHORT):
        return [0]
    times = np.array([*(sentence.start for sentence in sentences), sentences[-1].end])
    words = vocabulary(sentences, language)
    changes, cues = word_changes(words), openings(sentences, language)
    least = min(max(_LEAST, _LEAST_SHARE * length), _LEAST_MOST, length / (3 * count if count else _PARTS))
    evidence = changes + _CUES * cues
    if count is None:
        evidence = np.where(changes > 0, evidence, -np.inf)
    found = _best(evidence, times, count or _usual_count(sentences, length), least, count)
    shown = _with_slides(times[:-1], slides) & (changes > 0)
    starts = [0, *_moved(found, changes + _OPENING * cues + _SLIDE * shown, times, least, shown)]
    return starts if count else _merged(starts, words)


def _usual_count(sentences: Sequence[Sentence], length: float) -> float:
    """Return how many chapters such a recording has, to be found by the words.

    There are fewer where people converse, and where nobody wrote full stops: sentences are guesses there, so
    that their openings show little.
    """
    brief = sum(count_words(sentence.text) <= _BRIEF for sentence in sentences) / len(sentences)
    ended = sum(sentence.text.rstrip(_CLOSING).endswith((*FULL_STOPS,)) for sentence in sentences)
    fewer = (_FEWER if brief > _CONVERSATION else 1.0) * (
        _UNSURE if ended < _PUNCTUATED * len(sentences) else 1.0
    )
    return float(_USUAL * max(1.0, length / _QUARTER) ** _GROWTH * fewer)


def _merged(starts: list[int], words: Vocabulary) -> list[int]:
    """Return the beginnings without those that part what is said in the same words, the most alike first."""
    while len(starts) > 1:
        alike = likeness(words, starts)
        most = int(alike.argmax())
        if alike[most] < _ALIKE:
            break
        starts = [*starts[: most + 1], *starts[most + 2 :]]
    return starts


def _best(evidence: "Floats", times: "Floats", usual: float, least: float, count: int | None) -> list[int]:
    """Return the beginnings that are best together, without the first."""
    import numpy as np

    begins, end = times[:-1], times[-1]
    inside = np.flatnonzero((begins - begins[0] >= least) & (end - begins >= least) & np.isfinite(evidence))
    chosen = np.sort(
        inside[np.argsort(-evidence[inside], kind="stable")[: max(_CANDIDATES, 2 * (count or 0))]]
    )
    at = np.array([begins[0], *begins[chosen], end])
    worth = np.array([0.0, *(evidence[chosen] - _COST), 0.0])
    long = at[None, :] - at[:, None]
    even = _EVEN * np.log(np.maximum(long, 1.0) * usual / (end - begins[0])) ** 2
    gain = np.where(long >= least, worth[None, :] - even, -np.inf)
    gain[0, -1] = -even[0, -1]
    most = count or int(2.5 * usual) + 1
    scores, ways = _paths(gain, most)
    if count is None:
        cost = _COUNT * min(1.0, (end - begins[0]) / _QUARTER)
        scores = [score - cost * math.log(n / usual) ** 2 for n, score in enumerate(scores, 1)]
        number = int(np.argmax(scores)) + 1
    else:
        number = max(n for n, score in enumerate(scores, 1) if np.isfinite(score))
    return [int(chosen[place - 1]) for place in _back(ways[:number])]


def _paths(gain: "Floats", most: int) -> tuple[list[float], list["NDArray[np.intp]"]]:
    """Return the best score of so many steps from the first point to the last, and each step's best ways."""
    import numpy as np

    score = np.full(len(gain), -np.inf)
    score[0] = 0.0
    scores, ways = [], []
    for _ in range(most):
        whole = score[:, None] + gain
        ways.append(whole.argmax(axis=0))
        score = whole.max(axis=0)
        scores.append(float(score[-1]))
    return scores, ways


def _back(ways: Sequence["NDArray[np.intp]"]) -> list[int]:
    """Return the points between the first and the last of the best way."""
    at, found = len(ways[0]) - 1, []
    for way in reversed(ways):
        at = int(way[at])
        found.append(at)
    return found[-2::-1]


def _with_slides(begins: "Floats", slides: Sequence[float]) -> "NDArray[np.bool_]":
    """Return which sentences begin with a slide: for each slide the nearest one, if it is near."""
    import numpy as np

    shown = np.zeros(len(begins), bool)
    for slide in slides:
        nearest = int(np.abs(begins - slide).argmin())
        shown[nearest] |= abs(begins[nearest] - slide) <= WITH_SLIDE
    return shown


def _moved(
    found: Sequence[int], value: "Floats", times: "Floats", least: float, shown: "NDArray[np.bool_]"
) -> list[int]:
    """Move each beginning to the best one near it, unless a chapter gets too short."""
    import numpy as np

    begins, moved, before = times[:-1], [], times[0]
    nearby = np.where(shown, _SLIDE_NEARBY, _NEARBY)
    for at, following in zip(found, [*found, len(begins)][1:], strict=True):
        near = np.flatnonzero(
            (np.abs(begins - begins[at]) <= nearby)
            & (begins - before >= least)
            & (times[following] - begins >= least)
        )
        moved.append(int(near[np.argmax(value[near])]) if near.size else at)
        before = begins[moved[-1]]
    return moved
