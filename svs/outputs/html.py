"""The result as a single HTML page to read, search and send: no other files, no network, only its own script.

Text from outside is escaped by Jinja. The page's policy (CSP) allows only the script and the style with the
hashes in it, and fetches nothing but the recording, if that is in the same folder.
"""

from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec.structs import replace

from svs.model.media import Frame
from svs.model.speech import Chapter, Gap, Result, Sentence, Slide, Speaker
from svs.outputs.shared import by_chapter, cautions, facts, line, shares, speakers, with_gaps
from svs.text.coverage import mark
from svs.times import clock

if TYPE_CHECKING:
    from markupsafe import Markup

ASSETS = Path(__file__).parent.parent / "assets"

_PAUSE = 2.0
"""Seconds of silence after which a new paragraph begins."""
_LONG = 400
"""Characters after which one begins, too."""
_BARS = 150
"""The number of bars in the timeline."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds between two labels of the timeline."""
_LABELS = 6
_COLOURS = 8
"""How many the style has for speakers."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and its place in the transcript."""

    at: int
    """The number of this sentence in the transcript, or of the one that is spoken at its time."""
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that follow each other, or a gap between them."""

    lines: list[Line]
    gap: Gap | None = None

    @property
    def speaker(self) -> str:
        """Return who says all of it; empty where no speaker is known."""
        return self.lines[0].sentence.said_by if self.lines else ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker, as the page shows one."""

    number: int
    """From 1, in the order in which they first speak."""
    speaker: Speaker
    share: int
    """Of the time in which they all speak, in percent."""

    @property
    def colour(self) -> int:
        """Return which of the style's colours is theirs."""
        return (self.number - 1) % _COLOURS + 1


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter on the page, or the whole recording if it has none."""

    number: int
    chapter: Chapter
    frame: Frame | None
    chosen: list[Line]
    """Its sentences in the whole summary."""
    summary: list[Line]
    """Its own summary."""
    paragraphs: list[Paragraph]


@dataclass(frozen=True, slots=True)
class Shown:
    """A slide with its picture."""

    slide: Slide
    frame: Frame
    at: int
    """The number of the sentence that is spoken when it is first shown."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timeline of the whole recording; positions are in percent from its left edge."""

    start: float
    end: float
    bars: list[float]
    """How much is said in each interval, from 0 to 1, the most."""
    labels: list[float]
    """Seconds to write below it."""

    def place(self, seconds: float) -> float:
        """Return the position of a time."""
        share = (seconds - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)


def render(result: Result, frames: Sequence[Frame] = ()) -> str:
    """Return the page; each chapter shows the first frame from its time, if there is one."""
    from jinja2 import Environment, StrictUndefined

    css, script = _asset("report.css"), _asset("report.js")
    environment = Environment(
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"clock": clock, "picture": _picture, "exactly": _exactly, "mark": mark}
    return environment.from_string(_asset("report.html")).render(
        result=result,
        language="en" if result.transcript.translated else result.transcript.language,
        facts=[fact for fact in facts(result) if fact[0] not in ("About", "Speakers")],  # shown elsewhere
        cautions=cautions(result),
        css=css,
        script=script,
        policy=_policy(css, script),
        beside=f"./{_address(result.source)}",
        summary=_lines(result, result.summary.sentences),
        parts=_parts(result, frames),
        slides=_slides(result, frames),
        timeline=_timeline(result),
        voices=_voices(result),
    )


def _voices(result: Result) -> dict[str, Voice]:
    """Return the speakers by their names."""
    named = speakers(result)
    share = shares(named)
    return {who.name: Voice(number, who, share[who.name]) for number, who in enumerate(named, 1)}


def _asset(name: str) -> "Markup":
    from markupsafe import Markup

    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704 - our own


def _harmless(value: object) -> object:
    """Return a text from outside as one line without control characters; Jinja then escapes it."""
    return line(value) if type(value) is str else value


def _policy(css: str, script: str) -> str:
    def exactly(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {exactly(css)}; script-src {exactly(script)}; "
        "img-src data:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _address(source: str) -> str:
    """Return a file's name as a relative URL: every special character is encoded."""
    name = Path(source).name
    try:
        return quote(name.encode(errors="surrogateescape"), safe="")
    except UnicodeEncodeError:  # only possible in a forged record
        return quote(line(name), safe="")


def _picture(frame: Frame) -> str:
    return f"data:image/jpeg;base64,{b64encode(frame.jpeg).decode()}"


def _exactly(seconds: float) -> str:
    return f"{round(seconds, 2):g}" if seconds < 1000 else f"{seconds:.2f}".rstrip("0").rstrip(".")


def _lines(result: Result, sentences: Iterable[Sentence]) -> list[Line]:
    """Return these sentences, each with its place in the transcript."""
    starts = [sentence.start for sentence in result.sentences]
    return [Line(max(0, bisect_right(starts, s.start + 0.001) - 1), s) for s in sentences]


def _slides(result: Result, frames: Sequence[Frame]) -> list[Shown]:
    """Return the slides that have a picture: of several, the last one, in which nothing is missing."""
    starts = [sentence.start for sentence in result.sentences]
    shown = []
    for slide in result.summary.slides:
        pictures = [frame for frame in frames if slide.start <= frame.start < slide.end]
        if pictures:
            at = max(0, bisect_right(starts, slide.start + 0.001) - 1)
            shown.append(Shown(slide, pictures[-1], at))
    return shown


def _parts(result: Result, frames: Sequence[Frame]) -> list[Part]:
    """Return the chapters, each with its sentences; without chapters, one part with all of them."""
    whole = Chapter(start=result.start, end=result.start + result.duration, title="")
    named = by_chapter(result.summary)
    chapters = [replace(chapter, title=title) for title, chapter, _ in named if chapter] or [whole]
    chosen = [_lines(result, sentences) for _, _, sentences in named]
    starts = [chapter.start for chapter in chapters]
    said: list[list[Line | Gap]] = [[] for _ in chapters]
    places = count()
    for item in with_gaps(result.sentences, result.transcript.gaps):
        part = said[max(0, bisect_right(starts, item.start + 0.001) - 1)]
        part.append(item if isinstance(item, Gap) else Line(next(places), item))
    return [
        Part(
            number=number,
            chapter=chapter,
            frame=next((frame for frame in frames if chapter.start <= frame.start < chapter.end), None),
            chosen=chosen[number - 1],
            summary=_lines(result, chapter.sentences),
            paragraphs=_paragraphs(spoken),
        )
        for number, (chapter, spoken) in enumerate(zip(chapters, said, strict=True), start=1)
    ]


def _paragraphs(said: Iterable[Line | Gap]) -> list[Paragraph]:
    """Return lines in paragraphs: they end at a gap, a pause or another speaker, and when they are long."""
    paragraphs: list[Paragraph] = []
    length, end = 0, 0.0
    for item in said:
        if isinstance(item, Gap):
            paragraphs.append(Paragraph([], item))
            continue
        paused = not paragraphs or paragraphs[-1].gap or item.sentence.start - end > _PAUSE
        if paused or length > _LONG or paragraphs[-1].speaker != item.sentence.said_by:
            paragraphs.append(Paragraph([]))
            length = 0
        paragraphs[-1].lines.append(item)
        length += len(item.sentence.text)
        end = item.sentence.end
    return paragraphs


def _timeline(result: Result) -> Timeline:
    start = result.start
    end = max([start + 1.0, start + result.duration, *(sentence.end for sentence in result.sentences)])
    step = next((step for step in _STEPS if (end - start) / step <= _LABELS), end - start)
    labels = [number * step for number in range(int(start // step), int(end // step) + 1)]
    labels = [label for label in labels if start <= label <= end]
    return Timeline(start, end, _density(result, start, end), labels)


def _density(result: Result, start: float, end: float) -> list[float]:
    """Return how much is said in each interval; a sentence's letters are spread evenly over its time."""
    width = (end - start) / _BARS
    letters = [0.0] * _BARS
    for sentence in result.sentences:
        first = min(_BARS - 1, max(0, int((sentence.start - start) / width)))
        last = min(_BARS - 1, max(first, int((sentence.end - start) / width)))
        for bar in range(first, last + 1):
            left, right = start + bar * width, start + (bar + 1) * width
            length, shared = (
                sentence.end - sentence.start,
                min(sentence.end, right) - max(sentence.start, left),
            )
            part = shared / length if length > 0 else 1 / (last - first + 1)
            letters[bar] += len(sentence.text) * max(0.0, part)
    most = max(letters) or 1.0
    return [round(count / most, 3) for count in letters]
