"""The first stage: the sound of a recording, as 16 kHz mono PCM in the job's folder."""

import math
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svs.errors import InputError, StoreError, UsageError
from svs.events import Tick
from svs.languages import code
from svs.media import ffmpeg, pcm, truncation
from svs.media.input_check import check_file
from svs.media.limits import Limits
from svs.media.whitelist import Codecs
from svs.model.job import Options
from svs.model.media import AudioTrack, MediaInfo
from svs.system.files import store_errors, sync_folder
from svs.times import clock

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

_WHOLE = 0.9
"""A recording that gives less than this part of what it claims may be cut off."""
_SLACK = 1.0
"""Seconds that a recording may exceed its claim by before the claim is a lie: codecs pad the end."""
_FORMAT = f"aformat=sample_fmts=s16:sample_rates={pcm.RATE}:channel_layouts=mono"
_TIMED = f"{_FORMAT},aresample=async=1:first_pts=0"
"""Fills gaps, and a late start, with silence, so that every sample stands at its time.

ffmpeg makes a gap's silence in memory, all at once: so it is done when the sound is small.
"""
_OVERHEAD = 64 << 20
"""Bytes that the sound may exceed its longest by: ffmpeg is stopped up to a quarter of a second later."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the stage got out of the recording."""

    seconds: float
    partial: bool
    """There was more, but it could not be read."""
    warnings: tuple[str, ...]


def extract(source: Path, media: MediaInfo, options: Options, target: Path, tick: Tick) -> Extracted:
    """Write the sound of `source` to `target`, which is there only when it is complete.

    Raises InputError when there is no such sound, StoreError when it cannot be written.
    """
    total = _length(source, media, options)
    sound = _choose(_open(source, options), source, media, options.track)
    _check_room(target, total)
    part = target.with_name(target.name + ".part")
    try:
        log, failure = _decode(sound, part, options, _measured(source, total, options, tick))
        seconds = pcm.seconds(part)
        if seconds > options.max_duration + _SLACK:  # a gap may take no time at all
            raise _too_long(source, seconds, options)
        if not seconds:
            check_file(source)  # it may have gone meanwhile
            after = f" after {clock(options.start)}" if options.start else ""
            hint = failure.message if failure else "Is there sound when you play it?"
            raise InputError(f"no sound could be read from {source}{after}", hint) from failure
        cut_off = bool(total and media.duration) and _ends_early(source, seconds, total or 0.0, options, tick)
        torn = options.end is None and truncation.breaks_off(source)
        tick(seconds, seconds)
        _keep(part, target)
    finally:
        with suppress(OSError):  # another error says why
            part.unlink(missing_ok=True)
    reached = (options.start or 0.0) + seconds
    told = _Troubles(cut_off, torn, ffmpeg.damaged(log), failure)
    warnings = _warnings(reached, media.duration, told)
    return Extracted(seconds, partial=bool(warnings), warnings=warnings)


def _length(source: Path, media: MediaInfo, options: Options) -> float | None:
    """Return how many seconds there should be to read; None when nobody knows."""
    start = options.start or 0.0
    if options.end is not None and options.end <= start:
        raise UsageError("--end is not after --start", "Give both in the recording's time.")
    if media.duration is not None and start >= media.duration:
        raise InputError(
            f"{source} ends at {clock(media.duration)}, before --start {clock(start)}",
            "Choose an earlier start.",
        )
    ends = [end for end in (media.duration, options.end) if end is not None]
    total = min(ends) - start if ends else None
    if total is not None and total > options.max_duration:
        raise _too_long(source, total, options)
    return total


def _too_long(source: Path, seconds: float, options: Options) -> InputError:
    return InputError(
        f"{source} lasts {clock(seconds)}, more than --max-duration {clock(options.max_duration)} allows",
        "Raise --max-duration, or choose a part with --start and --end.",
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


def _open(source: Path, options: Options, codecs: Codecs = "audio") -> "FilterableStream":
    """Return the part of the recording that was asked for, as ffmpeg's input."""
    limits = {"ss": options.start or None, "to": options.end}
    given: dict[str, Any] = {name: f"{at:.6f}" for name, at in limits.items() if at is not None}
    return ffmpeg.source(source, codecs=codecs, formats=options.allow_formats, **given)


def _choose(
    recording: "FilterableStream", source: Path, media: MediaInfo, wish: str | None
) -> "FilterableStream":
    """Return the audio track that was asked for; without a wish, ffmpeg takes the best by its own rule."""
    if not media.audio:
        raise InputError(
            f"{source} has no sound", "svs summarizes what is said: give a recording with an audio track."
        )
    if wish is None:
        return recording
    for number, track in enumerate(media.audio, start=1):
        if wish.strip() == str(number) or _same_language(wish, track.language):
            return recording[str(track.index)]
    raise InputError(f"{source} has no audio track {wish}", f"Its audio tracks: {_listed(media.audio)}.")


def _same_language(wish: str, language: str) -> bool:
    return "" != wish.casefold() == language.casefold() or "" != code(wish) == code(language)


def _listed(tracks: tuple[AudioTrack, ...]) -> str:
    return ", ".join(
        f"{number} ({track.language or 'language not given'}, {track.codec})"
        for number, track in enumerate(tracks, start=1)
    )


def _decode(
    sound: "FilterableStream", part: Path, options: Options, on_time: Callable[[float], None]
) -> tuple[str, ffmpeg.FfmpegError | None]:
    """Decode to `part`; return ffmpeg's complaints, and its failure when it gave up."""
    graph = sound.output(
        ffmpeg.url(part),
        af=_TIMED,
        ac=1,
        acodec="pcm_s16le",
        f="s16le",
        vn=None,
        sn=None,
        dn=None,
        map_metadata=-1,
        map_chapters=-1,
    )
    failure = None
    longest = math.ceil(options.max_duration)
    limits = Limits(seconds=longest, written=longest * pcm.RATE * 2 + _OVERHEAD)
    try:
        log = ffmpeg.run(["-v", "error", *graph.get_args()], on_time=on_time, limits=limits)
    except ffmpeg.FfmpegError as error:
        log, failure = error.log, error
    ffmpeg.check_written(log, part, "sound")
    return log, failure


def _measured(source: Path, total: float | None, options: Options, tick: Tick) -> Callable[[float], None]:
    """Return a tick that drops the total as soon as the recording turns out to be longer, and has an end."""

    def on_time(seconds: float) -> None:
        if seconds > options.max_duration + _SLACK:
            raise _too_long(source, seconds, options)
        if total is None or seconds > total + _SLACK:
            tick(seconds, None)
        else:
            tick(min(seconds, total), total)

    return on_time


def _ends_early(source: Path, seconds: float, total: float, options: Options, tick: Tick) -> bool:
    """Say whether the recording was cut off: its sound ends early, and no pictures go on after it."""
    if seconds >= total * _WHOLE:
        return False
    reached = 0.0

    def on_time(position: float) -> None:
        nonlocal reached
        reached = position
        tick(seconds, None)

    pictures = _open(source, options, "video")["v"].output("-", c="copy", f="null")
    try:
        limits = Limits(seconds=options.max_duration)
        ffmpeg.run(["-v", "error", *pictures.get_args()], on_time=on_time, limits=limits)
    except ffmpeg.FfmpegError:  # none there
        return True
    return reached < total * _WHOLE


def _keep(part: Path, target: Path) -> None:
    """Give the complete file its name, with its bytes on the disk before."""
    with store_errors("write", target):
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        sync_folder(target.parent)


@dataclass(frozen=True, slots=True)
class _Troubles:
    """What was wrong with a recording that could be read all the same."""

    cut_off: bool
    torn: bool
    damaged: bool
    failure: ffmpeg.FfmpegError | None


def _warnings(reached: float, claimed: float | None, troubles: _Troubles) -> tuple[str, ...]:
    if troubles.cut_off and claimed is not None:
        whole = f"{clock(reached)} of {clock(claimed)}"
        return (f"The file ends after {whole}: it is cut off or damaged, so the rest is missing.",)
    if troubles.failure:
        return (f"The file could not be read on after {clock(reached)}: ffmpeg gave up there.",)
    if troubles.torn:
        return (f"The file breaks off after {clock(reached)}: the rest is missing.",)
    return ("The file is damaged: parts of its sound could not be read.",) if troubles.damaged else ()
