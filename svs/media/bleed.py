"""Sounds side by side: whether they are two people's, and where one has only what is in another one too.

Levels are compared, not waves: what a second microphone has of a voice is delayed and coloured by the room,
but it is quieter by about as much all the time.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from svs.media import pcm
from svs.system.files import store_errors

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

BLOCK = pcm.RATE // 10
"""Samples whose levels are measured together: 0.1 s."""
CHUNK = 600 * BLOCK
"""Samples that are read at once: a minute."""
_LOUD = 20.0  # dB below a sound's usual loud level, above which it may be somebody who speaks
_FLOOR = 40.0  # dB below that level, from where on differences mean nothing
_SILENT = -70.0  # dB below full scale

# Measured on two voices with 10 to 20 dB of crosstalk, by wire and through rooms, and with noise of -60 and
# -45 dB, against dual mono, inverted and delayed channels, pairs of microphones, voices panned by up to 6 dB,
# wide music, films, hum, crowds: the former are 19 dB apart and more; the latter 13 dB and less, or one of
# them is steady (below 1 dB; voices vary by 4.9 dB and more).
_APART = 16.0  # dB
_VARIES = 3.0  # dB, standard deviation
_LEAST = 10  # blocks in which each is the louder one
_RISES = 5.0  # dB by which a sound is louder where it leads, if it is silent where the other does
_MARGIN = 4.0  # dB
_SAME = 0.9  # correlation of what is in both


@dataclass(frozen=True, slots=True)
class Measured:
    """Two sounds, block by block; a day of them takes 10 MB."""

    powers: "Array"
    """Of each sound: shape (2, blocks), full scale is 1."""
    products: "Array"
    """The mean product of both: shape (blocks,)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two sounds relate. Differences are in dB, the first sound's level less the second's."""

    measured: Measured
    difference: "Array"
    """For each block."""
    usual: tuple[float, float]
    """The difference where the first one leads, and where the second does: what most blocks there exceed."""
    rises: tuple[float, float]
    """By how many dB each is louder where it leads than where the other does."""
    separate: bool
    """They are two people's: where one is loud, the other mostly is not."""


def measure(blocks: Iterable["Array"]) -> Measured:
    """Return the levels of two sounds, from arrays of shape (2, samples): whole blocks but for the last."""
    import numpy as np

    powers, products = [np.zeros((2, 0), np.float32)], [np.zeros(0, np.float32)]
    for samples in blocks:
        cut = np.pad(samples, ((0, 0), (0, -samples.shape[1] % BLOCK))).reshape(2, -1, BLOCK)
        powers.append(np.einsum("cij,cij->ci", cut, cut) / BLOCK)
        products.append(np.einsum("ij,ij->i", cut[0], cut[1]) / BLOCK)
    return Measured(np.concatenate(powers, axis=1), np.concatenate(products))


def compare(measured: Measured, among: "Array | None" = None) -> Comparison:
    """Return how two sounds relate, by the blocks of a mask: those in which nobody else speaks."""
    import numpy as np

    levels, usual_levels = _levels(measured.powers)
    loud = _loud(levels, usual_levels)
    if among is not None:
        loud &= among
    difference = levels[0] - levels[1]
    border = _border(difference[loud])
    first, second = loud & (difference > border), loud & (difference <= border)
    if min(first.sum(), second.sum()) < _LEAST:
        return Comparison(measured, difference, (np.inf, -np.inf), (0.0, 0.0), separate=False)
    usual = float(np.percentile(difference[first], 25)), float(np.percentile(difference[second], 75))
    medians = [[float(np.median(level[where])) for where in (first, second)] for level in levels]
    rises = medians[0][0] - medians[0][1], medians[1][1] - medians[1][0]
    separate = usual[0] - usual[1] >= _APART and levels[:, loud].std(axis=1).min() >= _VARIES
    return Comparison(measured, difference, usual, rises, separate=bool(separate))


def foreign(found: Comparison) -> "Array":
    """Return for each sound and block whether it has only what the other one has too: shape (2, blocks)."""
    where = leaked(found)
    copy = _copy(found)
    where[copy] |= _same(found) & ~where[1 - copy]
    return where


def leaked(found: Comparison) -> "Array":
    """Return for each sound and block whether it has only what leaks from the other: shape (2, blocks)."""
    import numpy as np

    where = np.zeros((2, len(found.difference)), bool)
    if found.separate and found.rises[0] >= _RISES:
        where[0] = found.difference < found.usual[1] + _MARGIN
    if found.separate and found.rises[1] >= _RISES:
        where[1] = found.difference > found.usual[0] - _MARGIN
    return where


def repeated(found: Comparison) -> "Array":
    """Return for each sound and block whether it repeats the other one: shape (2, blocks).

    What both have belongs to the one that is the louder by as much as it ever is; where that is neither, it
    may be a third one's.
    """
    import numpy as np

    same = _same(found)
    levels, usual = _levels(found.measured.powers)
    clear = np.sort(found.difference[same & _loud(levels, usual)])
    if len(clear) < _LEAST:
        return np.zeros((2, len(same)), bool)
    least, most = clear[_LEAST - 1], clear[-_LEAST]
    where: Array = same & [found.difference <= least + _MARGIN, found.difference >= most - _MARGIN]
    where[1 - _copy(found)] &= ~where.all(axis=0)
    return where


def _same(found: Comparison) -> "Array":
    """Return in which blocks both have the same sound, inverted or not, and at whatever level."""
    import numpy as np

    first, second = _smooth(found.measured.powers)
    (product,) = _smooth(found.measured.products[None])
    same: Array = np.square(product) > _SAME**2 * first * second
    return same


def _copy(found: Comparison) -> int:
    """Return which sound repeats what both have: that which leads less may be a mix; else the second."""
    return 0 if found.rises[0] < found.rises[1] - _RISES else 1


def loudest(powers: "Array") -> "Array":
    """Return which of several sounds is the loudest in each block, compared with how loud it is elsewhere."""
    levels, usual = _levels(powers)
    numbers: Array = (levels - usual).argmax(axis=0)
    return numbers


def silence(path: Path, where: "Array", step: Callable[[], None]) -> None:
    """Silence blocks of 16 kHz mono s16 PCM in its file; not those beside the others, which fade."""
    import numpy as np

    kept = np.convolve(~where, np.ones(3), "same") > 0
    centres = (np.arange(len(kept)) + 0.5) * BLOCK
    with store_errors("write", path), path.open("r+b") as file:
        for first in range(0, len(kept) * BLOCK, CHUNK):
            step()
            samples = pcm.read(path, first, first + CHUNK)
            gain = np.interp(np.arange(first, first + len(samples)), centres, kept)
            file.write((samples * gain * 32768).round().astype("<i2").tobytes())


def chunks(paths: Iterable[Path], count: int, step: Callable[[], None]) -> Iterator["Array"]:
    """Yield `count` samples of two files side by side, a minute at a time; a short one ends with silence."""
    import numpy as np

    for first in range(0, count, CHUNK):
        step()
        last = min(count, first + CHUNK)
        read = [pcm.read(path, first, last) for path in paths]
        yield np.stack([np.pad(samples, (0, last - first - len(samples))) for samples in read])


def _levels(powers: "Array") -> tuple["Array", "Array"]:
    """Return each sound's level in dB in each block, and how loud it usually is: (n, blocks) and (n, 1)."""
    import numpy as np

    powers = _smooth(powers).astype(np.float64)
    total = np.maximum(powers.sum(axis=1), 1e-12)
    usual = _decibels((powers**2).sum(axis=1) / total)[:, None]
    return np.maximum(_decibels(powers), usual - _FLOOR), usual


def _loud(levels: "Array", usual: "Array") -> "Array":
    """Return in which blocks one of the sounds is loud."""
    import numpy as np

    loud: Array = np.any(levels > np.maximum(usual - _LOUD, _SILENT), axis=0)
    return loud


def _border(differences: "Array") -> float:
    """Return the difference that divides the blocks best in two groups (Otsu's method)."""
    import numpy as np

    counts, edges = np.histogram(np.clip(differences, -60, 60), bins=240, range=(-60, 60))
    centres = (edges[:-1] + edges[1:]) / 2
    below, sums = counts.cumsum(), (counts * centres).cumsum()
    within = (below > 0) & (below < below[-1])
    if not within.any():
        return 0.0
    moved = sums[-1] * below[within] / below[-1] - sums[within]
    between = moved**2 / (below[within] * (below[-1] - below[within]))
    return float(centres[within][between >= between.max() * (1 - 1e-9)].mean())


def _smooth(values: "Array") -> "Array":
    """Return the running means of rows over three blocks: between syllables both sounds are equally quiet."""
    import numpy as np

    padded = np.pad(values, ((0, 0), (1, 1)))
    mean: np.ndarray = (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3
    return mean


def _decibels(powers: "Array") -> "Array":
    import numpy as np

    level: np.ndarray = 10 * np.log10(powers + 1e-10)
    return level
