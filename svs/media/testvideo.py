"""A test video of a talk, made from bundled files: no camera, network or speech synthesizer."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec.structs import replace

from svs.errors import MissingError, UsageError
from svs.media.ffmpeg import run
from svs.media.tool import ask, find
from svs.model.speech import Chapter, Sentence
from svs.system.files import private_folder

if TYPE_CHECKING:
    from ffmpeg.nodes import Stream

Audio = Literal["speech", "tone", "silence"]
Timed = TypeVar("Timed", Chapter, Sentence)

ASSETS = Path(__file__).parent.parent / "assets"
RATE = 48000
"""Samples per second of the decoded talk, which both Opus and AAC accept."""
COLOURS = ("0x1d3557", "0x7a4a10", "0x6d2e46", "0x0b5351")
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    "/usr/share/fonts/liberation-sans-fonts/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSansBold.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    "/System/Library/Fonts/Supplemental/Arial Bold.ttf",
    "/System/Library/Fonts/Helvetica.ttc",
    "C:/Windows/Fonts/arialbd.ttf",
)
"""Fonts for the titles on Linux, macOS and Windows, best first."""


@dataclass(frozen=True, slots=True)
class Container:
    """The encoders for a file type; of several, the first that ffmpeg has is used."""

    video: tuple[str, ...]
    audio: tuple[str, ...]
    subtitles: str
    options: dict[str, str] = field(default_factory=dict)


_INDEX_FIRST = {"movflags": "+faststart"}  # an incomplete file can be read, too
CONTAINERS = {
    ".mp4": Container(("libx264", "mpeg4"), ("aac",), "mov_text", _INDEX_FIRST),
    ".mov": Container(("libx264", "mpeg4"), ("aac",), "mov_text", _INDEX_FIRST),
    ".mkv": Container(("libx264", "mpeg4"), ("libopus", "aac"), "srt"),
    ".webm": Container(("libvpx",), ("libopus", "libvorbis"), "webvtt"),
}
"""The file types, by extension."""
ENCODING: dict[str, dict[str, Any]] = {
    "libx264": {"preset": "ultrafast", "crf": 23},
    "mpeg4": {"qscale:v": 4},
    # A positive cpu-used would depend on the clock, and give different bytes each time.
    "libvpx": {"deadline": "realtime", "cpu-used": -12, "crf": 20, "video_bitrate": "1M"},
    "aac": {"aac_coder": "fast", "audio_bitrate": "64k"},
    "libopus": {"compression_level": 2, "audio_bitrate": "48k"},
    "libvorbis": {"audio_bitrate": "64k"},
}
"""Options that make each encoder fast."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The bundled talk: what is said in `talk.opus`, and when."""

    title: str
    duration: float
    topics: tuple[Chapter, ...]
    """Contiguous: each lasts until the next one begins."""
    sentences: tuple[Sentence, ...]


def talk() -> Talk:
    """Return the bundled talk."""
    record = json.loads((ASSETS / "talk.json").read_text(encoding="utf-8"))
    titles = [topic["title"] for topic in record["topics"]]
    starts = [0.0, *(topic["start"] for topic in record["topics"][1:])]
    ends = [*starts[1:], record["duration"]]
    return Talk(
        title=record["title"],
        duration=record["duration"],
        topics=tuple(
            Chapter(start=start, end=end, title=title)
            for start, end, title in zip(starts, ends, titles, strict=True)
        ),
        sentences=tuple(
            Sentence(sentence["start"], sentence["end"], sentence["text"]) for sentence in record["sentences"]
        ),
    )


def make_test_video(
    target: Path,
    *,
    size: tuple[int, int] = (640, 360),
    fps: int = 12,
    duration: float | None = None,
    audio: Audio = "speech",
    subtitles: bool = False,
    chapters: bool = False,
    on_time: Callable[[float], None] | None = None,
) -> None:
    """Write the bundled talk as a video to `target`, whose extension chooses the container.

    The talk is cut or repeated to `duration` seconds; width and height must be even. The same arguments and
    the same ffmpeg give the same bytes. The file is written atomically and overwrites an existing one.
    `on_time` gets the seconds made so far.
    """
    container = container_of(target)
    bundled = talk()
    seconds = bundled.duration if duration is None else duration
    try:
        with private_folder(target.absolute()) as folder:
            streams = [_picture(bundled, size, fps, seconds), _sound(bundled, audio, seconds)]
            if subtitles:
                streams.append(_subtitles(bundled, seconds, folder / "subtitles.srt"))
            video = folder / f"video{target.suffix}"
            arguments = _output(streams, video, container, bundled.title)
            if chapters:
                arguments = _with_chapters(arguments, bundled, seconds, folder / "chapters.txt")
            font = _font()
            run(arguments, on_time=on_time, reads=(str(font),) if font else ())
            video.replace(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}", "Choose another folder.") from error


def container_of(target: Path) -> Container:
    """Return the container for a file's extension. Raises UsageError for unknown extensions."""
    container = CONTAINERS.get(target.suffix.lower())
    if container is None:
        raise UsageError(
            f"svs cannot make a video with the extension of {target}",
            f"Use one of {', '.join(CONTAINERS)}.",
        )
    return container


def _picture(bundled: Talk, size: tuple[int, int], fps: int, seconds: float) -> "Stream":
    """Return slides, one for each topic, with a moving bar below them."""
    import ffmpeg

    width, height = size
    bar_height = max(2, height // 90 * 2)
    # Once across in ten seconds, in even steps: odd ones do not fit the pixels of the colours.
    step = 2 * max(1, round(width / fps / 20))
    # The slides are coloured before scaling, since filling is slow.
    slides = ffmpeg.input(f"color=black:s=16x16:r={fps}:d={seconds}", f="lavfi")
    for topic, colour in zip(bundled.topics, cycle(COLOURS), strict=False):
        slides = slides.drawbox(0, 0, 16, 16, colour, "fill", enable=_while(topic, bundled))
    slides = slides.filter("scale", width, height, flags="neighbor").filter("setsar", 1)
    if font := _font():
        slides = _titled(slides, bundled, size, str(font))
    bar = ffmpeg.input(f"color=white:s={width}x{bar_height}:r={fps}:d={seconds}", f="lavfi")
    return slides.overlay(bar, x=f"mod(n*{step},W)-W", y=height - bar_height)


def _titled(slides: "Stream", bundled: Talk, size: tuple[int, int], fontfile: str) -> "Stream":
    """Write each topic below the talk's title, and a clock in the corner."""
    longest = max(len(topic.title) for topic in bundled.topics)
    height = max(2, min(size[1] // 8, size[0] * 5 // 4 // longest))  # letters are 0.6 times as wide as high
    large = {"fontfile": fontfile, "fontsize": height, "fontcolor": "white", "x": "(w-tw)/2"}
    small = {**large, "fontsize": height // 2, "fontcolor": "white@0.7"}
    slides = slides.drawtext(bundled.title, y=f"h*0.4-{height}", **small)
    for topic in bundled.topics:
        slides = slides.drawtext(topic.title, y="h*0.4", enable=_while(topic, bundled), **large)
    corner = {"x": f"w-tw-{height // 2}", "y": f"h-{height * 3 // 2}"}
    return slides.drawtext("%{pts:hms}", escape_text=False, **{**small, **corner})


def _while(topic: Chapter, bundled: Talk) -> str:
    """Return ffmpeg's expression for the times of a topic."""
    return f"between(mod(t,{bundled.duration}),{topic.start},{topic.end})"


def _font() -> Path | None:
    """Return a font for the titles; None if there is none, or ffmpeg cannot draw text."""
    font = next((path for path in map(Path, FONTS) if path.is_file()), None)
    return font if font and "drawtext" in _built_in(find(), "-filters") else None


def _sound(bundled: Talk, audio: Audio, seconds: float) -> "Stream":
    """Return the sound."""
    import ffmpeg

    if audio == "tone":
        sound = ffmpeg.input(f"sine=frequency=440:sample_rate={RATE}", f="lavfi")
    elif audio == "silence":
        sound = ffmpeg.input(f"anullsrc=r={RATE}:cl=mono", f="lavfi")
    else:
        speech = ffmpeg.input(f"file:{ASSETS / 'talk.opus'}").filter("aresample", RATE)
        sound = speech.filter("aloop", loop=-1, size=round(bundled.duration * RATE))
    return sound.filter("atrim", duration=seconds)  # not -t, which can leave ffmpeg running for ever


def _subtitles(bundled: Talk, seconds: float, path: Path) -> "Stream":
    """Return the true text of the talk as a stream."""
    import ffmpeg
    import pysubs2

    cues = pysubs2.SSAFile()
    for sentence in _repeated(bundled.sentences, bundled.duration, seconds):
        start, end = round(sentence.start * 1000), round(sentence.end * 1000)
        cues.append(pysubs2.SSAEvent(start=start, end=end, text=sentence.text))
    cues.save(str(path))
    return ffmpeg.input(f"file:{path}", f="srt")


def _output(streams: "list[Stream]", video: Path, container: Container, title: str) -> list[str]:
    """Return ffmpeg's arguments that write these streams reproducibly."""
    import ffmpeg

    vcodec, acodec = _encoder(container.video, video), _encoder(container.audio, video)
    options = {
        "vcodec": vcodec,
        "acodec": acodec,
        "scodec": container.subtitles,
        "pix_fmt": "yuv420p",
        "threads": 2,  # a fixed number, since the encoders' bytes depend on it
        "metadata": f"title={title}",
        "metadata:s:a:0": "language=eng",
        "metadata:s:s:0": "language=eng",
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
        "flags:a": "+bitexact",
        **ENCODING[vcodec],
        **ENCODING[acodec],
        **container.options,
    }
    arguments: list[str] = ffmpeg.output(*streams, f"file:{video}", **options).get_args()
    return arguments


def _encoder(choices: tuple[str, ...], video: Path) -> str:
    built_in = _built_in(find(), "-encoders")
    encoder = next((name for name in choices if name in built_in), None)
    if encoder is None:
        raise MissingError(
            f"{find()} cannot make {video.suffix} files: it has no encoder {' or '.join(choices)}",
            "Choose another extension, or install a complete ffmpeg.",
        )
    return encoder


def _with_chapters(arguments: list[str], bundled: Talk, seconds: float, path: Path) -> list[str]:
    """Return the arguments with one more input, from which ffmpeg takes the chapters.

    ffmpeg-python cannot add an input without streams. It goes last, so that the others keep their numbers.
    """
    lines = [";FFMETADATA1"]
    for topic in _repeated(bundled.topics, bundled.duration, seconds):
        start, end = round(topic.start * 1000), round(topic.end * 1000)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={topic.title}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    place = arguments.index("-filter_complex")
    return [*arguments[:place], "-f", "ffmetadata", "-i", f"file:{path}", *arguments[place:]]


def _repeated(parts: tuple[Timed, ...], lap: float, seconds: float) -> Iterator[Timed]:
    """Yield the parts of a talk of `lap` seconds repeatedly until `seconds`, the last one cut there."""
    for number in range(math.ceil(seconds / lap)):
        for part in parts:
            start, end = part.start + number * lap, part.end + number * lap
            if start < seconds:
                yield replace(part, start=start, end=min(end, seconds))


@cache
def _built_in(ffmpeg: Path, kind: Literal["-encoders", "-filters"]) -> frozenset[str]:
    """Return the encoders or filters of this ffmpeg: the second word of each line of its list."""
    lines = map(str.split, ask(ffmpeg, kind).splitlines())
    return frozenset(words[1] for words in lines if len(words) > 1)
