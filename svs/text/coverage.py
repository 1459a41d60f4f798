"""What of the speech is missing from a transcript, and what else is spoken in it, in words for people."""

from collections.abc import Iterator

from svs.languages import name
from svs.model.speech import Gap, Transcript
from svs.times import clock

NOT_UNDERSTOOD = "[not understood]"
"""What is written for a gap where its times are beside it."""

_ENOUGH = 0.98  # of the speech; less than this is warned about
_LISTED = 5  # gaps, or languages, named at most


def mark(gap: Gap) -> str:
    """Return what is written for a gap in the transcript: `[not understood 1:04-1:21]`."""
    return f"{NOT_UNDERSTOOD[:-1]} {_span(gap)}]"


def share(coverage: float) -> str:
    """Return a coverage as `98.7 %`; it is `100 %` only when nothing is missing."""
    return "100 %" if coverage == 1 else f"{min(99.9, 100 * coverage):.1f} %"


def covered(transcript: Transcript) -> str:
    """Return how much of the speech is in the transcript and where it is not; empty when nobody knows."""
    if transcript.coverage is None:
        return ""
    lack = "without captions" if transcript.engine == "captions" else "not understood"
    missing = f"; {lack}: {_places(transcript)}" if transcript.gaps else ""
    return f"{share(transcript.coverage)} of the speech{missing}"


def warnings(transcript: Transcript) -> tuple[str, ...]:
    """Return what a reader of the summary has to know of the transcript, in sentences."""
    return (*_losses(transcript), *_foreign(transcript))


def _losses(transcript: Transcript) -> Iterator[str]:
    if transcript.coverage is not None and transcript.coverage < _ENOUGH:
        was = "has no captions" if transcript.engine == "captions" else "was not understood"
        missing = f"{100 * (1 - transcript.coverage):.1f} % of the speech {was}"
        total = clock(sum(gap.end - gap.start for gap in transcript.gaps))
        yield f"{missing}, {total} in all: {_places(transcript)}."


def _foreign(transcript: Transcript) -> Iterator[str]:
    """Yield a sentence for each other language, the one that is spoken longest first."""
    spoken: dict[str, float] = {}
    for segment in () if transcript.translated else transcript.segments:
        if segment.language:
            seconds = max(0.0, segment.end - segment.start)
            spoken[segment.language] = spoken.get(segment.language, 0.0) + seconds
    ordered = sorted(spoken, key=lambda language: -spoken[language])
    for language in ordered[:_LISTED]:
        yield (
            f"{name(language)} is spoken too, for {clock(spoken[language])} in all; its sentences are in the "
            "transcript, not in the summary."
        )
    if others := ordered[_LISTED:]:
        yield f"So are {len(others)} more languages."


def _places(transcript: Transcript) -> str:
    spans = [_span(gap) for gap in transcript.gaps]
    more = f" and {len(spans) - _LISTED} more" if len(spans) > _LISTED else ""
    return ", ".join(spans[:_LISTED]) + more


def _span(gap: Gap) -> str:
    return f"{clock(gap.start)}-{clock(gap.end)}"
