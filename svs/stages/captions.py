"""The first stage of a job whose transcript exists already: choose the captions, and fetch them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from svs.engines import caption_choice, captions, select
from svs.engines.caption_choice import Candidate
from svs.engines.caption_limits import IGNORE
from svs.errors import InputError
from svs.events import Tick
from svs.languages import code, name
from svs.media import clock, ffmpeg, tracks
from svs.media.limits import Limits
from svs.model.job import Options
from svs.model.media import MediaInfo
from svs.model.speech import Segment
from svs.system.files import store_errors, write_atomic
from svs.text.words import guess_language

Say = Callable[[str], None]
_FORMS = {"subrip": "srt", "ass": "ass", "ssa": "ass", "webvtt": "webvtt"}
"""The codecs that are copied as they are, with the names of speakers, and the formats of their files."""


def choose(
    source: Path, media: MediaInfo, options: Options, folder: Path | None, warn: Say, notice: Say, tick: Tick
) -> Candidate | None:
    """Return the captions that are the transcript of a recording, or None; what is passed over is said.

    Tracks are read into `folder` to see what they hold; without one they are taken at their word.
    Raises InputError when the user insists on captions and the only ones are no transcript.
    """
    there = caption_choice.candidates(source, media)
    if not there:
        return None
    spoken = tracks.ranked(source, media.audio, None, options.language)[0].language if media.audio else ""
    found = caption_choice.ranked(there, options.language, code(spoken))
    # The claimed duration is not the length where a clock does not begin at zero.
    length = clock.claimed(media, clock.origin(source, formats=options.allow_formats))
    problem: InputError | None = None
    for candidate in found:
        try:
            segments = _read(candidate, source, media, options, folder, tick)
            _check_sense(candidate, segments, length, options.language)
        except InputError as error:
            problem = problem or error
            warn(f"{error.message}: it is ignored")
        else:
            notice(_choice(candidate, found))
            return candidate
    if problem and select.insists(options):
        raise problem
    return None


def _choice(chosen: Candidate, found: Sequence[Candidate]) -> str:
    """Return a sentence that says which captions are taken, and which there are beside them."""
    language = f" ({name(chosen.language)})" if chosen.language and chosen.file else ""
    others = [other for other in found if other is not chosen]
    more = f"; there are also {', '.join(other.label for other in others)}" if others else ""
    if any(other.language not in ("", chosen.language) for other in others):
        more += "; choose with --language"
    return f"The transcript comes from {chosen.label}{language}, not from the audio{more}."


def _read(
    candidate: Candidate, source: Path, media: MediaInfo, options: Options, folder: Path | None, tick: Tick
) -> tuple[Segment, ...]:
    """Return what captions say; nothing of a track without a folder. Raises InputError if unfit."""
    if problem := caption_choice.unfit(candidate, options.language):
        raise InputError(problem, IGNORE)
    if candidate.file:
        hint = candidate.language or options.language
        return captions.read(candidate.file, candidate.label, hint, options.encoding).segments
    if folder is None or candidate.track is None:
        return ()
    target = folder / "candidate.srt"
    try:
        fetch_track(source, media, options, candidate.track, target, tick)
        return captions.read(target, candidate.label, candidate.language, options.encoding).segments
    except ffmpeg.FfmpegError as error:
        raise InputError(f"{candidate.label} cannot be read", IGNORE) from error
    finally:
        target.unlink(missing_ok=True)


def _check_sense(
    candidate: Candidate, segments: tuple[Segment, ...], length: float | None, asked: str | None
) -> None:
    """Raise InputError when captions are not what is said in the recording, in the language asked for."""
    if not segments:
        return
    if problem := caption_choice.mismatch(segments, length):
        raise InputError(
            f"{candidate.label} does not fit the recording: it {problem}",
            f"{IGNORE} Or summarize the captions themselves.",
        )
    language = guess_language(" ".join(segment.text for segment in segments)) if asked else "und"
    if asked and not candidate.language and language not in ("und", asked):
        raise InputError(
            f"{candidate.label} is in {name(language)}, not in {name(asked)}",
            "Leave out --language to use it.",
        )


def fetch_file(
    file: Path, target: Path, tick: Tick, language: str | None = None, encoding: str | None = None
) -> str:
    """Write the text of a caption file to `target`, as UTF-8; `language` is a hint for its encoding.

    Returns a warning when some of its cues cannot be read; else nothing. Raises InputError.
    """
    try:
        data = captions.text(file, str(file), language, encoding).encode(errors="replace")
    except OSError as error:
        raise InputError(
            f"cannot read {file}: {error.strerror}", "Check the name and its permissions."
        ) from error
    with store_errors("write", target):
        write_atomic(target, data)
    tick(len(data), len(data))
    return captions.read(target, file.name).loss(file.name)


def fetch_track(
    source: Path, media: MediaInfo, options: Options, index: int, target: Path, tick: Tick
) -> str:
    """Write the subtitle track that is the recording's stream `index` to `target`, as text.

    Returns a warning when the recording is damaged, so that some may be missing; else nothing.
    """
    part = target.with_suffix(".part")
    length = media.duration
    codec = next(track.codec for track in media.subtitles if track.index == index)
    form: dict[str, str] = {"f": _FORMS[codec], "c": "copy"} if codec in _FORMS else {"f": "srt"}
    # Odd letters are no reason to lose a cue: what ffmpeg has to decode, it does not check.
    decoding = {} if codec in _FORMS else {"sub_charenc_mode": "ignore"}
    formats = options.allow_formats
    timing = clock.options(clock.origin(source, formats=formats))
    recording = ffmpeg.source(source, codecs="text", formats=formats, **timing, **decoding)
    graph = recording[str(index)].output(ffmpeg.url(part), map_metadata=-1, map_chapters=-1, **form)
    limits = Limits(seconds=options.max_duration, written=captions.LARGEST)
    try:
        log = ffmpeg.run(
            ["-v", "error", *graph.get_args()],
            on_time=lambda seconds: tick(min(seconds, length or 0.0), length),
            limits=limits,
        )
        ffmpeg.check_written(log, part, "captions")
        with store_errors("write", target):
            write_atomic(target, part.read_bytes())
    except ffmpeg.FfmpegError as error:
        ffmpeg.check_written(error.log, part, "captions")
        raise
    finally:
        with suppress(OSError):  # another error says why
            part.unlink(missing_ok=True)
    return "The file is damaged: some of its captions may be missing." if ffmpeg.damaged(log) else ""
