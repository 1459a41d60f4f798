"""The first stage of a job whose transcript exists already: fetch the subtitles."""

from contextlib import suppress
from pathlib import Path

from svs.errors import InputError
from svs.events import Tick
from svs.media import clock, ffmpeg
from svs.media.input_check import open_regular
from svs.media.limits import Limits
from svs.model.job import Options
from svs.model.media import MediaInfo
from svs.system.files import store_errors, write_atomic

_LARGEST = 50_000_000  # bytes; a day of subtitles has about two million


def fetch_file(file: Path, target: Path, tick: Tick) -> None:
    """Copy a subtitle file, as it is, to `target`."""
    try:
        with open_regular(file) as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(
            f"cannot read {file}: {error.strerror}", "Check the name and its permissions."
        ) from error
    if len(data) > _LARGEST:
        raise InputError(f"{file} is too large for a subtitle file", "Use --subtitles never to ignore it.")
    with store_errors("write", target):
        write_atomic(target, data)
    tick(len(data), len(data))


def fetch_track(
    source: Path, media: MediaInfo, options: Options, index: int, target: Path, tick: Tick
) -> str:
    """Write the subtitle track that is the recording's stream `index` to `target`, as SubRip.

    Returns a warning when the recording is damaged, so that some may be missing; else nothing.
    """
    part = target.with_suffix(".part")
    length = media.duration
    formats = options.allow_formats
    begins = clock.origin(source, formats=formats)
    recording = ffmpeg.source(source, codecs="text", formats=formats, **clock.options(begins))
    graph = recording[str(index)].output(ffmpeg.url(part), f="srt", map_metadata=-1, map_chapters=-1)
    limits = Limits(seconds=options.max_duration, written=_LARGEST)
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
