"""The first stage: the sound of a recording, as 16 kHz mono PCM in the job's folder."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svs.errors import InputError, StoreError, UsageError
from svs.events import Tick
from svs.media import clock, ffmpeg, pcm, tracks, truncation
from svs.media.input_check import check_file
from svs.media.limits import Limits
from svs.model.job import Options
from svs.model.media import AudioTrack, MediaInfo
from svs.system.files import store_errors, sync_folder
from svs.times import clock as shown

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

_WHOLE = 0.9
"""A recording that gives less than this part of what it claims may be cut off."""
_SLACK = 1.0
"""Seconds that a recording may exceed its claim by before the claim is a lie: codecs pad the end."""
_LEAST = 60
"""Bytes that a second of sound takes at the least, beyond what a file claims; most codecs take 500."""
_PREROLL = 1.0
"""Seconds before --start that are decoded too, so that the codec is in step by then."""
_TRIED = 10
"""Audio tracks that are listened to for speech."""
_SPEECH = 3.0
"""Seconds of speech for which a track is taken, although there are others."""
_SOUND = f"aformat=sample_fmts=s16:sample_rates={pcm.RATE}"
_LEVEL = "astats=measure_perchannel=RMS_level:measure_overall=none"
_TIMED = "aresample=async=1:first_pts=0"
"""Fills gaps, and a late start, with silence, so that every sample stands at its time.

ffmpeg makes a gap's silence in memory, all at once: so it is done when the sound is small.
"""
_NOTHING_ELSE: dict[str, None] = {"vn": None, "sn": None, "dn": None}
_OVERHEAD = 64 << 20
"""Bytes that the sound may exceed its longest by: ffmpeg writes in blocks."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the stage got out of the recording."""

    seconds: float
    partial: bool
    """There was more, but it could not be read."""
    warnings: tuple[str, ...]
    notices: tuple[str, ...] = ()
    """What was chosen, where there was a choice: the track, the channel."""


@dataclass(frozen=True, slots=True)
class _Part:
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
    """How many seconds there should be to read."""
    longest: float
    """Seconds of sound that are too much."""

    @property
    def start(self) -> float:
        return self.options.start or 0.0


@dataclass(frozen=True, slots=True)
class _Sound:
    """What was decoded of one track."""

    track: AudioTrack
    seconds: float
    log: str
    failure: ffmpeg.FfmpegError | None
    """Why ffmpeg gave up."""
    channel: int | None = None
    """The one that was read, where two cancel each other out."""


def extract(source: Path, media: MediaInfo, options: Options, target: Path, tick: Tick) -> Extracted:
    """Write the sound of `source` to `target`, which is there only when it is complete.

    Raises InputError when there is no such sound, StoreError when it cannot be written.
    """
    wanted = _wanted(source, media, options)
    candidates = tracks.ranked(source, media.audio, options.track, options.language)
    _check_room(target, wanted.total)
    part = target.with_name(target.name + ".part")
    try:
        sound = _decode_best(wanted, candidates, part, tick)
        if not sound.seconds:
            raise _nothing(wanted, sound)
        warnings = _warnings(wanted, sound, tick)
        tick(sound.seconds, sound.seconds)
        _keep(part, target)
    finally:
        with suppress(OSError):  # another error says why
            part.unlink(missing_ok=True)
    return Extracted(sound.seconds, bool(warnings), warnings, _notices(wanted, sound))


def _wanted(source: Path, media: MediaInfo, options: Options) -> _Part:
    """Return what is to be read, or refuse it."""
    start = options.start or 0.0
    if options.end is not None and options.end <= start:
        raise UsageError("--end is not after --start", "Give both in the recording's time.")
    begins = clock.origin(source, formats=options.allow_formats)
    reads_on = truncation.claims_too_little(source)
    claimed = None if reads_on else clock.claimed(media, begins)
    if claimed is not None and start >= claimed:
        raise InputError(
            f"{source} ends at {shown(claimed)}, before --start {shown(start)}", "Choose an earlier start."
        )
    ends = [end for end in (claimed, options.end) if end is not None]
    total = min(ends) - start if ends else None
    if total is not None and total > options.max_duration:
        raise _too_long(source, total, options)
    longest = options.max_duration + _SLACK
    if claimed is not None and total is not None:
        longest = min(longest, max(total + _SLACK, source.stat().st_size / _LEAST))
    return _Part(source, media, options, begins, reads_on, claimed, total, longest)


def _too_long(source: Path, seconds: float, options: Options) -> InputError:
    return InputError(
        f"{source} lasts {shown(seconds)}, more than --max-duration {shown(options.max_duration)} allows",
        "Raise --max-duration, or choose a part with --start and --end.",
    )


def _check_length(wanted: _Part, seconds: float) -> None:
    """Refuse a recording that goes on when it has given all that it may."""
    if seconds < wanted.longest:
        return
    if wanted.longest > wanted.options.max_duration:
        raise _too_long(wanted.source, seconds, wanted.options)
    raise InputError(
        f"{wanted.source} claims to last {shown(wanted.claimed or 0.0)} and goes on after {shown(seconds)}, "
        "which is more than a file of its size can hold",
        "It may be made to do harm; else export it again as an .mp4 or .wav.",
    )


def _check_room(target: Path, total: float | None) -> None:
    """Refuse to begin what the disk has no room for."""
    needed = (total or 0.0) * pcm.RATE * 2
    with store_errors("write", target):
        free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise StoreError(
            f"no room for the sound in {target.parent}: {needed / 1e6:.0f} MB needed, {free / 1e6:.0f} free",
            "Free some space, or move the store with SVS_HOME.",
        )


def _decode_best(wanted: _Part, candidates: list[AudioTrack], part: Path, tick: Tick) -> _Sound:
    """Decode the best track that has speech; where none has any, the best."""
    if len(candidates) == 1:
        return _decode(wanted, candidates[0], part, tick)
    found = []
    for track in candidates[:_TRIED]:
        sound = _decode(wanted, track, part, tick)
        speech = _speech(part)
        if speech >= _SPEECH:
            return sound
        found.append((speech, sound.seconds > 0, sound))
    *_, best = max(found, key=lambda each: each[:2])
    return best if best is sound else _decode(wanted, best.track, part, tick)


def _speech(part: Path) -> float:
    from svs.media import vad

    return vad.spoken(part, _SPEECH) if pcm.level(part) > tracks.SILENT else 0.0


def _decode(wanted: _Part, track: AudioTrack, part: Path, tick: Tick) -> _Sound:
    """Decode one track to `part`: all of it, and one channel where two cancel each other out."""
    sound = _decode_once(wanted, track, part, tick)
    if not sound.seconds and wanted.start:  # a clock that was set back leads a search astray
        sound = _decode_once(wanted, track, part, tick, seek=False)
    if track.stereo and sound.seconds and pcm.level(part) < tracks.QUIET:
        channel = _louder_channel(wanted, track)
        if channel is not None:
            sound = _decode_once(wanted, track, part, tick, channel=channel)
    return sound


def _decode_once(
    wanted: _Part, track: AudioTrack, part: Path, tick: Tick, *, seek: bool = True, channel: int | None = None
) -> _Sound:
    mix = f"{_SOUND}:channel_layouts=mono"
    filters = [*_cut(wanted), *_only(channel), mix, _TIMED, f"atrim=end={wanted.longest:.6f}"]
    graph = _input(wanted, track, seek=seek).output(
        ffmpeg.url(part),
        af=",".join(filters),
        ac=1,
        acodec="pcm_s16le",
        f="s16le",
        map_metadata=-1,
        map_chapters=-1,
        **_NOTHING_ELSE,
    )
    failure = None
    longest = round(wanted.longest)
    limits = Limits(seconds=longest, written=longest * pcm.RATE * 2 + _OVERHEAD)
    try:
        log = ffmpeg.run(
            ["-v", "repeat+error", *graph.get_args()], on_time=_measured(wanted, part, tick), limits=limits
        )
    except ffmpeg.FfmpegError as error:
        log, failure = error.log, error
    ffmpeg.check_written(log, part, "sound")
    seconds = pcm.seconds(part)
    _check_length(wanted, seconds)
    return _Sound(track, seconds, log, failure, channel)


def _input(wanted: _Part, track: AudioTrack, *, seek: bool = True) -> "FilterableStream":
    """Return a track as ffmpeg's input, counted from the recording's beginning."""
    first = max(0.0, wanted.start - _PREROLL) if seek else 0.0
    more: dict[str, Any] = clock.options(wanted.begins, first)
    if wanted.reads_on:
        more["ignore_length"] = 1
    return ffmpeg.source(wanted.source, formats=wanted.options.allow_formats, **more)[str(track.index)]


def _cut(wanted: _Part) -> list[str]:
    """Return the filters that give the part that was asked for, with its beginning at zero."""
    steady = clock.steady(jumping=wanted.media.format in clock.JUMPING)
    if not wanted.start and wanted.options.end is None:
        return [steady]
    end = "" if wanted.options.end is None else f":end={wanted.options.end:.6f}"
    return [steady, f"atrim=start={wanted.start:.6f}{end}", f"asetpts=PTS-{wanted.start:.6f}/TB"]


def _only(channel: int | None) -> list[str]:
    return [] if channel is None else [f"pan=mono|c0=c{channel}"]


def _louder_channel(wanted: _Part, track: AudioTrack) -> int | None:
    """Return the louder of two channels that cancel each other out; None where they do not."""
    both, mixed = (f"{_SOUND}:channel_layouts={layout}" for layout in ("stereo", "mono"))
    filters = [*_cut(wanted), both, _LEVEL, mixed, _LEVEL]
    graph = _input(wanted, track).output("-", f="null", af=",".join(filters), **_NOTHING_ELSE)
    try:
        log = ffmpeg.run(graph.get_args(), limits=Limits(seconds=wanted.longest))
    except ffmpeg.FfmpegError:
        return None
    return tracks.louder_channel(log)


def _measured(wanted: _Part, part: Path, tick: Tick) -> Callable[[float], None]:
    """Return a tick that drops the total as soon as the recording turns out to be longer, and has an end."""
    total = wanted.total

    def on_time(_: float) -> None:
        seconds = pcm.seconds(part)
        _check_length(wanted, seconds)
        if total is None or seconds > total + _SLACK:
            tick(seconds, None)
        else:
            tick(min(seconds, total), total)

    return on_time


def _nothing(wanted: _Part, sound: _Sound) -> InputError:
    check_file(wanted.source)  # it may have gone meanwhile
    after = f" after {shown(wanted.start)}" if wanted.start else ""
    hint = sound.failure.message if sound.failure else "Is there sound when you play it?"
    error = InputError(f"no sound could be read from {wanted.source}{after}", hint)
    error.__cause__ = sound.failure
    return error


def _keep(part: Path, target: Path) -> None:
    """Give the complete file its name, with its bytes on the disk before."""
    with store_errors("write", target):
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)


def _warnings(wanted: _Part, sound: _Sound, tick: Tick) -> tuple[str, ...]:
    """Return what could not be read, in a sentence."""
    reached = shown(wanted.start + sound.seconds)
    if wanted.claimed is not None and _ends_early(wanted, sound.seconds, tick):
        whole = f"{reached} of {shown(wanted.claimed)}"
        return (f"The file ends after {whole}: it is cut off or damaged, so the rest is missing.",)
    if sound.failure:
        return (f"The file could not be read on after {reached}: {sound.failure.message}.",)
    if wanted.options.end is None and truncation.breaks_off(wanted.source):
        return (f"The file breaks off after {reached}: the rest is missing.",)
    if wanted.options.end is None and (more := truncation.left_over(wanted.source)):
        rest = f"{more / 1e6:.1f} MB of the file follow that could not be read"
        return (f"The sound ends after {reached}, and {rest}: perhaps it is several recordings in one.",)
    return _damage(wanted, sound)


def _damage(wanted: _Part, sound: _Sound) -> tuple[str, ...]:
    broken = ffmpeg.undecoded(sound.log)
    if broken:  # what stands between joined recordings is no sound, nor is half a packet after a search
        broken -= truncation.headers_within(wanted.source) + (2 if wanted.start else 0)
    if broken > 1 or ffmpeg.breaks_off(sound.log):
        return ("The file is damaged: parts of its sound could not be read.",)
    return ("The file is damaged: a moment of its sound could not be read.",) if broken == 1 else ()


def _ends_early(wanted: _Part, seconds: float, tick: Tick) -> bool:
    """Say whether the recording was cut off: its sound ends early, and no pictures go on after it."""
    enough = (wanted.total or 0.0) * _WHOLE
    if seconds >= enough:
        return False
    reached = 0.0

    def on_time(position: float) -> None:
        nonlocal reached
        reached = position
        tick(seconds, None)

    limits: dict[str, Any] = {"ss": wanted.options.start or None, "to": wanted.options.end}
    given = {name: f"{at:.6f}" for name, at in limits.items() if at is not None}
    pictures = ffmpeg.source(wanted.source, codecs="video", formats=wanted.options.allow_formats, **given)[
        "v"
    ].output("-", c="copy", f="null")
    try:
        ffmpeg.run(
            ["-v", "error", *pictures.get_args()],
            on_time=on_time,
            limits=Limits(seconds=wanted.options.max_duration),
        )
    except ffmpeg.FfmpegError:  # none there
        return True
    return reached < enough


def _notices(wanted: _Part, sound: _Sound) -> tuple[str, ...]:
    """Return which track and channel were read, where there are others."""
    said = []
    every = wanted.media.audio
    if len(every) > 1:
        number = every.index(sound.track) + 1
        others = tracks.listed(every, without=sound.track)
        said.append(
            f"Audio track {number} of {len(every)} was read ({tracks.described(sound.track)}); "
            f"--track chooses another: {others}."
        )
    if sound.channel is not None:
        said.append(
            "The two channels cancel each other out, as when one is wired the wrong way round: "
            f"only the {tracks.SIDES[sound.channel]} one was read."
        )
    return tuple(said)
