"""The result as one page to read, search and send: no other file, no network, and no script but its own.

Whatever comes from outside is escaped by Jinja. The page's policy (CSP) allows only the script and the style
whose hashes it names, and lets nothing be fetched but the recording, which may lie beside it.
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
from svs.model.speech import Chapter, Gap, Result, Sentence, Speaker
from svs.outputs.shared import by_chapter, cautions, facts, line, shares, speakers, with_gaps
from svs.text.coverage import mark
from svs.times import clock

if TYPE_CHECKING:
    from markupsafe import Markup

ASSETS = Path(__file__).parent.parent / "assets"

_PAUSE = 2.0
"""Seconds of silence after which a new paragraph begins."""
_LONG = 400
"""Characters after which it does, too."""
_BARS = 150
"""How many the timeline draws for how much is said."""
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Seconds between two labelled times, as people count them."""
_LABELS = 6
_COLOURS = 8
"""How many the style has for speakers."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and where the transcript has it."""

    at: int
    """The number of the transcript's sentence that it is, or that is spoken then."""
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
    """A chapter, or the whole recording when it has none, as the page shows it."""

    number: int
    chapter: Chapter
    frame: Frame | None
    chosen: list[Line]
    """What the whole summary has of it."""
    summary: list[Line]
    """Its own."""
    paragraphs: list[Paragraph]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture of the whole recording; places are in percent from its left edge."""

    start: float
    end: float
    bars: list[float]
    """How much is said in each stretch of the same length, from 0 to 1, the most."""
    labels: list[float]
    """Seconds to write below it."""

    def place(self, seconds: float) -> float:
        """Return where a time is."""
        share = (seconds - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)


def render(result: Result, frames: Sequence[Frame] = ()) -> str:
    """Return the page, with one of the frames for each chapter that one of them is from."""
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
        facts=[fact for fact in facts(result) if fact[0] not in ("About", "Speakers")],  # it shows them
        cautions=cautions(result),
        css=css,
        script=script,
        policy=_policy(css, script),
        beside=f"./{_address(result.source)}",
        summary=_lines(result, result.summary.sentences),
        parts=_parts(result, frames),
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
    """Return a text from outside as one line without control characters; Jinja escapes it after that."""
    return line(value) if type(value) is str else value


def _policy(css: str, script: str) -> str:
    def exactly(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {exactly(css)}; script-src {exactly(script)}; "
        "img-src data:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _address(source: str) -> str:
    """Return a file's own name as a relative address: every character that means something is encoded."""
    name = Path(source).name
    try:
        return quote(name.encode(errors="surrogateescape"), safe="")
    except UnicodeEncodeError:  # not from any file system, but from a forged record
        return quote(line(name), safe="")


def _picture(frame: Frame) -> str:
    return f"data:image/jpeg;base64,{b64encode(frame.jpeg).decode()}"


def _exactly(seconds: float) -> str:
    return f"{round(seconds, 2):g}" if seconds < 1000 else f"{seconds:.2f}".rstrip("0").rstrip(".")


def _lines(result: Result, sentences: Iterable[Sentence]) -> list[Line]:
    """Return these sentences, each with its place in the transcript."""
    starts = [one.start for one in result.sentences]
    return [Line(max(0, bisect_right(starts, one.start + 0.001) - 1), one) for one in sentences]


def _parts(result: Result, frames: Sequence[Frame]) -> list[Part]:
    """Return the chapters, each with what is said in it; without chapters, one part with everything."""
    whole = Chapter(start=result.start, end=result.start + result.duration, title="")
    named = by_chapter(result.summary)
    chapters = [replace(one, title=title) for title, one, _ in named if one] or [whole]
    chosen = [_lines(result, sentences) for _, _, sentences in named]
    starts = [chapter.start for chapter in chapters]
    said: list[list[Line | Gap]] = [[] for _ in chapters]
    places = count()
    for one in with_gaps(result.sentences, result.transcript.gaps):
        part = said[max(0, bisect_right(starts, one.start + 0.001) - 1)]
        part.append(one if isinstance(one, Gap) else Line(next(places), one))
    return [
        Part(
            number=number,
            chapter=chapter,
            frame=next((one for one in frames if chapter.start <= one.start < chapter.end), None),
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
    for one in said:
        if isinstance(one, Gap):
            paragraphs.append(Paragraph([], one))
            continue
        paused = not paragraphs or paragraphs[-1].gap or one.sentence.start - end > _PAUSE
        if paused or length > _LONG or paragraphs[-1].speaker != one.sentence.said_by:
            paragraphs.append(Paragraph([]))
            length = 0
        paragraphs[-1].lines.append(one)
        length += len(one.sentence.text)
        end = one.sentence.end
    return paragraphs


def _timeline(result: Result) -> Timeline:
    start = result.start
    end = max([start + 1.0, start + result.duration, *(one.end for one in result.sentences)])
    step = next((step for step in _STEPS if (end - start) / step <= _LABELS), end - start)
    labels = [number * step for number in range(int(start // step), int(end // step) + 1)]
    return Timeline(start, end, _density(result, start, end), [one for one in labels if start <= one <= end])


def _density(result: Result, start: float, end: float) -> list[float]:
    """Return how many letters are said in each stretch; a sentence's are spread evenly over its time."""
    wide = (end - start) / _BARS
    letters = [0.0] * _BARS
    for said in result.sentences:
        first = min(_BARS - 1, max(0, int((said.start - start) / wide)))
        last = min(_BARS - 1, max(first, int((said.end - start) / wide)))
        for bar in range(first, last + 1):
            left, right = start + bar * wide, start + (bar + 1) * wide
            shared = min(said.end, right) - max(said.start, left)
            pace = shared / (said.end - said.start) if said.end > said.start else 1 / (last - first + 1)
            letters[bar] += len(said.text) * max(0.0, pace)
    most = max(letters) or 1.0
    return [round(one / most, 3) for one in letters]
