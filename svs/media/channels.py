"""The two channels of a track, as 16 kHz stereo s16 PCM: mixed, one alone, or each by itself.

ffmpeg decodes both as fast as it mixes them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from svs.media import bleed, pcm
from svs.media.bleed import Measured
from svs.system.files import store_errors

if TYPE_CHECKING:
    import numpy as np

SIDES = ("left", "right")
_CANCELLED = 15.0  # decibels by which a mix is below a channel; one silent channel makes 6


def measure(path: Path, step: Callable[[], None]) -> Measured:
    """Return the levels of both channels; `step` is called for every minute."""
    return bleed.measure(pcm.as_floats(block.T) for block in _blocks(path, step))


def louder(measured: Measured) -> int | None:
    """Return the louder of two channels that cancel each other out; None where they do not."""
    powers = measured.powers.sum(axis=1, dtype=float)
    mixed = (powers.sum() + 2 * measured.products.sum(dtype=float)) / 4
    return int(powers.argmax()) if mixed < powers.max() / 10 ** (_CANCELLED / 10) else None


def mix(path: Path, step: Callable[[], None], only: int | None = None) -> None:
    """Make stereo mono, in its own file; `only` takes one channel alone."""
    import numpy as np

    with store_errors("write", path), path.open("r+b") as file:
        for block in _blocks(path, step):
            mono = block[:, only] if only is not None else block.sum(axis=1, dtype=np.int32) // 2
            file.write(mono.astype("<i2").tobytes())  # behind what is read
        file.truncate()


def split(path: Path, targets: Sequence[Path], step: Callable[[], None]) -> None:
    """Write each channel to a file of its own."""
    with ExitStack() as stack:
        files = [stack.enter_context(pcm.written(target)) for target in targets]
        for block in _blocks(path, step):
            for side, file in enumerate(files):
                file.write(block[:, side].tobytes())


def _blocks(path: Path, step: Callable[[], None]) -> Iterator["np.ndarray"]:
    """Yield the samples of both channels, a minute at a time: shape (samples, 2)."""
    import numpy as np

    first = 0
    while data := pcm.read_bytes(path, first, first + 2 * bleed.CHUNK):
        step()
        yield np.frombuffer(data[: len(data) // 4 * 4], "<i2").reshape(-1, 2)
        first += 2 * bleed.CHUNK
