"""From cues to segments: what is shown twice is said once, and every segment has times that make sense."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from operator import itemgetter

from msgspec import UNSET
from msgspec.structs import replace

from svs.engines.caption_words import Spoken
from svs.model.speech import Segment

_TOUCHING = 0.1  # seconds between two cues that follow each other without a pause
_SHOWN = 80  # words that rolling captions show at most
_OVERLAP = 3  # words that are no chance, in captions that do not roll
_PACE = 15  # letters said in a second, for a cue without an end


def segments(cues: Iterable[Spoken]) -> tuple[Segment, ...]:
    """Return what is said in a file's cues, in time order."""
    ordered = sorted(cues, key=lambda cue: cue.start)
    return tuple(_with_ends(list(_said_once(ordered, 1 if _rolls(ordered) else _OVERLAP))))


def _rolls(cues: Sequence[Spoken]) -> bool:
    """Say whether most cues that touch begin with words that are shown already."""
    touching = [(a, b) for a, b in pairwise(cues) if b.start <= a.end + _TOUCHING]
    rolling = sum(_repeated(before.words[-_SHOWN:], cue.words, {1}, 1) > 0 for before, cue in touching)
    return rolling > 1 and rolling * 2 >= len(touching)


def _said_once(cues: Iterable[Spoken], least: int) -> Iterator[Segment]:
    """Yield each text once, when it first appears: rolling captions repeat the words before the new ones."""
    shown: list[str] = []
    whole = set[int]()
    until = 0.0
    last: list[Segment] = []
    for cue in cues:
        words = cue.words
        again = cue.start <= until + _TOUCHING
        skip = _repeated(shown, words, whole, least) if again else 0
        if skip == len(words) and last:
            last[-1] = replace(last[-1], end=max(last[-1].end, cue.end))
        else:
            yield from last
            last = list(_segments(cue, skip))
        shown, until = words[-_SHOWN:], cue.end
        whole = set(accumulate(len(line.words) for line in reversed(cue.lines[-_SHOWN:])))
    yield from last


def _repeated(shown: list[str], words: list[str], whole: set[int], least: int) -> int:
    """Return how many of the first words are the last ones that were shown.

    `whole` are the numbers of words in the last lines: as many count, as do `least` or more.
    """
    if not words or words[0] not in shown:
        return 0
    for count in range(min(len(shown), len(words)), 0, -1):
        if (count >= least or count in whole) and shown[-count:] == words[:count]:
            return count
    return 0


def _segments(cue: Spoken, skip: int) -> Iterator[Segment]:
    """Yield a segment for each turn in a cue, without its first words; letters share out the time."""
    numbers = accumulate(line.turn for line in cue.lines)
    said = [
        (line.speaker, number, word, line.turn and not place)
        for line, number in zip(cue.lines, numbers, strict=True)
        for place, word in enumerate(line.words)
    ][skip:]
    turns = [list(group) for _, group in groupby(said, itemgetter(0, 1))]
    texts = [" ".join(word for _, _, word, _ in turn) for turn in turns]
    start, done = cue.start, 0
    for ((speaker, _, _, marked), *_), text in zip(turns, texts, strict=True):
        done += len(text)
        end = cue.start + (cue.end - cue.start) * done / sum(map(len, texts))
        yield Segment(start, end, text, speaker=speaker, turn=marked or UNSET)
        start = end


def _with_ends(found: list[Segment]) -> Iterator[Segment]:
    """Yield the segments, each ending after it began and, if another begins later, not after that."""
    following = float("inf")
    ended: list[Segment] = []
    for index in range(len(found) - 1, -1, -1):
        segment = found[index]
        if index + 1 < len(found) and found[index + 1].start > segment.start:
            following = found[index + 1].start
        end = segment.end if segment.end > segment.start else segment.start + len(segment.text) / _PACE
        ended.append(replace(segment, end=min(end, following)))
    return reversed(ended)
