"""Which captions a recording has, which of them come first, and which cannot be what is said in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from svs.engines.captions import SUFFIXES
from svs.languages import code, name
from svs.model.media import MediaInfo, SubtitleTrack
from svs.model.speech import Segment
from svs.times import clock

_PARTIAL = {
    "forced": "forced captions",
    "foreign": "forced captions",
    "signs": "signs and songs",
    "songs": "signs and songs",
    "lyrics": "lyrics",
    "karaoke": "lyrics",
    "comment": "comments",
    "comments": "comments",
    "commentary": "comments",
}
"""Words in a name or title that say that it is not the whole of what is said, and what it is."""
_HARD_OF_HEARING = frozenset(("sdh", "cc", "hi"))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_PACE = 15  # bytes of text for a second of speech
_LEAST_SPEECH = 0.02  # of a recording, below which captions are a note or an advert
_LEAST_SPAN = 0.1  # of a recording, from the first cue to the last
_SLACK = 5.0  # seconds by which a cue may begin after a recording ends
_MOST_LATE = 0.05  # of the cues


@dataclass(frozen=True, slots=True)
class Candidate:
    """Captions that a recording has."""

    label: str
    """For people. From outside: escape it."""
    language: str = ""
    """Its short code; empty where nobody says it."""
    file: Path | None = None
    """Beside the recording, or else"""
    track: int | None = None
    """a track in it: its index among all streams."""
    default: bool = False
    """It is what players show unasked."""
    hard_of_hearing: bool = False
    """It describes sounds too."""
    partial: str = ""
    """What it holds instead of all that is said."""


def candidates(video: Path, media: MediaInfo) -> tuple[Candidate, ...]:
    """Return the captions beside a recording and in it; pictures of text are none."""
    tracks = (_of_track(track, number) for number, track in enumerate(media.subtitles, 1) if track.text)
    return (*sidecars(video), *tracks)


def sidecars(video: Path) -> tuple[Candidate, ...]:
    """Return the caption files beside a video: `talk.srt`, `talk.mp4.srt`, `talk.en.sdh.srt` and the like."""
    try:
        files = [file for file in video.parent.iterdir() if file.suffix.lower() in SUFFIXES]
        files.sort(key=lambda file: (file.stem, SUFFIXES.index(file.suffix.lower())))
        found = (_of_file(file, video) for file in files if file.is_file())
        return tuple(candidate for candidate in found if candidate)
    except OSError:
        return ()


def _of_file(file: Path, video: Path) -> Candidate | None:
    """Return a file as captions; None when its name is not the video's with languages and flags added."""
    names = (video.name, video.stem)
    added = next((file.stem.removeprefix(name) for name in names if file.stem.startswith(name)), None)
    if not added:
        return None if added is None else Candidate(file.name, file=file, default=True)
    if not added.startswith("."):
        return None
    language, flags = "", set[str]()
    for part in added[1:].split("."):
        word = part.lower()
        if word in ("default", "sdh", "cc", *_PARTIAL) or (word == "hi" and language):  # else it is Hindi
            flags.add(word)
        elif _LANGUAGE.fullmatch(part) or code(part):
            language = language or code(part)
        else:
            return None
    partial = next((_PARTIAL[flag] for flag in sorted(flags) if flag in _PARTIAL), "")
    return Candidate(
        file.name,
        language,
        file=file,
        default="default" in flags,
        hard_of_hearing=bool(flags & _HARD_OF_HEARING),
        partial=partial,
    )


def _of_track(track: SubtitleTrack, number: int) -> Candidate:
    words = set(re.findall(r"[a-z]+", track.title.lower()))
    partial = next((_PARTIAL[word] for word in sorted(words) if word in _PARTIAL), "")
    if track.forced or track.comment:
        partial = "forced captions" if track.forced else "comments"
    language = code(track.language)
    known = ", ".join(filter(None, (track.title, track.language or track.codec)))
    return Candidate(
        f"subtitle track {number} ({known})",
        language,
        track=track.index,
        default=track.default,
        hard_of_hearing=bool(words & _HARD_OF_HEARING),
        partial=partial,
    )


def ranked(found: Iterable[Candidate], asked: str | None, sound: str) -> list[Candidate]:
    """Return the captions, the best first.

    Those in the language that is asked for come first, then those in the sound's, then what players show
    unasked, then those of which nobody says the language.
    """

    def rank(candidate: Candidate) -> tuple[bool, ...]:
        return (
            bool(candidate.partial),
            bool(asked) and candidate.language != asked,
            bool(sound) and candidate.language != sound,
            not candidate.default,
            bool(candidate.language),
            candidate.hard_of_hearing,
            candidate.file is None,
        )

    return sorted(found, key=rank)


def unfit(candidate: Candidate, asked: str | None) -> str:
    """Return why captions are not the transcript that is wanted, by what is said of them; else nothing."""
    if candidate.partial:
        return f"{candidate.label} holds {candidate.partial} only"
    if asked and candidate.language and candidate.language != asked:
        return f"{candidate.label} is in {name(candidate.language)}, not in {name(asked)}"
    return ""


def mismatch(segments: Sequence[Segment], duration: float | None) -> str:
    """Return why captions cannot be what is said in a recording of so many seconds; nothing when they can."""
    if not duration:
        return ""
    late = sum(segment.start > duration + _SLACK for segment in segments)
    if late > len(segments) * _MOST_LATE:
        return f"runs to {clock(segments[-1].end)}, but the recording ends at {clock(duration)}"
    speech = sum(len(segment.text.encode(errors="replace")) for segment in segments) / _PACE
    span = segments[-1].end - segments[0].start
    if speech < duration * _LEAST_SPEECH or span < duration * _LEAST_SPAN:
        return f"has words for {clock(min(speech, span))} of {clock(duration)} only"
    return ""
