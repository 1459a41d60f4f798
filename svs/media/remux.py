"""A copy of a recording with a subtitle track and chapters added: nothing in it is re-encoded."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from svs.errors import InputError
from svs.media import ffmpeg
from svs.media.limits import Limits
from svs.model.job import Options
from svs.model.media import MediaInfo

_REASON = re.compile(r"^\[\w+ @ 0x[0-9a-f]+\] (?!.*whitelist|Failed to open codec)(.*)", re.MULTILINE)
"""What a muxer complains of; not that the decoders of tracks that are only copied are out of reach."""
_SLACK = 64 << 20
"""Bytes that the copy may have beyond twice the recording's: its index, and what is added."""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file that holds sound or video, chapters and a subtitle track."""

    muxer: str
    """ffmpeg's name for it."""
    subtitles: Literal["srt", "vtt"]
    """The form in which the new subtitle track is given."""
    codec: str
    """ffmpeg's encoder for text subtitles that it does not hold as they are, and what it makes."""
    holds: frozenset[str]
    """The codecs of text subtitles that it holds as they are."""
    attachments: bool = False
    """It holds files, such as the fonts of its subtitles."""


_MP4 = Container("mp4", "srt", "mov_text", frozenset({"mov_text"}))
_MATROSKA = Container(
    "matroska", "srt", "srt", frozenset({"subrip", "srt", "ass", "ssa", "webvtt"}), attachments=True
)
CONTAINERS = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    ".m4a": Container("ipod", "srt", "mov_text", frozenset({"mov_text"})),
    ".mov": Container("mov", "srt", "mov_text", frozenset({"mov_text"})),
    ".mkv": _MATROSKA,
    ".mka": _MATROSKA,
    ".webm": Container("webm", "vtt", "webvtt", frozenset({"webvtt"})),
}
"""By suffix."""


@dataclass(frozen=True, slots=True)
class Added:
    """What the copy has more than the recording: files of ours."""

    subtitles: Path
    """In the container's form."""
    language: str
    """Of the subtitles, in three letters."""
    label: str
    """The subtitle track's name."""
    chapters: Path | None
    """As FFMETADATA1; None leaves the recording's own, unless its tags are left out."""


def remux(
    source: Path,
    media: MediaInfo,
    options: Options,
    added: Added,
    part: Path,
    target: Path,
    on_time: Callable[[float], None] | None = None,
    *,
    strip_tags: bool = False,
) -> None:
    """Copy the pictures, sound and subtitles of a recording to `part`, bit for bit, with more tracks.

    With `strip_tags` all its tags are left out, its cover, and the files in it.

    `target` is the name that the copy gets later. Text subtitles that the container holds in another form
    only are converted. The same files give the same bytes. Raises InputError when the container cannot hold a
    track, and what `ffmpeg.run` raises.
    """
    container = CONTAINERS[target.suffix.lower()]
    arguments = _inputs(source, options, added, container)
    arguments += _streams(media, added, container, strip_tags=strip_tags)
    arguments += ["-map_metadata", "-1", "-map_metadata:s", "-1"] if strip_tags else ["-map_metadata", "0"]
    chapters = "2" if added.chapters else "-1" if strip_tags else "0"
    arguments += ["-map_chapters", chapters, "-fflags", "+bitexact"]
    arguments += ["-strict", "experimental"]  # FLAC in MP4, which everything plays by now
    arguments += ["-f", container.muxer, ffmpeg.url(part)]
    limits = Limits(seconds=options.max_duration, written=2 * source.stat().st_size + _SLACK)
    try:
        log = ffmpeg.run(["-v", "error", *arguments], on_time=on_time, limits=limits)
    except ffmpeg.FfmpegError as error:
        if "Invalid argument" not in error.log:  # the muxer's own complaint, not the disk's
            _check_written(error.log, target)
        reason = next((found[1] for found in _REASON.finditer(error.log)), error.message)
        raise InputError(
            f"the tracks of {source} cannot be copied into a {container.muxer} file: {reason}",
            "Give the copy's name another suffix; .mkv holds nearly everything.",
        ) from error
    _check_written(log, target)


def _check_written(log: str, target: Path) -> None:
    ffmpeg.check_written(log, target, "copy", "Free some space, or name another folder.")


def _inputs(source: Path, options: Options, added: Added, container: Container) -> list[str]:
    """Return the recording, the subtitles and the chapters, as inputs 0, 1 and 2.

    ffmpeg-python keeps no order of inputs, and cannot name one without streams.
    """
    recording = ffmpeg.source(source, codecs="copy", formats=options.allow_formats)
    form = "webvtt" if container.subtitles == "vtt" else "srt"
    # Old kinds of files leave out times that new ones need.
    arguments: list[str] = ["-fflags", "+genpts", *recording.output("-").get_args()[:-1]]
    arguments += ["-f", form, "-i", ffmpeg.url(added.subtitles)]
    if added.chapters:
        arguments += ["-f", "ffmetadata", "-i", ffmpeg.url(added.chapters)]
    return arguments


def _streams(media: MediaInfo, added: Added, container: Container, *, strip_tags: bool) -> list[str]:
    """Return which streams the copy has, each as it is; those of data, such as a camera's, are left out."""
    files = ["t"] if container.attachments else []
    kinds = ["V", "a", "s"] if strip_tags else ["v", "a", "s", *files]  # `V` is without covers
    arguments = [argument for kind in kinds for argument in ("-map", f"0:{kind}?")]
    arguments += ["-map", "1", "-c", "copy"]
    for number, track in enumerate(media.subtitles):
        if track.text and track.codec not in container.holds:
            arguments += [f"-c:s:{number}", container.codec]
    new = len(media.subtitles)
    name = "title"
    if container.codec == "mov_text":
        name = "handler_name"
        arguments += [f"-c:s:{new}", container.codec]
    for tag in (f"language={added.language}", f"{name}={added.label}"):
        arguments += [f"-metadata:s:s:{new}", tag]
    return arguments
