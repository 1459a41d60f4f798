"""The extracted sound on disk: 16 kHz, mono, signed 16 bit, little endian, no header."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from svs.system.files import store_errors

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

RATE = 16_000
"""Samples in a second."""
_SIZE = 2
_BLOCK = 1 << 20  # samples read at once


def seconds(path: Path, channels: int = 1) -> float:
    """Return how long the sound is."""
    with store_errors("read", path):
        return path.stat().st_size // (_SIZE * channels) / RATE


def files(path: Path, speakers: int) -> list[Path]:
    """Return the files of sound: one for each speaker beside `path`, or `path` itself where none is known."""
    return [path.with_suffix(f".{number}.pcm") for number in range(1, speakers + 1)] or [path]


def level(path: Path) -> float:
    """Return how loud the sound is on the whole: the root mean square of its samples, from 0 to 1."""
    import numpy as np

    samples = path.stat().st_size // _SIZE
    power = 0.0
    for first in range(0, samples, _BLOCK):
        power += float(np.square(read(path, first, first + _BLOCK), dtype=np.float64).sum())
    return math.sqrt(power / samples) if samples else 0.0


def read(path: Path, first: int, last: int) -> "npt.NDArray[np.float32]":
    """Return the samples [first, last) as numbers in [-1, 1); fewer where the sound ends before."""
    import numpy as np

    return as_floats(np.frombuffer(read_bytes(path, first, last), dtype="<i2"))


def as_floats(samples: "npt.NDArray[np.int16]") -> "npt.NDArray[np.float32]":
    """Return samples as numbers in [-1, 1)."""
    import numpy as np

    return samples.astype(np.float32, order="C") / np.float32(32768)


def read_bytes(path: Path, first: int, last: int) -> bytes:
    """Return the samples [first, last) as they are on disk; fewer where the sound ends before."""
    with store_errors("read", path), path.open("rb") as file:
        file.seek(first * _SIZE)
        block = file.read(max(0, last - first) * _SIZE)
    return block[: len(block) - len(block) % _SIZE]


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for samples, which only its owner can read."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    with store_errors("write", path), os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        yield file
