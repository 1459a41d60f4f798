"""Existing captions as the transcript, cleaned until only what was said is left."""

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from svs.engines import caption_joins, caption_limits, coverage
from svs.engines.caption_encoding import decode
from svs.engines.caption_formats import Cues, parse
from svs.engines.caption_limits import IGNORE
from svs.engines.caption_words import spoken
from svs.errors import InputError
from svs.events import Tick
from svs.media import vad
from svs.media.input_check import open_regular
from svs.model.speech import Batch, Gap, Segment
from svs.text.words import guess_language

AUDIO = "audio.pcm"
"""The recording's sound, beside the captions in the job's folder, where there is any."""
SUFFIXES = (".srt", ".vtt", ".ass", ".ssa", ".sbv", ".ttml", ".dfxp")
"""The caption files that are looked for beside a recording, the plainest first."""
_TRANSCRIPTS = (*SUFFIXES, ".json", ".txt", ".lrc")
"""What is read as a transcript when the user names it."""
_UNREAD = (".sub", ".smi", ".sami")
"""Captions whose times are in frames, or whose form is too loose: they are known, and not read."""

LARGEST = 50_000_000
"""Bytes in a file of captions; a day of them has about two million."""
_LONGEST = 200_000  # letters shown at once: four hours of speech
_DIGITS = 0.4  # of letters and digits: speech has far fewer, and a drone's telemetry more


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file of captions holds."""

    segments: tuple[Segment, ...]
    lost: int
    """How many cues have no times that can be read."""
    cues: int
    """How many there are in all."""

    def loss(self, label: str) -> str:
        """Return a sentence about the cues that are lost; nothing when none is."""
        if not self.lost:
            return ""
        return f"{self.lost} of {self.cues} cues in {label} have no time that can be read: they are left out."


class Captions:
    """Turns a file of captions into one batch: there is nothing to wait for."""

    name = "captions"
    warnings: tuple[str, ...] = ()

    def __init__(
        self, label: str, language: str | None, start: float | None = None, end: float | None = None
    ) -> None:
        self.model = label
        self.language = language
        self._start = start or 0.0
        self._end = float("inf") if end is None else end

    def transcribe(self, source: Path, after: float, tick: Tick) -> Generator[Batch, None, None]:
        """Yield what is said between the two times as one batch, unless it ends before `after`."""
        found = read(source, self.model, self.language)
        segments = tuple(s for s in found.segments if self._start <= s.start < self._end)
        if not segments:
            raise InputError(f"no captions in {self.model} for that time", "Check --start and --end.")
        end = max(segment.end for segment in segments)
        step = partial(tick, 0.0, end)
        gaps, speech_seconds = self._compare(source.with_name(AUDIO), segments, step)
        if self.language is None:
            self.language = guess_language(" ".join(segment.text for segment in segments))
        if end > after:
            yield Batch(end, end, segments, gaps, round(speech_seconds, 3))

    def _compare(
        self, audio: Path, segments: tuple[Segment, ...], step: Callable[[], None]
    ) -> tuple[tuple[Gap, ...], float]:
        """Return the speech without captions, and the seconds of speech; nothing where there is no audio."""
        if not audio.exists():
            return (), 0.0
        gaps, seconds = list[Gap](), 0.0
        moved = [replace(s, start=s.start - self._start, end=s.end - self._start) for s in segments]
        for window in vad.windows(audio, step):
            seconds += window.speech()
            within = (s for s in moved if s.end > window.start - 1 and s.start < window.end + 1)
            gaps += coverage.uncovered(window, within)
        shift = self._start
        return tuple(Gap(round(g.start + shift, 3), round(g.end + shift, 3)) for g in gaps), seconds


def read(file: Path, label: str, language: str | None = None, encoding: str | None = None) -> Reading:
    """Return what is said in a file of captions; `label` names it in complaints.

    `language` is a hint for the encoding. Raises InputError when it is no transcript.
    """
    written = text(file, label, language, encoding)
    caption_limits.check_cues(written, label)
    found = parse(written)
    segments = caption_joins.segments(spoken(found.cues))
    caption_limits.check_letters(segments, label)
    if any(len(segment.text) > _LONGEST for segment in segments):
        raise InputError(f"{label} is damaged: it shows more than {_LONGEST:,} letters at once", IGNORE)
    if not segments:
        raise _without_words(label, found)
    if _is_telemetry(segments):
        raise InputError(f"{label} holds numbers, and hardly any words", IGNORE)
    return Reading(segments, found.lost, found.lost + len(found.cues))


def text(file: Path, label: str, language: str | None = None, encoding: str | None = None) -> str:
    """Return the text of a caption file. Raises InputError when it is too large, or its encoding unsure."""
    with open_regular(file) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InputError(f"{label} is too large for a file of captions", IGNORE)
    if not data.strip(b"\0 \t\r\n"):
        raise InputError(f"{label} is empty", IGNORE)
    found = decode(data, language, encoding)
    if found is not None:
        return found
    if not parse(data.decode("latin-1")).cues:
        raise InputError(f"{label} is not a text file", IGNORE)
    raise InputError(
        f"svs cannot determine the encoding of {label}",
        "Name it, as in --encoding cp1251, or save the file as UTF-8.",
    )


def check(file: Path, language: str | None, encoding: str | None, largest: int | None) -> None:
    """Refuse a transcript that the user names, when nothing in it can be summarized. Raises InputError."""
    if file.suffix.lower() in _UNREAD:
        raise InputError(f"{file}: svs does not read this caption format", "Convert it to .srt first.")
    with open_regular(file) as stream:
        size = os.fstat(stream.fileno()).st_size
    if not size:
        raise InputError(f"{file} is empty", "Copy or download it again.")
    if largest is not None and size > largest:
        raise InputError(
            f"{file} is larger than --max-size allows", "Raise --max-size to read it all the same."
        )
    try:
        read(file, file.name, language, encoding)
    except InputError as error:
        if error.hint != IGNORE:  # which is for captions beside a recording
            raise
        raise InputError(error.message, "Give svs other captions, or the recording itself.") from error


def is_caption_file(path: Path) -> bool:
    """Return by its name whether a file holds captions or another transcript."""
    return path.suffix.lower() in (*_TRANSCRIPTS, *_UNREAD)


def _without_words(label: str, found: Cues) -> InputError:
    suffix = Path(label).suffix.lower()
    if suffix == ".json":
        return InputError(f"{label} contains no transcript", IGNORE)
    if suffix == ".txt" and not found.cues:
        return InputError(
            f"{label} is a text without times",
            "svs needs times: give it captions (.srt, .vtt, ...), or the recording itself.",
        )
    if found.lost and not found.cues:
        return InputError(f"{label}: none of its {found.lost} cues has a time that can be read", IGNORE)
    return InputError(f"no captions in {label}", IGNORE)


def _is_telemetry(segments: tuple[Segment, ...]) -> bool:
    letters = digits = 0
    for segment in segments:
        letters += sum(map(str.isalnum, segment.text))
        digits += sum(map(str.isdigit, segment.text))
    return digits > letters * _DIGITS
