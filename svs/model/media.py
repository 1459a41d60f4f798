"""A source file, and its metadata."""

from pathlib import PurePath
from typing import Annotated

from msgspec import Meta, Struct

from svs.fields import (
    Count,
    FilePath,
    FrameRate,
    Name,
    Seconds,
    Title,
)
from svs.model.speech import Chapter


class Frame(Struct, frozen=True):
    """A picture from a recording."""

    start: Seconds
    jpeg: bytes


class Source(Struct, frozen=True, kw_only=True):
    """The file that a job reads."""

    path: FilePath
    """Absolute. From outside: escape it."""
    size: Count
    mtime_ns: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    fingerprint: Name = ""
    """A hash of samples of its content; empty if it cannot be read."""

    @property
    def name(self) -> str:
        """Return the file's name. From outside: escape it."""
        return PurePath(self.path).name


class AudioTrack(Struct, frozen=True):
    """One audio track of a recording."""

    index: int
    """Among all streams of the file, as ffmpeg counts, from 0."""
    language: str
    """As given in the file, often with three letters; empty if not given."""
    codec: str
    title: str = ""
    """From outside: escape it."""
    default: bool = False
    """The file marks it as the default."""
    comment: bool = False
    """A commentary, or an audio description for the blind."""
    stereo: bool = False
    """It has two channels."""


class SubtitleTrack(Struct, frozen=True):
    """One subtitle track of a recording."""

    index: int
    language: str
    codec: str
    text: bool
    """Made of text, not of pictures."""
    forced: bool
    """Only foreign parts or signs, not everything that is said."""
    default: bool = False
    """Players show it by default."""
    comment: bool = False
    """A commentary on the recording."""
    title: Title = ""
    """From outside: escape it."""


class MediaInfo(Struct, frozen=True, kw_only=True):
    """The metadata of a recording; none of it can be trusted."""

    duration: Seconds | None
    """Seconds; None if the file does not say."""
    format: str = ""
    """The first of ffmpeg's names of the container, such as `matroska`."""
    title: str
    """The title tag, or empty. From outside: escape it."""
    audio: tuple[AudioTrack, ...]
    subtitles: tuple[SubtitleTrack, ...]
    pictures: bool = False
    """It has a video track: more than a cover."""
    frame_rate: FrameRate = 0.0
    """Pictures a second; 0 if there are none, or the file does not say."""
    chapters: tuple[Chapter, ...] = ()
