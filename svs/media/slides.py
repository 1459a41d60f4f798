"""Slides and screen shares: pictures that a computer drew and that stay for a while.

What always moves (a speaker in a corner, a clock) is left out of each comparison. People on camera and films
give none: their pictures have no plain background, or no large part of them is still. Nor do name tiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from svs.media import movement, tiles
from svs.media.thumbnails import Reader, Thumbnails, merged
from svs.model.speech import Slide

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Cells = NDArray[np.bool_]
    Shades = NDArray[np.float32]

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
        return movement.background(self.last[self.still])[0]

    @property
    def drawn(self) -> bool:
        """Return whether a computer drew it."""
        return movement.background(self.last[self.still])[1] >= _PLAIN

    def is_slide(self) -> bool:
        """Return whether it is shown for a while, and a large part of it is still and plain."""
        if self.end - self.start < _LEAST or not self.drawn:
            return False
        top, bottom, left, right = movement.largest(self.still)
        inner = self.last[top:bottom, left:right]
        return inner.size >= _STILL * self.last.size and movement.background(inner)[1] >= _PLAIN


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
    drawn = [movement.background(picture)[1] >= _PLAIN for picture in pictures]
    return sum(drawn) / max(1, len(drawn))


def unclear(seen: Thumbnails, start: float, end: float) -> list[tuple[float, float]]:
    """Return the stretches, as first and last second, in which something changes at an unknown time."""
    times = [start, *map(float, seen.times), end]
    differ = [float(movement.differs(*pair).mean()) for pair in pairwise(seen.pictures)]
    new = movement.changes(seen.pictures)
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
    order: list[int] = []
    for group in _groups(_views(seen, end)):
        order.append(_number(found, group))
        if order[-1] == len(found):
            found.append(_joined(group))
    people = tiles.found([view.last for view in found], [view.still for view in found], order)
    found = [view for number, view in enumerate(found) if number not in people]
    if len(found) < _FEWEST:
        return ()
    longest = sorted(found, key=lambda view: view.start - view.end)[:_MOST]
    return tuple(Slide(view.start, view.end) for view in sorted(longest, key=lambda view: view.start))


def _number(found: Sequence[_View], group: Sequence[_View]) -> int:
    """Return which of the slides so far a group shows, or how many these are if it is new."""
    known = (n for n, slide in enumerate(found) if any(_alike(slide, view) for view in group))
    return next(known, len(found))


def _joined(views: Sequence[_View]) -> _View:
    first, last = views[0], views[-1]
    return _View(first.start, last.end, first.first, last.last, last.still)


def _alike(first: _View, second: _View) -> bool:
    """Return whether two views show the same, where neither moves."""
    differs = movement.differs(first.last, second.last) & first.still & second.still
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
    differs = movement.differs(before.last, after.first) & still
    ink = still & (movement.distance(before.last, before.background) > movement.CHANGED)
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
    cuts = [0, *(np.flatnonzero(movement.changes(seen.pictures) >= _NEW) + 1), count] if count else []
    ends = [*seen.times, end]
    return [
        _View(
            float(seen.times[first]),
            float(ends[last]),
            seen.pictures[first],
            seen.pictures[last - 1],
            movement.still(seen.pictures, first, last),
        )
        for first, last in pairwise(cuts)
    ]
