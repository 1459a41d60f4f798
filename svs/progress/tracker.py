"""Turns a stage's ticks into events, the progress file and the log: weighted, and never decreasing."""

import os
import time
from collections import deque
from collections.abc import Callable, Mapping

from svs import fields
from svs.events import Kind, Listener, ProgressEvent, Stage, overall
from svs.model.job import Metrics, Progress
from svs.progress.estimate import Fit, TimeLeft
from svs.progress.resources import Usage
from svs.store.jobs import JobStore

_MAX_RECORDS = 4  # of progress per second; steps may come in bunches, and the last one counts
_QUIET = 10.0  # seconds after which it is reported that a job still works
_ALMOST_DONE = 99.9  # percent; a job is done only when the outputs are written
_GROWTH = 1.1  # factor by which the time grows between two recorded estimates


class Tracker:
    """Follows one run of one job."""

    def __init__(self, job_id: str, store: JobStore, report: Listener, stop: Callable[[], None]) -> None:
        import psutil

        self._job_id, self._store, self._report, self._stop = job_id, store, report, stop
        self._process_started = psutil.Process().create_time()
        self._fractions: dict[Stage, float] = {}
        before = store.progress(job_id)  # of the run that this one continues
        self._overall = min(_ALMOST_DONE, before.overall) if before else 0.0
        self._stage: Stage | None = None
        self._unit = ""
        self._done_before, self._done, self._total = 0.0, 0.0, None  # type: tuple[float, float, float | None]
        self._line, self._phase = "", ""
        self._written = deque[float](maxlen=_MAX_RECORDS)
        self._began = self._stage_began = time.time()
        self._left = TimeLeft()
        self._estimates: list[tuple[float, float, float]] = []
        self._usage = Usage()

    def expect(self, past: Mapping[Stage, Fit], length: float) -> None:
        """Set what the stages took in earlier jobs, and the length of the recording if known."""
        self._left.past, self._left.length = past, length

    def start(self, stage: Stage, unit: str, done: float = 0.0) -> None:
        """Report that a stage begins, or resumes after `done`."""
        self._stage, self._unit, self._total = stage, unit, None
        self._done_before = self._done = done
        self._stage_began = time.time()
        self._left.begin(stage, done, self._stage_began)
        self._emit("started")

    def tick(self, done: float, total: float | None) -> None:
        """Report how far the stage is. Raises `Stopped` if the job is to stop."""
        self._advance(done, total, measured=True)

    def tick_estimated(self, done: float, total: float | None) -> None:
        """Report an estimate between two measured ticks, which never decreases. Raises `Stopped`."""
        self._advance(max(done, self._done), total, measured=False)

    def _advance(self, done: float, total: float | None, *, measured: bool) -> None:
        self._stop()
        self._done, self._total = done, total
        if done > self._done_before:
            self._phase = ""
        if self._stage and total:
            self._fractions[self._stage] = done / total
            if self._unit == "s":
                self._left.length = total
        self._left.step(done, total, time.time(), measured=measured)
        self._emit("advanced")

    def stop_if_asked(self) -> None:
        """Raise `Stopped` if the job is to stop; for work that is not counted as progress.

        Long work of this kind is reported, too: else the job would seem to be stalled.
        """
        self._stop()
        if self._stage and self._written and time.time() - self._written[-1] > _QUIET:
            self._emit("advanced")

    def say(self, kind: Kind, message: str) -> None:
        """Report a notice, a warning, a phase, or the latest words."""
        message = fields.message(message)
        if kind == "line":
            self._line = message
        elif kind == "phase":
            self._phase = message
        self._emit(kind, message)

    def reuse(self, stage: Stage) -> None:
        """Report that a stage's result exists already."""
        self._stage, self._done, self._total = stage, 0.0, None
        self._fractions[stage] = 1.0
        self._left.end(stage)
        self._emit("reused")

    def worked(self) -> float:
        """Return how many seconds of the recording the stage has processed in this run."""
        return max(0.0, self._done - self._done_before if self._unit == "s" else self._left.length)

    def finish(self) -> None:
        """Report that the stage has ended."""
        self._line, self._phase = "", ""
        if self._stage:
            self._fractions[self._stage] = 1.0
            self._left.end(self._stage)
        self._total = self._done
        self._emit("finished")

    def end(self) -> None:
        """Report that the job is done."""
        self._stage, self._overall = None, 100.0
        self._emit("done")

    def metrics(self) -> Metrics:
        """Return what the run has cost so far."""
        return Metrics(
            wall=max(0.0, time.time() - self._began),
            memory=self._usage.peak(),
            load=self._usage.load(),
            estimates=tuple(self._estimates),
        )

    def _emit(self, kind: Kind, message: str = "") -> None:
        now = time.time()
        if kind != "done":
            self._overall = max(self._overall, min(_ALMOST_DONE, overall(self._fractions)))
        left = self._estimate(now) if self._stage else None
        event = ProgressEvent(
            job_id=self._job_id,
            stage=self._stage,
            kind=kind,
            done=self._done,
            total=self._total,
            unit=self._unit,
            message=message,
            overall=self._overall,
            at=now,
            left=left,
        )
        often = len(self._written) == _MAX_RECORDS and now - self._written[0] < 1
        if kind != "line" and not (kind == "advanced" and often):
            self._written.append(now)
            self._usage.sample(now)
            self._store.write_progress(self._job_id, self._progress(now, left))
        self._report(event)

    def _estimate(self, now: float) -> tuple[float, float] | None:
        left = self._left.left(now)
        after = now - self._began
        if left:
            left = min(left[0], fields.LONGEST), min(left[1], fields.LONGEST)
        if left and after > 0 and (not self._estimates or after > _GROWTH * self._estimates[-1][0]):
            self._estimates.append((round(after, 3), round(left[0], 3), round(left[1], 3)))
        return left

    def _progress(self, now: float, left: tuple[float, float] | None) -> Progress:
        seconds = now - self._stage_began
        speed = (self._done - self._done_before) / seconds if self._unit == "s" and seconds > 0 else None
        return Progress(
            pid=os.getpid(),
            process_started=self._process_started,
            stage=self._stage,
            done=self._done,
            total=self._total,
            overall=self._overall,
            at=now,
            speed=min(speed, fields.LONGEST) if speed and speed > 0 else None,
            left=left,
            line=self._line,
            phase=self._phase,
            load=self._usage.now,
            memory=self._usage.memory,
        )
