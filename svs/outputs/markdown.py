"""The summary as Markdown: what `svs summarize` prints to a pipe, and what `-f md` writes."""

import re
from collections.abc import Iterable
from itertools import starmap

from svs.model.speech import Chapter, Result, Sentence
from svs.outputs.shared import by_chapter, cautions, facts, line, timestamp

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
    chapters = by_chapter(result.summary)
    if result.summary.chapters:
        parts += ["## Contents\n", "".join(starmap(_entry, enumerate(chapters, 1)))]
    parts.append("## Summary\n")
    for number, (title, chapter, sentences) in enumerate(chapters, 1):
        if chapter:
            parts.append(f'### <a id="chapter-{number}"></a>{timestamp(chapter.start)} {escape(title)}\n')
        parts += [_list(map(_quote, sentences))] if sentences else []
    return "\n".join(parts)


def _entry(number: int, part: tuple[str, Chapter | None, list[Sentence]]) -> str:
    """Return a chapter's entry in the table of contents, with its own summary."""
    title, chapter, _ = part
    own = [f"    - {_quote(sentence)}\n" for sentence in chapter.sentences] if chapter else []
    return "".join([f"{number}. [{escape(title)}](#chapter-{number})\n", *own])


def escape(text: str) -> str:
    """Return text from outside as one line of Markdown that displays it literally, with a full-width @.

    GitHub turns mail addresses into links and mentions people, even with a backslash before the @.
    """
    return _SPECIAL.sub(r"\\\g<0>", line(text)).replace("@", "\uff20")


def _quote(sentence: Sentence) -> str:
    return f"[{timestamp(sentence.start)}] {escape(sentence.text)}"


def _list(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items)
