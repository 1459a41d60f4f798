"""From decoded tracks to the sound to transcribe: one file, or one for each speaker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from pathlib import Path

from svs.events import Tick
from svs.media import bleed, channels, pcm, tracks
from svs.media.decode import Part, Sound, decode
from svs.model.job import Channels
from svs.model.media import AudioTrack

SPEECH = 3.0
"""Seconds of speech for which a track is taken, although there are others."""
_OWN_SPEECH = 1.0
"""Seconds of speech in each channel for which both are taken apart."""
_REPEATED = 0.75
"""The share of a track's sound that others have too, above which it is left out."""

Step = Callable[[], None]
Pair = tuple[AudioTrack, AudioTrack]


@dataclass(frozen=True, slots=True)
class Voices:
    """The sound to transcribe, in files that are not yet in their place."""

    files: tuple[Path, ...]
    speakers: tuple[str, ...] = ()
    """Whose sound each file is; none for a single one. From outside: escape it."""
    notice: str = ""
    """What was chosen. From outside: escape it."""


def unfinished(target: Path) -> Path:
    """Return the name of a file until it is complete."""
    return target.with_name(f"{target.name}.part")


def of_track(sound: Sound, target: Path, wish: Channels, step: Step) -> Voices:
    """Return a track's channels, mixed or apart; they were decoded to `target`'s unfinished file."""
    file = unfinished(target)
    if not sound.track.stereo or not sound.seconds:
        mono = wish == "split" and sound.seconds
        return Voices((file,), notice="The audio track has no two channels to split." if mono else "")
    measured = channels.measure(file, step)
    found = bleed.compare(measured)
    if wish == "split" or (wish == "auto" and found.separate):
        parts = _split(file, target, found, step)
        if wish == "split" or all(speech(part, _OWN_SPEECH, step) >= _OWN_SPEECH for part in parts):
            file.unlink()
            said = "Each of the two channels was transcribed by itself; --channels mix reads them as one."
            return Voices(parts, channels.SIDES, said if wish == "auto" else "")
    only = channels.louder(measured)
    channels.mix(file, step, only)
    return Voices((file,), notice="" if only is None else _cancelled(channels.SIDES[only]))


def _split(file: Path, target: Path, found: bleed.Comparison, step: Step) -> tuple[Path, ...]:
    """Write each channel to a file of its own, without what leaks into it from the other."""
    parts = tuple(unfinished(part) for part in pcm.files(target, len(channels.SIDES)))
    channels.split(file, parts, step)
    for part, where in zip(parts, bleed.foreign(found), strict=True):
        bleed.silence(part, where, step)
    return parts


def _cancelled(side: str) -> str:
    return (
        "The two channels cancel each other out, as when one is wired the wrong way round: "
        f"only the {side} one was read."
    )


def speech(sound: Path, enough: float, step: Step) -> float:
    """Return the seconds of speech, or of as much of it as is enough."""
    from svs.media import vad

    return vad.spoken(sound, enough, step) if pcm.level(sound) > tracks.SILENT else 0.0


def of_tracks(part: Part, wanted: list[AudioTrack], target: Path, tick: Tick) -> tuple[Sound, Voices]:
    """Decode several tracks, each to a file of its own, without what leaks into it from the others.

    Tracks without sound are left out, and those that only repeat what others have, as a mix of them does.
    Returns also the longest sound, with what ffmpeg complained of in all.
    """
    sounds, files = [], {}
    for number, (track, place) in enumerate(zip(wanted, pcm.files(target, len(wanted)), strict=True)):
        sounds.append(decode(part, track, unfinished(place), _share(tick, number, len(wanted))))
        step = partial(tick, sounds[-1].seconds, None)
        (file,) = of_track(sounds[-1], place, "mix", step).files
        if sounds[-1].seconds:
            files[track] = file
    longest = max(sounds, key=lambda sound: sound.seconds)
    audible = {track: file for track, file in files.items() if pcm.level(file) > tracks.SILENT}
    kept = _without_bleed(audible or files, partial(tick, longest.seconds, None))
    every = part.media.audio
    names = dict(zip(every, tracks.speakers(every), strict=True))
    others = [track for track in every if track not in kept]
    said = f"Each of these audio tracks was transcribed by itself: {tracks.listed(every, without=others)}"
    more = f"; without sound of their own: {tracks.listed(every, without=list(kept))}" if others else ""
    voices = Voices(tuple(kept.values()), tuple(names[track] for track in kept), f"{said}{more}.")
    return replace(longest, log="\n".join(sound.log for sound in sounds)), voices


def _share(tick: Tick, number: int, count: int) -> Tick:
    """Return the tick of one of several decodings, which all go over the whole recording."""

    def share(done: float, total: float | None) -> None:
        tick((number * total + done) / count if total else done, total)

    return share


def _without_bleed(files: dict[AudioTrack, Path], step: Step) -> dict[AudioTrack, Path]:
    """Return the tracks with sound of their own; what they have from others is silenced in their files."""
    import numpy as np

    if len(files) < 2:
        return files
    count = max(round(pcm.seconds(file) * pcm.RATE) for file in files.values())
    powers: dict[AudioTrack, bleed.Array] = {}
    repeated: dict[Pair, bleed.Array] = {}
    for pair in combinations(files, 2):
        measured = bleed.measure(bleed.chunks([files[track] for track in pair], count, step))
        powers |= zip(pair, measured.powers, strict=True)
        repeated |= zip((pair, pair[::-1]), bleed.repeated(bleed.compare(measured)), strict=True)
    kept = _originals(powers, repeated)
    loudest = bleed.loudest(np.stack([powers[track] for track in kept]))
    foreign = {track: np.zeros(loudest.shape, bool) for track in kept}
    for pair in combinations(kept, 2):
        turns = np.isin(loudest, [kept.index(track) for track in pair])
        levels = np.stack([powers[track] for track in pair])
        leaked = bleed.leaked(bleed.compare(bleed.Measured(levels, products=np.zeros(0)), turns))
        foreign[pair[0]] |= leaked[0] | repeated[pair]
        foreign[pair[1]] |= leaked[1] | repeated[pair[::-1]]
    for track in kept:
        bleed.silence(files[track], foreign[track], step)
    return {track: files[track] for track in kept}


def _originals(
    powers: Mapping[AudioTrack, "bleed.Array"], repeated: Mapping[Pair, "bleed.Array"]
) -> list[AudioTrack]:
    """Return the tracks of which most is not repeated from others that are returned, too."""
    import numpy as np

    kept = list(powers)
    for track in sorted(powers, key=lambda track: -powers[track].sum()):  # a mix is louder than what is in it
        again = np.zeros(powers[track].shape, bool)
        for other in kept:
            if other != track:
                again |= repeated[track, other]
        if powers[track][again].sum() > _REPEATED * powers[track].sum():
            kept.remove(track)
    return kept
