"""Following jobs from another process, by reading those files in their folders that have changed."""

from pathlib import Path
from typing import Literal

from svs.events import ProgressEvent, Stage
from svs.model.job import Progress
from svs.store.jobs import LARGEST_LOG, JobStore
from svs.system import locks
from svs.system.codec import decode
from svs.system.files import read_plain

_Mark = tuple[int, int, int]


def running(store: JobStore) -> list[str]:
    """Return the ids of the running jobs, oldest first, without reading the records of the others."""
    held = [job_id for job_id in store.unfinished_ids() if _held(store.folder(job_id) / "lock")]
    return [job_id for job_id in held if store.state(store.read(job_id)) == "running"]


def _held(lock: Path) -> bool:
    try:
        return locks.held(lock)
    except OSError:  # a link, for example, which svs does not make
        return False


def read_log(folder: Path) -> list[ProgressEvent]:
    """Return the events in a job's log; incomplete or damaged lines are skipped."""
    try:
        lines = read_plain(folder / "events.jsonl", LARGEST_LOG).split(b"\n")[:-1]
    except (OSError, ValueError):
        return []
    return [event for event in map(_event, lines) if event]


def _event(line: bytes) -> ProgressEvent | None:
    try:
        return decode(line, ProgressEvent)
    except ValueError:
        return None


class Follower:
    """Follows one job: yields the events that its own process reported."""

    def __init__(self, store: JobStore, job_id: str) -> None:
        """Raise StoreError if the job's record cannot be read."""
        self._store, self._folder = store, store.folder(job_id)
        self._marks: dict[str, _Mark] = {}
        self._read = 0
        self._stage: Stage | None = None
        self._unit, self._since = "", 0.0
        self._shown: Progress | None = None
        self.progress: Progress | None = None
        """How far the job is; None if unknown."""
        self.ended = False
        """Nothing more will happen, unless the job is resumed."""
        self._changed("job.json")
        self.job = store.load(job_id)
        self.state = store.state(self.job)

    def update(self) -> None:
        """Read the job's present state. Raises StoreError."""
        if self._changed("job.json"):
            self.job = self._store.load(self.job.id)
        self.state = self._store.state(self.job)
        over = self.state not in ("queued", "running")
        self.ended = over and not _held(self._folder / "lock")  # else its last events are still to come
        if self.ended:
            self.job = self._store.load(self.job.id)  # it may have ended after it was read

    def new_events(self) -> list[ProgressEvent]:
        """Return the events since the last call. Raises StoreError."""
        self.update()  # first: once the job has ended, nothing comes after what is read now
        return [*self._logged(), *self._advanced()]

    def _logged(self) -> list[ProgressEvent]:
        if not self._changed("events.jsonl"):
            return []
        events = read_log(self._folder)
        new, self._read = events[self._read :], len(events)
        for event in new:
            if event.kind == "started":
                self._stage, self._unit, self._since = event.stage, event.unit, event.at
            elif event.kind in ("reused", "finished", "done"):
                self._stage = None
        return new

    def _advanced(self) -> list[ProgressEvent]:
        """Return the latest numbers and words, if they belong to the stage that the log is at."""
        if self._changed("progress.json"):
            self.progress = self._store.progress(self.job.id)
        now, before = self.progress, self._shown
        if now is None or now == before or now.stage is None:
            return []
        if now.stage != self._stage or now.at <= self._since:
            return []
        self._shown = now
        events = [self._as_event(now, "advanced")]
        if now.line and (before is None or now.line != before.line):
            events.append(self._as_event(now, "line"))
        return events

    def _as_event(self, now: Progress, kind: Literal["line", "advanced"]) -> ProgressEvent:
        return ProgressEvent(
            job_id=self.job.id,
            stage=now.stage,
            kind=kind,
            done=now.done,
            total=now.total,
            unit=self._unit,
            message=now.line if kind == "line" else "",
            overall=now.overall,
            at=now.at,
            left=now.left,
        )

    def _changed(self, name: str) -> bool:
        """Return whether a file has changed since the last call."""
        try:
            found = (self._folder / name).stat()
        except OSError:
            return False
        mark = (found.st_mtime_ns, found.st_size, found.st_ino)
        changed = self._marks.get(name) != mark
        self._marks[name] = mark
        return changed
