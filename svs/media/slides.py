"""Slides and screen shares: pictures that a computer drew and that stay for a while.

What always moves (a speaker in a corner, a clock) is left out of each comparison. People on camera and films
give none: their pictures have no plain background, or no large part of them is still.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from svs.media.thumbnails import Reader, Thumbnails, merged
from svs.model.speech import Slide

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Cells = NDArray[np.bool_]
    Shades = NDArray[np.float32]

_NOISE, _CHANGED = 3, 10
"""Shades of grey (of 256) by which a still cell may differ from picture to picture, and a new one must."""
_AROUND = 8
"""Changes of picture before and after one in which cells are looked for that always move."""
_ALWAYS = 0.4
"""The share of these changes in which such a cell differs."""
_SURE, _ENOUGH = 6, 100
"""The fewest such changes, and the most that are looked at within one view."""
_NEW = 0.04
"""The share of the cells that a new slide changes: a line that is added to a slide changes 0.01 to 0.03."""
_UNCLEAR = 0.08
"""The share of the cells that differ between two key frames far apart, if more than a speaker moved."""
_PLAIN = 0.25
"""The share of its cells that have the background's shade; of camera pictures, 0.03 to 0.2."""
_STILL = 0.4
"""The share of the picture that the largest rectangle without movement takes."""
_LEAST = 5.0
"""Seconds that a slide is shown."""
_GONE = 0.15
"""The share of what a slide shows that may go when something is added to it."""
_SCROLLED = 0.5
"""The share of the difference, and of what is shown, that is left when a picture that was moved up or down is
moved back."""
_MOVED = 0.5
"""The most of its height by which that is looked for."""
_FEWEST, _MOST = 3, 100
"""Slides of a recording: fewer are none, and of more, the ones that are shown longest are kept."""
_DRAWN = 0.15
"""The share of its key frames that a computer drew, in a recording with slides."""
_EXACT = 2.0
"""Seconds between two key frames within which the time of a change is exact enough."""
_FAR = 60.0
"""Seconds without a key frame in which a whole slide may be missed."""


@dataclass(frozen=True, slots=True)
class _View:
    """What is shown from one change to the next."""

    start: float
    end: float
    first: "Picture"
    last: "Picture"
    still: "Cells"
    """Which of its cells do not move."""

    @property
    def background(self) -> int:
        """Return the most frequent shade of grey."""
        return _background(self.last[self.still])[0]

    @property
    def drawn(self) -> bool:
        """Return whether a computer drew it."""
        return _background(self.last[self.still])[1] >= _PLAIN

    def is_slide(self) -> bool:
        """Return whether it is shown for a while, and a large part of it is still and plain."""
        if self.end - self.start < _LEAST or not self.drawn:
            return False
        top, bottom, left, right = _largest(self.still)
        inner = self.last[top:bottom, left:right]
        return inner.size >= _STILL * self.last.size and _background(inner)[1] >= _PLAIN


def find(recording: Reader, start: float, end: float) -> tuple[Slide, ...]:
    """Return the slides of a recording between two times. Raises SvsError.

    Key frames are enough where they are close together. Where they are not, the pictures between two that
    differ are looked at too; of what has no drawn pictures at all, nothing else is read.
    """
    seen = recording.key_frames(start, end)
    if _share_drawn(seen.pictures) < _DRAWN:
        return ()
    closely = [recording.closely(first, last) for first, last in unclear(seen, start, end)]
    return slides(merged([seen, *closely]), end)


def _share_drawn(pictures: "Picture") -> float:
    drawn = [_background(picture)[1] >= _PLAIN for picture in pictures]
    return sum(drawn) / max(1, len(drawn))


def unclear(seen: Thumbnails, start: float, end: float) -> list[tuple[float, float]]:
    """Return the stretches, as first and last second, in which something changes nobody knows when."""
    times = [start, *map(float, seen.times), end]
    differ = [float(_differs(*pair).mean()) for pair in pairwise(seen.pictures)]
    new = _changes(seen.pictures)
    changed = [share >= _NEW or all_of_it >= _UNCLEAR for share, all_of_it in zip(new, differ, strict=True)]
    found: list[tuple[float, float]] = []
    for (first, last), change in zip(pairwise(times), [True, *changed, True], strict=True):
        if last - first > (_EXACT if change else _FAR):
            before = found.pop()[0] if found and found[-1][1] == first else first
            found.append((before, last))
    return found


def slides(seen: Thumbnails, end: float) -> tuple[Slide, ...]:
    """Return the slides that thumbnails show, each once, by the time at which they are first shown."""
    found: list[_View] = []
    for group in _groups(_views(seen, end)):
        if not any(_alike(earlier, view) for earlier in found for view in group):
            found.append(_joined(group))
    if len(found) < _FEWEST:
        return ()
    longest = sorted(found, key=lambda view: view.start - view.end)[:_MOST]
    return tuple(Slide(view.start, view.end) for view in sorted(longest, key=lambda view: view.start))


def _joined(views: Sequence[_View]) -> _View:
    first, last = views[0], views[-1]
    return _View(first.start, last.end, first.first, last.last, last.still)


def _alike(one: _View, other: _View) -> bool:
    """Return whether two views show the same, where neither moves."""
    differs = _differs(one.last, other.last) & one.still & other.still
    return float(differs.mean()) < _NEW


def _groups(views: Sequence[_View]) -> list[list[_View]]:
    """Return the views that are slides, those of the same slide, or of the same page, together."""
    groups: list[list[_View]] = []
    before, unbroken = None, False
    for view in views:
        unbroken = unbroken and before is not None and _goes_on(before, view)
        if view.is_slide():
            if groups and (unbroken or _goes_on(groups[-1][-1], view)):
                groups[-1].append(view)
            else:
                groups.append([view])
            unbroken = True
        before = view
    return groups


def _goes_on(before: _View, after: _View) -> bool:
    """Return whether something is added to what was shown, or it is moved up or down."""
    if not (before.drawn and after.drawn):
        return False
    still = before.still & after.still
    differs = _differs(before.last, after.first) & still
    ink = still & (_distance(before.last, before.background) > _CHANGED)
    if (differs & ink).sum() < _GONE * ink.sum():
        return True
    return _is_scrolled(before.last, after.first, differs, after.background)


def _is_scrolled(before: "Picture", after: "Picture", differs: "Cells", background: int) -> bool:
    """Return whether what differs is the same as before, only further up or down."""
    import numpy as np

    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return False
    old, new = (
        picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32) - background
        for picture in (before, after)
    )
    allowed = _SCROLLED * float(np.abs(old - new).mean())
    halves = range(2, int(2 * _MOVED * len(old)))
    return any(_is_moved(*pair, half, allowed) for half in halves for pair in ((old, new), (new, old)))


def _is_moved(old: "Shades", new: "Shades", halves: int, allowed: float) -> bool:
    """Return whether one is the other moved up by so many halves of a row; neither is, where it is empty."""
    import numpy as np

    moved = old[halves // 2 :]
    if halves % 2:
        moved = np.add(moved[:-1], moved[1:]) * np.float32(0.5)
    shown = new[: len(moved)]
    left_over = float(np.abs(moved - shown).mean())
    return left_over <= min(allowed, _SCROLLED * float(np.abs(shown).mean()))


def _views(seen: Thumbnails, end: float) -> list[_View]:
    """Return what is shown from each change to the next."""
    import numpy as np

    count = len(seen.times)
    cuts = [0, *(np.flatnonzero(_changes(seen.pictures) >= _NEW) + 1), count] if count else []
    ends = [*seen.times, end]
    return [
        _View(
            float(seen.times[first]),
            float(ends[last]),
            seen.pictures[first],
            seen.pictures[last - 1],
            _still(seen.pictures, first, last),
        )
        for first, last in pairwise(cuts)
    ]


def _still(pictures: "Picture", first: int, last: int) -> "Cells":
    """Return the cells that do not move while the pictures from `first` to `last` are shown.

    Few pictures cannot show it: then those around them count, too.
    """
    import numpy as np

    more = max(0, _AROUND - (last - first))
    around = pictures[max(0, first - more, last - _ENOUGH) : last + more].astype(np.int16)
    moves = np.abs(np.diff(around, axis=0)) > _NOISE
    return ~_wider(moves.sum(axis=0) >= max(_SURE, _ALWAYS * len(moves)))


def _changes(pictures: "Picture") -> "NDArray[np.float64]":
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
            shares[step] = (_differs(pictures[step], pictures[step + 1]) & ~_wider(always)).mean()
    return shares


def _moves(pictures: "Picture", step: int) -> "Cells":
    return _distance(pictures[step], pictures[step + 1]) > _NOISE


def _differs(one: "Picture", other: "Picture") -> "Cells":
    return _distance(one, other) > _CHANGED


def _distance(one: "Picture", other: "Picture | int") -> "NDArray[np.int16]":
    import numpy as np

    return np.abs(np.subtract(one, other, dtype=np.int16))


def _wider(cells: "Cells") -> "Cells":
    """Return cells and those beside them."""
    rows = cells.copy()
    rows[1:] |= cells[:-1]
    rows[:-1] |= cells[1:]
    wider = rows.copy()
    wider[:, 1:] |= rows[:, :-1]
    wider[:, :-1] |= rows[:, 1:]
    return wider


def _background(cells: "Picture") -> tuple[int, float]:
    """Return the most frequent shade of grey, and the share of the cells that have it, or one beside it."""
    import numpy as np

    counts = np.convolve(np.bincount(cells.ravel(), minlength=256), (1, 1, 1), "same")
    shade = int(counts.argmax())
    return shade, float(counts[shade]) / max(1, cells.size)


def _largest(cells: "Cells") -> tuple[int, int, int, int]:
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
