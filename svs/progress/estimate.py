"""How long a job still takes: from this run's measured speed, and from earlier jobs on this machine.

Nothing comes from the weights of the stages. What a stage takes before its first step (loading a model), and
what the stages to come take, are known from earlier jobs; without any, there is no estimate until the longest
stage has shown its speed, and a wide one then. The newest steps count most, so that a change of the machine's
load is followed. What the summary takes is only counted down: its few steps are too unequal to show a speed.

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
"""The seconds of a recording that were worked through, and the seconds that it took."""
Left = tuple[float, float]
"""The least and the most seconds that are left."""

_JOBS = 20  # the newest are enough
_LEAST = 0.001  # seconds; less is no measurement
_WINDOW = 40.0  # seconds after which a step counts a third: less makes it waver, more lag behind the load
_KEPT = 0.7  # the least that earlier steps keep of their weight at a new one: a slow model's take minutes
_PRIOR = 2.0  # seconds of this run that the speed of earlier jobs weighs: the load was another then
_CALM = 0.03  # of the time left, in which most of a change of the estimate is shown
_SUMMARY = (0.6, 0.00014)  # seconds, and seconds a second, of a summary: measured on texts of 5 min to 24 h
_WIDE, _NARROW = 0.6, 0.12  # how far an estimate may be off, as a share: of a first one, of any


@dataclass(frozen=True, slots=True)
class Fit:
    """What a stage takes: `fixed` seconds and `pace` seconds for each second of a recording."""

    fixed: float
    pace: float
    off: float
    """By what share it misses what it was made from."""

    def seconds(self, amount: float) -> float:
        """Return what the stage takes for so many seconds of a recording."""
        return self.fixed + self.pace * amount


def fit(points: Sequence[Point]) -> Fit | None:
    """Return the line through these points that is off by the smallest shares (weighted least squares)."""
    known = [(amount, took) for amount, took in points if amount > _LEAST and took > _LEAST]
    if not known:
        return None
    weights = [1 / took**2 for _, took in known]
    whole = sum(weights)
    middle = sum(w * a for w, (a, _) in zip(weights, known, strict=True)) / whole
    mean = sum(w * t for w, (_, t) in zip(weights, known, strict=True)) / whole
    spread = sum(w * (a - middle) ** 2 for w, (a, _) in zip(weights, known, strict=True))
    both = sum(w * (a - middle) * (t - mean) for w, (a, t) in zip(weights, known, strict=True))
    alike = max(a for a, _ in known) < 1.2 * min(a for a, _ in known)  # they cannot tell the two apart
    pace = mean / middle if alike else max(0.0, both / spread)
    fixed = mean - pace * middle
    if fixed < 0:
        fixed, pace = (
            0.0,
            sum(w * a * t for w, (a, t) in zip(weights, known, strict=True))
            / sum(w * a * a for w, (a, _) in zip(weights, known, strict=True)),
        )
    off = (sum(abs(fixed + pace * a - t) / t for a, t in known) + _WIDE) / (len(known) + 1)
    return Fit(fixed, pace, off)


def earlier(jobs: Iterable[Job], like: Job) -> dict[Stage, Fit]:
    """Return what each stage took in the newest jobs with the same engine, model and device."""
    points: dict[Stage, list[Point]] = {stage: [] for stage in Stage}
    taken = 0
    for job in jobs:
        if job.id == like.id or _kind(job) != _kind(like):
            continue
        for stage, record in job.stages.items():
            if record.finished and record.amount and not (job.origin and stage != Stage.SUMMARIZE):
                points[stage].append((record.amount, record.seconds))
        taken += 1
        if taken == _JOBS:
            break
    fits = {stage: fit(found) for stage, found in points.items()}
    return {stage: found for stage, found in fits.items() if found}


def _kind(job: Job) -> object:
    """Return what makes the speed of jobs the same; subtitles come from many places, all alike."""
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
    """The most seconds between two measured steps lately; threads may end theirs together."""
    work: float = 0.0
    """How much was done in `time` seconds; both make its speed, and older steps count less in them."""
    time: float = 0.0

    def after(self, amount: float, took: float) -> Point:
        """Return what `work` and `time` become with a step that does so much in so many seconds."""
        kept = _kept(took)
        return kept * self.work + amount, kept * self.time + took


def _kept(took: float) -> float:
    """Return what earlier steps keep of their weight after a step of so many seconds."""
    return max(math.exp(-took / _WINDOW), _KEPT)


@dataclass(slots=True)
class TimeLeft:
    """Estimates the time left of one run from its steps; times in seconds of one clock."""

    past: Mapping[Stage, Fit] = field(default_factory=dict)
    length: float = 0.0
    """Seconds of the recording, as soon as they are known."""
    _done: set[Stage] = field(default_factory=set)
    _current: _Current | None = None
    _shown: tuple[float, Left] | None = None
    """When the last estimate was given, and which."""

    def begin(self, stage: Stage, done: float, at: float) -> None:
        """Say that a stage begins, with so much of it done before."""
        self._current = _Current(stage, (done, at))
        if past := self.past.get(stage):
            self._current.work, self._current.time = _PRIOR / max(_LEAST, past.pace), _PRIOR

    def step(self, done: float, total: float | None, at: float, *, measured: bool = True) -> None:
        """Say how far the stage is. A step that is not `measured` says only that the stage works by now."""
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
        """Say that a stage has ended, or was not needed."""
        self._done.add(stage)
        self._current = None

    def left(self, at: float) -> Left | None:
        """Return the time left, which changes gradually from call to call; None while nobody knows."""
        parts = [self._stage(stage, at) for stage in Stage if stage not in self._done]
        known = [part for part in parts if part]
        if len(known) < len(parts):
            return None
        least = sum(seconds * max(0.0, 1 - off) for seconds, off in known)
        most = sum(seconds * (1 + off) for seconds, off in known)
        self._shown = at, self._gradually((least, most), at)
        return self._shown[1]

    def _gradually(self, wanted: Left, at: float) -> Left:
        """Return the last estimate, counted down, and moved some way to the one that is wanted."""
        if self._shown is None:
            return wanted
        passed = max(0.0, at - self._shown[0])
        kept = math.exp(-passed / max(_LEAST, _CALM * sum(wanted) / 2))
        pairs = zip(self._shown[1], wanted, strict=True)
        least, most = (max(0.0, new + kept * (old - passed - new)) for old, new in pairs)
        return least, most

    def _stage(self, stage: Stage, at: float) -> Point | None:
        """Return the seconds that a stage still takes, and by what share that may be off."""
        if not self.length:
            return None
        current = self._current if self._current and self._current.stage == stage else None
        past = self.past.get(stage)
        if stage == Stage.SUMMARIZE:
            whole = past.seconds(self.length) if past else _SUMMARY[0] + _SUMMARY[1] * self.length
            passed = at - current.begin[1] if current else 0.0
            return _counted_down(whole, passed), _NARROW + past.off if past else _WIDE
        if current and current.last and current.total and current.time:
            return _measured(current, current.last, current.total, past, at)
        return _expected(current, past, self.length, at) if past else None


def _expected(current: _Current | None, past: Fit, length: float, at: float) -> Point:
    """Return the seconds left of a stage that has not shown its speed, by earlier jobs."""
    if current is None:
        return past.seconds(length), _NARROW + past.off
    loading = max(0.0, past.fixed - (at - current.begin[1])) if current.last is None else 0.0
    return loading + past.pace * max(0.0, length - current.begin[0]), _NARROW + past.off


def _measured(current: _Current, last: Point, total: float, past: Fit | None, at: float) -> Point:
    """Return the seconds left of a stage that has shown its speed."""
    share = (last[0] - current.begin[0]) / max(_LEAST, total - current.begin[0])
    off = _NARROW + (1 - share) * (past.off if past else _WIDE)
    work, time, passed = current.work, current.time, at - last[1]
    rest = total - last[0]
    if current.gap and passed > current.gap:  # the next step is late: now at the earliest
        size = current.gap * work / time
        work, time = current.after(size, passed)
        rest, passed = rest - size, 0.0
    return _counted_down(max(0.0, rest) * time / work, passed), off


def _counted_down(seconds: float, passed: float) -> float:
    """Return what is left of some seconds; never nothing, for what is late is not done."""
    return max(0.05 * seconds, seconds - passed)


def error(metrics: Metrics, share: float) -> float | None:
    """Return by what share of a run's time its estimate was off after this share of it; None without one."""
    moment = share * metrics.wall
    told = [estimate for estimate in metrics.estimates if estimate[0] <= moment]
    if not told or not metrics.wall:
        return None
    at, least, most = told[-1]
    return abs(at + (least + most) / 2 - metrics.wall) / metrics.wall
