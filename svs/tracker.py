"""From a stage's ticks to events, the progress file and the log: measured, weighted, and never falling."""

import os
import time
from collections.abc import Callable

from svs.events import Kind, ProgressEvent, Report, Stage, overall
from svs.model import Progress
from svs.store import JobStore

_INTERVAL = 0.25  # seconds between two records of progress
_NOT_YET = 99.9  # percent; all is done only when the outputs are written


class Tracker:
    """Follows one run of one job."""

    def __init__(self, job_id: str, store: JobStore, report: Report, stop: Callable[[], None]) -> None:
        import psutil

        self._job_id, self._store, self._report, self._stop = job_id, store, report, stop
        self._process_started = psutil.Process().create_time()
        self._fractions: dict[Stage, float] = {}
        before = store.progress(job_id)  # of the run that this one goes on with
        self._overall = min(_NOT_YET, before.overall) if before else 0.0
        self._stage: Stage | None = None
        self._unit = ""
        self._done, self._total = 0.0, None  # type: tuple[float, float | None]
        self._written = 0.0

    def start(self, stage: Stage, unit: str, done: float = 0.0) -> None:
        """Say that a stage begins, or goes on where `done` was done before."""
        self._stage, self._unit, self._done, self._total = stage, unit, done, None
        self._emit("started")

    def check(self) -> None:
        """Raise `Stopped` when the job shall stop."""
        self._stop()

    def tick(self, done: float, total: float | None) -> None:
        """Say how far the stage is. Raises `Stopped` when the job shall stop."""
        self._stop()
        self._done, self._total = done, total
        if self._stage and total:
            self._fractions[self._stage] = done / total
        self._emit("advanced")

    def say(self, kind: Kind, message: str) -> None:
        """Pass on a notice, a warning, or the newest words."""
        self._emit(kind, message)

    def reuse(self, stage: Stage) -> None:
        """Say that a stage's result was there already."""
        self._stage, self._done, self._total = stage, 0.0, None
        self._fractions[stage] = 1.0
        self._emit("reused")

    def finish(self) -> None:
        """Say that the stage has ended."""
        if self._stage:
            self._fractions[self._stage] = 1.0
        self._total = self._done
        self._emit("finished")

    def end(self) -> None:
        """Say that the job is done."""
        self._stage, self._overall = None, 100.0
        self._emit("done")

    def _emit(self, kind: Kind, message: str = "") -> None:
        now = time.time()
        if kind != "done":
            self._overall = max(self._overall, min(_NOT_YET, overall(self._fractions)))
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
        )
        if kind != "line" and (kind != "advanced" or now - self._written >= _INTERVAL):
            self._written = now
            self._store.write_progress(self._job_id, self._progress(now))
        self._report(event)

    def _progress(self, now: float) -> Progress:
        return Progress(
            pid=os.getpid(),
            process_started=self._process_started,
            stage=self._stage,
            done=self._done,
            total=self._total,
            overall=self._overall,
            at=now,
        )
