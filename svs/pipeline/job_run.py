"""One run of a job: its record, which is kept up to date on the disk, and what its stages need."""

import re
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path

from msgspec.structs import replace

from svs import fields
from svs.engines.captions import AUDIO
from svs.errors import StoreError, SvsError
from svs.events import Stage
from svs.media import fingerprint, pcm
from svs.model.job import Job, JobError, Options, Plan, StageRecord
from svs.model.media import MediaInfo
from svs.pipeline import keys
from svs.pipeline.plan import probe_source
from svs.progress.resources import processor_time
from svs.progress.tracker import Tracker
from svs.store import results, transcript
from svs.store.jobs import JobStore
from svs.store.records import now
from svs.system import paths
from svs.system.files import discard, store_errors

_STALE = 7 * 86_400.0  # seconds after which audio in the scratch folder is removed
_MAX_MESSAGES = 20  # warnings, or notices, in a record


class JobRun:
    """A job that this process holds and runs."""

    def __init__(self, job: Job, store: JobStore, folder: Path, tracker: Tracker) -> None:
        self.job, self.store, self.folder, self.tracker = job, store, folder, tracker
        self.source = Path(job.source.path)
        self._media: MediaInfo | None = None

    @property
    def options(self) -> Options:
        """Return what the user asked for."""
        return self.job.options

    @property
    def plan(self) -> Plan:
        """Return how the transcript is made, which is decided before the first stage."""
        assert self.job.plan is not None  # noqa: S101 - `prepare` decides it
        return self.job.plan

    @property
    def captions(self) -> bool:
        """Return whether the words come from captions, not from the audio."""
        return self.plan.engine == "captions"

    @property
    def media(self) -> MediaInfo:
        """Return the recording's metadata."""
        if self._media is None:
            with fingerprint.opened(self.job.source):
                self._media = probe_source(self.source, self.options)
        return self._media

    @property
    def probed_duration(self) -> float:
        """Return how long the recording says that it is; 0 if it has not been read yet."""
        return (self._media.duration or 0.0) if self._media else 0.0

    @property
    def audio(self) -> Path:
        """Return the file of the extracted audio."""
        return self.extracts / AUDIO

    @cached_property
    def extracts(self) -> Path:
        """Return the folder of what the extract stage makes; it exists."""
        if (scratch := paths.scratch()) is None:
            return self.folder
        folder = scratch / self.job.id
        with store_errors("make", folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in scratch.iterdir():  # by jobs that went on elsewhere, or were removed
                if re.fullmatch(fields.JOB_ID, left.name) and time.time() - left.stat().st_mtime > _STALE:
                    discard(left)
        return folder

    @property
    def speakers(self) -> tuple[str, ...]:
        """Return whose audio was extracted, each to a file of its own."""
        return self.job.stages[Stage.EXTRACT].speakers

    @property
    def extracted(self) -> Path:
        """Return the file that the extract stage makes for the engine: audio or captions."""
        if not self.captions:
            return self.audio
        return self.extracts / f"captions{Path(self.plan.captions_file).suffix.lower() or '.srt'}"

    @property
    def extracted_files(self) -> list[Path]:
        """Return all files that the extract stage made for the engine: several for several speakers."""
        return pcm.files(self.extracted, len(self.speakers))

    @property
    def transcript(self) -> Path:
        """Return the file of the transcript."""
        return self.folder / results.TRANSCRIPT

    def delete_extracts(self) -> None:
        """Delete what the extract stage has made, also in a killed run."""
        for path in (*self.extracted_files, self.audio):
            with store_errors("remove", path):
                path.unlink(missing_ok=True)
        if self.extracts != self.folder:
            discard(self.extracts)

    def finished(self, stage: Stage, key: str) -> bool:
        """Return whether a stage has finished with the same inputs and options."""
        record = self.job.stages.get(stage)
        return bool(record and record.finished and record.key == key)

    def has_transcript(self) -> bool:
        """Return whether the whole recording is transcribed, and the transcript can be read."""
        if not self.finished(Stage.TRANSCRIBE, key := keys.transcript_key(self.job)):
            return False
        _, batches = transcript.read_prefix(self.transcript, key)
        return transcript.is_complete(batches)

    def begin(self, stage: Stage, key: str, unit: str, done: float = 0.0) -> None:
        """Record that a stage begins, or resumes after `done`."""
        self.record(stages={**self.job.stages, stage: StageRecord(key=key, started=now())})
        self._clock, self._cpu = time.monotonic(), processor_time()
        self.tracker.start(stage, unit, done)

    def finish(self, stage: Stage, digest: str = "", speakers: tuple[str, ...] = ()) -> None:
        """Record that a stage has ended, and what it cost."""
        record = replace(
            self.job.stages[stage],
            finished=now(),
            seconds=round(time.monotonic() - self._clock, 3),
            cpu=round(processor_time() - self._cpu, 3),
            amount=round(self.tracker.worked(), 3),
            digest=digest,
            speakers=speakers,
        )
        self.record(stages={**self.job.stages, stage: record})
        self.tracker.finish()

    def record(self, **changes: object) -> None:
        """Change the job's record; it is on the disk when this returns."""
        changed = replace(self.job, **changes)
        self.store.save(changed)
        self.job = changed

    def fail(self, error: SvsError) -> None:
        """Record why the job failed, if the record can still be written."""
        with suppress(StoreError):
            text, hint = fields.message(error.message), fields.message(error.hint)
            problem = JobError(message=text, hint=hint, exit_code=error.exit_code)
            self.record(status="failed", finished=now(), error=problem)

    def warn(self, *warnings: str) -> None:
        """Report warnings, once each, here and in the result."""
        for warning in warnings:
            self.tracker.say("warning", warning)
        self.record(warnings=_joined(self.job.warnings, warnings))

    def note(self, *notices: str) -> None:
        """Report what was chosen, once each, here and in the result."""
        for notice in notices:
            self.notice(notice)
        self.record(notices=_joined(self.job.notices, notices))

    def notice(self, message: str) -> None:
        """Report something that is only about this run."""
        self.tracker.say("notice", message)


def _joined(earlier: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Return all messages, each once, up to the limit of a record."""
    return tuple(dict.fromkeys((*earlier, *map(fields.message, new))))[:_MAX_MESSAGES]


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of files of the job, of one after the other."""
    found = sha256()
    for path in paths:
        with store_errors("read", path), path.open("rb") as file:
            file_digest(file, lambda: found)
    return found.hexdigest()
