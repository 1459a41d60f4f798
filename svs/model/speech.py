"""Speech: segments as an engine returns them, sentences, chapters, summaries, results."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from svs.fields import (
    Count,
    FrameRate,
    Language,
    Name,
    Said,
    Seconds,
    Share,
    Title,
)

Voices = Literal["tracks", "channels"]
RESULT_VERSION = 2
"""The version of the JSON that `svs summarize --json` prints; raised when a field changes its meaning."""


class Word(Struct, frozen=True):
    """One word that an engine transcribed."""

    start: Seconds
    end: Seconds
    text: Said


class Segment(Struct, frozen=True):
    """A piece of speech as an engine returns it: a phrase, a subtitle cue."""

    start: Seconds
    end: Seconds
    text: Said
    words: tuple[Word, ...] = ()
    """Empty if the engine has no times for words."""
    suspect: bool = False
    """Probably wrong: shown in the transcript, left out of the summary."""
    language: Language | None = None
    """Its language, if that is not the transcript's."""
    speaker: Name = ""
    """The speaker, if known. From outside: escape it."""
    turn: bool | UnsetType = UNSET
    """Captions mark that another one begins to speak here, named or not; else it is not there."""


class Gap(Struct, frozen=True):
    """A stretch where the voice detector finds speech but the transcript has no words."""

    start: Seconds
    end: Seconds


class Transcript(Struct, frozen=True, kw_only=True):
    """Everything that was said."""

    engine: str
    """`whisper` or `captions`; in old jobs also `pocketsphinx`."""
    model: str
    """The model's name, or where the captions come from. From outside: escape it."""
    language: Language
    """`und` if unknown."""
    translated: bool
    """The words are an English translation by the model, not what was said."""
    segments: tuple[Segment, ...]
    """In time order; those of different speakers may overlap where `voices` is there."""
    gaps: tuple[Gap, ...] = ()
    """Speech that could not be transcribed, in time order."""
    speech: Seconds = 0.0
    """Seconds of speech, from the voice detector; 0 if not measured."""
    coverage: Share | None = None
    """The share of the speech that words cover; None if the speech was not measured."""
    voices: Voices | UnsetType = UNSET
    """What was transcribed by itself, each for a speaker; else there is none."""


class Sentence(Struct, frozen=True):
    """One sentence as it was said."""

    start: Seconds
    end: Seconds
    text: Said
    suspect: bool = False
    said: Said = ""
    """The exact words, if `text` leaves out fillers or repetitions; else empty."""
    language: Language | None = None
    """Its language, if that is not the transcript's; then it is left out of the summary."""
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
    """Words that are said in it, or a title that is `given` or `from_slide`. From outside: escape it."""
    given: bool = False
    """The chapter is in the file's metadata; else svs found it."""
    from_slide: bool = False
    """The title was read from a slide, and may be misread; nobody said it."""
    sentences: tuple[Sentence, ...] = ()
    """Its own summary of one or two sentences."""


class Slide(Struct, frozen=True):
    """A slide, or another picture of a screen, that is shown for a while."""

    start: Seconds
    end: Seconds
    title: Title = ""
    """Its largest line, if a chapter is named after it. From outside: escape it."""


class Summary(Struct, frozen=True, kw_only=True):
    """The most important sentences, in the order in which they were said."""

    method: Name
    length: Name
    sentences: tuple[Sentence, ...]
    chapters: tuple[Chapter, ...] = ()
    """Contiguous from the first word to the last; empty if not asked for."""
    phrases: tuple[Title, ...] = ()
    """The key phrases, as they were said, the most important first."""
    slides: tuple[Slide, ...] = ()
    """Those that the recording shows, each once, in time order."""


class Speaker(Struct, frozen=True, kw_only=True):
    """Who speaks in a recording, and how long."""

    id: Count
    """1 for who speaks first, and so on; it stays whatever names the user gives."""
    name: Name
    """From outside: escape it."""
    how: Literal["captions"] | Voices
    """How it is known who speaks."""
    seconds: Seconds


class Result(Struct, frozen=True, kw_only=True):
    """A job's whole result; all outputs are rendered only from this, and `--json` prints it."""

    version: int = RESULT_VERSION
    job_id: str
    title: str
    """The recording's name for people. From outside: escape it."""
    source: str
    """Absolute path of the recording. From outside: escape it."""
    created: str
    """When the job was created, ISO 8601 in UTC."""
    duration: Seconds
    """Seconds of the recording that were read."""
    start: Seconds
    """Where reading began, in seconds of the recording (`--start`)."""
    frame_rate: FrameRate | UnsetType = UNSET
    """Its pictures a second; there is none for a recording without pictures."""
    partial: bool
    """The file was damaged or incomplete: there was more than could be read."""
    warnings: tuple[str, ...]
    """What readers of any output should know, in sentences."""
    notices: tuple[str, ...] = ()
    """What was chosen of the recording: its audio track, a channel. From outside: escape it."""
    summary: Summary
    transcript: Transcript
    sentences: tuple[Sentence, ...]
    """The whole transcript, split into sentences."""
    speakers: tuple[Speaker, ...] | UnsetType = UNSET
    """In the order in which they first speak; there is none where fewer than two are known."""


class Batch(Struct, frozen=True):
    """What an engine transcribes in one step: the unit of the journal, which is never transcribed twice."""

    end: Seconds
    """All the extracted audio before this second has been transcribed."""
    total: Seconds
    """Seconds of extracted audio in all."""
    segments: tuple[Segment, ...]
    """In time order; times in seconds from the start of the extracted audio."""
    gaps: tuple[Gap, ...] = ()
    """Speech for which no attempt gave words; times as above."""
    speech: Seconds = 0.0
    """Seconds of speech, from the voice detector; 0 if not measured."""
