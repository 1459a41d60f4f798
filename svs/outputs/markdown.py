"""The summary as Markdown: what `svs summarize` prints to a pipe, and what `-f md` writes."""

import re
from collections.abc import Iterable

from svs.model.speech import Result, Sentence
from svs.outputs.shared import by_chapter, cautions, facts, line, speaker_label
from svs.times import clock

_SPECIAL = re.compile(
    r"[\\`*_\[\]<>&|~#$^{}]"
    r"|(?<=[{%<\[])%|%(?=[%}])"  # commands and comments of template engines
    r"|(?<=/)/|(?<=\S)\.(?=[^\W\d]|[^\x00-\x7f]|\d+\.\d)"  # bare URLs, which some viewers turn into links
)
"""What could become markup within a line: emphasis, code, HTML, tables, formulas, links."""


def render(result: Result) -> str:
    """Return the header and the summary, each sentence with its time."""
    parts = [
        f"# {escape(result.title)}\n",
        _list(f"{label}: {escape(value)}" for label, value in facts(result)),
    ]
    parts += [f"> **Note:** {escape(caution)}\n" for caution in cautions(result)]
    parts.append("## Summary\n")
    for title, chapter, sentences in by_chapter(result.summary):
        if chapter:
            parts.append(f"### {clock(chapter.start)} {escape(title)}\n")
        parts += [_list(map(_quote, sentences))] if sentences else []
    return "\n".join(parts)


def escape(text: str) -> str:
    """Return text from outside as one line of Markdown that displays it literally, with a full-width @.

    GitHub turns mail addresses into links and mentions people, even with a backslash before the @.
    """
    return _SPECIAL.sub(r"\\\g<0>", line(text)).replace("@", "\uff20")


def _quote(sentence: Sentence) -> str:
    return f"[{clock(sentence.start)}] {escape(speaker_label(sentence) + sentence.text)}"


def _list(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items)
