"""Decoding: one audio track of a recording as 16 kHz PCM, every sample at its time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svs.errors import InputError
from svs.events import Tick
from svs.media import clock, ffmpeg, pcm
from svs.media.limits import SUSPICIOUS, Limits
from svs.model.job import Options
from svs.model.media import AudioTrack, MediaInfo
from svs.times import clock as shown

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

SLACK = 1.0
"""Seconds that a recording may exceed its claim by before the claim is a lie: codecs pad the end."""
_BEYOND = 0.1
"""Seconds that are written of what is too long, to know that it is."""
_PREROLL = 1.0
"""Seconds before --start that are decoded too, so that the codec is in step by then."""
_SOUND = f"aformat=sample_fmts=s16:sample_rates={pcm.RATE}"
_TIMED = "aresample=async=1:first_pts=0"
"""Fills gaps, and a late start, with silence, so that every sample is at its time.

ffmpeg makes a gap's silence in memory, all at once: so it is done when the sound is small.
"""
_SAMPLES = re.compile(r"^\[Parsed_astats_\d+ @ 0x[0-9a-f]+\] Number of samples: (\d+)", re.MULTILINE)
_NOTHING_ELSE: dict[str, None] = {"vn": None, "sn": None, "dn": None}
_OVERHEAD = 64 << 20
"""Bytes that the sound may exceed its longest by: ffmpeg writes in blocks."""


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a recording that is read."""

    source: Path
    media: MediaInfo
    options: Options
    begins: float
    """Where a player's zero is, by the file's own clock."""
    reads_on: bool
    """More follows than the file claims."""
    claimed: float | None
    """How long the file says it is; None when it does not, or when that means nothing."""
    total: float | None
    """How many seconds there should be to read; but a guess where nothing is claimed."""
    longest: float
    """Seconds of sound that are too much."""

    @property
    def start(self) -> float:
        """Return where it begins, in seconds of the recording."""
        return self.options.start or 0.0


@dataclass(frozen=True, slots=True)
class Sound:
    """What was decoded of one track."""

    track: AudioTrack
    seconds: float
    log: str
    """What ffmpeg complained of."""
    failure: ffmpeg.FfmpegError | None
    """Why ffmpeg gave up."""


def decode(part: Part, track: AudioTrack, target: Path, tick: Tick) -> Sound:
    """Write the sound of one track: both channels of a stereo track, else all in one.

    Raises InputError when it is too much, StoreError when it cannot be written. Fewer seconds than there
    should be, or none, are no error here.
    """
    sound = _decode(part, track, target, tick)
    if not sound.seconds and part.start:  # a clock that was set back leads a search astray
        sound = _decode(part, track, target, tick, seek=False)
    return sound


def _decode(part: Part, track: AudioTrack, target: Path, tick: Tick, *, seek: bool = True) -> Sound:
    channels = 2 if track.stereo else 1
    end = f"atrim=end={part.longest + _BEYOND:.6f}"
    layout = "stereo" if track.stereo else "mono"
    filters = [*_cut(part), f"{_SOUND}:channel_layouts={layout}", _TIMED, end]
    graph = _input(part, track, seek=seek).output(
        ffmpeg.url(target),
        af=",".join(filters),
        ac=channels,
        acodec="pcm_s16le",
        f="s16le",
        map_metadata=-1,
        map_chapters=-1,
        **_NOTHING_ELSE,
    )
    on_time = _measured(part, target, channels, tick)
    limits = Limits(seconds=part.longest, written=round(part.longest * pcm.RATE * 2 * channels) + _OVERHEAD)
    failure = None
    try:
        log = ffmpeg.run(["-v", "repeat+error", *graph.get_args()], on_time=on_time, limits=limits)
    except ffmpeg.FfmpegError as error:
        log, failure = error.log, error
    ffmpeg.check_written(log, target, "sound")
    seconds = pcm.seconds(target, channels)
    _check_length(part, seconds)
    return Sound(track, seconds, log, failure)


def _input(part: Part, track: AudioTrack, *, seek: bool = True) -> "FilterableStream":
    """Return a track as ffmpeg's input, counted from the recording's beginning."""
    first = max(0.0, part.start - _PREROLL) if seek else 0.0
    more: dict[str, Any] = clock.options(part.begins, first)
    if part.reads_on:
        more["ignore_length"] = 1
    return ffmpeg.source(part.source, formats=part.options.allow_formats, **more)[str(track.index)]


def _cut(part: Part) -> list[str]:
    """Return the filters that give the part that was asked for, with its beginning at zero."""
    steady = clock.steady(jumping=part.media.format in clock.JUMPING)
    if not part.start and part.options.end is None:
        return [steady]
    end = "" if part.options.end is None else f":end={part.options.end:.6f}"
    return [steady, f"atrim=start={part.start:.6f}{end}", f"asetpts=PTS-{part.start:.6f}/TB"]


def length(part: Part, track: AudioTrack, tick: Tick) -> float:
    """Return where a track ends, in seconds of the recording, whatever it claims; 0 when nobody can say."""
    steady = clock.steady(jumping=part.media.format in clock.JUMPING)
    filters = [steady, _SOUND, _TIMED, "astats=measure_perchannel=none:measure_overall=Number_of_samples"]
    graph = _input(part, track, seek=False).output("-", f="null", af=",".join(filters), **_NOTHING_ELSE)
    limits = Limits(seconds=part.longest)
    try:
        log = ffmpeg.run(graph.get_args(), on_time=lambda _: tick(0.0, None), limits=limits)
    except ffmpeg.FfmpegError as error:
        log = error.log
    counts = _SAMPLES.findall(log)
    return int(counts[-1]) / pcm.RATE if counts else 0.0


def _measured(part: Part, target: Path, channels: int, tick: Tick) -> Callable[[float], None]:
    """Return a tick that drops the total as soon as the recording turns out to be longer, and has an end."""

    def on_time(_: float) -> None:
        seconds = pcm.seconds(target, channels)
        _check_length(part, seconds)
        if part.total is None or seconds > part.total + SLACK:
            tick(seconds, None)
        else:
            tick(min(seconds, part.total), part.total)

    return on_time


def _check_length(part: Part, seconds: float) -> None:
    """Refuse a recording that goes on when it has given all that it may."""
    if seconds < part.longest:
        return
    if part.longest > part.options.max_duration:
        raise too_long(part.source, seconds, part.options)
    raise InputError(
        f"{part.source} claims to last {shown(part.claimed or 0.0)} and goes on after {shown(seconds)}, "
        "which is more than a file of its size can hold",
        SUSPICIOUS,
    )


def too_long(source: Path, seconds: float, options: Options) -> InputError:
    """Return the error of a recording that is longer than the user allows."""
    return InputError(
        f"{source} lasts {shown(seconds)}, more than --max-duration {shown(options.max_duration)} allows",
        "Raise --max-duration, or choose a part with --start and --end.",
    )
