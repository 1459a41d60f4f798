"""The transcript's journal: a header, then a line for each transcribed batch.

A line is on the disk before the next batch begins, so that a killed job resumes after its last complete line.
"""

import os
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from msgspec import UNSET, Struct
from msgspec.structs import replace

from svs.errors import StoreError
from svs.fields import Count, Language, Name, Seconds, Title
from svs.model.job import REMOVED_ENGINE
from svs.model.speech import Batch, Gap, Segment, Transcript, Voices
from svs.system.codec import checked, decode
from svs.system.files import read_plain, store_errors, write_open
from svs.text.loops import in_loop

VERSION = 1
LARGEST = 1_000_000_000
"""Bytes; a day of speech has some twenty million."""


class Header(Struct, frozen=True, kw_only=True):
    """Where the lines below it come from; with another key they cannot be reused."""

    version: Count = VERSION
    key: Name
    """A hash of the audio, the model and the options."""
    engine: Name
    model: Title
    language: Language
    translated: bool
    offset: Seconds
    """Seconds of the recording before the extracted audio begins (`--start`)."""
    voices: Voices | None = None
    """What was transcribed by itself, each for a speaker, so that batches overlap."""


class _Version(Struct):
    version: Count = VERSION


def read(path: Path, key: str | None = None) -> tuple[Header | None, list[Batch]]:
    """Return the header and the batches; an incomplete last line is skipped.

    The header is None if there is no journal, or if a key is given and the journal has another one.
    Raises StoreError if it is damaged in the middle or too new.
    """
    header, batches, damage = _parse(path)
    if damage:
        raise StoreError(
            f"the transcript {path} is damaged: {damage}",
            "Run the job again: `svs summarize` with the same file.",
        ) from damage
    return (header, batches) if header and key in (None, header.key) else (None, [])


def read_prefix(path: Path, key: str) -> tuple[Header | None, list[Batch]]:
    """Return the same as `read`, but only the part before the damage if the journal is damaged."""
    header, batches, _ = _parse(path)
    return (header, batches) if header and header.key == key else (None, [])


def is_complete(batches: list[Batch]) -> bool:
    """Return whether these are all batches of a recording, up to its end."""
    return bool(batches) and batches[-1].end >= batches[-1].total


def _parse(path: Path) -> tuple[Header | None, list[Batch], ValueError | None]:
    """Return the header, the batches before any damage, and the error."""
    header, batches = None, list[Batch]()
    try:
        for line in _complete_lines(path):
            if header is None:
                if decode(line, _Version).version > VERSION:
                    raise StoreError(f"the transcript {path} was written by a newer svs", "Update svs.")
                header = decode(line, Header)
            else:
                batches.append(_after(batches, decode(line, Batch)))
    except ValueError as error:
        return header, batches, error
    return header, batches, None


def _after(batches: list[Batch], batch: Batch) -> Batch:
    """Return a batch. Raises ValueError if it does not end later: then two processes wrote the journal."""
    if batches and batch.end <= batches[-1].end:
        raise ValueError(f"a batch that ends at {batch.end} s follows one that ends at {batches[-1].end} s")
    return batch


def _complete_lines(path: Path) -> list[bytes]:
    with store_errors("read", path):
        data = read_plain(path, LARGEST) if os.path.lexists(path) else b""
    return data.split(b"\n")[:-1]  # text after the last line feed is incomplete


def begin(path: Path, header: Header, batches: Iterable[Batch] = ()) -> BinaryIO:
    """Write a new journal, with the batches that exist already, and return it, to add more.

    It takes the place of an earlier one. A process that this one took the job over from, and that still adds
    to its own, writes to a file that no longer has a name.
    """
    with store_errors("write", path):
        return write_open(path, _line(path, header) + b"".join(_line(path, batch) for batch in batches))


def add(path: Path, journal: BinaryIO, batch: Batch) -> None:
    """Add a batch to a journal; it is on the disk when this returns."""
    with store_errors("write", path):
        journal.write(_line(path, batch, journal.tell()))
        journal.flush()
        os.fsync(journal.fileno())


def _line(path: Path, record: Header | Batch, before: int = 0) -> bytes:
    try:
        return checked(record, LARGEST - before)
    except ValueError as error:
        raise StoreError(
            f"cannot write the transcript {path}: {error}", "Summarize a shorter part."
        ) from error


def transcript(header: Header, batches: Iterable[Batch]) -> Transcript:
    """Return the transcript, with times from the start of the recording."""
    known = list(batches)
    doubtful = header.engine == REMOVED_ENGINE  # it got many words wrong
    segments = [
        replace(shifted(s, header.offset), suspect=s.suspect or doubtful)
        for batch in known
        for s in batch.segments
    ]
    if header.engine == "whisper":
        segments = _with_loops(segments)
    gaps = [_moved(gap, header.offset) for batch in known for gap in batch.gaps]
    if header.voices:
        segments.sort(key=lambda segment: segment.start)
        gaps.sort(key=lambda gap: gap.start)
    main = _main_language(header.language, segments)
    speech = sum(batch.speech for batch in known)
    missing = sum(max(0.0, gap.end - gap.start) for gap in gaps)
    return Transcript(
        engine=header.engine,
        model=header.model,
        language=main,
        translated=header.translated,
        segments=tuple(_labelled(segment, header.language, main) for segment in segments),
        gaps=tuple(gaps),
        speech=round(speech, 3),
        coverage=round(max(0.0, 1 - missing / speech), 6) if speech else None,
        voices=header.voices or UNSET,
    )


def cut(batches: Iterable[Batch], start: float, end: float) -> Batch:
    """Return what is said between two times, in seconds of the audio, as one complete batch that begins at 0.

    A segment belongs to it by its middle.
    """
    known = list(batches)
    said = (segment for batch in known for segment in batch.segments)
    gaps = [
        Gap(max(start, gap.start), min(end, gap.end))
        for batch in known
        for gap in batch.gaps
        if gap.start < end and gap.end > start
    ]
    begins = [0.0, *(batch.end for batch in known)]
    speech = sum(
        batch.speech * max(0.0, min(end, batch.end) - max(start, begin)) / max(0.001, batch.end - begin)
        for begin, batch in zip(begins, known, strict=False)
    )
    return Batch(
        end=round(end - start, 3),
        total=round(end - start, 3),
        segments=tuple(shifted(s, -start) for s in said if start <= (s.start + s.end) / 2 < end),
        gaps=tuple(_moved(gap, -start) for gap in gaps),
        speech=round(speech, 3),
    )


def _with_loops(segments: Iterable[Segment]) -> list[Segment]:
    """Return the segments in time order, those that a speaker says over and over as suspect."""
    found = list[Segment]()
    for _, group in groupby(sorted(segments, key=_speaker), _speaker):
        mine = list(group)
        loops = in_loop([segment.text for segment in mine])
        found += [replace(s, suspect=s.suspect or loop) for s, loop in zip(mine, loops, strict=True)]
    return sorted(found, key=lambda segment: segment.start)


def _speaker(segment: Segment) -> str:
    return segment.speaker


def _main_language(first: Language, segments: Iterable[Segment]) -> Language:
    """Return the language that is spoken longest, which may not be the first."""
    seconds = {first: 0.0}
    for segment in segments:
        if not segment.suspect:
            language = segment.language or first
            seconds[language] = seconds.get(language, 0.0) + segment.end - segment.start
    return max(seconds, key=lambda language: seconds[language])


def _labelled(segment: Segment, first: Language, main: Language) -> Segment:
    """Return a segment with its language only if that is known and not the main language."""
    language = segment.language or first
    named = None if language in (main, "und") else language
    return segment if segment.language == named else replace(segment, language=named)


def _moved(gap: Gap, offset: float) -> Gap:
    return Gap(round(gap.start + offset, 3), round(gap.end + offset, 3))


def shifted(segment: Segment, offset: float) -> Segment:
    """Return a segment some seconds later, or earlier; never before 0."""

    def moved(second: float) -> float:
        return max(0.0, round(second + offset, 3))

    words = tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in segment.words)
    return replace(segment, start=moved(segment.start), end=moved(segment.end), words=words)
