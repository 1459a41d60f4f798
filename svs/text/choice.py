"""The choice of sentences: each time the one that says most, less what it repeats, with what it needs."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from svs.model.speech import Sentence
from svs.text.quotable import ASKING, begins_with_pronoun, leans_back

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
class _Neighbours:
    """The candidates that candidates need, by number: -1 is none, the own number one that is missing."""

    before: "NDArray[np.intp]"
    """What a sentence leans on."""
    after: "NDArray[np.intp]"
    """What follows a question."""


def _neighbours(candidates: Sequence[Candidate], language: str) -> _Neighbours:
    import numpy as np

    places = {candidate.order: number for number, candidate in enumerate(candidates)}
    before, after = np.full((2, len(candidates)), -1)
    for number, candidate in enumerate(candidates):
        if candidate.sentence.text.endswith(ASKING):
            after[number] = places.get(candidate.order + 1, number)
        elif leans_back(candidate.sentence.text, language):
            before[number] = places.get(candidate.order - 1, number)
    return _Neighbours(before, after)


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
    Goldstein 1998). A question is chosen together with what follows it, at their mean score. The first of
    all begins with no pronoun that leans on another, unless there is nothing else.
    """
    import numpy as np

    near = _neighbours(candidates, language)
    places, numbers = _places(candidates), np.arange(len(candidates))
    sizes = np.array([candidate.size for candidate in candidates])
    norms = np.sqrt([max(1, len(candidate.stems)) for candidate in candidates])
    likeness = np.zeros(len(candidates))
    texts = [candidate.sentence.text for candidate in candidates]
    pronouns = np.array([begins_with_pronoun(text, language) for text in texts])
    free = np.ones(len(candidates), bool)
    chosen: list[int] = []
    while len(chosen) < most and free.any():
        tick()
        leaning = (near.before >= 0) & free[near.before]
        worth = scores - _REPEATING * likeness - _LEANING * leaning
        pairs = (near.after >= 0) & free[near.after]
        unanswered = near.after == numbers
        both = sizes + sizes[near.after] * (pairs & ~unanswered)
        fits = free & ~unanswered & (both + sizes[chosen].sum() <= words) & (len(chosen) + 1 + pairs <= most)
        opens = ~pronouns | ~(leaning | (near.after >= 0))
        later = fits & (opens | (numbers > min(chosen, default=len(candidates))))
        fits = later if chosen or later.any() else fits
        if not fits.any():
            break
        value = np.where(pairs, (worth + worth[near.after]) / 2, worth)
        take = int(np.where(fits, value, -math.inf).argmax())
        for number in [take, int(near.after[take])] if pairs[take] else [take]:
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
