"""Which speech has words: the voice detector's speech, compared with the segments of the transcript."""

from collections.abc import Iterable, Sequence

from svs.media.vad import Window
from svs.model.speech import Gap, Segment

MIN_GAP = 1.5  # seconds of speech without words that count as a gap
_EDGE = 0.5  # seconds by which a segment's times may miss its words
_JOIN = 0.5  # seconds of silence inside one gap
_SPARSE = 7.0  # bytes of text per second of speech; people say 14 to 19, in every script
_THIN = 2.5  # the same; nobody speaks this slowly


def uncovered(window: Window, segments: Iterable[Segment]) -> list[Gap]:
    """Return the stretches of a window with speech but without words, in time order."""
    covered = [(s.start - _EDGE, s.end + _EDGE) for s in segments if not is_thin(window, s)]
    gaps: list[Gap] = []
    for start, end in _without(window.stretches(), covered):
        if gaps and start - gaps[-1].end <= _JOIN:
            gaps[-1] = Gap(gaps[-1].start, end)
        else:
            gaps.append(Gap(start, end))
    return [gap for gap in gaps if window.speech(gap.start, gap.end) >= MIN_GAP]


def is_sparse(window: Window, segment: Segment) -> bool:
    """Return whether a segment has so few words for its speech that some may be missing."""
    speech = window.speech(segment.start, segment.end)
    return speech >= MIN_GAP and size([segment]) < _SPARSE * speech


def is_thin(window: Window, segment: Segment) -> bool:
    """Return whether a segment has far too few words for its speech, so that some are missing."""
    return size([segment]) < _THIN * window.speech(segment.start, segment.end)


def size(segments: Iterable[Segment]) -> int:
    """Return the bytes of the segments' text."""
    return sum(len(segment.text.encode()) for segment in segments)


def _without(
    stretches: Iterable[tuple[float, float]], covered: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return the parts of the stretches that are in none of the covered intervals."""
    left = list(stretches)
    for start, end in covered:
        parts = [part for a, b in left for part in ((a, min(b, start)), (max(a, end), b))]
        left = [(a, b) for a, b in parts if b > a]
    return left
