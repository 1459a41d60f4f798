"""What is stored of a job: what the user asked for, how it is done, and what came of it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from svs.events import Stage
from svs.fields import (
    Count,
    FilePath,
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
EngineWish = Literal["auto", "whisper", "captions"]
Device = Literal["auto", "cpu", "cuda"]
Method = Literal["auto", "lexrank", "lsa", "textrank", "luhn", "sumbasic", "kl", "reduction"]
Status = Literal["queued", "running", "done", "failed", "cancelled"]
"""What a record says of its job."""
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted", "damaged"]
"""How a job really is: one that runs by its record and that no process holds was interrupted."""
JOB_VERSION = 1
"""The version of `job.json`; a newer one is refused."""
REMOVED_ENGINE = "pocketsphinx"
"""What earlier versions used without a Whisper model: its jobs stay readable, but cannot go on."""


class LimitOptions(Struct, frozen=True, kw_only=True):
    """What is refused, and how many threads work: no result depends on these."""

    max_duration: Seconds = 86_400.0
    """A longer recording is refused, never cut; in seconds."""
    max_size: Count | None = None
    """A larger file is refused; in bytes."""
    allow_formats: Annotated[tuple[Name, ...], Meta(max_length=50)] = ()
    """ffmpeg's names of formats to read beside the usual ones."""
    threads: Count = 0
    """0 is one for each core."""
    fresh: bool = False
    """Do everything again, even if it was done before."""


class PlanOptions(LimitOptions, frozen=True, kw_only=True):
    """What decides the plan; the results depend on the plan."""

    subtitles: Subtitles = "auto"
    encoding: Name | None = None
    """Of caption files; None is found out."""
    engine: EngineWish | Literal["pocketsphinx"] = "auto"  # in jobs of earlier versions: see REMOVED_ENGINE
    model: FilePath | None = None
    """An installed model's name, or a folder that holds one."""
    language: Language | None = None
    """None is found out."""


class ExtractOptions(PlanOptions, frozen=True, kw_only=True):
    """What the extracted audio or captions depend on."""

    track: Name | None = None
    """The audio track: its number among the audio tracks (from 1), or its language; None is the best one."""
    start: Seconds | None = None
    end: Seconds | None = None
    """The part of the recording to read, in seconds."""


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
    length: Name = "medium"
    """`short`, `medium`, `long`, `12` sentences, `10%` of the sentences, or `150w` words."""
    chapters: Name = "auto"
    """`auto`, `none`, or how many."""


class OutputOptions(SummarizeOptions, frozen=True, kw_only=True):
    """What is made of the result for the user."""

    verbatim: bool = False
    """Show the summary's exact words, with fillers and repetitions."""
    formats: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    output_dir: FilePath | None = None
    """Where the files of `formats` go; None is beside the video."""
    embed: FilePath | None = None
    """The file for a copy of the recording with chapters and a subtitle track, absolute."""
    strip_tags: bool = False
    """The copy has none of the recording's tags."""
    no_paths: bool = False
    """JSON names files without their folders."""
    force: bool = False
    """Overwrite files that exist."""


class Options(OutputOptions, frozen=True, kw_only=True):
    """What the user asked for: each class above adds what one more stage's result depends on."""


class Plan(Struct, frozen=True, kw_only=True):
    """How a job gets its transcript. Decided once, when it first runs: a resumed job goes on as it began."""

    engine: Literal["captions", "whisper", "pocketsphinx"]  # the last in jobs of earlier versions only
    model: Title = ""
    """For people: the model's name, or where the captions come from. From outside: escape it."""
    model_folder: FilePath = ""
    """Of Whisper's model."""
    model_digest: Name = ""
    """Tells it, or the subtitle file, from another of the same name."""
    captions_file: FilePath = ""
    """The subtitle file to read."""
    captions_track: Count | None = None
    """The subtitle track to read: its index among the recording's streams."""
    language: Language | None = None
    """None when the engine shall find it out."""
    chapters: Annotated[tuple[Chapter, ...], Meta(max_length=500)] = ()
    """Those that the recording itself names."""


class StageRecord(Struct, frozen=True, kw_only=True):
    """What is known of one stage of a job."""

    key: Name
    """A hash of the inputs and options that the stage's result depends on."""
    started: Time
    finished: Time | None = None
    seconds: Seconds = 0.0
    """How long it took."""
    cpu: Seconds = 0.0
    """Seconds of processor time, of children too."""
    amount: Seconds = 0.0
    """Seconds of the recording that were worked through in that time."""
    digest: Name = ""
    """Of the extracted audio or captions, so that later stages know them when they are gone."""


class JobError(Struct, frozen=True, kw_only=True):
    """Why a job failed."""

    message: Message
    hint: Message
    exit_code: Annotated[int, Meta(ge=0, le=255)]


class Metrics(Struct, frozen=True, kw_only=True):
    """What the last run of a job cost, and what it said of its time left; its stages' records have more."""

    wall: Seconds = 0.0
    """How long its last run took."""
    memory: Count = 0
    """Bytes: the most that svs and its children took at once."""
    load: Percent = 0.0
    """How busy all processors of the machine were while it ran, 0-100 percent."""
    speech: Seconds = 0.0
    """Seconds in which people speak: by the voice detector, or else by the transcript's segments."""
    coverage: Share | None = None
    """The share of the speech that words cover; None when the speech was not measured."""
    estimates: Annotated[tuple[tuple[Seconds, Seconds, Seconds], ...], Meta(max_length=1000)] = ()
    """What was said of the time left: seconds since the run began, then the least and the most left."""


class Job(Struct, frozen=True, kw_only=True):
    """One run of svs over one recording, as `job.json` keeps it."""

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
    plan: Plan | None = None
    origin: JobId | None = None
    """The job whose transcript this one took over."""
    stages: dict[Stage, StageRecord] = field(default_factory=dict)
    metrics: Metrics = Metrics()
    outputs: Annotated[tuple[FilePath, ...], Meta(max_length=20)] = ()
    """The files written for the user, absolute."""
    warnings: Annotated[tuple[Message, ...], Meta(max_length=20)] = ()
    partial: bool = False
    notices: Annotated[tuple[Message, ...], Meta(max_length=20)] = ()
    """What was chosen of the recording: its audio track, a channel. From outside: escape it."""
    offline: bool = False
    """Networks were refused to svs while it ran: see `svs.system.network`."""
    error: JobError | None = None
    crashes: Count = 0
    """How often its process was killed or crashed, since it began or last failed, while a queue ran it."""


class Progress(Struct, frozen=True, kw_only=True):
    """Where a running job stands, as `progress.json` keeps it: small, and written a few times a second."""

    pid: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    process_started: Instant
    """When that process started, seconds since the epoch: a pid alone may belong to another by now."""
    stage: Stage | None
    done: Seconds
    total: Seconds | None
    overall: Percent
    at: Instant
    speed: Seconds | None = None
    """Seconds of the recording in a second, in this stage; None when nobody knows."""
    left: tuple[Seconds, Seconds] | None = None
    """The least and the most seconds that the whole job still takes; None when nobody knows."""
    line: Message = ""
    """The newest words heard. From outside: escape it."""
    phase: Message = ""
    """What the stage does before it advances, for people; empty once it does. From outside: escape it."""
    load: Percent = 0.0
    """How busy all processors of the machine are, 0-100 percent."""
    memory: Count = 0
    """Bytes that svs and its children take now."""


def percent(state: State, progress: Progress | None) -> float:
    """Return how much of a job is done, 0-100 percent."""
    if state == "done":
        return 100.0
    return progress.overall if progress else 0.0
