"""Which audio track of a recording is read, and which of its channels."""

import re
from collections import defaultdict
from pathlib import Path

from svs.errors import InputError
from svs.languages import code
from svs.model.media import AudioTrack

SILENT = 1e-4
"""The level of sound (see `pcm.level`) below which there is none: -80 dB."""
QUIET = 0.02
"""The level below which channels may have cancelled each other out: -34 dB."""
_CANCELLED = 15.0  # decibels by which a mix is below a channel; one silent channel makes 6
_LEVEL = re.compile(r"^\[Parsed_astats_(\d+) @ 0x[0-9a-f]+\] RMS level dB: (\S+)", re.MULTILINE)
SIDES = ("left", "right")


def ranked(
    source: Path, tracks: tuple[AudioTrack, ...], wish: str | None, language: str | None
) -> list[AudioTrack]:
    """Return the tracks to try, the best first; only the one that was wished for, where one was.

    `language` is the one asked for. Raises InputError when there is no such track.
    """
    if not tracks:
        raise InputError(
            f"{source} has no audio track",
            "svs summarizes what is said: give a recording with audio.",
        )
    if wish is None:
        return sorted(tracks, key=lambda track: _rank(track, language))
    for number, track in enumerate(tracks, start=1):
        if wish.strip() == str(number) or _same_language(wish, track.language):
            return [track]
    raise InputError(f"{source} has no audio track {wish}", f"Its audio tracks: {listed(tracks)}.")


def _rank(track: AudioTrack, language: str | None) -> tuple[bool, ...]:
    """Return what sorts tracks; of equals, the first in the file stays the first."""
    same = bool(language) and _same_language(str(language), track.language)
    other = bool(language and track.language) and not same
    return track.codec == "none", track.comment, other, not track.default, not same


def _same_language(wish: str, language: str) -> bool:
    return "" != wish.casefold() == language.casefold() or "" != code(wish) == code(language)


def listed(tracks: tuple[AudioTrack, ...], without: AudioTrack | None = None) -> str:
    """Return the tracks with their numbers, for people."""
    return ", ".join(
        f"{number} ({described(track)})"
        for number, track in enumerate(tracks, start=1)
        if track is not without
    )


def described(track: AudioTrack) -> str:
    """Return what a track says of itself, for people. From outside: escape it."""
    words = [track.language or "language not given", track.codec]
    return ", ".join([*words, f'"{track.title}"'] if track.title else words)


def louder_channel(log: str) -> int | None:
    """Return the louder of two channels that cancel each other out; None where they do not.

    `log` is ffmpeg's with the levels of `astats` before and after the channels were mixed.
    """
    levels = defaultdict[str, list[float]](list)
    for place, level in _LEVEL.findall(log):
        levels[place].append(float(level))
    if sorted(map(len, levels.values())) != [1, 2]:
        return None
    (channels,) = (found for found in levels.values() if len(found) == 2)
    ((mixed,),) = (found for found in levels.values() if len(found) == 1)
    return channels.index(max(channels)) if mixed < max(channels) - _CANCELLED else None
