"""The formats of caption files: from a file's text to its cues, with their words as the file has them.

Nothing is refused that a player shows; what cannot be read is counted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from svs.engines import caption_times
from svs.fields import LONGEST

_STAMP = re.compile(r"<[\d:.]+>")  # WebVTT's times of single words
_TTML = re.compile(r"<(?:\w{1,20}:)?tt[\s>]")
_PARAGRAPH = re.compile(r"<(?:\w{1,20}:)?p(?=[\s>])")
_BREAK = re.compile(r"<(?:\w{1,20}:)?br\s*/?>")
_TAG_OF_LYRICS = re.compile(r"\[[a-z]+:.*\]")
_USUAL_FIELDS = "layer,start,end,style,name,marginl,marginr,marginv,effect,text"
_MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Cue:
    """What a file shows from one moment to another, in seconds; its text may have tags and several lines."""

    start: float
    end: float
    text: str
    name: str = ""
    """Who says it, where the format has a field for that."""


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of a file, in its order."""

    cues: tuple[Cue, ...]
    lost: int
    """How many more there are whose times cannot be read."""


def parse(text: str) -> Cues:
    """Return the cues of a file in any of the formats; none of what is no caption file."""
    found = list(_read(re.sub("[\0\ufeff]", "", text).lstrip()))
    cues = tuple(cue for cue in found if cue is not None and cue.end >= 0)
    return Cues(cues, len(found) - len(cues))


def _read(text: str) -> Iterator[Cue | None]:
    """Yield each cue, and None for each whose times cannot be read."""
    if text.startswith("WEBVTT"):
        return _blocks(_STAMP.sub("", text).splitlines(), blank_ends=True)
    if _TTML.search(text[:5000]):
        return _ttml(text)
    if text.startswith(("{", "[")) and (document := _json(text)):
        return _json_cues(document)
    lines = _STAMP.sub("", text).splitlines()
    if any(line.lstrip().startswith("Dialogue:") for line in lines):
        return _ass(lines)
    return iter(list(_blocks(lines, blank_ends=False)) or _timed_lines(lines))


def _blocks(lines: Sequence[str], *, blank_ends: bool) -> Iterator[Cue | None]:
    """Yield the cues of SubRip, WebVTT and SubViewer: a line with times, and lines of text.

    In WebVTT a blank line ends a cue, but not one with a space in it: rolling captions begin with such.
    """
    times: tuple[float, float] | None = None
    shown: list[str] = []
    count, inside = 0, False
    for line in lines:
        found = caption_times.cue(line)
        if found or caption_times.is_like_a_cue(line):
            if times:
                yield Cue(*times, "\n".join(_without_number(shown, count + 1)))
            if not found:
                yield None
            times, shown, inside = found, [], bool(found)
            count += 1
        elif blank_ends and not line:
            inside = False
        elif inside:
            shown.append(line.strip())
    if times:
        yield Cue(*times, "\n".join(shown))


def _timed_lines(lines: Sequence[str]) -> Iterator[Cue]:
    """Return the cues of a text with times before its lines, as lyrics are written; each ends at the next."""
    found = list[tuple[float, list[str]]]()
    for line in lines:
        times, rest = caption_times.before_line(line)
        if times:
            found += ((start, [rest]) for start in times)
        elif found and not _TAG_OF_LYRICS.fullmatch(line.strip()):
            found[-1][1].append(line.strip())
    found.sort(key=lambda timed: timed[0])
    ends = [start for start, _ in found[1:]] + [start for start, _ in found[-1:]]
    return (Cue(start, end, "\n".join(said)) for (start, said), end in zip(found, ends, strict=True))


def _without_number(shown: list[str], number: int) -> list[str]:
    """Leave out the next cue's number: it is right above its times, or it is the one that comes next."""
    filled = [index for index, line in enumerate(shown) if line]
    last = filled[-1] if filled else -1
    is_number = filled and shown[last].isdecimal() and (last == len(shown) - 1 or shown[last] == str(number))
    return shown[:last] if is_number else shown


def _ass(lines: Sequence[str]) -> Iterator[Cue | None]:
    """Yield SubStation's lines of speech, whatever the order of their fields."""
    fields = _USUAL_FIELDS.split(",")
    for line in map(str.strip, lines):
        kind, _, rest = line.partition(":")
        if kind == "Format":
            named = [name.strip().lower() for name in rest.split(",", _MOST_FIELDS)]
            fields = named if {"start", "end", "text"} <= set(named) else fields  # else it is of the styles
        elif kind == "Dialogue":
            yield _dialogue(rest, fields)


def _dialogue(line: str, fields: Sequence[str]) -> Cue | None:
    """Return a line of speech; the commas beyond the others are the text's own."""
    at = fields.index("text")
    after = len(fields) - at - 1
    before = line.split(",", at)
    rest = before.pop().rsplit(",", after) if after else [before.pop()]
    values = dict(zip(fields, [*before, *rest], strict=False))
    start, end = (caption_times.clock(values.get(name, "")) for name in ("start", "end"))
    if start is None or end is None or "text" not in values:
        return None
    return Cue(start, end, values["text"], values.get("name", values.get("actor", "")).strip())


def _ttml(text: str) -> Iterator[Cue | None]:
    """Yield the timed paragraphs; no XML parser sees them, which could be made to open other files."""
    head, *paragraphs = _PARAGRAPH.split(text)
    frames = _rate(head, "frameRate", 30.0)
    ticks = _rate(head, "tickRate", frames)
    for paragraph in paragraphs:
        tag, _, rest = paragraph.partition(">")
        begin, end, length = (_attribute(tag, name) for name in ("begin", "end", "dur"))
        if not begin:
            continue
        start = caption_times.offset(begin, frames, ticks)
        until = caption_times.offset(end or length or begin, frames, ticks)
        if start is None or until is None:
            yield None
            continue
        shown = re.split(r"</(?:\w{1,20}:)?p\s*>", rest, maxsplit=1)[0]
        words = _BREAK.sub("\n", " ".join(shown.split()))
        yield Cue(start, start + until if length and not end else until, words, _attribute(tag, "agent"))


def _rate(head: str, name: str, usual: float) -> float:
    number = _attribute(head, name)
    return float(number) if number.isdecimal() and 0 < int(number) < LONGEST else usual


def _attribute(tag: str, name: str) -> str:
    match = re.search(rf"[\s:]{name}\s*=\s*[\"']([^\"'<>]{{0,200}})[\"']", tag)
    return match[1].strip() if match else ""


class _Offsets(Struct):
    start: float = msgspec.field(name="from", default=0.0)
    end: float = msgspec.field(name="to", default=0.0)


class _Said(Struct):
    """A segment as Whisper, WhisperX and svs write it (seconds), or whisper.cpp (milliseconds)."""

    start: float | None = None
    end: float | None = None
    offsets: _Offsets | None = None
    text: str = ""
    speaker: str | None = None


class _Segments(Struct):
    segments: tuple[_Said, ...] = ()


class _Document(_Segments):
    transcription: tuple[_Said, ...] | str | None = None
    transcript: _Segments | str | None = None


def _json(text: str) -> tuple[_Said, ...]:
    """Return the segments of a transcript in JSON; nothing when it is something else."""
    try:
        found = msgspec.json.decode(text, type=_Document)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return ()
    inner = found.transcript.segments if isinstance(found.transcript, _Segments) else ()
    return found.segments or (found.transcription if isinstance(found.transcription, tuple) else inner)


def _json_cues(segments: Sequence[_Said]) -> Iterator[Cue | None]:
    for segment in segments:
        start, end = segment.start, segment.end
        if segment.offsets:
            start, end = segment.offsets.start / 1000, segment.offsets.end / 1000
        if start is None or not abs(start) <= LONGEST:
            yield None
        else:
            until = end if end is not None and abs(end) <= LONGEST else start
            yield Cue(start, until, segment.text, segment.speaker or "")
