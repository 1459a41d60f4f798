"""A recording's pictures as small grey thumbnails, of key frames alone or twice a second."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from svs.media import clock, ffmpeg
from svs.media.limits import Limits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pictures = NDArray[np.uint8]
    Times = NDArray[np.float64]

WIDTH, HEIGHT = 64, 36
_MOST = 10_000
"""Pictures that are read at once; of more, they are taken further apart."""
_KEY_FRAMES, _CLOSE = 1.0, 0.5
"""Seconds between two pictures, at the least: in some files each one is a key frame."""
_MEMORY = 2048 << 20
"""What 8K takes."""


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Pictures, and when each of them is shown."""

    times: "Times"
    """In seconds of the recording, rising."""
    pictures: "Pictures"
    """Grey, 0 to 255: pictures x rows x columns."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a recording is read."""

    path: Path
    begins: float
    """Where a player's zero is: see `clock.origin`."""
    folder: Path
    """For what is written on the way."""
    formats: tuple[str, ...] = ()
    """ffmpeg's names of formats to allow beside the usual ones."""
    stop: Callable[[], None] = lambda: None
    """Called several times a second; what it raises is raised on."""

    def key_frames(self, start: float, end: float) -> Thumbnails:
        """Return the key frames between two times. Raises SvsError."""
        step = max(_KEY_FRAMES, (end - start) / _MOST)
        thin = f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{step:.3f})'"
        return self._read(start, end, thin, skip_frame="nokey")

    def closely(self, start: float, end: float) -> Thumbnails:
        """Return two pictures for each second between two times. Raises SvsError."""
        step = max(_CLOSE, (end - start) / _MOST)
        return self._read(start, end, f"fps={1 / step:.6f}")

    def _read(self, start: float, end: float, chosen: str, **options: str) -> Thumbnails:
        search = clock.options(self.begins, start)
        recording = ffmpeg.source(self.path, codecs="video", formats=self.formats, **search, **options)
        pictures = self.folder / f".thumbnails-{os.getpid()}.part"
        # No cover, which "V" leaves out. Their times are listed; the file has none.
        chain = (
            f"[0:V:0]trim=start={start:.6f}:end={end:.6f},{chosen},"
            f"scale={WIDTH}:{HEIGHT}:flags=area,format=gray,split[timed][shown];"
            "[shown]settb=1/25,setpts=N,fps=25[small]"
        )
        times = ["-map", "[timed]", *clock.LIST]
        file = ["-map", "[small]", "-r", "25", "-f", "rawvideo", ffmpeg.url(pictures)]
        arguments = [*recording.output("-").get_args()[:-1], "-filter_complex", chain, *times, *file]
        limits = Limits(seconds=end - start, memory=_MEMORY)
        packets: list[str] = []
        try:
            ffmpeg.run(arguments, on_time=lambda _: self.stop(), on_line=packets.append, limits=limits)
            return _thumbnails(clock.times(packets), pictures.read_bytes())
        finally:
            pictures.unlink(missing_ok=True)


def _thumbnails(times: list[float], data: bytes) -> Thumbnails:
    import numpy as np

    count = min(len(times), len(data) // (WIDTH * HEIGHT))
    pictures = np.frombuffer(data, np.uint8, count * WIDTH * HEIGHT)
    return Thumbnails(np.array(times[:count]), pictures.reshape(count, HEIGHT, WIDTH))


def merged(parts: list[Thumbnails]) -> Thumbnails:
    """Return the thumbnails of all parts in their order, one for each time."""
    import numpy as np

    times, first = np.unique(np.concatenate([part.times for part in parts]), return_index=True)
    return Thumbnails(times, np.concatenate([part.pictures for part in parts])[first])
