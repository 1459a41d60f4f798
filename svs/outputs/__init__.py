"""The formats of a result: each is a pure function from `Result` to text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from svs.model.media import Frame
from svs.model.speech import Result
from svs.outputs import chapters, cues, html, json, markdown, quotes, subtitles, table, text


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a result."""

    suffix: str
    """Replaces the recording's extension. It has two parts, so that players do not take it for subtitles."""
    render: Callable[[Result], str]


FORMATS = {
    "md": Format(".summary.md", markdown.render),
    "txt": Format(".summary.txt", text.render),
    "html": Format(".report.html", html.render),
    "json": Format(".summary.json", json.render),
    "srt": Format(".transcript.srt", subtitles.srt),
    "vtt": Format(".transcript.vtt", subtitles.vtt),
    "tsv": Format(".transcript.tsv", table.render),
    "edl": Format(".quotes.edl", quotes.edl),
    "cmx.edl": Format(".cmx.edl", quotes.cmx),
    "csv": Format(".quotes.csv", quotes.segments),
    "chapters.txt": Format(".chapters.txt", chapters.youtube),
    "chapters.vtt": Format(".chapters.vtt", chapters.vtt),
    "ffmetadata": Format(".chapters.ffmetadata", chapters.ffmetadata),
}
"""The formats, by their names for `-f`."""


_SUBTITLES = {"srt": subtitles.srt, "vtt": subtitles.vtt}


def render(
    result: Result, format_name: str, frames: Sequence[Frame] = (), subtitle_width: int = cues.WIDTH
) -> str:
    """Return a result in the format of this name; only the report has frames, only subtitles a width."""
    if format_name == "html":
        return html.render(result, frames)
    if format_name in _SUBTITLES:
        return _SUBTITLES[format_name](result, subtitle_width)
    return FORMATS[format_name].render(result)
