"""What all outputs share: the description of a result, and the cleaning of text from outside."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar

from svs import languages
from svs.characters import without_unseen
from svs.model.speech import Chapter, Gap, Result, Segment, Sentence, Speaker, Summary
from svs.text.coverage import covered
from svs.times import clock

Said = TypeVar("Said", bound=Sentence | Segment)

PARTIAL = "the file is damaged or incomplete: something is missing"
"""The label for damaged files in outputs without room for whole sentences."""

_MOST_SPEAKERS = 6
"""How many a header names."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def line(text: str) -> str:
    """Return text from outside as one line of visible characters that can be encoded."""
    return _SURROGATE.sub("\ufffd", without_unseen(" ".join(text.split())))


def facts(result: Result) -> list[tuple[str, str]]:
    """Return the labels and values of a result's header; the values are not escaped yet."""
    transcript, summary = result.transcript, result.summary
    found = [
        ("Duration", clock(result.duration)),
        ("Language", "unknown" if transcript.language == "und" else languages.name(transcript.language)),
        ("Engine", f"{transcript.engine} ({transcript.model})" if transcript.model else transcript.engine),
        ("Date", _date(result.created)),
        ("Summary", f"{_length(summary.length)}, by {summary.method}"),
    ]
    if chapters := summary.chapters:
        origin = "from the recording" if chapters[0].given else "by topic"
        read = sum(chapter.from_slide for chapter in chapters)
        titles = f"; {read} with the title of a slide" if read else ""
        found.append(("Chapters", f"{len(chapters)}, {origin}{titles}"))
    if coverage := covered(transcript):
        found.append(("Coverage", coverage))
    if named := speakers(result):
        found.append(("Speakers", _longest(named)))
    if summary.phrases:
        found.append(("About", ", ".join(summary.phrases)))
    if result.start:
        found.insert(1, ("From", clock(result.start)))
    return found


def _length(wanted: str) -> str:
    """Return the length of a summary for people: `medium`, `5 sentences`, `150 words`."""
    if wanted.isdecimal():
        return f"{wanted} sentence" + "s" * (wanted != "1")
    return wanted.replace("%", " % of the sentences").replace("w", " words")


def speakers(result: Result) -> tuple[Speaker, ...]:
    """Return who speaks; nobody where fewer than two are known."""
    return result.speakers if isinstance(result.speakers, tuple) else ()


def shares(named: Iterable[Speaker]) -> dict[str, int]:
    """Return how much of the time in which these people speak is each one's, by name, in percent."""
    seconds = {speaker.name: speaker.seconds for speaker in named}
    total = max(0.001, sum(seconds.values()))
    return {name: round(100 * spoken / total) for name, spoken in seconds.items()}


def _longest(named: tuple[Speaker, ...]) -> str:
    ordered = sorted(shares(named).items(), key=lambda entry: -entry[1])
    shown = [f"{name} {share} %" for name, share in ordered[:_MOST_SPEAKERS]]
    more = len(named) - len(shown)
    return ", ".join(shown) + (f", and {more} more" if more else "")


def speaker_label(said: Sentence) -> str:
    """Return what comes before a sentence that is quoted alone: its speaker, if known."""
    return f"{line(said.said_by)}: " if said.said_by else ""


def at_changes(said: Iterable[Said | Gap]) -> list[tuple[str, Said | Gap]]:
    """Return what was said, with a label where another speaks than before: `?: ` when nobody knows who."""
    found: list[tuple[str, Said | Gap]] = []
    before = ""
    for spoken in said:
        who = ""
        if isinstance(spoken, Sentence) and spoken.said_by != before:
            who, before = speaker_label(spoken) or "?: ", spoken.said_by
        found.append((who, spoken))
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
