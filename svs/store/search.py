"""Searching all stored transcripts and summaries: a plain scan, newest job first."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import msgspec
from msgspec import UNSET, Struct, UnsetType

from svs.errors import StoreError, UsageError
from svs.events import Stage
from svs.fields import Name, Seconds
from svs.model.job import Job
from svs.model.speech import Sentence, Summary, Transcript
from svs.store import results, speakers, transcript
from svs.store.jobs import JobStore
from svs.store.records import Damaged
from svs.system.files import read_plain
from svs.text.sentences import sentences

_NEAR = 800
"""Letters between two words of a line: a sentence has at most 80 words, of ten letters on average."""
_ACCENT = re.compile("[\u0300-\u036f]")


class Hit(Struct, frozen=True, kw_only=True):
    """A line in which all the words occur."""

    job_id: str
    title: str
    """The recording's name for people. From outside: escape it."""
    source: str
    """Absolute path of the recording. From outside: escape it."""
    where: Literal["transcript", "summary", "chapter"]
    """A sentence, a sentence that is also in the summary, or a chapter's title."""
    start: Seconds
    end: Seconds
    text: str
    """From outside: escape it."""
    suspect: bool
    """The engine itself doubts this line."""
    speaker: Name | UnsetType = UNSET
    """Who says it, where more than one speaker is known. From outside: escape it."""


class _Text(Struct):
    text: str


class _Batch(Struct):
    """The part of a journal's line that the first check needs: fast to read, without the times of words."""

    segments: tuple[_Text, ...] = ()


_LINES = msgspec.json.Decoder(_Batch)


def search(store: JobStore, words: Sequence[str], skip: Callable[[str], None]) -> Iterator[Hit]:
    """Yield the lines in which all the words occur, newest job first, each job's lines in time order.

    Case and accents are ignored; part of a word is enough, and words joined by a space must follow each
    other. A line that several jobs have of the same recording is yielded once. `skip` is called with a
    message about each job that cannot be read.
    """
    wanted = [_folded(" ".join(word.split())) for word in words]
    if not all(wanted):
        raise UsageError("nothing to search for", "Give words, as in `svs jobs search glass lens`.")
    seen = set[tuple[str, float, str]]()
    searched = set[tuple[str, str]]()
    for job in store.jobs():
        for hit in _readable(store, job, wanted, skip, searched):
            fingerprint = "" if isinstance(job, Damaged) else job.source.fingerprint
            key = (fingerprint or hit.job_id, hit.start, hit.text)
            if key not in seen:
                seen.add(key)
                yield hit


def spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the words occur in a line, as [first, last) for each occurrence."""
    folded = [_folded(character) for character in text]
    at = [number for number, letters in enumerate(folded) for _ in letters]
    patterns = (re.escape(_folded(" ".join(word.split()))) for word in words)
    found = (match.span() for pattern in patterns for match in re.finditer(pattern, "".join(folded)))
    return sorted((at[first], at[last - 1] + 1) for first, last in found)


def _readable(
    store: JobStore,
    job: Job | Damaged,
    wanted: list[str],
    skip: Callable[[str], None],
    searched: set[tuple[str, str]],
) -> Sequence[Hit]:
    """Return a job's matches; none if it cannot be read or has just been removed.

    A transcript that another job of the same recording has too is searched once.
    """
    if isinstance(job, Damaged):
        skip(f"job {job.id} is damaged and was not searched: {job.problem}")
        return ()
    folder = store.folder(job.id)
    record = job.stages.get(Stage.TRANSCRIBE)
    content = (job.source.fingerprint, record.key if record and record.finished else job.id)
    try:
        found = _hits(job, folder, wanted, again=content in searched)
    except StoreError as error:
        if folder.exists():
            skip(f"job {job.id} was not searched: {error.message}")
    except UnicodeError:  # svs never writes such text
        skip(f"job {job.id} was not searched: its transcript contains invalid Unicode")
    else:
        if (folder / results.TRANSCRIPT).exists():
            searched.add(content)
        return found
    return ()


def _hits(job: Job, folder: Path, wanted: list[str], *, again: bool) -> list[Hit]:
    has = partial(_has, wanted=wanted)
    make = partial(Hit, job_id=job.id, title=job.title, source=job.source.path)
    summary = results.summary(folder)
    chapters = summary.chapters if summary else ()
    found = [
        make(where="chapter", start=chapter.start, end=chapter.end, text=chapter.title, suspect=False)
        for chapter in chapters
        if has(chapter.title)
    ]
    path = folder / results.TRANSCRIPT
    read = not again and _may_have(path, wanted)
    header, batches = transcript.read(path) if read else (None, [])
    if header:
        chosen = _starts(summary)
        found += [
            make(
                where="summary" if sentence.start in chosen else "transcript",
                start=sentence.start,
                end=sentence.end,
                text=sentence.text,
                suspect=sentence.suspect,
                speaker=sentence.speaker,
            )
            for sentence in _said(job, folder, transcript.transcript(header, batches))
            if has(sentence.text)
        ]
    return sorted(found, key=lambda hit: hit.start)


def _said(job: Job, folder: Path, whole: Transcript) -> tuple[Sentence, ...]:
    """Return the sentences, with the names of those who say them."""
    said = sentences(whole)
    names, _ = results.speaker_names(job, folder, said)
    return speakers.named(said, speakers.in_all(said, names))


def _starts(summary: Summary | None) -> set[float]:
    return {sentence.start for sentence in summary.sentences} if summary else set()


def _may_have(path: Path, wanted: list[str]) -> bool:
    """Return whether the sentences may match; reading them takes a hundred times as long as this check."""
    try:
        data = read_plain(path, transcript.LARGEST)
        batches = _LINES.decode_lines(data[: data.rfind(b"\n") + 1])
    except FileNotFoundError:
        return False
    except (OSError, ValueError):  # damaged or invalid Unicode: the journal's own reader reports it
        return True
    text = _squeezed(_folded("".join(segment.text for batch in batches for segment in batch.segments)))
    words = sorted(map(_squeezed, wanted), key=len, reverse=True)
    if not all(word in text for word in words):
        return False
    places = (match.start() for match in re.finditer(re.escape(words[0]), text))
    around = (text[max(0, place - _NEAR) : place + _NEAR] for place in places)
    return any(all(word in part for word in words) for part in around)


def _squeezed(text: str) -> str:
    """Return a text without spaces: some scripts join segments without a space."""
    return "".join(text.split())


def _has(text: str, wanted: list[str]) -> bool:
    folded = _folded(" ".join(text.split()))
    return all(word in folded for word in wanted)


def _folded(text: str) -> str:
    """Return a text without case and accents."""
    return text.lower() if text.isascii() else _ACCENT.sub("", normalize("NFD", text.casefold()))
