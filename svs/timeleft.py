"""How long a job still takes: from this run's measured speed, and from earlier jobs on this machine.

Nothing comes from the weights of the stages. What a stage takes before its first step (loading a model,
finding speech), and what the stages to come take, are known from earlier jobs; without any, there is no
estimate until the longest stage has shown its speed, and a wide one then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from svs.events import Stage
from svs.model import Job, Metrics

Point = tuple[float, float]
"""The seconds of a recording that were worked through, and the seconds that it took."""
Left = tuple[float, float]
"""The least and the most seconds that are left."""

_JOBS = 20  # the newest are enough
_LEAST = 0.001  # seconds; less is no measurement
_TRUST = 0.2  # the share of a stage after which its own speed counts as much as that of earlier jobs
_BUNCH = 0.3  # of the time to the first step: what follows sooner began with it, in another process
_LAST = (0.8, 0.0005)  # seconds, and seconds a second, of a summary when nothing is known of any
_WIDE, _NARROW = 0.6, 0.08  # how far an estimate may be off, as a share: of a first one, of any


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
    off = sum(abs(fixed + pace * a - t) / t for a, t in known) / len(known)
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
    """The stage that runs: what it has done at its start, at its first step and at its last one, and when."""

    stage: Stage
    begin: Point
    first: Point | None = None
    last: Point | None = None
    total: float | None = None


@dataclass(slots=True)
class TimeLeft:
    """Estimates the time left of one run, told of its steps; times in seconds of one clock."""

    past: Mapping[Stage, Fit] = field(default_factory=dict)
    length: float = 0.0
    """Seconds of the recording, as soon as they are known."""
    _done: set[Stage] = field(default_factory=set)
    _current: _Current | None = None

    def begin(self, stage: Stage, done: float, at: float) -> None:
        """Say that a stage begins, with so much of it done before."""
        self._current = _Current(stage, (done, at))

    def step(self, done: float, total: float | None, at: float) -> None:
        """Say how far the stage is."""
        current = self._current
        if current is None:
            return
        current.total = total
        if done > current.begin[0]:
            if current.first is None or at < current.first[1] + _BUNCH * (
                current.first[1] - current.begin[1]
            ):
                current.first = (done, at)
            current.last = (done, at)

    def end(self, stage: Stage) -> None:
        """Say that a stage has ended, or was not needed."""
        self._done.add(stage)
        self._current = None

    def left(self, at: float) -> Left | None:
        """Return the time left; None while nobody knows."""
        parts = [self._stage(stage, at) for stage in Stage if stage not in self._done]
        if None in parts:
            return None
        known = [part for part in parts if part]
        least = sum(seconds * max(0.0, 1 - off) for seconds, off in known)
        return least, sum(seconds * (1 + off) for seconds, off in known)

    def _stage(self, stage: Stage, at: float) -> Point | None:
        """Return the seconds that a stage still takes, and by what share that may be off."""
        past = self.past.get(stage)
        if self._current and self._current.stage == stage:
            return self._rest(self._current, past, at)
        if past:
            return past.seconds(self.length), _NARROW + past.off
        return (_LAST[0] + _LAST[1] * self.length, _WIDE) if stage == Stage.SUMMARIZE else None

    def _rest(self, current: _Current, past: Fit | None, at: float) -> Point | None:
        """Return the same for the stage that runs: earlier jobs count less the further it is."""
        if current.first and current.last and current.total:
            return _measured(current, current.first, current.last, current.total, past, at)
        if past is None and current.stage != Stage.SUMMARIZE:
            return None
        whole = past.seconds(self.length - current.begin[0]) if past else _LAST[0] + _LAST[1] * self.length
        off = _NARROW + past.off if past else _WIDE
        return max(0.02 * whole, whole - (at - current.begin[1])), off


def _measured(
    current: _Current, first: Point, last: Point, total: float, past: Fit | None, at: float
) -> Point:
    """Return the seconds left of a stage that has shown its speed."""
    share = (last[0] - current.begin[0]) / max(1e-9, total - current.begin[0])
    since = first if last[0] > first[0] else current.begin  # a single step has the model's loading in it
    own = (total - last[0]) * (last[1] - since[1]) / max(1e-9, last[0] - since[0])
    trust = share / (share + _TRUST) if past else 1.0
    theirs = past.pace * (total - last[0]) if past and current.stage != Stage.SUMMARIZE else own
    rest = max(0.0, trust * own + (1 - trust) * theirs)
    off = _NARROW + (1 - share) * (past.off if past else _WIDE)
    return max(0.05 * rest, rest - (at - last[1])), off


def error(metrics: Metrics, share: float) -> float | None:
    """Return by what share of a run's time its estimate was off after this share of it; None without one."""
    moment = share * metrics.wall
    told = [estimate for estimate in metrics.estimates if estimate[0] <= moment]
    if not told or not metrics.wall:
        return None
    at, least, most = told[-1]
    return abs(at + (least + most) / 2 - metrics.wall) / metrics.wall
