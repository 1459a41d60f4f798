"""The first stage of a job whose transcript exists already: fetch the subtitles."""

from contextlib import suppress
from pathlib import Path

from svs.errors import InputError
from svs.events import Tick
from svs.files import store_errors, write_atomic
from svs.media import ffmpeg

_LARGEST = 50_000_000  # bytes; a day of subtitles has about two million


def fetch_file(file: Path, target: Path, tick: Tick) -> None:
    """Copy a subtitle file, as it is, to `target`."""
    try:
        with file.open("rb") as stream:
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


def fetch_track(source: Path, index: int, duration: float | None, target: Path, tick: Tick) -> None:
    """Write the subtitle track that is the recording's stream `index` to `target`, as SubRip."""
    part = target.with_suffix(".part")
    graph = ffmpeg.source(source)[str(index)].output(ffmpeg.url(part), f="srt", map_metadata=-1)
    try:
        ffmpeg.run(graph.get_args(), on_time=lambda seconds: tick(min(seconds, duration or 0.0), duration))
        with store_errors("write", target):
            write_atomic(target, part.read_bytes())
    finally:
        with suppress(OSError):  # another error says why
            part.unlink(missing_ok=True)
