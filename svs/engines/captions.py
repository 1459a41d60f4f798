"""Existing subtitles as the transcript, cleaned until only what was said is left."""

import html
import re
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from svs.characters import without_unseen
from svs.engines import caption_limits, coverage
from svs.errors import InputError
from svs.events import Tick
from svs.media import vad
from svs.media.input_check import open_regular
from svs.model.speech import Batch, Gap, Segment
from svs.text.words import guess_language

AUDIO = "audio.pcm"
"""The recording's sound, beside the captions in the job's folder, where there is any."""
SUFFIXES = (".srt", ".vtt", ".ass", ".ssa")
"""The subtitle files that are read, the plainest first."""

_LARGEST = 50_000_000  # bytes; a day of subtitles has about two million
_LONGEST = 1_000_000  # letters shown at once; a whole talk in one cue has less
_TOUCHING = 0.1  # seconds between two cues that follow each other without a pause
_ROWS = 4  # lines that rolling captions show at most
_PACE = 15  # letters said in a second, for a cue without an end

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_STAMP = re.compile(r"<[\d:.]+>")  # WebVTT's times of single words
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_OVERRIDE = re.compile(r"\{([^{}]*)\}")
_DIALOGUE = re.compile(r"Dialogue:[^,]*,(\s*-?\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,3}\s*,)(.*)", re.DOTALL)
_ASS_END = re.compile(r"\s*-?\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,3}\s*,")
_CUE_TIMES = re.compile(r"(\d{1,4}:)?\d\d:\d\d[.]\d{2,3}\s+-->\s+(\d{1,4}:)?\d\d:\d\d[.]\d{2,3}")
_UNSAID = re.compile(r"\[[^\[\]]*\]|[\u2669-\u266c]")
_ASIDE = re.compile(r"\([^()]*\)|\uff08[^\uff08\uff09]*\uff09|\u3010[^\u3010\u3011]*\u3011")
_SPEAKER_MARK = re.compile(r"(?:>>+|[-\u2010-\u2015]+)(?:\s+|(?=[^\s\d]))")  # but not a minus


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is shown from one moment to another; each line with its words apart by single spaces."""

    start: float
    end: float
    lines: tuple[str, ...]


class Captions:
    """Turns a subtitle file into one batch: there is nothing to wait for."""

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
        segments = tuple(s for s in read(source, self.model) if self._start <= s.start < self._end)
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


def read(file: Path, label: str) -> tuple[Segment, ...]:
    """Return what is said in a subtitle file; `label` names it in complaints."""
    text = _decode(_bytes(file, label))
    caption_limits.check_cues(text, label)
    try:
        cues = sorted(_cues(text), key=lambda cue: cue.start)
    except ValueError as error:  # the parser's, of a number that is none
        raise InputError(f"{label} is damaged: {error}", "Use --subtitles never to ignore it.") from error
    segments = tuple(_with_ends(list(_said_once(cues))))
    caption_limits.check_letters(segments, label)
    if any(len(segment.text) > _LONGEST for segment in segments):
        raise InputError(
            f"{label} is damaged: it shows more than {_LONGEST:,} letters at once",
            "Use --subtitles never to ignore it.",
        )
    if not segments:
        raise InputError(
            f"no captions in {label}", "Use --subtitles never to have the sound transcribed instead."
        )
    return segments


def is_caption_file(path: Path) -> bool:
    """Tell by its name whether a file holds subtitles."""
    return path.suffix.lower() in SUFFIXES


def sidecars(video: Path) -> tuple[Path, ...]:
    """Return the subtitle files beside a video: `talk.srt` first, then `talk.en.srt` and its like by name."""
    try:
        files = [file for file in video.parent.iterdir() if is_caption_file(file) and file.is_file()]
    except OSError:
        return ()
    ours = [file for file in files if file.stem == video.stem or _for_language(file.stem, video.stem)]
    return tuple(sorted(ours, key=lambda f: (f.stem != video.stem, f.stem, SUFFIXES.index(f.suffix.lower()))))


def _for_language(stem: str, video: str) -> bool:
    return stem.startswith(f"{video}.") and bool(_LANGUAGE.fullmatch(stem[len(video) + 1 :]))


def _bytes(file: Path, label: str) -> bytes:
    with open_regular(file) as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise InputError(f"{label} is too large for a subtitle file", "Use --subtitles never to ignore it.")
    return data


def _decode(data: bytes) -> str:
    """Return the text, whatever its encoding; the older western one is taken where nothing else fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    head = data[:1000]
    if head.count(0) > len(head) // 4:  # half of UTF-16's bytes, in western text
        return data.decode(
            "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be", "replace"
        )
    text = data.decode("utf-8-sig", "replace")
    strange = sum(letter > "\x7f" for letter in text)
    return text if text.count("\ufffd") <= strange // 4 else data.decode("cp1252", "replace")


def _cues(text: str) -> Iterator[_Cue]:
    """Yield the cues of a file in any of the formats, in its order."""
    for start, end, shown in _events(text):
        lines = tuple(_clean_lines(shown))
        if lines:
            yield _Cue(max(0.0, start), end, lines)


def _events(text: str) -> Iterator[tuple[float, float, str]]:
    """Yield start, end and raw text; the parser gets nothing that it stumbles over or takes for ever with."""
    import pysubs2

    lines = _STAMP.sub("", text.replace("\0", "")).splitlines()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fields that do not matter here, such as margins
        if text.lstrip("\ufeff \t\r\n").startswith("WEBVTT"):
            found = pysubs2.SSAFile.from_string(_vtt(lines), format_="vtt", keep_html_tags=True)
        elif any(line.lstrip().startswith("Dialogue:") for line in lines):
            found = pysubs2.SSAFile.from_string(_ass(lines), format_="ass")
        else:
            found = pysubs2.SSAFile.from_string(_srt(lines), format_="srt", keep_html_tags=True)
    for event in found:
        yield event.start / 1000, event.end / 1000, event.text


def _vtt(lines: list[str]) -> str:
    """Keep the cues: no names of theirs, no notes and no styles, which the parser takes for words."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if times := _CUE_TIMES.match(line.strip()):
            inside = True
            kept += ["", "0", times[0]]  # the parser wants numbers, and drops a last line that looks like one
        elif not line:  # and not one with a space, with which rolling captions begin
            inside = False
        elif inside and line.strip():
            kept.append(line.strip())
    return "\n".join([*kept, "", "0"])


def _srt(lines: list[str]) -> str:
    """Join the lines, with no more than one blank between them: the parser is slow with many."""
    kept = [line.strip() for line in lines]
    blank_before = zip(kept, ["", *kept], strict=False)
    return "\n".join([line for line, before in blank_before if line or before] + ["", "0"])


def _ass(lines: list[str]) -> str:
    """Keep the lines of speech with good times: one bad style would stop the parser."""
    kept = []
    for line in lines:
        match = _DIALOGUE.match(line.strip())
        if match and _ASS_END.match(match[2]):
            kept.append(f"Dialogue: 0,{match[1].strip()}{match[2]}")
    return "\n".join(["[Events]", *kept])


def _clean_lines(shown: str) -> Iterator[str]:
    """Yield the lines that hold words, free of everything that is not said."""
    plain = _without_overrides(shown).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    plain = _UNSAID.sub(" ", without_unseen(html.unescape(_TAG.sub("", plain))))
    if not _has_words(_ASIDE.sub("", plain)):  # nothing but "(applause)"
        return
    for line in plain.split("\n"):
        words = " ".join(line.split())
        if _has_words(_ASIDE.sub("", words)):
            mark = _SPEAKER_MARK.match(words)
            yield words[mark.end() :] if mark else words


def _without_overrides(text: str) -> str:
    """Remove SubStation's commands in braces, and the drawings that some of them begin."""
    drawing = False
    kept = []
    for index, piece in enumerate(_OVERRIDE.split(text)):
        if index % 2 == 0:
            kept.append("" if drawing else piece)
        elif begins := re.findall(r"\\p(\d)", piece):
            drawing = begins[-1] != "0"
    return "".join(kept)


def _has_words(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _said_once(cues: Iterable[_Cue]) -> Iterator[Segment]:
    """Yield each text once, when it first appears: rolling captions repeat the line before the new one."""
    shown: tuple[str, ...] = ()
    until = 0.0
    last: Segment | None = None
    for cue in cues:
        words = " ".join(cue.lines).split()
        new = words[_repeated(shown, words) :] if cue.start <= until + _TOUCHING else words
        if not new and last:
            last = replace(last, end=max(last.end, cue.end))
        elif new:
            if last:
                yield last
            last = Segment(cue.start, cue.end, " ".join(new))
        shown, until = cue.lines[-_ROWS:], cue.end
    if last:
        yield last


def _repeated(shown: tuple[str, ...], words: list[str]) -> int:
    """Return how many of the first words are the last whole lines that were shown before."""
    for index in range(len(shown)):
        before = " ".join(shown[index:]).split()
        if words[: len(before)] == before:
            return len(before)
    return 0


def _with_ends(segments: list[Segment]) -> Iterator[Segment]:
    """Yield the segments, each ending after it began and, if another begins later, not after that."""
    following = float("inf")
    ended: list[Segment] = []
    for index in range(len(segments) - 1, -1, -1):
        segment = segments[index]
        if index + 1 < len(segments) and segments[index + 1].start > segment.start:
            following = segments[index + 1].start
        end = segment.end if segment.end > segment.start else segment.start + len(segment.text) / _PACE
        ended.append(replace(segment, end=min(end, following)))
    return reversed(ended)
