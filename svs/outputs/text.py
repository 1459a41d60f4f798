"""The summary and the whole transcript as plain text."""

from collections.abc import Iterable

from svs.model.speech import Gap, Result, Sentence
from svs.outputs.shared import (
    at_changes,
    by_chapter,
    cautions,
    facts,
    line,
    speaker_label,
    with_gaps,
)
from svs.text.coverage import mark
from svs.times import clock


def render(result: Result) -> str:
    """Return the header, the summary and the transcript; `(?)` marks doubtful sentences."""
    title = line(result.title)
    width = max(len(label) for label, _ in facts(result)) + 2
    head = [f"{label + ':':<{width}}{line(value)}\n" for label, value in facts(result)]
    notes = [f"! {line(caution)}\n" for caution in cautions(result)]
    parts = [f"{title}\n{'=' * len(title)}\n", "".join(head)]
    parts += ["".join(notes)] if notes else []
    parts += ["SUMMARY\n", summary(result)]
    said = with_gaps(result.sentences, result.transcript.gaps)
    return "\n".join([*parts, "TRANSCRIPT\n", _lines(at_changes(said))])


def summary(result: Result) -> str:
    """Return the summary alone, under the titles of its chapters."""
    parts = [
        (f"{clock(chapter.start)} {title}\n" if chapter else "")
        + _lines((speaker_label(quote), quote) for quote in sentences)
        for title, chapter, sentences in by_chapter(result.summary)
    ]
    return "\n".join(parts)


def _lines(said: Iterable[tuple[str, Sentence | Gap]]) -> str:
    return "".join(f"{mark(item) if isinstance(item, Gap) else _line(who, item)}\n" for who, item in said)


def _line(who: str, sentence: Sentence) -> str:
    return f"[{clock(sentence.start)}] {who}{'(?) ' if sentence.suspect else ''}{line(sentence.text)}"
