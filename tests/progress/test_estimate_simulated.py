"""The time left over whole runs on a simulated clock: how far it is off, and that it does not jump."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, pairwise

import pytest

from svs.events import Stage
from svs.progress.estimate import Fit, TimeLeft

EXTRACT, LOAD, PACE, BATCH = 8.0, 5.0, 0.05, 116.0
"""Seconds of the first stage and of loading the model; seconds for a second of sound; seconds in a batch."""
LOOK = 0.5
NOISE = (0.85, 1.2, 1.0, 0.9, 1.1)
"""How much longer than usual the batches take, in turns."""


@dataclass
class Look:
    at: float
    stage: Stage
    left: tuple[float, float] | None
    truth: float

    @property
    def middle(self) -> float:
        return sum(self.left) / 2


def steady(share):
    return 1.0


def half_from_40_percent(share):
    return 1.0 if share < 0.4 else 0.5


def past(factor, summary, length, pace=PACE):
    """Return what earlier jobs took, which were `factor` times as slow as this one is at first."""
    return {
        Stage.EXTRACT: Fit(0.0, EXTRACT / length, 0.1),
        Stage.TRANSCRIBE: Fit(LOAD, pace * factor, 0.1),
        Stage.SUMMARIZE: Fit(summary, 0.0, 0.1),
    }


def calls(
    length: float,
    pace: float,
    speed: Callable[[float], float],
    ahead: float,
    together: int,
    summary: float,
) -> Iterator[tuple]:
    """Yield what TimeLeft is told, and when: a stage that begins, a step (maybe inside a batch), or None."""
    yield 0.0, Stage.EXTRACT
    for step in range(1, 17):
        yield EXTRACT * step / 16, (length * step / 16, length, True)
    yield EXTRACT, None
    yield EXTRACT, Stage.TRANSCRIBE
    at, done, noise = EXTRACT + LOAD, 0.0, cycle(NOISE)
    yield at, (0.0, length, False)
    while done < length:
        size = min(BATCH, length - done)
        took = size * pace * next(noise) / speed(done / length)
        for tick in range(1, int(took / 0.7)):
            yield at + 0.7 * tick, (done + size * min(0.99, ahead * 0.7 * tick / took), length, False)
        for end in range(1, together + 1):
            yield at + took + 0.1 * (end - together), (done + size * end / together, length, True)
        at, done = at + took, done + size
    yield at, None
    yield at, Stage.SUMMARIZE
    for step, share in enumerate((0.01, 0.8, 1.0), start=1):
        yield at + share * summary, (float(step), 3.0, True)
    yield at + summary, None


def looks(
    length=3600.0, pace=PACE, speed=steady, ahead=1.0, together=1, summary=2.0, slower: float | None = 1.0
) -> list[Look]:
    """Run a job, and look at its time left all the time; `slower` is None when no job was before it."""
    todo = list(calls(length, pace, speed, ahead, together, summary))
    wall = todo[-1][0]
    estimate = TimeLeft(past(slower, summary, length, pace) if slower else {}, length)
    found, stage, at = [], Stage.EXTRACT, 0.0
    while at < wall:
        while todo and todo[0][0] <= at:
            when, what = todo.pop(0)
            if what is None:
                estimate.end(stage)
            elif isinstance(what, Stage):
                stage = what
                estimate.begin(stage, 0.0, when)
            else:
                done, total, measured = what
                estimate.step(done, total, when, measured=measured)
        found.append(Look(at, stage, estimate.left(at), wall - at))
        at += LOOK
    return found


def errors(found: list[Look]) -> list[float]:
    """Return by how many percent of the run's time the estimate is off after 25, 50 and 75 % of it."""
    told = [found[int(share * len(found))] for share in (0.25, 0.5, 0.75)]
    wall = found[0].truth
    return [100 * abs(look.middle - look.truth) / wall if look.left else 0.0 for look in told]


def rises(found: list[Look]) -> list[tuple[Look, float]]:
    """Return by how many seconds the estimate has risen since the look before."""
    both = [(a, b) for a, b in pairwise(found) if a.left and b.left]
    return [(b, b.middle - a.middle) for a, b in both]


@pytest.mark.parametrize(
    ("slower", "length", "bounds"),
    [
        (1.0, 3600.0, (3, 3, 3)),
        (None, 3600.0, (6, 4, 3)),  # nobody knows how long the model loads and the summary takes
        (1.5, 3600.0, (4, 3, 3)),
        (1.0, 300.0, (5, 8, 8)),  # three batches
        (None, 300.0, (0, 0, 15)),  # it says nothing before the first batch has ended
        (1.5, 300.0, (25, 25, 8)),
        (1.5, 14400.0, (4, 3, 3)),
    ],
)
def test_at_a_steady_speed_it_is_right_soon(slower, length, bounds):
    found = errors(looks(length, slower=slower))
    assert all(error <= bound for error, bound in zip(found, bounds, strict=True)), found


def test_a_model_whose_batches_take_minutes_is_measured_over_several_of_them():
    found = errors(looks(1800.0, pace=1.0))
    assert all(error <= 4 for error in found), found


@pytest.mark.parametrize(("length", "bounds"), [(3600.0, (9, 3)), (14400.0, (2, 2))])
@pytest.mark.parametrize("slower", [None, 1.0, 1.5])
def test_a_change_of_load_is_followed(slower, length, bounds):
    found = errors(looks(length, speed=half_from_40_percent, slower=slower))[1:]
    assert all(error <= bound for error, bound in zip(found, bounds, strict=True)), found


@pytest.mark.parametrize("summary", [2.0, 60.0])
@pytest.mark.parametrize("slower", [None, 1.0, 1.5])
@pytest.mark.parametrize("speed", [steady, half_from_40_percent])
def test_it_does_not_jump_up_at_a_change_of_stage_nor_in_the_summary(speed, slower, summary):
    found = looks(speed=speed, slower=slower, summary=summary)
    changes = [b.at for a, b in pairwise(found) if a.stage != b.stage]
    assert len(changes) == 2
    assert all(
        rise <= 0.0
        for look, rise in rises(found)
        if look.stage == Stage.SUMMARIZE or any(0 <= look.at - change <= 1 for change in changes)
    )


def test_a_summary_as_long_as_before_is_counted_down_through_its_unequal_steps():
    found = [look for look in looks(summary=60.0) if look.stage == Stage.SUMMARIZE]
    assert all(abs(look.middle - look.truth) <= 4 for look in found)


@pytest.mark.parametrize("slower", [None, 1.0, 1.5])
def test_between_two_looks_it_changes_little(slower):
    found = looks(speed=half_from_40_percent, slower=slower)
    changes = [(abs(rise + LOOK), max(2.0, 0.05 * look.middle)) for look, rise in rises(found)]
    assert all(change <= bound for change, bound in changes), max(changes)


@pytest.mark.parametrize("ahead", [0.5, 2.0])
def test_what_an_engine_estimates_inside_a_batch_does_not_change_it(ahead):
    assert looks(ahead=ahead) == looks(ahead=1.0)


def test_windows_that_threads_end_together_do_not_make_it_waver():
    found = looks(together=4)
    assert all(error <= 3 for error in errors(found))
    assert sum(rise for _, rise in rises(found) if rise > 0) < 0.25 * found[0].truth


def test_a_model_that_loads_longer_than_before_does_not_look_like_progress():
    estimate = TimeLeft(past(1.0, 2.0, 3600.0), 3600.0)
    estimate.end(Stage.EXTRACT)
    estimate.begin(Stage.TRANSCRIBE, 0.0, 0.0)
    at_start, late = estimate.left(0.0), estimate.left(20 * LOAD)
    assert sum(late) / 2 == pytest.approx(sum(at_start) / 2 - LOAD, rel=0.01)


def test_a_batch_that_is_late_makes_the_rest_longer_before_it_ends():
    estimate = TimeLeft({Stage.SUMMARIZE: Fit(1.0, 0.0, 0.0)}, 1000.0)
    estimate.end(Stage.EXTRACT)
    estimate.begin(Stage.TRANSCRIBE, 0.0, 0.0)
    for batch in range(4):
        estimate.step(100.0 * batch, 1000.0, 10.0 * batch)
    found = [sum(estimate.left(float(at))) / 2 for at in range(30, 61)]
    # at 40 the next one is late: it takes 30 s instead of 10
    assert found[10] == pytest.approx(61, rel=0.05)
    assert found[30] > found[10] + 20
    estimate.step(400.0, 1000.0, 60.0)
    assert sum(estimate.left(60.5)) / 2 == pytest.approx(found[30], rel=0.05)
