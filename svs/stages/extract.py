"""The first stage: the sound of a recording, or of each speaker, as 16 kHz mono PCM in the job's folder."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from svs.errors import InputError, StoreError, UsageError
from svs.events import Tick
from svs.media import clock, missing, pcm, tracks, truncation
from svs.media.decode import SLACK, Part, Sound, decode, length, too_long
from svs.media.input_check import check_file, open_regular
from svs.model.job import Options
from svs.model.media import AudioTrack, MediaInfo
from svs.stages import voices
from svs.stages.voices import Voices
from svs.system.files import put, store_errors
from svs.times import clock as shown

_LEAST = 60
"""Bytes that a second of sound takes at the least, beyond what a file claims; most codecs take 500."""
_TRIED = 10
"""Audio tracks that are listened to for speech."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the stage got out of the recording."""

    seconds: float
    partial: bool
    """There was more, but it could not be read."""
    warnings: tuple[str, ...]
    notices: tuple[str, ...] = ()
    """What was chosen, where there was a choice: the tracks, the channels. From outside: escape it."""
    speakers: tuple[str, ...] = ()
    """Whose sound is in each of several files. From outside: escape it."""


def extract(source: Path, media: MediaInfo, options: Options, target: Path, tick: Tick) -> Extracted:
    """Write the sound of `source` to `target`, or that of each speaker to a file of its own: see `pcm.files`.

    They are there only when they are complete. Raises InputError when there is no such sound, StoreError when
    it cannot be written.
    """
    part = _part(source, media, options)
    candidates = tracks.ranked(source, media.audio, options.track, options.language)
    several = options.track == tracks.ALL and len(candidates) > 1
    _check_room(target, part, candidates if several else candidates[:1])
    try:
        decode_them = voices.of_tracks if several else _decode_best
        sound, found = decode_them(part, candidates, target, tick)
        if not sound.seconds:
            raise _nothing(part, sound, tick)
        warnings = missing.warnings(part, sound, tick)
        tick(sound.seconds, sound.seconds)
        _keep(found, target)
    finally:
        for left in target.parent.glob(f"{target.stem}*.part"):
            with suppress(OSError):  # another error says why
                left.unlink()
    notices = _notices(part, sound, found)
    return Extracted(sound.seconds, bool(warnings), warnings, notices, found.speakers)


def _part(source: Path, media: MediaInfo, options: Options) -> Part:
    """Return what is to be read, or refuse it."""
    start = options.start or 0.0
    if options.end is not None and options.end <= start:
        raise UsageError("--end is not after --start", "Give both in the recording's time.")
    begins = clock.origin(source, formats=options.allow_formats)
    reads_on = truncation.claims_too_little(source)
    claimed = None if reads_on else clock.claimed(media, begins)
    if claimed is not None and start >= claimed:
        if media.format in clock.RELIABLE:
            raise _ends_before(source, claimed, start)
        claimed = None  # joined recordings go on after what the first one claims
    guess = claimed if start else claimed or media.duration
    ends = [end for end in (guess, options.end) if end is not None]
    total = max(0.0, min(ends) - start) if ends else None
    longest = options.max_duration + SLACK
    if claimed is not None and total is not None:
        if total > options.max_duration:
            raise too_long(source, total, options)
        longest = min(longest, max(total + SLACK, _size(source) / _LEAST))
    return Part(source, media, options, begins, reads_on, claimed, total, longest)


def _size(source: Path) -> int:
    with open_regular(source) as file:
        return os.fstat(file.fileno()).st_size


def _check_room(target: Path, part: Part, wanted: list[AudioTrack]) -> None:
    """Refuse to begin what the disk has no room for."""
    size = (part.total or 0.0) * pcm.RATE * 2 if part.claimed is not None else 0.0
    needed = size * (
        len(wanted) + any(track.stereo for track in wanted)
    )  # a stereo track is mixed once it is there
    with store_errors("write", target):
        free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise StoreError(
            f"not enough space for the audio in {target.parent}: "
            f"{needed / 1e6:.0f} MB needed, {free / 1e6:.0f} free",
            "Free some space, or move the store with SVS_HOME.",
        )


def _decode_best(part: Part, candidates: list[AudioTrack], target: Path, tick: Tick) -> tuple[Sound, Voices]:
    """Decode the best track that has speech; where none has enough of it, the one with most."""
    if len(candidates) == 1:
        return _decode(part, candidates[0], target, tick)
    tried = []
    for track in candidates[:_TRIED]:
        sound, found = _decode(part, track, target, tick)
        step = partial(tick, sound.seconds, None)
        speech = sum(voices.speech(file, voices.SPEECH, step) for file in found.files)
        if speech >= voices.SPEECH:
            return sound, found
        tried.append((speech, sound.seconds > 0, sound, found))
    *_, best, found = max(tried, key=lambda choice: choice[:2])
    return (best, found) if best is sound else _decode(part, best.track, target, tick)


def _decode(part: Part, track: AudioTrack, target: Path, tick: Tick) -> tuple[Sound, Voices]:
    sound = decode(part, track, voices.unfinished(target), tick)
    step = partial(tick, sound.seconds, None)
    return sound, voices.of_track(sound, target, part.options.channels, step)


def _ends_before(source: Path, end: float, start: float) -> InputError:
    return InputError(
        f"{source} ends at {shown(end)}, before --start {shown(start)}", "Choose an earlier start."
    )


def _nothing(part: Part, sound: Sound, tick: Tick) -> InputError:
    check_file(part.source)  # it may have gone meanwhile
    if part.start and 0 < (end := length(part, sound.track, tick)) <= part.start:
        return _ends_before(part.source, end, part.start)
    after = f" after {shown(part.start)}" if part.start else ""
    hint = sound.failure.message if sound.failure else "Check that it has audio when you play it."
    error = InputError(f"no audio could be read from {part.source}{after}", hint)
    error.__cause__ = sound.failure
    return error


def _keep(found: Voices, target: Path) -> None:
    """Give the complete files their names, with their bytes on the disk before."""
    for unfinished, place in zip(found.files, pcm.files(target, len(found.speakers)), strict=True):
        with store_errors("write", place):
            put(unfinished, place)


def _notices(part: Part, sound: Sound, found: Voices) -> tuple[str, ...]:
    """Return which tracks and channels were read, where there are others."""
    every = part.media.audio
    if len(every) == 1 or part.options.track == tracks.ALL:
        return (found.notice,) if found.notice else ()
    number = every.index(sound.track) + 1
    read = (
        f"Audio track {number} of {len(every)} was read ({tracks.described(sound.track)}); "
        f"--track chooses another: {tracks.listed(every, without=[sound.track])}."
    )
    return (read, found.notice) if found.notice else (read,)
