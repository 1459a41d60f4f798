"""The choice of sentences: each time the one that says most, less what it repeats, with what it needs."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svs.model.speech import Sentence
from svs.text.quotable import ASKING, leans_back

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_REPEATING = 2.9  # what it costs to say what a chosen sentence says already
_LEANING = 0.2  # what it costs to need the sentence before


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what is counted of it."""

    order: int
    sentence: Sentence
    size: int
    """Words, as a reader counts them."""
    words: tuple[str, ...]
    content: tuple[str, ...]
    """Words that name topics."""
    stems: frozenset[str]
    """Of the content words."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """The candidates that candidates are chosen with, by number: -1 is none."""

    partner: "NDArray[np.intp]"
    """What follows a question; what is before a sentence that leans on it."""
    unanswered: "NDArray[np.bool_]"
    """Questions without what follows them."""
    leaning: "NDArray[np.bool_]"
    """Sentences that lean on one that cannot be quoted."""


def _needs(candidates: Sequence[Candidate], language: str) -> _Needs:
    import numpy as np

    places = {candidate.order: number for number, candidate in enumerate(candidates)}
    texts = [candidate.sentence.text for candidate in candidates]
    leans = [
        candidate.order > 0 and leans_back(candidate.sentence.text, language) for candidate in candidates
    ]
    asks = [text.endswith(ASKING) for text in texts]
    partner = np.full(len(candidates), -1)
    for number, candidate in enumerate(candidates):
        if asks[number]:
            partner[number] = places.get(candidate.order + 1, -1)
        elif leans[number]:
            before = places.get(candidate.order - 1, -1)
            partner[number] = -1 if before < 0 or leans[before] or asks[before] else before
    alone = partner < 0
    return _Needs(partner, alone & asks, alone & leans & ~np.array(asks))


def choose(
    candidates: Sequence[Candidate],
    scores: "Floats",
    language: str,
    words: float,
    most: int,
    tick: Callable[[], None],
) -> list[int]:
    """Choose greedily: each time the sentence with the best score that fits, less what it repeats.

    Likeness is the cosine of the sets of content stems, as in maximal marginal relevance (Carbonell &
    Goldstein 1998). A question is chosen together with what follows it, and a sentence that leans on the one
    before together with that one, at their mean score. The first of all leans on none.
    """
    import numpy as np

    needs = _needs(candidates, language)
    places, numbers = _places(candidates), np.arange(len(candidates))
    sizes = np.array([candidate.size for candidate in candidates])
    norms = np.sqrt([max(1, len(candidate.stems)) for candidate in candidates])
    likeness = np.zeros(len(candidates))
    free = ~needs.unanswered
    chosen: list[int] = []
    while len(chosen) < most and free.any():
        tick()
        worth = scores - _REPEATING * likeness - _LEANING * needs.leaning
        pairs = (needs.partner >= 0) & free[needs.partner]
        both = sizes + sizes[needs.partner] * pairs
        fits = free & (both + sizes[chosen].sum() <= words) & (len(chosen) + 1 + pairs <= most)
        if not fits.any():
            break
        later = fits & (~needs.leaning | (numbers > min(chosen, default=len(candidates))))
        if chosen and not later.any():
            break
        value = np.where(pairs, (worth + worth[needs.partner]) / 2, worth)
        take = int(np.where(later if later.any() else fits, value, -math.inf).argmax())
        for number in [take, int(needs.partner[take])] if pairs[take] else [take]:
            chosen.append(number)
            free[number] = False
            likeness = np.maximum(likeness, _likeness(candidates[number], places, norms) / norms[number])
    return chosen


def _likeness(candidate: Candidate, places: Mapping[str, "NDArray[np.intp]"], norms: "Floats") -> "Floats":
    """Return how many stems each candidate shares with one of them, for the root of its own number."""
    import numpy as np

    if not candidate.stems:
        return np.zeros(len(norms))
    return (
        np.bincount(np.concatenate([places[stem] for stem in candidate.stems]), minlength=len(norms)) / norms
    )


def _places(candidates: Sequence[Candidate]) -> dict[str, "NDArray[np.intp]"]:
    """Return for each stem the candidates that have it."""
    import numpy as np

    found = defaultdict(list)
    for number, candidate in enumerate(candidates):
        for stem in candidate.stems:
            found[stem].append(number)
    return {stem: np.array(numbers) for stem, numbers in found.items()}
