"""The summary and the whole transcript as plain text."""

from collections.abc import Iterable

from svs.model.speech import Gap, Result, Sentence
from svs.outputs.shared import by_chapter, cautions, facts, line, timestamp, with_gaps
from svs.text.coverage import mark


def render(result: Result) -> str:
    """Return the header, the summary and the transcript; `(?)` marks doubtful sentences."""
    title = line(result.title)
    width = max(len(label) for label, _ in facts(result)) + 2
    head = [f"{label + ':':<{width}}{line(value)}\n" for label, value in facts(result)]
    notes = [f"! {line(caution)}\n" for caution in cautions(result)]
    parts = [f"{title}\n{'=' * len(title)}\n", "".join(head)]
    parts += ["".join(notes)] if notes else []
    parts.append("SUMMARY\n")
    for chapter_title, chapter, sentences in by_chapter(result.summary):
        heading = f"{timestamp(chapter.start)} {chapter_title}\n" if chapter else ""
        parts.append(heading + _lines(sentences))
    said = with_gaps(result.sentences, result.transcript.gaps)
    return "\n".join([*parts, "TRANSCRIPT\n", _lines(said)])


def _lines(said: Iterable[Sentence | Gap]) -> str:
    return "".join(f"{mark(item) if isinstance(item, Gap) else _line(item)}\n" for item in said)


def _line(sentence: Sentence) -> str:
    return f"[{timestamp(sentence.start)}] {'(?) ' if sentence.suspect else ''}{line(sentence.text)}"
