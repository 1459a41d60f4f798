"""How long a job still takes: from this run's measured speed, and from earlier jobs on this machine.

The weights of the stages are not used. What a stage takes before its first step (loading a model), and what
the later stages take, are known from earlier jobs; without any, there is no estimate until the longest stage
has shown its speed, and then a wide range. The latest steps count most, so that the estimate follows changes
of the machine's load. The summary's time is only counted down: its few steps are too unequal to show a speed.

The constants were tuned on recorded runs of 3 to 60 minutes of sound on a machine whose load changed, and on
simulated ones like those of tests/progress/test_estimate_simulated.py. Half or twice as much of any changes
little.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from svs.events import Stage
from svs.model.job import Job, Metrics

Point = tuple[float, float]
"""The seconds of a recording that were processed, and the seconds that it took."""
Left = tuple[float, float]
"""The least and the most seconds that are left."""

_MAX_JOBS = 20  # the newest are enough
_MIN = 0.001  # seconds; less is not a measurement
_WINDOW = 40.0  # seconds after which a step counts a third; less is unsteady, more lags behind the load
_MIN_KEPT = 0.7  # of the weight of earlier steps at a new step, which takes minutes with a slow model
_PRIOR = 2.0  # seconds of this run that the speed of earlier jobs counts as: the load may have differed
_SMOOTHING = 0.03  # share of the time left over which most of a change is shown
_SUMMARY = (0.6, 0.00014)  # of a summary: seconds, and seconds per second; measured on 5 min to 24 h
_WIDE, _NARROW = 0.6, 0.12  # relative error of a first estimate, and the least of any


@dataclass(frozen=True, slots=True)
class Fit:
    """The time of a stage: `fixed` seconds, and `pace` seconds for each second of a recording."""

    fixed: float
    pace: float
    error: float
    """Its mean relative error on the points that it was fitted to."""

    def seconds(self, amount: float) -> float:
        """Return what the stage takes for so many seconds of a recording."""
        return self.fixed + self.pace * amount


def fit(points: Sequence[Point]) -> Fit | None:
    """Return the line through these points with the least relative error (weighted least squares)."""
    known = [(amount, took) for amount, took in points if amount > _MIN and took > _MIN]
    if not known:
        return None
    weights = [1 / took**2 for _, took in known]
    total = sum(weights)
    mean_a = sum(w * a for w, (a, _) in zip(weights, known, strict=True)) / total
    mean_t = sum(w * t for w, (_, t) in zip(weights, known, strict=True)) / total
    variance = sum(w * (a - mean_a) ** 2 for w, (a, _) in zip(weights, known, strict=True))
    covariance = sum(w * (a - mean_a) * (t - mean_t) for w, (a, t) in zip(weights, known, strict=True))
    same_length = max(a for a, _ in known) < 1.2 * min(a for a, _ in known)  # too similar for a slope
    pace = mean_t / mean_a if same_length else max(0.0, covariance / variance)
    fixed = mean_t - pace * mean_a
    if fixed < 0:
        fixed, pace = (
            0.0,
            sum(w * a * t for w, (a, t) in zip(weights, known, strict=True))
            / sum(w * a * a for w, (a, _) in zip(weights, known, strict=True)),
        )
    error = (sum(abs(fixed + pace * a - t) / t for a, t in known) + _WIDE) / (len(known) + 1)
    return Fit(fixed, pace, error)


def earlier(jobs: Iterable[Job], like: Job) -> dict[Stage, Fit]:
    """Return what each stage took in the newest jobs with the same engine, model and device."""
    points: dict[Stage, list[Point]] = {stage: [] for stage in Stage}
    used = 0
    for job in jobs:
        if job.id == like.id or _kind(job) != _kind(like):
            continue
        for stage, record in job.stages.items():
            if record.finished and record.amount and not (job.origin and stage != Stage.SUMMARIZE):
                points[stage].append((record.amount, record.seconds))
        used += 1
        if used == _MAX_JOBS:
            break
    fits = {stage: fit(found) for stage, found in points.items()}
    return {stage: found for stage, found in fits.items() if found}


def _kind(job: Job) -> object:
    """Return what the speed of jobs depends on; all subtitles are treated alike."""
    if job.plan is None or job.plan.engine == "captions":
        return job.plan and job.plan.engine
    options = job.options
    settings = (options.device, options.compute_type, options.threads)
    return job.plan.engine, job.plan.model, settings


@dataclass(slots=True)
class _Current:
    """The stage that runs."""

    stage: Stage
    begin: Point
    """What was done when it began, and when that was."""
    last: Point | None = None
    """The same at its last measured step; None while models are loaded, before the first one."""
    total: float | None = None
    gap: float = 0.0
    """The longest recent time between two measured steps, in seconds; threads may finish theirs together."""
    work: float = 0.0
    """How much was done in `time` seconds; both make its speed, and older steps count less in them."""
    time: float = 0.0

    def after(self, amount: float, took: float) -> Point:
        """Return `work` and `time` after a step that does this amount in `took` seconds."""
        kept = _kept(took)
        return kept * self.work + amount, kept * self.time + took


def _kept(took: float) -> float:
    """Return the share of their weight that earlier steps keep after a step of `took` seconds."""
    return max(math.exp(-took / _WINDOW), _MIN_KEPT)


@dataclass(slots=True)
class TimeLeft:
    """Estimates the time left of one run from its steps; times in seconds of one clock."""

    past: Mapping[Stage, Fit] = field(default_factory=dict)
    length: float = 0.0
    """Seconds of the recording, as soon as they are known."""
    _done: set[Stage] = field(default_factory=set)
    _current: _Current | None = None
    _shown: tuple[float, Left] | None = None
    """The last estimate, and when it was given."""

    def begin(self, stage: Stage, done: float, at: float) -> None:
        """Begin a stage, of which `done` was done before."""
        self._current = _Current(stage, (done, at))
        if past := self.past.get(stage):
            self._current.work, self._current.time = _PRIOR / max(_MIN, past.pace), _PRIOR

    def step(self, done: float, total: float | None, at: float, *, measured: bool = True) -> None:
        """Record how far the stage is. A step that is not `measured` only shows that the work has begun."""
        current = self._current
        if current is None:
            return
        current.total = total
        if current.last is None:
            current.last = (done if measured else current.begin[0], at)
        elif measured and done > current.last[0]:
            took = max(0.0, at - current.last[1])
            current.work, current.time = current.after(done - current.last[0], took)
            current.gap = max(took, _kept(took) * current.gap)
            current.last = (done, at)

    def end(self, stage: Stage) -> None:
        """End a stage, or skip it."""
        self._done.add(stage)
        self._current = None

    def left(self, at: float) -> Left | None:
        """Return the time left, which changes gradually from call to call; None while unknown."""
        parts = [self._stage(stage, at) for stage in Stage if stage not in self._done]
        known = [part for part in parts if part]
        if len(known) < len(parts):
            return None
        least = sum(seconds * max(0.0, 1 - error) for seconds, error in known)
        most = sum(seconds * (1 + error) for seconds, error in known)
        self._shown = at, self._gradually((least, most), at)
        return self._shown[1]

    def _gradually(self, wanted: Left, at: float) -> Left:
        """Return the last estimate, counted down, and moved part of the way to the new one."""
        if self._shown is None:
            return wanted
        passed = max(0.0, at - self._shown[0])
        kept = math.exp(-passed / max(_MIN, _SMOOTHING * sum(wanted) / 2))
        pairs = zip(self._shown[1], wanted, strict=True)
        least, most = (max(0.0, new + kept * (old - passed - new)) for old, new in pairs)
        return least, most

    def _stage(self, stage: Stage, at: float) -> Point | None:
        """Return the seconds that a stage still takes, and their relative error."""
        if not self.length:
            return None
        current = self._current if self._current and self._current.stage == stage else None
        past = self.past.get(stage)
        if stage == Stage.SUMMARIZE:
            whole = past.seconds(self.length) if past else _SUMMARY[0] + _SUMMARY[1] * self.length
            passed = at - current.begin[1] if current else 0.0
            return _counted_down(whole, passed), _NARROW + past.error if past else _WIDE
        if current and current.last and current.total and current.time:
            return _measured(current, current.last, current.total, past, at)
        return _expected(current, past, self.length, at) if past else None


def _expected(current: _Current | None, past: Fit, length: float, at: float) -> Point:
    """Return the seconds left of a stage that has not shown its speed, from earlier jobs."""
    if current is None:
        return past.seconds(length), _NARROW + past.error
    loading = max(0.0, past.fixed - (at - current.begin[1])) if current.last is None else 0.0
    return loading + past.pace * max(0.0, length - current.begin[0]), _NARROW + past.error


def _measured(current: _Current, last: Point, total: float, past: Fit | None, at: float) -> Point:
    """Return the seconds left of a stage that has shown its speed."""
    share = (last[0] - current.begin[0]) / max(_MIN, total - current.begin[0])
    error = _NARROW + (1 - share) * (past.error if past else _WIDE)
    work, time, passed = current.work, current.time, at - last[1]
    rest = total - last[0]
    if current.gap and passed > current.gap:  # the next step is late: now at the earliest
        size = current.gap * work / time
        work, time = current.after(size, passed)
        rest, passed = rest - size, 0.0
    return _counted_down(max(0.0, rest) * time / work, passed), error


def _counted_down(seconds: float, passed: float) -> float:
    """Return what is left of some seconds, but never 0: a late step is not done."""
    return max(0.05 * seconds, seconds - passed)


def error(metrics: Metrics, share: float) -> float | None:
    """Return the error of the estimate after this share of a run, relative to its time; None without one."""
    moment = share * metrics.wall
    estimates = [estimate for estimate in metrics.estimates if estimate[0] <= moment]
    if not estimates or not metrics.wall:
        return None
    at, least, most = estimates[-1]
    return abs(at + (least + most) / 2 - metrics.wall) / metrics.wall
