"""The first stage: the sound of a recording, as 16 kHz mono PCM in the job's folder."""

import os
import shutil
from collections.abc import Callable
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
from svs.system.files import put, store_errors
from svs.times import clock as shown

_LEAST = 60
"""Bytes that a second of sound takes at the least, beyond what a file claims; most codecs take 500."""
_TRIED = 10
"""Audio tracks that are listened to for speech."""
_SPEECH = 3.0
"""Seconds of speech for which a track is taken, although there are others."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the stage got out of the recording."""

    seconds: float
    partial: bool
    """There was more, but it could not be read."""
    warnings: tuple[str, ...]
    notices: tuple[str, ...] = ()
    """What was chosen, where there was a choice: the track, the channel."""


def extract(source: Path, media: MediaInfo, options: Options, target: Path, tick: Tick) -> Extracted:
    """Write the sound of `source` to `target`, which is there only when it is complete.

    Raises InputError when there is no such sound, StoreError when it cannot be written.
    """
    part = _part(source, media, options)
    candidates = tracks.ranked(source, media.audio, options.track, options.language)
    _check_room(target, part)
    unfinished = target.with_name(target.name + ".part")
    try:
        sound = _decode_best(part, candidates, unfinished, tick)
        if not sound.seconds:
            raise _nothing(part, sound, tick)
        warnings = missing.warnings(part, sound, tick)
        tick(sound.seconds, sound.seconds)
        with store_errors("write", target):
            put(unfinished, target)
    finally:
        with suppress(OSError):  # another error says why
            unfinished.unlink(missing_ok=True)
    return Extracted(sound.seconds, bool(warnings), warnings, _notices(part, sound))


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


def _check_room(target: Path, part: Part) -> None:
    """Refuse to begin what the disk has no room for."""
    needed = (part.total or 0.0) * pcm.RATE * 2 if part.claimed is not None else 0.0
    with store_errors("write", target):
        free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise StoreError(
            f"not enough space for the audio in {target.parent}: "
            f"{needed / 1e6:.0f} MB needed, {free / 1e6:.0f} free",
            "Free some space, or move the store with SVS_HOME.",
        )


def _decode_best(part: Part, candidates: list[AudioTrack], unfinished: Path, tick: Tick) -> Sound:
    """Decode the best track that has speech; where none has enough of it, the one with most."""
    if len(candidates) == 1:
        return decode(part, candidates[0], unfinished, tick)
    found = []
    for track in candidates[:_TRIED]:
        sound = decode(part, track, unfinished, tick)
        speech = _speech(unfinished, partial(tick, sound.seconds, None))
        if speech >= _SPEECH:
            return sound
        found.append((speech, sound.seconds > 0, sound))
    *_, best = max(found, key=lambda choice: choice[:2])
    return best if best is sound else decode(part, best.track, unfinished, tick)


def _speech(sound: Path, step: Callable[[], None]) -> float:
    """Return the seconds of speech, or of as much of it as is enough."""
    from svs.media import vad

    return vad.spoken(sound, _SPEECH, step) if pcm.level(sound) > tracks.SILENT else 0.0


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


def _notices(part: Part, sound: Sound) -> tuple[str, ...]:
    """Return which track and channel were read, where there are others."""
    said = []
    every = part.media.audio
    if len(every) > 1:
        number = every.index(sound.track) + 1
        said.append(
            f"Audio track {number} of {len(every)} was read ({tracks.described(sound.track)}); "
            f"--track chooses another: {tracks.listed(every, without=sound.track)}."
        )
    if sound.channel is not None:
        said.append(
            "The two channels cancel each other out, as when one is wired the wrong way round: "
            f"only the {tracks.SIDES[sound.channel]} one was read."
        )
    return tuple(said)
