"""The summary as Markdown: what `svs summarize` prints into a pipe, and what `-f md` writes."""

import re
from collections.abc import Iterable

from svs.model import Result, Sentence
from svs.outputs.interface import cautions, facts, line, timestamp

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~#$@]|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
"""What could become markup within a line: emphasis, code, HTML, tables, formulas, links (bare ones too)."""


def render(result: Result) -> str:
    """Return the header and the summary, each sentence with its time."""
    parts = [
        f"# {escape(result.title)}\n",
        _list(f"{label}: {escape(value)}" for label, value in facts(result)),
    ]
    parts += [f"> **Note:** {escape(caution)}\n" for caution in cautions(result)]
    parts += ["## Summary\n", _list(map(_quote, result.summary.sentences))]
    return "\n".join(parts)


def escape(text: str) -> str:
    """Return text from outside as one line of Markdown that shows it as it is."""
    return _SPECIAL.sub(r"\\\g<0>", line(text))


def _quote(sentence: Sentence) -> str:
    return f"[{timestamp(sentence.start)}] {escape(sentence.text)}"


def _list(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items)
