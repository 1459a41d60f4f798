"""What all outputs share: the description of a result, and the cleaning of text from outside."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

from svs.characters import without_unseen
from svs.model.speech import Chapter, Gap, Result, Segment, Sentence, Summary
from svs.text.coverage import covered

Said = TypeVar("Said", bound=Sentence | Segment)

PARTIAL = "the file is damaged or incomplete: something is missing"
"""The label for damaged files in outputs without room for whole sentences."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def line(text: str) -> str:
    """Return text from outside as one line of visible characters that can be encoded."""
    return _SURROGATE.sub("\ufffd", without_unseen(" ".join(text.split())))


def timestamp(seconds: float) -> str:
    """Return a time as `hh:mm:ss`."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def facts(result: Result) -> list[tuple[str, str]]:
    """Return the labels and values of a result's header; the values are not escaped yet."""
    transcript, summary = result.transcript, result.summary
    found = [
        ("Duration", timestamp(result.duration)),
        ("Language", "unknown" if transcript.language == "und" else transcript.language),
        ("Engine", f"{transcript.engine} ({transcript.model})" if transcript.model else transcript.engine),
        ("Date", _date(result.created)),
        ("Summary", f"{summary.length}, by {summary.method}"),
    ]
    if chapters := summary.chapters:
        origin = "from the recording" if chapters[0].given else "by topic"
        found.append(("Chapters", f"{len(chapters)}, {origin}"))
    if coverage := covered(transcript):
        found.append(("Coverage", coverage))
    if summary.phrases:
        found.append(("About", ", ".join(summary.phrases)))
    if result.start:
        found.insert(1, ("From", timestamp(result.start)))
    return found


def chapter_title(chapter: Chapter, number: int) -> str:
    """Return a chapter's title as one line, or its number (from 1) if it has none."""
    return " ".join(line(chapter.title).split()) or f"Chapter {number}"


def by_chapter(summary: Summary) -> list[tuple[str, Chapter | None, list[Sentence]]]:
    """Return the title, the chapter and the summary's sentences of each chapter."""
    if not summary.chapters:
        return [("", None, list(summary.sentences))]
    starts = [chapter.start for chapter in summary.chapters]
    said: list[list[Sentence]] = [[] for _ in starts]
    for sentence in summary.sentences:
        said[max(0, bisect_right(starts, sentence.start) - 1)].append(sentence)
    return [
        (chapter_title(chapter, number), chapter, sentences)
        for number, (chapter, sentences) in enumerate(zip(summary.chapters, said, strict=True), 1)
    ]


def with_gaps(said: Iterable[Said], gaps: Iterable[Gap]) -> list[Said | Gap]:
    """Return sentences or segments together with the gaps, in time order."""
    found: list[Said | Gap] = [*said, *gaps]
    return sorted(found, key=lambda item: item.start)


def _date(created: str) -> str:
    try:
        return datetime.fromisoformat(created).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:  # a damaged date must not prevent a summary
        return created


def cautions(result: Result) -> list[str]:
    """Return the warnings that readers of the text need, one or two sentences each, not escaped."""
    found = []
    if result.transcript.translated:
        found.append("Translated to English by the model: these are not the words that were said.")
    if result.partial:
        found.append("The file is damaged or incomplete: this covers only the part that could be read.")
    return found + [warning for warning in result.warnings if warning not in found]
