"""Tiles: what a meeting shows of people without cameras, their names side by side or one of them large.

Side by side, the edges repeat at the width of a tile and at no smaller step, and are beside plain areas. Text
has edges at every step, charts at none, and tables no plain areas. A large tile changes with who speaks: the
same few pictures, with the same edges, come back again and again.
"""

from collections import Counter
from collections.abc import Container, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING

from svs.media import movement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Cells = NDArray[np.bool_]

_EVEN = 0.28
"""The least `_evenness` of tiles, mostly 0.3 to 0.6. Text has 0, slides of icons or cards up to 0.27."""
_NEAREST = 4
"""Columns: edges that are closer than this repeat at each step."""
_STEPS = range(9, 36)
"""Columns from one tile to the next: a sixth to a half of a picture's 64."""
_PLAIN = 4
"""Rows and columns of a plain area: more than there are between two lines of text, less than in a tile."""
_SAME = 0.6
"""The share of their edges that two large tiles have in common; two slides without a frame, 0.1 to 0.5."""
_KINDS, _TIMES = 3, 2
"""How many people speak in turn, at the least, and how often most of them are shown. Two pictures in turn are
slides that are compared, and most of a lecture's slides are shown once."""


def found(pictures: Sequence["Picture"], still: Sequence["Cells"], order: Sequence[int]) -> set[int]:
    """Return the numbers of the pictures that show tiles.

    `still` are the cells of each that do not move, `order` the numbers as they are shown.
    """
    edges = [_edges(*pair) for pair in zip(pictures, still, strict=True)]
    even = {number for number, pair in enumerate(zip(pictures, edges, strict=True)) if _is_even(*pair)}
    return _repeated(even, order) | _in_turn(edges, order)


def _edges(picture: "Picture", still: "Cells") -> "Cells":
    """Return which cells differ from those to their right."""
    return movement.differs(picture[:, 1:], picture[:, :-1]) & still[:, 1:] & still[:, :-1]


def _repeated(even: Container[int], order: Sequence[int]) -> set[int]:
    """Return those that are shown again, or next to another: a single one is a slide with boxes."""
    shown = [number for number, _ in groupby(order)]
    again = {number for number, times in Counter(shown).items() if times > 1 and number in even}
    return again.union(*(pair for pair in pairwise(shown) if pair[0] in even and pair[1] in even))


def _in_turn(edges: Sequence["Cells"], order: Sequence[int]) -> set[int]:
    """Return the numbers of the pictures that come back, as others with the same edges do."""
    import numpy as np

    if len(edges) < _KINDS:
        return set()
    each = np.array(edges, np.float32).reshape(len(edges), -1)
    common, counts = each @ each.T, each.sum(axis=1)
    same = (common > 0) & (common >= _SAME * (counts[:, None] + counts - common))
    return {number for number, others in enumerate(same) if _come_back([n for n in order if others[n]])}


def _come_back(order: Sequence[int]) -> bool:
    """Return whether there are several, most of them shown again after another."""
    times = Counter(number for number, _ in groupby(order))
    return len(times) >= _KINDS and median(times.values()) >= _TIMES


def _is_even(picture: "Picture", edges: "Cells") -> bool:
    """Return whether tiles are side by side, if only in the upper half: a shorter row or text may follow."""
    half = len(picture) // 2
    return any(_evenness(picture[:rows], edges[:rows]) >= _EVEN for rows in (half, len(picture)))


def _evenness(picture: "Picture", edges: "Cells") -> float:
    """Return how many more edges beside plain areas repeat at the best step than at smaller ones."""
    import numpy as np

    if not edges.any():
        return 0.0
    plain = movement.wider(_plain(picture))
    beside = float((plain[:, 1:] | plain[:, :-1])[edges].mean())
    shares = np.array([_repeating(edges, step) for step in range(_STEPS.stop)])
    return beside * max(float(shares[step] - shares[_NEAREST : step - 2].mean()) for step in _STEPS)


def _repeating(edges: "Cells", step: int) -> float:
    """Return the share of the edges that have another so many columns to a side, give or take one."""
    import numpy as np

    padded = np.pad(edges, ((0, 0), (step + 1, step + 1)))
    starts = [side + near for side in (0, 2 * step) for near in range(3)]
    others = [padded[:, start : start + edges.shape[1]] for start in starts]
    return float(np.any(others, axis=0)[edges].mean())


def _plain(picture: "Picture") -> "Cells":
    """Return the cells of squares that have one shade."""
    import numpy as np

    view = np.lib.stride_tricks.sliding_window_view
    squares = np.ptp(view(picture, (_PLAIN, _PLAIN)), axis=(2, 3)) <= movement.NOISE
    around = view(np.pad(squares, _PLAIN - 1), (_PLAIN, _PLAIN))
    cells: Cells = around.max(axis=(2, 3))
    return cells
