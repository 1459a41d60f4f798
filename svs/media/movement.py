"""Small grey pictures compared: which of their cells move, which are new, and what the background is.

A picture is an array of rows and columns of shades of grey (0 to 255); several have one more axis, time.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Cells = NDArray[np.bool_]

NOISE, CHANGED = 3, 10
"""Shades of grey (of 256) by which a still cell may differ from picture to picture, and a new one must."""
_AROUND = 8
"""Changes of picture before and after one in which cells are looked for that always move."""
_ALWAYS = 0.4
"""The share of these changes in which such a cell differs."""
_SURE, _ENOUGH = 6, 100
"""The fewest such changes, and the most that are looked at within one view."""


def still(pictures: "Picture", first: int, last: int) -> "Cells":
    """Return the cells that do not move while the pictures from `first` to `last` are shown.

    Few pictures cannot show it: then those around them count, too.
    """
    import numpy as np

    more = max(0, _AROUND - (last - first))
    around = pictures[max(0, first - more, last - _ENOUGH) : last + more].astype(np.int16)
    moves = np.abs(np.diff(around, axis=0)) > NOISE
    return ~wider(moves.sum(axis=0) >= max(_SURE, _ALWAYS * len(moves)))


def changes(pictures: "Picture") -> "NDArray[np.float64]":
    """Return for each picture but the first the share of cells that are new, without what always moves."""
    import numpy as np

    steps = len(pictures) - 1
    moves = np.zeros(pictures.shape[1:], np.int16)
    shares = np.zeros(max(0, steps))
    for step in range(-_AROUND, steps):
        if step + _AROUND < steps:
            moves += _moves(pictures, step + _AROUND)
        if step - _AROUND - 1 >= 0:
            moves -= _moves(pictures, step - _AROUND - 1)
        if step >= 0:
            around = min(steps, step + _AROUND + 1) - max(0, step - _AROUND) - 1
            always = (moves - _moves(pictures, step)) >= max(_SURE, _ALWAYS * around)
            shares[step] = (differs(pictures[step], pictures[step + 1]) & ~wider(always)).mean()
    return shares


def _moves(pictures: "Picture", step: int) -> "Cells":
    return distance(pictures[step], pictures[step + 1]) > NOISE


def differs(first: "Picture", second: "Picture") -> "Cells":
    """Return the cells that show something else."""
    return distance(first, second) > CHANGED


def distance(first: "Picture", second: "Picture | int") -> "NDArray[np.int16]":
    """Return by how many shades each cell differs."""
    import numpy as np

    return np.abs(np.subtract(first, second, dtype=np.int16))


def wider(cells: "Cells") -> "Cells":
    """Return cells and those beside them."""
    rows = cells.copy()
    rows[1:] |= cells[:-1]
    rows[:-1] |= cells[1:]
    wider = rows.copy()
    wider[:, 1:] |= rows[:, :-1]
    wider[:, :-1] |= rows[:, 1:]
    return wider


def background(cells: "Picture") -> tuple[int, float]:
    """Return the most frequent shade of grey, and the share of the cells that have it, or one beside it."""
    import numpy as np

    counts = np.convolve(np.bincount(cells.ravel(), minlength=256), (1, 1, 1), "same")
    shade = int(counts.argmax())
    return shade, float(counts[shade]) / max(1, cells.size)


def largest(cells: "Cells") -> tuple[int, int, int, int]:
    """Return the largest rectangle of true cells: its top, bottom, left and right."""
    import numpy as np

    best, found = 0, (0, 0, 0, 0)
    for top in range(len(cells)):
        whole = np.ones(cells.shape[1], bool)
        for bottom in range(top + 1, len(cells) + 1):
            whole &= cells[bottom - 1]
            edges = np.flatnonzero(np.diff(np.concatenate([[False], whole, [False]]).astype(np.int8)))
            if not edges.size:
                break
            lengths = edges[1::2] - edges[::2]
            widest = int(lengths.argmax())
            if (area := int(lengths[widest]) * (bottom - top)) > best:
                best = area
                found = (top, bottom, int(edges[2 * widest]), int(edges[2 * widest + 1]))
    return found
