"""Which sentences say most and can be understood alone: one set of weights for every kind of recording.

The weights were tuned on lectures with the sentences that their slides say, on meetings with summaries by
people (tools/eval_summary.py), and on chapters with titles by people.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from svs.model.speech import Sentence
from svs.text.choice import Candidate, choose
from svs.text.english import NO_TOPICS, listed
from svs.text.quotable import announces, is_fragment, is_greeting, sums_up
from svs.text.tokens import count_words, shortened, to_words
from svs.text.words import spoken_words, stemmer, stop_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FEWEST, _FEWEST_CONTENT = 6, 2  # words, and content words, below which a sentence says little by itself
_PARTS = 20  # of the text, over which a topic may be spread
_BEFORE = 3  # sentences that may have begun a topic already
_PAUSE = 1.0  # seconds after a sentence: what ends a topic often sums it up
_FRAGMENT = 0.6  # what it costs not to be whole
_AGENDA = 1.2  # and only to say what will be spoken of
_SUMMARY = 1.0  # what it is worth that a sentence says itself that it sums up
_EARLY = 0.05  # share of the text within which the worth of an early place falls to a third
_FIRST = 5  # sentences within which that of the very first ones does
_SHORT = 20  # sentences of a text on one topic: of a longer one the very first sentences say less
_LONG = 1.35  # what a sentence's length costs, in logarithms of words, where words are limited


@dataclass(frozen=True, slots=True)
class _Lists:
    """Words of one language that show what a sentence is good for; in lower case."""

    linking: frozenset[str]
    """Articles and prepositions: many of them make a whole sentence that explains something."""
    cues: frozenset[str]
    """Words that announce decisions, problems, results."""


_NO_LISTS = _Lists(frozenset(), frozenset())
_LISTS = {
    "en": _Lists(
        linking=listed("the of and to a in for"),
        cues=listed(
            "decide decided decision agree agreed important importance need needs must plan plans planned "
            "goal goals aim objective result results problem problems issue issues concern concerns because "
            "reason therefore propose proposed proposal suggest suggested suggestion recommend idea question "
            "summary short purpose discuss discussed discussion main conclude conclusion first next finally"
        ),
    )
}


def best(
    sentences: Sequence[Sentence],
    language: str,
    *,
    words: float = math.inf,
    count: int | None = None,
    tick: Callable[[], None] = lambda: None,
) -> list[Sentence]:
    """Return the sentences that say most, in their order, at most so many `words` and `count` of them.

    The sentences should be cleaned (`svs.text.cleaning`). Suspect ones are never chosen, no text twice, a
    question only with what follows it. Where a number of sentences is asked for and there are no others,
    questions without an answer come too, then greetings and what is too short to say something. When no
    sentence has so few words, the best one is cut short; [] when there is none. `tick` is called now and
    then; whatever it raises is raised on.
    """
    import numpy as np

    sure = list(_candidates(sentences, language))
    if not sure:
        return []
    most = len(sure) if count is None else count
    full = [candidate for candidate in sure if _is_full(candidate, language)] or sure
    tick()
    scores = _scores(full, sentences, language)
    if math.isfinite(words):
        scores -= _LONG * np.log([candidate.size for candidate in full])
    tick()
    if min(candidate.size for candidate in full) > words:
        return [cut(full[int(scores.argmax())].sentence, max(1, int(words)))]
    chosen = [full[i] for i in choose(full, scores, language, words, most, tick)]
    if math.isinf(words):
        taken, usual = ({candidate.order for candidate in some} for some in (chosen, full))
        left = [candidate for candidate in sure if candidate.order not in taken]
        left.sort(key=lambda candidate: (candidate.order not in usual, -len(candidate.content)))
        chosen += left[: most - len(chosen)]
    return [candidate.sentence for candidate in sorted(chosen, key=attrgetter("order"))]


def cut(sentence: Sentence, words: int) -> Sentence:
    """Return the sentence with only so many of its first words and an ellipsis."""
    return replace(sentence, text=shortened(sentence.text, words), said=sentence.said or sentence.text)


def _is_full(candidate: Candidate, language: str) -> bool:
    long = candidate.size >= _FEWEST and len(candidate.content) >= _FEWEST_CONTENT
    return long and not is_greeting(candidate.sentence.text, language)


def _candidates(sentences: Sequence[Sentence], language: str) -> Iterator[Candidate]:
    """Yield the sentences that nobody doubts, the first of each text."""
    skipped, stem = _skipped(language), stemmer(language)
    seen: set[str] = set()
    for order, sentence in enumerate(sentences):
        words = to_words(sentence.text)
        if words and not sentence.suspect and sentence.text not in seen:
            seen.add(sentence.text)
            content = tuple(word for word in words if word not in skipped)
            size = count_words(sentence.text)
            yield Candidate(order, sentence, size, words, content, frozenset(map(stem, content)))


def _skipped(language: str) -> frozenset[str]:
    """Return the words that name no topic; verbs and vague nouns among them are known for English only."""
    return stop_words(language) | spoken_words(language) | (NO_TOPICS if language == "en" else frozenset())


def _scores(candidates: Sequence[Candidate], sentences: Sequence[Sentence], language: str) -> "Floats":
    """Return how much each candidate says; where the language has no lists, its words' share is nothing.

    What carries it: topics that are spread over the text, likeness to the whole of it, many and long words
    that name topics, new ones rather than those just said, and an early place. Linking words are counted
    because whole explanations have them; more weight on them would please ROUGE, which counts them too, but
    costs content words.
    """
    import numpy as np

    lists = _LISTS.get(language, _NO_LISTS)
    sizes = np.array([len(candidate.words) for candidate in candidates])
    order = np.arange(len(candidates))
    return np.asarray(
        2.8 * _percentiles(_spread(candidates, sentences))
        + 2.2 * _percentiles(_centrality(candidates))
        + 0.6 * _percentiles([_mean_length(candidate.content) for candidate in candidates])
        - 0.4 * _percentiles(_said_before(candidates))
        + 0.8 * np.log1p([len(candidate.content) for candidate in candidates])
        + 1.3 * np.exp(-order / len(candidates) / _EARLY)
        + (0.6 + 3.3 * min(1.0, (_SHORT / len(candidates)) ** 2)) * np.exp(-order / _FIRST)
        + 4.0 * _counts(candidates, lists.linking) / sizes
        + 1.7 * _counts(candidates, lists.cues) / np.sqrt(sizes)
        + 0.4 * (_pauses(candidates, sentences) >= _PAUSE)
        + _SUMMARY * np.array([sums_up(candidate.sentence.text) for candidate in candidates])
        - _AGENDA * np.array([announces(candidate.sentence.text, language) for candidate in candidates])
        - _FRAGMENT * np.array([is_fragment(candidate.sentence.text, language) for candidate in candidates])
    )


def _percentiles(values: Sequence[float]) -> "Floats":
    """Return for each value the share of values below it, equal ones counted half."""
    import numpy as np

    ordered = np.sort(values)
    below, not_above = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((below + not_above) / (2 * len(ordered)))


def _counts(candidates: Sequence[Candidate], listed: Collection[str]) -> "Floats":
    import numpy as np

    return np.array([float(sum(word in listed for word in candidate.words)) for candidate in candidates])


def _pauses(candidates: Sequence[Candidate], sentences: Sequence[Sentence]) -> "Floats":
    """Return for how many seconds nothing is said after each candidate; 0 after the last one."""
    import numpy as np

    gaps = [after.start - before.end for before, after in pairwise(sentences)] + [0.0]
    return np.array([gaps[candidate.order] for candidate in candidates])


def _mean_length(words: Sequence[str]) -> float:
    return sum(map(len, words)) / max(1, len(words))


def _centrality(candidates: Sequence[Candidate]) -> list[float]:
    """Return how alike each candidate is to the whole text: a cosine of TF-IDF vectors, but for a factor."""
    times = Counter(stem for candidate in candidates for stem in candidate.stems)
    rarity = {stem: math.log((1 + len(candidates)) / count) for stem, count in times.items()}
    norms = [math.sqrt(math.fsum(rarity[stem] ** 2 for stem in candidate.stems)) for candidate in candidates]
    weights = {stem: count * rarity[stem] ** 2 if count > 1 else 0.0 for stem, count in times.items()}
    shared = [math.fsum(weights[stem] for stem in candidate.stems) for candidate in candidates]
    return [round(value / (norm or 1.0), 9) for value, norm in zip(shared, norms, strict=True)]


def _said_before(candidates: Sequence[Candidate]) -> list[float]:
    """Return how alike each candidate is to the few before it."""
    return [
        sum(_alike(candidate, other) for other in candidates[max(0, number - _BEFORE) : number])
        for number, candidate in enumerate(candidates)
    ]


def _alike(candidate: Candidate, other: Candidate) -> float:
    """Return the cosine of two sets of stems."""
    shared = len(candidate.stems & other.stems)
    return shared / math.sqrt(len(candidate.stems) * len(other.stems)) if shared else 0.0


def _spread(candidates: Sequence[Candidate], sentences: Sequence[Sentence]) -> list[float]:
    """Return over how much of the text each candidate's topics are spread."""
    begin, length = sentences[0].start, max(sentences[-1].start - sentences[0].start, 1e-9)
    parts = defaultdict(set)
    for candidate in candidates:
        part = min(_PARTS - 1, int(_PARTS * (candidate.sentence.start - begin) / length))
        for stem in candidate.stems:
            parts[stem].add(part)
    return [
        sum(len(parts[stem]) for stem in candidate.stems) / math.sqrt(len(candidate.words))
        for candidate in candidates
    ]
