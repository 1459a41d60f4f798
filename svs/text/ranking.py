"""Which sentences say most: sumy's ratings joined with what is known of speech, and a choice without repeats.

The weights were tuned on transcripts of meetings with summaries by people (tools/eval_summary.py).
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from svs.model.speech import Sentence
from svs.text.sumy_methods import ratings
from svs.text.tokens import count_words, to_words
from svs.text.words import spoken_words, stemmer, stop_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FEWEST, _FEWEST_CONTENT = 6, 3  # words, and content words, below which a sentence says little by itself
_PARTS = 20  # of the recording, over which a topic may be spread
_PAUSE = 1.5  # seconds after a sentence: what ends a topic often sums it up
_REPEATING = 0.6  # what it costs to say what a chosen sentence says already
_ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f", "\u0964", "\u061f", "\u06d4")
_CLOSING = "\"')]\u201d\u2019\u00bb\u300d"


@dataclass(frozen=True, slots=True)
class Place:
    """How much it counts that a sentence stands near the beginning."""

    weight: float
    reach: float
    """The share of the text within which this falls to a third."""


RECORDING, CHAPTER = Place(0.8, 0.05), Place(0.35, 0.2)


@dataclass(frozen=True, slots=True)
class _Lists:
    """Words of one language that tell what a sentence is good for; in lower case."""

    linking: frozenset[str]
    """Articles and prepositions: many of them make a whole sentence that explains something."""
    addressing: frozenset[str]
    """The listener is spoken to: the matter at hand rather than the topic."""
    pointing: frozenset[str]
    """Words that stand for something said before, without which the sentence cannot be understood."""
    cues: frozenset[str]
    """Words that announce decisions, problems, results."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NO_LISTS = _Lists(*[frozenset[str]()] * 4)
_LISTS = {
    "en": _Lists(
        linking=_set("the of and to a in for"),
        addressing=_set("you your you're you've"),
        pointing=_set("it it's that that's this they he she there there's them those these"),
        cues=_set(
            "decide decided decision agree agreed important importance need needs must plan plans planned "
            "goal goals aim objective result results problem problems issue issues concern concerns because "
            "reason therefore propose proposed proposal suggest suggested suggestion recommend idea question "
            "summary short purpose discuss discussed discussion main conclude conclusion first next finally"
        ),
    )
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence with what is counted of it."""

    order: int
    sentence: Sentence
    size: int
    """Words, as a reader counts them."""
    words: tuple[str, ...]
    content: tuple[str, ...]
    """Words that are not stop words."""
    stems: frozenset[str]
    """Of the content words."""


def best(
    sentences: Sequence[Sentence],
    language: str,
    place: Place = RECORDING,
    *,
    words: float = math.inf,
    count: int | None = None,
) -> list[Sentence]:
    """Return the sentences that say most, in their order, at most so many `words` and `count` of them.

    For one chapter give its sentences and `CHAPTER`. The sentences should be cleaned (`svs.text.cleaning`).
    Suspect ones are never chosen, no text twice, and short ones only after all others. When not even one
    sentence has so few words, the best one is returned all the same; [] when there is none.
    """
    sure = list(_candidates(sentences, language))
    if not sure:
        return []
    most = len(sure) if count is None else count
    full = list(filter(_is_full, sure)) or sure
    chosen = [full[i] for i in _choose(full, _scores(full, sentences, language, place), words, most)]
    if len(chosen) == len(full):
        left = words - sum(one.size for one in chosen)
        for one in sure if len(full) < len(sure) else ():
            if not _is_full(one) and one.size <= left and len(chosen) < most:
                chosen.append(one)
                left -= one.size
    return [one.sentence for one in sorted(chosen, key=attrgetter("order"))]


def _is_full(one: _Candidate) -> bool:
    return one.size >= _FEWEST and len(one.content) >= _FEWEST_CONTENT


def _candidates(sentences: Sequence[Sentence], language: str) -> Iterator[_Candidate]:
    """Yield the sentences that nobody doubts, the first of each text."""
    skipped, stem = stop_words(language) | spoken_words(language), stemmer(language)
    seen: set[str] = set()
    for order, sentence in enumerate(sentences):
        words = to_words(sentence.text)
        if words and not sentence.suspect and sentence.text not in seen:
            seen.add(sentence.text)
            content = tuple(word for word in words if word not in skipped)
            size = count_words(sentence.text)
            yield _Candidate(order, sentence, size, words, content, frozenset(map(stem, content)))


def _scores(
    candidates: Sequence[_Candidate], sentences: Sequence[Sentence], language: str, place: Place
) -> "Floats":
    """Return how much each candidate says; where the language has no lists, its words' share is nothing.

    Linking words are counted because whole explanations have them. More weight on them would please ROUGE,
    which counts them too, but costs content words.
    """
    import numpy as np

    lists = _LISTS.get(language, _NO_LISTS)
    texts = [one.sentence.text for one in candidates]
    sizes = np.array([len(one.words) for one in candidates])
    order = np.arange(len(candidates)) / len(candidates)
    return np.asarray(
        0.3 * _percentiles(ratings("luhn", texts, language))
        + 1.0 * _percentiles(ratings("lexrank", texts, language))
        + 0.6 * _percentiles(_spread(candidates, sentences))
        + 0.4 * _percentiles([_mean_length(one.content) for one in candidates])
        + place.weight * np.exp(-order / place.reach)
        + 2.0 * _counts(candidates, lists.linking) / sizes
        - 4.0 * _counts(candidates, lists.addressing) / sizes
        - 2.0 * _counts(candidates, lists.pointing) / sizes
        + 0.6 * _counts(candidates, lists.cues) / np.sqrt(sizes)
        + 0.3 * (_pauses(candidates, sentences) >= _PAUSE)
        + 0.2 * np.array([text.rstrip(_CLOSING).endswith(_ENDS) for text in texts])
        - 0.2 * np.array([(one.sentence.said or one.sentence.text)[0].islower() for one in candidates])
        - 0.3 * np.log(sizes)
    )


def _percentiles(values: Sequence[float]) -> "Floats":
    """Return for each value the share of values below it, equal ones counted half."""
    import numpy as np

    ordered = np.sort(values)
    below, not_above = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((below + not_above) / (2 * len(ordered)))


def _counts(candidates: Sequence[_Candidate], listed: Collection[str]) -> "Floats":
    import numpy as np

    return np.array([float(sum(word in listed for word in one.words)) for one in candidates])


def _pauses(candidates: Sequence[_Candidate], sentences: Sequence[Sentence]) -> "Floats":
    """Return for how many seconds nothing is said after each candidate; after the last one nobody knows."""
    import numpy as np

    gaps = [after.start - before.end for before, after in pairwise(sentences)] + [0.0]
    return np.array([gaps[one.order] for one in candidates])


def _mean_length(words: Sequence[str]) -> float:
    return sum(map(len, words)) / max(1, len(words))


def _spread(candidates: Sequence[_Candidate], sentences: Sequence[Sentence]) -> list[float]:
    """Return over how much of the text each candidate's topics are spread."""
    begin, length = sentences[0].start, max(sentences[-1].start - sentences[0].start, 1e-9)
    parts = defaultdict(set)
    for one in candidates:
        part = min(_PARTS - 1, int(_PARTS * (one.sentence.start - begin) / length))
        for stem in one.stems:
            parts[stem].add(part)
    return [sum(len(parts[stem]) for stem in one.stems) / math.sqrt(len(one.words)) for one in candidates]


def _choose(candidates: Sequence[_Candidate], scores: "Floats", words: float, most: int) -> list[int]:
    """Choose greedily: each time the sentence with the best score that fits, less what it repeats.

    Likeness is the cosine of the sets of content stems, as in maximal marginal relevance (Carbonell &
    Goldstein 1998). The first one may pass the limit when all of them do.
    """
    import numpy as np

    found = defaultdict(list)
    for number, one in enumerate(candidates):
        for stem in one.stems:
            found[stem].append(number)
    places = {stem: np.array(numbers) for stem, numbers in found.items()}
    sizes = np.array([one.size for one in candidates])
    norms = np.sqrt([max(1, len(one.stems)) for one in candidates])
    likeness = np.zeros(len(candidates))
    free = np.ones(len(candidates), bool)
    chosen: list[int] = []
    left = words if sizes.min() <= words else math.inf
    while len(chosen) < most and (fits := free & (sizes <= left)).any():
        take = int(np.where(fits, scores - _REPEATING * likeness, -math.inf).argmax())
        chosen.append(take)
        free[take] = False
        left = min(left, words) - sizes[take]
        if candidates[take].stems:
            shared = np.bincount(
                np.concatenate([places[stem] for stem in candidates[take].stems]), minlength=len(candidates)
            )
            likeness = np.maximum(likeness, shared / (norms * norms[take]))
    return chosen
