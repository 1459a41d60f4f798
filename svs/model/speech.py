"""What is said: segments as an engine returns them, sentences, chapters, summaries, results."""

from dataclasses import dataclass
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from svs.fields import (
    Count,
    Language,
    Name,
    Said,
    Seconds,
    Share,
    Title,
)

RESULT_VERSION = 2
"""The version of the JSON that `svs summarize --json` prints; raised when a field changes its meaning."""


class Word(Struct, frozen=True):
    """One word as an engine heard it."""

    start: Seconds
    end: Seconds
    text: Said


class Segment(Struct, frozen=True):
    """A piece of speech as an engine returns it: a phrase, a subtitle cue."""

    start: Seconds
    end: Seconds
    text: Said
    words: tuple[Word, ...] = ()
    """Empty when the engine has no times for words."""
    suspect: bool = False
    """The engine itself doubts it: shown in the transcript, kept out of the summary."""
    language: Language | None = None
    """What is spoken in it, where that is another language than the transcript's."""
    speaker: Name = ""
    """Who says it, where the captions name them. From outside: escape it."""


class Gap(Struct, frozen=True):
    """A stretch in which the voice detector finds speech and the transcript has no words."""

    start: Seconds
    end: Seconds


class Transcript(Struct, frozen=True, kw_only=True):
    """Everything that was said."""

    engine: str
    """`whisper` or `captions`; in old jobs also `pocketsphinx`."""
    model: str
    """The model's name, or where the captions come from. From outside: escape it."""
    language: Language
    """`und` when nobody knows."""
    translated: bool
    """The words are an English translation by the model, not what was said."""
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...] = ()
    """Speech that could not be transcribed, in time order."""
    speech: Seconds = 0.0
    """Seconds of speech by the voice detector; 0 when it was not asked."""
    coverage: Share | None = None
    """The share of the speech that words cover; None when the speech was not measured."""


class Sentence(Struct, frozen=True):
    """One sentence as it was said."""

    start: Seconds
    end: Seconds
    text: Said
    suspect: bool = False
    said: Said = ""
    """The exact words, where `text` leaves fillers and repetitions out; empty where `text` is them."""
    language: Language | None = None
    """What it is in, where that is another language than the transcript's: then kept out of the summary."""
    speaker: Name | UnsetType = UNSET
    """Who says it, where more than one speaker is known. From outside: escape it."""

    @property
    def said_by(self) -> str:
        """Return the speaker's name; empty where none is given."""
        return self.speaker if isinstance(self.speaker, str) else ""


class Chapter(Struct, frozen=True, kw_only=True):
    """A part of the recording with one topic."""

    start: Seconds
    end: Seconds
    title: Title
    """Words that occur in it, or, of a given chapter, what the file says. From outside: escape it."""
    given: bool = False
    """The file itself names this chapter; else it is guessed."""
    sentences: tuple[Sentence, ...] = ()
    """Its own summary, of one sentence or two."""


class Summary(Struct, frozen=True, kw_only=True):
    """The sentences that say most, in the order in which they were said."""

    method: Name
    length: Name
    sentences: tuple[Sentence, ...]
    chapters: tuple[Chapter, ...] = ()
    """One after the other from the first word to the last; none when they were not asked for."""
    phrases: tuple[Title, ...] = ()
    """The words that the recording is about, as they were said, the most telling first."""


class Speaker(Struct, frozen=True, kw_only=True):
    """Who speaks in a recording, and how long."""

    id: Count
    """1 for who speaks first, and so on; it stays whatever names the user gives."""
    name: Name
    """From outside: escape it."""
    how: Literal["captions"]
    """How it is known who speaks."""
    seconds: Seconds


class Result(Struct, frozen=True, kw_only=True):
    """A job's whole result; every output is rendered from this alone, and `--json` prints it."""

    version: int = RESULT_VERSION
    job_id: str
    title: str
    """The recording's name for people. From outside: escape it."""
    source: str
    """Absolute path of the recording. From outside: escape it."""
    created: str
    """When the job was made, ISO 8601 in UTC."""
    duration: Seconds
    """Seconds of the recording that were read."""
    start: Seconds
    """Where reading began, in seconds of the recording (`--start`)."""
    partial: bool
    """The file was damaged or incomplete: there was more than could be read."""
    warnings: tuple[str, ...]
    """What the reader of any output should know, in sentences."""
    notices: tuple[str, ...] = ()
    """What was chosen of the recording: its audio track, a channel. From outside: escape it."""
    summary: Summary
    transcript: Transcript
    sentences: tuple[Sentence, ...]
    """The whole transcript, cut into sentences."""
    speakers: tuple[Speaker, ...] | UnsetType = UNSET
    """In the order in which they first speak; there is none where fewer than two are known."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What an engine heard in one go: the unit that is journalled, and never heard twice."""

    end: Seconds
    """All the extracted audio before this second has been heard."""
    total: Seconds
    """Seconds of extracted audio in all."""
    segments: tuple[Segment, ...]
    """In time order; times in seconds from the start of the extracted audio."""
    gaps: tuple[Gap, ...] = ()
    """Speech without words that lasts, after everything was tried; times likewise."""
    speech: Seconds = 0.0
    """Seconds of speech by the voice detector; 0 when it was not asked."""
