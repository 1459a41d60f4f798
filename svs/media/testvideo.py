"""A talking test video, made of what svs carries itself: no camera, network or speech synthesizer."""

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
from svs.media.ffmpeg import ask, find, run
from svs.model.speech import Chapter, Sentence
from svs.system.files import private_folder

if TYPE_CHECKING:
    from ffmpeg.nodes import Stream

Audio = Literal["speech", "tone", "silence"]
Timed = TypeVar("Timed", Chapter, Sentence)

ASSETS = Path(__file__).parent.parent / "assets"
RATE = 48000
"""Samples a second: what the talk is decoded to, and what both Opus and AAC take."""
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
"""Where Linux, macOS and Windows keep a font that can show the titles, best first."""


@dataclass(frozen=True, slots=True)
class Container:
    """What goes into a file with a given suffix; of several encoders, the first that ffmpeg has is taken."""

    video: tuple[str, ...]
    audio: tuple[str, ...]
    subtitles: str
    options: dict[str, str] = field(default_factory=dict)


_INDEX_FIRST = {"movflags": "+faststart"}  # half a file can be read, too
CONTAINERS = {
    ".mp4": Container(("libx264", "mpeg4"), ("aac",), "mov_text", _INDEX_FIRST),
    ".mov": Container(("libx264", "mpeg4"), ("aac",), "mov_text", _INDEX_FIRST),
    ".mkv": Container(("libx264", "mpeg4"), ("libopus", "aac"), "srt"),
    ".webm": Container(("libvpx",), ("libopus", "libvorbis"), "webvtt"),
}
"""The kinds of file, by suffix."""
ENCODING: dict[str, dict[str, Any]] = {
    "libx264": {"preset": "ultrafast", "crf": 23},
    "mpeg4": {"qscale:v": 4},
    # A positive cpu-used would follow the clock, and give other bytes each time.
    "libvpx": {"deadline": "realtime", "cpu-used": -12, "crf": 20, "video_bitrate": "1M"},
    "aac": {"aac_coder": "fast", "audio_bitrate": "64k"},
    "libopus": {"compression_level": 2, "audio_bitrate": "48k"},
    "libvorbis": {"audio_bitrate": "64k"},
}
"""Options that make each encoder quick."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The bundled talk: what is said in `talk.opus`, and when."""

    title: str
    duration: float
    topics: tuple[Chapter, ...]
    """Without gaps: each lasts until the next one begins."""
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
        sentences=tuple(Sentence(each["start"], each["end"], each["text"]) for each in record["sentences"]),
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
    """Write the bundled talk as a video to `target`, whose suffix chooses the container.

    The talk is cut or repeated to `duration` seconds; width and height must be even. The same arguments and
    the same ffmpeg give the same bytes. The file appears complete or not at all, and replaces an older one.
    `on_time` gets the seconds made so far.
    """
    container = container_of(target)
    told = talk()
    seconds = told.duration if duration is None else duration
    try:
        with private_folder(target.absolute()) as folder:
            streams = [_picture(told, size, fps, seconds), _sound(told, audio, seconds)]
            if subtitles:
                streams.append(_subtitles(told, seconds, folder / "subtitles.srt"))
            video = folder / f"video{target.suffix}"
            arguments = _output(streams, video, container, told.title)
            if chapters:
                arguments = _with_chapters(arguments, told, seconds, folder / "chapters.txt")
            font = _font()
            run(arguments, on_time=on_time, reads=(str(font),) if font else ())
            video.replace(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}", "Choose another place.") from error


def container_of(target: Path) -> Container:
    """Return what goes into a file of this name; refuse a suffix that names no kind of video."""
    container = CONTAINERS.get(target.suffix.lower())
    if container is None:
        raise UsageError(
            f"{target} does not end like a video that svs can make",
            f"End its name with one of {', '.join(CONTAINERS)}.",
        )
    return container


def _picture(told: Talk, size: tuple[int, int], fps: int, seconds: float) -> "Stream":
    """Return slides, one for each topic, with a bar that runs below them."""
    import ffmpeg

    width, height = size
    bar_height = max(2, height // 90 * 2)
    # Once across in ten seconds, in even steps: an odd one would be lost between the pixels of the colours.
    step = 2 * max(1, round(width / fps / 20))
    # The slides are coloured while they are small, since filling is slow.
    slides = ffmpeg.input(f"color=black:s=16x16:r={fps}:d={seconds}", f="lavfi")
    for topic, colour in zip(told.topics, cycle(COLOURS), strict=False):
        slides = slides.drawbox(0, 0, 16, 16, colour, "fill", enable=_while(topic, told))
    slides = slides.filter("scale", width, height, flags="neighbor").filter("setsar", 1)
    if font := _font():
        slides = _titled(slides, told, size, str(font))
    bar = ffmpeg.input(f"color=white:s={width}x{bar_height}:r={fps}:d={seconds}", f="lavfi")
    return slides.overlay(bar, x=f"mod(n*{step},W)-W", y=height - bar_height)


def _titled(slides: "Stream", told: Talk, size: tuple[int, int], fontfile: str) -> "Stream":
    """Write each topic below the talk's title, and a clock into the corner."""
    longest = max(len(topic.title) for topic in told.topics)
    height = max(2, min(size[1] // 8, size[0] * 5 // 4 // longest))  # a letter is 0.6 times as wide as high
    large = {"fontfile": fontfile, "fontsize": height, "fontcolor": "white", "x": "(w-tw)/2"}
    small = {**large, "fontsize": height // 2, "fontcolor": "white@0.7"}
    slides = slides.drawtext(told.title, y=f"h*0.4-{height}", **small)
    for topic in told.topics:
        slides = slides.drawtext(topic.title, y="h*0.4", enable=_while(topic, told), **large)
    corner = {"x": f"w-tw-{height // 2}", "y": f"h-{height * 3 // 2}"}
    return slides.drawtext("%{pts:hms}", escape_text=False, **{**small, **corner})


def _while(topic: Chapter, told: Talk) -> str:
    """Return ffmpeg's expression for the times when this is talked about."""
    return f"between(mod(t,{told.duration}),{topic.start},{topic.end})"


def _font() -> Path | None:
    """Return a font for the titles; None when there is none, or ffmpeg cannot draw with it."""
    font = next((path for path in map(Path, FONTS) if path.is_file()), None)
    return font if font and "drawtext" in _built_in(find(), "-filters") else None


def _sound(told: Talk, audio: Audio, seconds: float) -> "Stream":
    """Return what is heard."""
    import ffmpeg

    if audio == "tone":
        sound = ffmpeg.input(f"sine=frequency=440:sample_rate={RATE}", f="lavfi")
    elif audio == "silence":
        sound = ffmpeg.input(f"anullsrc=r={RATE}:cl=mono", f="lavfi")
    else:
        speech = ffmpeg.input(f"file:{ASSETS / 'talk.opus'}").filter("aresample", RATE)
        sound = speech.filter("aloop", loop=-1, size=round(told.duration * RATE))
    return sound.filter("atrim", duration=seconds)  # not -t, which can leave ffmpeg running for ever


def _subtitles(told: Talk, seconds: float, path: Path) -> "Stream":
    """Return the true text of the talk as a stream."""
    import ffmpeg
    import pysubs2

    cues = pysubs2.SSAFile()
    for sentence in _repeated(told.sentences, told.duration, seconds):
        start, end = round(sentence.start * 1000), round(sentence.end * 1000)
        cues.append(pysubs2.SSAEvent(start=start, end=end, text=sentence.text))
    cues.save(str(path))
    return ffmpeg.input(f"file:{path}", f="srt")


def _output(streams: "list[Stream]", video: Path, container: Container, title: str) -> list[str]:
    """Return ffmpeg's arguments that write these streams, always with the same bytes."""
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
            "Choose another suffix, or install a complete ffmpeg.",
        )
    return encoder


def _with_chapters(arguments: list[str], told: Talk, seconds: float, path: Path) -> list[str]:
    """Return the arguments with one more input, from which ffmpeg takes the chapters.

    ffmpeg-python cannot name an input without streams. It goes behind the others, whose numbers stay.
    """
    lines = [";FFMETADATA1"]
    for topic in _repeated(told.topics, told.duration, seconds):
        start, end = round(topic.start * 1000), round(topic.end * 1000)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={topic.title}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    behind = arguments.index("-filter_complex")
    return [*arguments[:behind], "-f", "ffmetadata", "-i", f"file:{path}", *arguments[behind:]]


def _repeated(parts: tuple[Timed, ...], lap: float, seconds: float) -> Iterator[Timed]:
    """Yield the parts of a talk of `lap` seconds again and again until `seconds`, the last one cut there."""
    for number in range(math.ceil(seconds / lap)):
        for part in parts:
            start, end = part.start + number * lap, part.end + number * lap
            if start < seconds:
                yield replace(part, start=start, end=min(end, seconds))


@cache
def _built_in(ffmpeg: Path, kind: Literal["-encoders", "-filters"]) -> frozenset[str]:
    """Return the names of what this ffmpeg was built with: the second word of each line of its list."""
    lines = map(str.split, ask(ffmpeg, kind).splitlines())
    return frozenset(words[1] for words in lines if len(words) > 1)
