"""What a recording says of itself, read from ffmpeg's own report (imageio-ffmpeg brings no ffprobe)."""

import re
from collections.abc import Iterator
from pathlib import Path

from svs import fields
from svs.characters import without_unseen
from svs.errors import InputError
from svs.media import ffmpeg
from svs.media.input_check import check_file
from svs.model.media import AudioTrack, MediaInfo, SubtitleTrack
from svs.model.speech import Chapter

_LANGUAGE = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""A language's tag: a code or a name."""
_TEXT_CODECS = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"}

_DURATION = re.compile(r"  Duration: (\d+):(\d\d):(\d\d\.\d+),.*")
_CHAPTER = re.compile(r" {2,4}Chapter #0:\d+: start (-?\d+\.\d+), end (-?\d+\.\d+)")
_NUMBERED = re.compile(r"Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(\()?")
_STREAM = re.compile(
    r" {2,4}Stream #0:(?P<index>\d+)(\[0x[0-9a-f]+\])?(\((?P<language>.*?)\))?"
    r": (?P<kind>Audio|Subtitle): (?P<codec>\w+)(?P<rest>.*)"
)
_FRAME_RATE = re.compile(r", (\d+(?:\.\d+)?) (?:fps|tbr)\b")
_PICTURES = re.compile(r" {2,4}Stream #0:\d+\b.*: Video: (?!.*\(attached pic\)).*")
_TITLE = re.compile(r" +(title|handler_name) *: (.*)", re.IGNORECASE)
_NO_NAME = re.compile(r"handler|media|audio|sound|video|subtitle|text|\bgpac\b|\bgoogle\b", re.IGNORECASE)
"""What programs write as a track's handler where nobody gave it a name."""
_COMMENT = re.compile(r"\((comment|descriptions|visual impaired)\)")
_CALLED_COMMENT = re.compile(
    r"comment|descri(bed|ption|ptive)|visually impaired|kommentar|audiodes[ck]ri", re.IGNORECASE
)
"""Titles of tracks on which someone talks about the recording, where nothing else says so."""
_NEXT_LINE = re.compile(r" {20,}: (.*)")
"""The second line of a tag's value, and every further one, on which there is no name."""
_EXPECTED = re.compile(r"not on whitelist '|Failed to open codec")
"""What ffmpeg says of each track that is no sound: its decoder is out of reach."""
_COMPLAINT = re.compile(r"^\[[^\]\n]+ @ 0x[0-9a-f]+\] (?!Error opening input)(.*)", re.MULTILINE)


def probe(path: Path, *, formats: tuple[str, ...] = (), largest: int | None = None) -> MediaInfo:
    """Return what a recording says of itself. Raises InputError when it is not a recording that svs reads.

    `formats` are ffmpeg's names of formats to allow beside the usual; `largest` is the most bytes.
    """
    check_file(path, largest)
    # Without an output, ffmpeg opens the file, reports and ends; ffmpeg-python knows no graph without one.
    arguments = ffmpeg.source(path, formats=formats).output("-").get_args()[:-1]
    try:
        log = ffmpeg.run(arguments)
    except ffmpeg.FfmpegError as error:
        log = error.log
    report = _report(log, name=arguments[-1])
    if not report:
        raise _unreadable(path, log)
    if _has_forged_streams(path, report, formats):
        raise InputError(f"{path} has a tag that looks like a track", "Remove its tags, or export it again.")
    # A duration reckoned from the first frames' bit rate may be far off: better none.
    return _parse(report, trusted="Estimating duration from bitrate" not in log)


def _report(log: str, *, name: str) -> list[str]:
    """Return the lines of ffmpeg's report, the header as one line; nothing when the file did not open."""
    if not ffmpeg.opened(log):
        return []
    lines = log.rstrip().split("\n")
    start = next((at for at, line in enumerate(lines) if line.startswith("Input #0, ")), len(lines))
    return lines[start : start + 1] + lines[start + 1 + name.count("\n") : -1]


def _has_forged_streams(path: Path, report: list[str], formats: tuple[str, ...]) -> bool:
    """Say whether a line of the report is no stream but part of a language's tag, which may have line feeds.

    ffmpeg reports each stream, so that a forged one has the number of another or one that does not exist.
    """
    lines = {line.strip() for line, _ in _entries(report)}  # those of programs may come twice
    streams = [match for line in lines if (match := _NUMBERED.match(line))]
    numbers = [int(match[1]) for match in streams]
    if len(set(numbers)) < len(numbers):
        return True
    if report[0].startswith("Input #0, mov,") or not any(match[2] for match in streams):
        return False  # MP4 has languages of three letters
    last = ffmpeg.source(path, formats=formats)[str(max(numbers))].output("-", c="copy", f="null", t=0)
    try:
        ffmpeg.run(["-v", "error", *last.get_args()])
    except ffmpeg.FfmpegError as error:
        return "matches no streams" in error.log
    return False


def _unreadable(path: Path, log: str) -> InputError:
    if ffmpeg.opened(log):  # of which ffmpeg.run keeps but the end
        return InputError(f"{path} has more than 1 MB of tags", "Remove them, or export it again.")
    complaint = next((found for found in _COMPLAINT.finditer(log) if not _EXPECTED.search(found[1])), None)
    if complaint is None or re.search("Format not on whitelist|misdetection possible", log):
        return InputError(
            f"{path} is not a recording but a playlist, a picture, a text or another file",
            "svs reads video and audio files such as .mp4, .mkv, .mp3 or .wav; see also --allow-format.",
        )
    return InputError(f"{path} is cut off or damaged: {complaint[1]}", "Copy, download or export it again.")


def _parse(report: list[str], *, trusted: bool) -> MediaInfo:
    entries = list(_entries(report))
    header, title = entries[0]
    streams = [(match, tag) for line, tag in entries if (match := _STREAM.fullmatch(line))]
    if header.startswith("Input #0, ogg"):  # an Ogg file has its title in its first stream
        title = title or next((tag for _, tag in streams), "")
    durations = (match for line, _ in entries if (match := _DURATION.fullmatch(line)))
    pictures = [line for line, _ in entries if _PICTURES.fullmatch(line)]
    return MediaInfo(
        duration=_seconds(next(durations, None)) if trusted else None,
        format=header.removeprefix("Input #0, ").split(",")[0],
        title=fields.title(title),
        audio=tuple(_audio(match, tag) for match, tag in streams if match["kind"] == "Audio"),
        subtitles=tuple(_subtitles(match, tag) for match, tag in streams if match["kind"] == "Subtitle"),
        pictures=bool(pictures),
        frame_rate=_frame_rate(pictures[0]) if pictures else 0.0,
        chapters=tuple(
            Chapter(start=_within(float(match[1])), end=_within(float(match[2])), title=fields.title(tag))
            for line, tag in entries
            if (match := _CHAPTER.fullmatch(line))
        ),
    )


def _entries(report: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each line that is not a tag, with the title among the tags that follow it, or else the handler.

    Tags are indented deeper than the `Metadata:` above them, also the further lines of a value; so whatever a
    value says, it is no entry.
    """
    entry, tags_of = report[0], -1
    tags, value = _no_tags(), list[str]()
    for line in report[1:]:
        indent = len(line) - len(line.lstrip(" "))
        if 0 <= tags_of < indent:
            if further := _NEXT_LINE.fullmatch(line):
                value.append(further[1])
            else:
                tag = _TITLE.fullmatch(line)
                value = tags[tag[1].lower()] if tag else []
                value += [tag[2]] if tag else []
        elif line.strip() == "Metadata:":
            tags_of = indent
        else:
            yield entry, _title(tags)
            entry, tags_of = line, -1
            tags, value = _no_tags(), []
    yield entry, _title(tags)


def _no_tags() -> dict[str, list[str]]:
    return {"title": [], "handler_name": []}


def _title(tags: dict[str, list[str]]) -> str:
    title, handler = (without_unseen(" ".join(lines)).strip() for lines in tags.values())
    return title or ("" if _NO_NAME.search(handler) else handler)


def _seconds(match: re.Match[str] | None) -> float | None:
    if match is None:
        return None
    return _within(int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])) or None


def _frame_rate(stream: str) -> float:
    """Return a stream's pictures a second; ffmpeg rounds those of NTSC to 23.98, 29.97 or 59.94."""
    if (match := _FRAME_RATE.search(stream)) is None:
        return 0.0
    rate = min(float(match[1]), fields.MOST_FRAMES)
    ntsc = round(rate) * 1000 / 1001
    return ntsc if f"{ntsc:.2f}" == match[1] else rate


def _within(seconds: float) -> float:
    """Return a time that a file gives as a record can keep it."""
    return min(max(0.0, seconds), fields.LONGEST)


def _audio(stream: re.Match[str], title: str) -> AudioTrack:
    return AudioTrack(
        index=int(stream["index"]),
        language=_language(stream),
        codec=stream["codec"],
        title=fields.title(title),
        default="(default)" in stream["rest"],
        comment=bool(_COMMENT.search(stream["rest"]) or _CALLED_COMMENT.search(title)),
        stereo=bool(re.search(r", (stereo|2 channels)\b", stream["rest"])),
    )


def _subtitles(stream: re.Match[str], title: str) -> SubtitleTrack:
    return SubtitleTrack(
        index=int(stream["index"]),
        language=_language(stream),
        codec=stream["codec"],
        text=stream["codec"] in _TEXT_CODECS,
        forced="(forced)" in stream["rest"],
        default="(default)" in stream["rest"],
        comment="(comment)" in stream["rest"],
        title=fields.title(title),
    )


def _language(stream: re.Match[str]) -> str:
    language: str = stream["language"] or ""
    return language if language != "und" and _LANGUAGE.fullmatch(language) else ""
