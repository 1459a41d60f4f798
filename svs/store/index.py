"""The jobs of a store, for polling: each record is read once, and again when it has changed."""

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from svs.model.job import Job, Progress, State, percent
from svs.store.jobs import JobStore
from svs.store.records import Damaged
from svs.system.processes import is_stalled

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTLED = 2.0  # seconds; two changes within less may get the same time from a file system

_Mark = tuple[int, int, int]
"""Identifies a version of a file: every change of a record makes a new file."""


class Entry(Struct, frozen=True, kw_only=True):
    """What a list shows of a job, small enough to keep a hundred thousand of them in memory."""

    id: str
    state: State
    name: str
    """The recording's file name, or what is wrong with a damaged record. From outside: escape it."""
    created: str = ""
    duration: float = 0.0
    """Seconds of the recording that were read."""
    engine: str = ""
    overall: float = 0.0
    """How much is done, 0-100 percent."""
    progress: Progress | None = None
    """Of a running job."""
    stalled: bool = False
    """It is running, but its process does nothing."""


class Watcher:
    """The jobs of a store as they are now. It only reads. Several threads may use it; one of them sweeps."""

    def __init__(self, store: JobStore) -> None:
        """List the jobs, and read none. Raises StoreError."""
        self.store = store
        self.ids: list[str] = []
        """All jobs, newest first."""
        self.changes = 0
        """Increases whenever something has changed."""
        self._entries: dict[str, Entry] = {}
        self._words: dict[str, str] = {}
        self._marks: dict[str, _Mark | None] = {}
        self._running: dict[str, Job] = {}
        self._unread: list[str] = []
        self._round: Iterator[str] = iter(())
        self._listed: _Mark | None = None
        self._last: tuple[str, _Mark | None, Job | Damaged] | None = None
        self.update()

    @property
    def read(self) -> int:
        """How many jobs have been read so far."""
        return len(self._entries)

    @property
    def complete(self) -> bool:
        """Return whether every job has been read."""
        return not self._unread

    @property
    def running(self) -> list[str]:
        """The jobs that are known to be running."""
        return [job_id for job_id in list(self._running) if self.known(job_id).state == "running"]

    def update(self) -> None:
        """List the jobs again if some were added or removed. Raises StoreError."""
        mark = _mark(self.store.root)
        if mark is not None and mark == self._listed:
            return
        settled = mark is not None and time.time() - mark[0] / 1e9 > _SETTLED
        ids = self.store.ids()
        self._listed = (
            mark if settled else None
        )  # else changes may follow that leave the folder's time as it is
        if ids != self.ids:
            for removed in self._entries.keys() - set(ids):
                self._forget(removed)
            self._unread = [job_id for job_id in reversed(ids) if job_id not in self._entries]
            self.ids = ids
            self.changes += 1

    def known(self, job_id: str) -> Entry:
        """Return a job's entry, which is read now if it never was."""
        return self._entries.get(job_id) or self.refresh(job_id)

    def refresh(self, job_id: str) -> Entry:
        """Return a job's present entry; its record is read only if it has changed."""
        before, running = self._entries.get(job_id), self._running.get(job_id)
        folder = self.store.folder(job_id)
        mark = _mark(folder / "job.json")
        if mark is None and not folder.exists():  # `update` removes it from the list
            return before or Entry(id=job_id, state="damaged", name="it has been removed")
        if before is None or mark is None or mark != self._marks.get(job_id):
            entry = self._enter(self.store.read(job_id), job_id)
        elif running:
            entry = self._enter(running, job_id)
        else:
            return before
        self._marks[job_id] = mark
        if entry == before:
            return before
        self._entries[job_id] = entry
        self.changes += 1
        return entry

    def record(self, job_id: str) -> Job | Damaged:
        """Return a job's whole record. The last one is cached, since it is requested repeatedly."""
        mark = _mark(self.store.folder(job_id) / "job.json")
        if self._last is None or mark is None or self._last[:2] != (job_id, mark):
            self._last = (job_id, mark, self.store.read(job_id))
        return self._last[2]

    def version(self, job_id: str, file: str) -> object:
        """Return a value that differs when a file of a job has changed."""
        return _mark(self.store.folder(job_id) / file)

    def _enter(self, job: Job | Damaged, job_id: str) -> Entry:
        if not isinstance(job, Damaged) and job.status == "running":
            self._running[job_id] = job
        else:
            self._running.pop(job_id, None)
        if isinstance(job, Damaged):
            self._words[job_id] = f"damaged {job_id}"
            return Entry(id=job_id, state="damaged", name=job.problem)
        state = self.store.state(job)
        progress = None if state in ("done", "queued") else self.store.progress(job_id)
        engine = job.plan.engine if job.plan else ""
        self._words[job_id] = f"{state} {job_id} {engine} {job.source.name} {job.title}".lower()
        return Entry(
            id=job_id,
            state=state,
            name=job.source.name,
            created=job.created,
            duration=job.duration,
            engine=engine,
            overall=percent(state, progress),
            progress=progress if state == "running" else None,
            stalled=state == "running" and is_stalled(progress),
        )

    def _forget(self, job_id: str) -> None:
        for known in (self._entries, self._words, self._marks, self._running):
            known.pop(job_id, None)

    def sweep(self, seconds: float) -> None:
        """Refresh jobs for this many seconds: first those never read, newest first, then all, in rounds.

        Ends early when a round is complete.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            unread = self._unread  # another thread may replace the list
            job_id = unread.pop() if unread else next(self._round, None)
            if job_id is None:
                self._round = iter(self.ids)
                return
            self.refresh(job_id)

    def counts(self) -> Counter[State]:
        """Count the jobs in each state, among those that have been read."""
        return Counter(entry.state for entry in list(self._entries.values()))

    def matching(self, wanted: str) -> list[str]:
        """Return the jobs in whose state, id, engine, name or title all these words occur.

        Those that run come first, then the newest: jobs that wait may be many. Jobs that were never read are
        left out, unless there are no words.
        """
        running = self.running
        others = [job_id for job_id in self.ids if job_id not in running] if running else self.ids
        found = [*sorted(running, reverse=True), *others]
        for word in wanted.lower().split():
            found = [job_id for job_id in found if word in self._words.get(job_id, "")]
        return found


def _mark(path: Path) -> _Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
