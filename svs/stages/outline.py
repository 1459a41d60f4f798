"""The end of the third stage: a summary gets its chapters and key phrases."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from svs.fields import title
from svs.model.job import Chapters
from svs.model.speech import Chapter, Sentence, Slide, Summary
from svs.stages.summarize import ticking
from svs.text.chapters import chapter_starts
from svs.text.cleaning import cleaned
from svs.text.phrases import key_phrases
from svs.text.ranking import best
from svs.text.titles import titles
from svs.text.tokens import count_words

_OWN_WORDS, _OWN_SENTENCES = 40, 2
"""How long a chapter's own summary is at most."""


def outline(
    summary: Summary,
    sentences: Sequence[Sentence],
    language: str,
    wanted: Chapters,
    given: Sequence[Chapter],
    tick: Callable[[], None] = lambda: None,
    slides: Sequence[Slide] = (),
) -> Summary:
    """Return a summary with the chapters and the key phrases of the sentences that it was made from.

    The chapters that the recording itself has (`given`) are taken where the user leaves the choice; else they
    are found by topic, and begin with a slide where one is near. They follow each other without a gap.
    `tick` is called now and then; whatever it raises is raised on.
    """
    known = {"auto": None, "none": 0}
    count = known[wanted.lower()] if wanted.lower() in known else int(wanted)
    said = [
        sentence for sentence in cleaned(ticking(sentences, tick), language) if count_words(sentence.text)
    ]
    sure = [sentence for sentence in said if not sentence.suspect and not sentence.language]
    if count is None and (kept := _within(given, said[0].start, said[-1].end)):
        chapters = kept
    else:
        chapters = [] if count == 0 else _found(said, sure, language, count, slides, tick)
    chapters = [replace(part, sentences=_own(part, sure, language, tick)) for part in chapters]
    tick()
    phrases = tuple(map(title, key_phrases(sure, language)))
    return replace(summary, chapters=tuple(chapters), phrases=phrases, slides=tuple(slides))


def _within(given: Sequence[Chapter], first: float, last: float) -> list[Chapter]:
    """Return the chapters of the recording that are in what was transcribed, made to follow each other."""
    ordered = sorted(
        (chapter for chapter in given if chapter.start < last), key=lambda chapter: chapter.start
    )
    ends = [chapter.start for chapter in ordered[1:]] + [last] * bool(ordered)
    kept = [
        Chapter(start=max(first, chapter.start), end=end, title=chapter.title, given=True)
        for chapter, end in zip(ordered, ends, strict=True)
        if end > max(first, chapter.start)
    ]
    return [replace(kept[0], start=first), *kept[1:]] if kept else []


def _found(
    said: Sequence[Sentence],
    sure: Sequence[Sentence],
    language: str,
    count: int | None,
    slides: Sequence[Slide],
    tick: Callable[[], None],
) -> list[Chapter]:
    """Return the chapters by topic, each with a title of its own words; none where all is one topic."""
    shown = [slide.start for slide in slides]
    starts = [said[number].start for number in chapter_starts(said, language, count, shown)]
    tick()
    chapters = _named(starts, said[-1].end, sure, language)
    tick()
    return [] if count is None and len(chapters) == 1 else chapters


def _named(starts: Sequence[float], end: float, sure: Sequence[Sentence], language: str) -> list[Chapter]:
    """Return chapters that begin at these times, with their titles."""
    spans = [(a, b) for a, b in pairwise([*starts, end]) if a < b]
    names = titles([_in(a, b, sure) for a, b in spans], language)
    return [Chapter(start=a, end=b, title=title(name)) for (a, b), name in zip(spans, names, strict=True)]


def _own(
    chapter: Chapter, sure: Sequence[Sentence], language: str, tick: Callable[[], None]
) -> tuple[Sentence, ...]:
    """Return a chapter's own summary."""
    said = _in(chapter.start, chapter.end, sure)
    return tuple(best(said, language, words=_OWN_WORDS, count=_OWN_SENTENCES, tick=tick))


def _in(start: float, end: float, sentences: Sequence[Sentence]) -> list[Sentence]:
    return [sentence for sentence in sentences if start <= sentence.start < end]
