"""Key frames: the sharpest of a few pictures around a moment of a recording, as small JPEGs."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svs.errors import Cancelled, Stopped, SvsError
from svs.media import clock, ffmpeg
from svs.media.limits import Limits
from svs.model.media import Frame

if TYPE_CHECKING:
    import numpy as np

_SIDE = 480
"""The most pixels of a picture's longer side."""
_LARGEST = 40_000
"""The most bytes of a JPEG."""
_QUALITIES = (4, 8, 14, 22, 31)
"""On the encoder's scale, best first; a picture of noise needs the last."""
_AROUND = 5
"""Seconds of which one picture each is looked at, from a second before the moment on."""
_PREROLL = 2.0
"""Seconds before these that are decoded too: in broadcasts, a search may end just behind a whole picture."""
_BLANK = 1.0
"""The sharpness below which there is nothing to see."""
_GIVE_UP = 3
"""Failures after which a recording is taken for one that gives no pictures: each may take long."""
_LIMITS = Limits(seconds=100.0, written=8 << 20, memory=2048 << 20)
"""The memory is what 8K takes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a picture is taken; seconds of the recording."""

    first: float
    at: float
    last: float


def key_frames(
    path: Path,
    moments: Iterable[Moment],
    folder: Path,
    *,
    formats: tuple[str, ...] = (),
    stop: Callable[[], None] = lambda: None,
) -> tuple[Frame, ...]:
    """Return a picture for each moment that has one. Never fails: what cannot be had is left out.

    Sound alone gives none, nor does the cover of an album. Temporary files are written to `folder`.
    `formats` are ffmpeg's names of formats to allow beside the usual. `stop` is called several times a
    second, and what it raises is raised on.
    """
    pictures, jpeg = (folder / f".frame-{os.getpid()}.{kind}.part" for kind in ("ppm", "jpg"))
    found, failures = [], 0
    begins: float | None = None
    try:
        for moment in moments:
            try:
                begins = clock.origin(path, formats=formats) if begins is None else begins
                _decode(path, begins, moment, pictures, formats, stop)
                found += _sharpest(moment, pictures, jpeg)
            except (Stopped, Cancelled):
                raise
            except (SvsError, OSError):
                failures += 1
                if failures == _GIVE_UP:
                    break
    finally:
        pictures.unlink(missing_ok=True)
        jpeg.unlink(missing_ok=True)
    return tuple(found)


def _decode(
    path: Path,
    begins: float,
    moment: Moment,
    target: Path,
    formats: tuple[str, ...],
    stop: Callable[[], None],
) -> None:
    """Write a small picture of each second around a moment, one behind the other, as PPM."""
    start = _start(moment)
    seconds = max(0.1, min(float(_AROUND), moment.last - start))
    fitting = {"force_original_aspect_ratio": "decrease", "force_divisible_by": 2}
    search = clock.options(begins, max(0.0, start - _PREROLL))
    recording = ffmpeg.source(path, codecs="video", formats=formats, **search)
    graph = (
        recording["V:0"]  # no cover
        .filter("trim", start=start, duration=seconds)
        .filter("setpts", f"PTS-{start}/TB")
        .filter("fps", 1)
        .filter("scale", "iw*sar", "ih")  # to square pixels
        .filter("scale", f"min({_SIDE},iw)", f"min({_SIDE},ih)", **fitting)
        .output(ffmpeg.url(target), f="image2pipe", vcodec="ppm", threads=1)
    )
    ffmpeg.run(graph.get_args(), on_time=lambda _: stop(), limits=_LIMITS)


def _start(moment: Moment) -> float:
    return round(max(0.0, moment.first, moment.at - 1.0), 3)


def _sharpest(moment: Moment, pictures: Path, jpeg: Path) -> list[Frame]:
    """Return the sharpest of the pictures of a moment, or nothing when there is nothing to see."""
    sharp = [sharpness(picture) for picture in _pictures(pictures.read_bytes())]
    if not sharp or max(sharp) < _BLANK:
        return []
    best = sharp.index(max(sharp))
    small = _jpeg(pictures, best, jpeg)
    return [Frame(_start(moment) + best, small)] if small else []


def _pictures(data: bytes) -> "Iterator[np.ndarray[Any, Any]]":
    """Yield pictures in binary PPM, one after the other, as rows of red, green and blue."""
    import numpy as np

    at = 0
    while head := re.compile(rb"P6\n(\d+) (\d+)\n255\n").match(data, at):
        width, height = int(head[1]), int(head[2])
        at = head.end() + width * height * 3
        if at > len(data):
            return
        yield np.frombuffer(data, np.uint8, width * height * 3, head.end()).reshape(height, width, 3)


def sharpness(picture: "np.ndarray[Any, Any]") -> float:
    """Return the variance of a picture's Laplacian: the more edges are in focus, the higher.

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000. A picture of less than
    3 x 3 pixels has none.
    """
    grey = picture.mean(axis=2)
    inner = grey[1:-1, 1:-1]
    if not inner.size:
        return 0.0
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var())


def _jpeg(pictures: Path, number: int, target: Path) -> bytes | None:
    """Return one of our own pictures as a JPEG that is small enough; None when it cannot be."""
    for quality in _QUALITIES:
        source = ffmpeg.source(pictures, codecs="pictures", formats=("ppm_pipe",), f="ppm_pipe")
        selected = source.filter("select", f"eq(n,{number})")
        exact = {"fflags": "+bitexact", "flags:v": "+bitexact", "threads": 1}
        output = selected.output(
            ffmpeg.url(target), f="mjpeg", pix_fmt="yuvj420p", vframes=1, **exact, **{"qscale:v": quality}
        )
        ffmpeg.run(output.get_args())
        jpeg = target.read_bytes()
        if len(jpeg) <= _LARGEST:
            return jpeg
    return None
