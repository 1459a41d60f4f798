"""The stored records of a job: what the user asked for, how it is done, and the outcome."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from svs.events import Stage
from svs.fields import (
    Count,
    FilePath,
    FrameRate,
    Instant,
    JobId,
    Language,
    Message,
    Name,
    Percent,
    Seconds,
    Share,
    Time,
    Title,
)
from svs.model.media import Source
from svs.model.speech import Chapter

Subtitles = Literal["auto", "never", "only"]
EngineChoice = Literal["auto", "whisper", "captions"]
Channels = Literal["auto", "mix", "split"]
Device = Literal["auto", "cpu", "cuda"]
SlidesChoice = Literal["auto", "none"]
Method = Literal["auto", "lexrank", "lsa", "textrank", "luhn", "sumbasic", "kl", "reduction"]
Length = Annotated[str, Meta(pattern=r"(?i)\A(short|medium|long|[1-9][0-9]{0,6}w?|(100|[1-9][0-9]?)%)\Z")]
"""Of a summary: by name, `12` sentences, `10%` of the sentences, or `150w` words."""
Chapters = Annotated[str, Meta(pattern=r"(?i)\A(auto|none|[1-9][0-9]{0,2})\Z")]
"""How many chapters."""
Status = Literal["queued", "running", "done", "failed", "cancelled"]
"""The status in a job's record."""
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted", "damaged"]
"""A job's actual state: if its record says running, but no process holds its lock, it was interrupted."""
Ended = Literal["done", "failed", "cancelled", "interrupted"]
"""The states in which a job has ended."""
JOB_VERSION = 1
"""The version of `job.json`; a newer one is refused."""
REMOVED_ENGINE = "pocketsphinx"
"""The engine of earlier versions without a Whisper model: its jobs can be read, but not resumed."""


class LimitOptions(Struct, frozen=True, kw_only=True):
    """Limits and threads: no result depends on these."""

    max_duration: Seconds = 86_400.0
    """A longer recording is refused, never cut; in seconds."""
    max_size: Count | None = None
    """A larger file is refused; in bytes."""
    allow_formats: Annotated[tuple[Name, ...], Meta(max_length=50)] = ()
    """ffmpeg's names of formats to accept beside the usual ones."""
    threads: Count = 0
    """0 means one for each core."""
    fresh: bool = False
    """Start from scratch, even if it was done before."""


class PlanOptions(LimitOptions, frozen=True, kw_only=True):
    """What the plan depends on; the results depend on the plan."""

    subtitles: Subtitles = "auto"
    engine: EngineChoice | Literal["pocketsphinx"] = "auto"  # in jobs of earlier versions: see REMOVED_ENGINE
    model: FilePath | None = None
    """An installed model's name, or a model's folder."""
    language: Language | None = None
    """None means that it is detected."""


class ExtractOptions(PlanOptions, frozen=True, kw_only=True):
    """What the extracted audio or captions depend on."""

    track: Name | None = None
    """The audio track: its number among the audio tracks (from 1), its language, or `all` for each by itself;
    None for the best one."""
    channels: Channels = "auto"
    """Whether two channels are mixed, or each transcribed by itself; `auto` splits if each has a voice."""
    start: Seconds | None = None
    end: Seconds | None = None
    """The part of the recording to read, in seconds."""
    encoding: Name | None = None
    """Of caption files; None is found out."""


class TranscribeOptions(ExtractOptions, frozen=True, kw_only=True):
    """What the transcript depends on, beside the audio."""

    translate: bool = False
    prompt: Message | None = None
    hotwords: Message | None = None
    device: Device = "auto"
    compute_type: Name = "default"


class SummarizeOptions(TranscribeOptions, frozen=True, kw_only=True):
    """What the summary depends on, beside the transcript."""

    method: Method = "auto"
    length: Length = "medium"
    chapters: Chapters = "auto"
    slides: SlidesChoice = "auto"
    """`none` means that nobody looks at the pictures."""


class OutputOptions(SummarizeOptions, frozen=True, kw_only=True):
    """How the result is presented."""

    verbatim: bool = False
    """Show the summary's exact words, with fillers and repetitions."""
    speaker_names: Annotated[tuple[tuple[Name, Name], ...], Meta(max_length=1000)] = ()
    """The speakers' numbers or names in the recording, and the names that the user wants."""
    formats: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    output_dir: FilePath | None = None
    """The folder for the files of `formats`; None is the video's folder."""
    output_template: FilePath | None = None
    """In its place: the path of each file, absolute, with fields as in `svs.outputs.names`."""
    subtitle_width: Annotated[int, Meta(ge=1, le=1000)] = 42
    """Characters in a line of subtitles."""
    embed: FilePath | None = None
    """The file for a copy of the recording with chapters and a subtitle track, absolute."""
    strip_tags: bool = False
    """Leave the recording's tags out of the copy."""
    no_paths: bool = False
    """JSON has the names of files without their folders."""
    force: bool = False
    """Overwrite files that exist."""


class Options(OutputOptions, frozen=True, kw_only=True):
    """What the user asked for: each class above adds what one more stage's result depends on."""


class Plan(Struct, frozen=True, kw_only=True):
    """How a job gets its transcript. Decided once, when it first runs, and kept when it is resumed."""

    engine: Literal["captions", "whisper", "pocketsphinx"]  # the last in jobs of earlier versions only
    model: Title = ""
    """For people: the model's name, or where the captions come from. From outside: escape it."""
    model_folder: FilePath = ""
    """The folder of the Whisper model."""
    model_digest: Name = ""
    """A hash of the model or the subtitle file, to notice another one of the same name."""
    captions_file: FilePath = ""
    """The subtitle file to read."""
    captions_track: Count | None = None
    """The subtitle track to read: its index among the recording's streams."""
    language: Language | None = None
    """None if the engine is to detect it."""
    chapters: Annotated[tuple[Chapter, ...], Meta(max_length=500)] = ()
    """The recording's own chapters."""
    made_with: Message = ""
    """What else decides Whisper's words: device, numeric type, processor and libraries; decided with them."""


class StageRecord(Struct, frozen=True, kw_only=True):
    """The record of one stage of a job."""

    key: Name
    """A hash of the inputs and options that the stage's result depends on."""
    started: Time
    finished: Time | None = None
    seconds: Seconds = 0.0
    """How long it took."""
    cpu: Seconds = 0.0
    """Processor time in seconds, including children."""
    amount: Seconds = 0.0
    """Seconds of the recording that were processed in that time."""
    digest: Name = ""
    """A hash of the extracted audio or captions, which later stages need after these are deleted."""
    speakers: Annotated[tuple[Name, ...], Meta(max_length=200)] = ()
    """Whose sound was extracted, each to a file of its own. From outside: escape it."""


class JobError(Struct, frozen=True, kw_only=True):
    """Why a job failed."""

    message: Message
    hint: Message
    exit_code: Annotated[int, Meta(ge=0, le=255)]


class Metrics(Struct, frozen=True, kw_only=True):
    """What the last run of a job cost, and its estimates of the time left. See also the stages' records."""

    wall: Seconds = 0.0
    """How long the last run took, in seconds."""
    memory: Count = 0
    """The peak memory of svs and its children, in bytes."""
    load: Percent = 0.0
    """How busy all processors of the machine were while it ran, 0-100 percent."""
    speech: Seconds = 0.0
    """Seconds of speech, from the voice detector, or else from the transcript's segments."""
    coverage: Share | None = None
    """The share of the speech that words cover; None when the speech was not measured."""
    estimates: Annotated[tuple[tuple[Seconds, Seconds, Seconds], ...], Meta(max_length=1000)] = ()
    """Estimates of the time left: seconds since the run began, then the least and the most left."""


class Job(Struct, frozen=True, kw_only=True):
    """One run of svs over one recording, as stored in `job.json`."""

    version: Count = JOB_VERSION
    id: JobId
    source: Source
    options: Options
    status: Status = "queued"
    created: Time
    """ISO 8601 in UTC, like every time in a record."""
    finished: Time | None = None
    title: Title = ""
    """The recording's name for people: its title tag or its file name. From outside: escape it."""
    duration: Seconds = 0.0
    """Seconds of the recording that were read."""
    frame_rate: FrameRate = 0.0
    """Its pictures a second; 0 if there are none, or the file does not say."""
    plan: Plan | None = None
    origin: JobId | None = None
    """The job whose transcript this one reused."""
    stages: dict[Stage, StageRecord] = field(default_factory=dict)
    metrics: Metrics = Metrics()
    outputs: Annotated[tuple[FilePath, ...], Meta(max_length=20)] = ()
    """The files written for the user, absolute."""
    warnings: Annotated[tuple[Message, ...], Meta(max_length=20)] = ()
    partial: bool = False
    notices: Annotated[tuple[Message, ...], Meta(max_length=20)] = ()
    """What was chosen: captions, an audio track, a channel. From outside: escape it."""
    offline: bool = False
    """The network was refused while it ran: see `svs.system.network`."""
    error: JobError | None = None
    crashes: Count = 0
    """How often its process was killed or crashed, since it began or last failed, while a queue ran it."""


class Progress(Struct, frozen=True, kw_only=True):
    """The progress of a running job in `progress.json`: small, and written a few times a second."""

    pid: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    process_started: Instant
    """When that process started, in seconds since the epoch: a pid may be reused."""
    stage: Stage | None
    done: Seconds
    total: Seconds | None
    overall: Percent
    at: Instant
    speed: Seconds | None = None
    """Seconds of the recording per second, in this stage; None if unknown."""
    left: tuple[Seconds, Seconds] | None = None
    """The least and the most seconds that the whole job still takes; None if unknown."""
    line: Message = ""
    """The latest words. From outside: escape it."""
    phase: Message = ""
    """What the stage does before it advances, for people; empty once it does. From outside: escape it."""
    load: Percent = 0.0
    """How busy all processors of the machine are, 0-100 percent."""
    memory: Count = 0
    """The present memory of svs and its children, in bytes."""


def percent(state: State, progress: Progress | None) -> float:
    """Return how much of a job is done, 0-100 percent."""
    if state == "done":
        return 100.0
    return progress.overall if progress else 0.0
