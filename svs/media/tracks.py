"""Which audio tracks of a recording are read, and whose they are."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from svs.errors import InputError
from svs.languages import code
from svs.model.media import AudioTrack

SILENT = 1e-4
"""The level of sound (see `pcm.level`) below which there is none: -80 dB."""
ALL = "all"
"""The wish for every track, each by itself."""
_LONGEST = 60  # letters in a speaker's name


def ranked(
    source: Path, tracks: tuple[AudioTrack, ...], wish: str | None, language: str | None
) -> list[AudioTrack]:
    """Return the tracks to try, the best first; only the one that was wished for, or all, where that was.

    `language` is the one asked for. Raises InputError when there is no such track.
    """
    if not tracks:
        raise InputError(
            f"{source} has no audio track",
            "svs summarizes what is said: give a recording with audio.",
        )
    if wish is None:
        return sorted(tracks, key=lambda track: _rank(track, language))
    if wish == ALL:
        return [track for track in tracks if track.codec != "none"] or list(tracks)
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


def listed(tracks: tuple[AudioTrack, ...], without: Iterable[AudioTrack] = ()) -> str:
    """Return the tracks with their numbers, for people."""
    return ", ".join(
        f"{number} ({described(track)})"
        for number, track in enumerate(tracks, start=1)
        if track not in without
    )


def described(track: AudioTrack) -> str:
    """Return what a track says of itself, for people. From outside: escape it."""
    words = [track.language or "language not given", track.codec]
    return ", ".join([*words, f'"{track.title}"'] if track.title else words)


def speakers(tracks: tuple[AudioTrack, ...]) -> list[str]:
    """Return what to call who speaks on each track: its title, or else its number; all differ."""
    numbers = [f"Track {number}" for number in range(1, len(tracks) + 1)]
    titles = [" ".join(track.title.split())[:_LONGEST] for track in tracks]
    names = [
        number if not title or title.isdecimal() else title
        for title, number in zip(titles, numbers, strict=True)
    ]
    often = Counter(names)
    return [
        f"{name} ({number})" if often[name] > 1 and name != number else name
        for name, number in zip(names, numbers, strict=True)
    ]
