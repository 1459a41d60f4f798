"""One video's way: extract, transcribe, summarize; what is there already is not made again."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, partial
from hashlib import file_digest
from itertools import islice
from math import inf
from pathlib import Path

from msgspec.structs import replace

from svs import engines, fields
from svs.engines import captions
from svs.engines.interface import Engine
from svs.errors import Cancelled, InputError, MissingError, Stopped, StoreError, SvsError
from svs.events import Report, Stage, fan_out, ignore
from svs.media import fingerprint
from svs.media.fingerprint import describe
from svs.model.job import Job, JobError, Options, Plan, StageRecord
from svs.model.media import MediaInfo
from svs.model.speech import Batch, Result, Transcript
from svs.outputs import embed, write
from svs.pipeline import keys
from svs.pipeline import plan as planning
from svs.progress import estimate
from svs.progress.resources import processor_time
from svs.progress.tracker import Tracker
from svs.stages.captions import fetch_file, fetch_track
from svs.stages.extract import extract
from svs.stages.outline import outline
from svs.stages.summarize import summarize
from svs.stages.transcribe import transcribe
from svs.store import results
from svs.store import transcript as journal
from svs.store.jobs import Damaged, JobStore, now
from svs.system import network
from svs.system.files import store_errors
from svs.system.paths import open_to_others
from svs.text import coverage
from svs.text.sentences import sentences

_LOOKED_AT = 60  # earlier jobs, for the time left


def run(
    job: Job, store: JobStore, report: Report = ignore, stop: Callable[[], None] = lambda: None
) -> Result:
    """Take a job to its end and return its result, with whatever was done already taken from its folder.

    `stop` is called at every tick, and raises `Stopped` when the user wants the job to stop. Every failure is
    recorded in the job and raised.
    """
    with store.hold(job.id) as folder, network.refused():

        def stop_if_asked() -> None:
            stop()
            if store.asked_to_cancel(job.id):
                raise Cancelled(f"job {job.id} was cancelled", f"`svs jobs resume {job.id}` goes on with it.")

        current = store.load(job.id)
        if current.status != job.status and current.status in ("done", "cancelled"):  # while it waited
            raise Cancelled(f"job {job.id} is {current.status} already", f"See `svs jobs show {job.id}`.")
        planning.check_engine(current)
        line = _Line(
            current, store, folder, Tracker(job.id, store, fan_out(store.log, report), stop_if_asked)
        )
        try:
            with engines.panics_as_errors():
                return line.run()
        except Stopped:
            raise
        except Cancelled:
            store.tidy(job.id)
            line.record(status="cancelled", finished=now())
            raise
        except SvsError as error:
            if isinstance(error, MissingError | StoreError):
                error.hint += f" Then `svs jobs resume {job.id}` goes on."
            line.fail(error)
            raise
        except Exception as error:
            line.fail(SvsError(f"unexpected {type(error).__name__}: {error}", "See --debug for where."))
            raise


class _Line:
    """The straight line from one video to its summary, with the record of how far it is."""

    def __init__(self, job: Job, store: JobStore, folder: Path, tracker: Tracker) -> None:
        self.job, self.store, self.folder, self.tracker = job, store, folder, tracker
        self.source = Path(job.source.path)

    def run(self) -> Result:
        self.store.tidy(self.job.id)
        self.record(status="running", error=None, finished=None, offline=True)
        if open_to_others(home := self.store.root.parent):
            self.tracker.say("warning", f"{home} can be read by other users: `chmod 700 {home}` ends that")
        writing = Stage.SUMMARIZE in self.job.stages  # a file that is there may be its own: see `write_files`
        files = write.targets(
            self.job.source.path,
            self.options.formats,
            self.options.output_dir,
            force=self.options.force or writing,
        )
        copy = self.checked_copy(force=self.options.force or writing)
        write.tidy(self.job.id, [*files.values(), *copy])
        if self.job.plan is None:
            if not self.job.source.fingerprint:  # it could not be read when the job was made
                self.record(source=describe(self.source))
            with fingerprint.opened(self.job.source):
                title = self.media.title or self.source.stem
                warn, notice = partial(self.tracker.say, "warning"), partial(self.tracker.say, "notice")
                plan = planning.plan(
                    self.source,
                    self.options,
                    self.media,
                    warn,
                    notice,
                    self.folder,
                    lambda *_: self.tracker.stop_if_asked(),
                )
            self.record(plan=replace(plan, chapters=planning.given_chapters(self.media)), title=title)
            self.take_over()
        self.expect()
        self.tracker.say("detail", f"the words come from {self.plan.engine} ({self.plan.model})")
        self.extract()
        self.transcribe()
        self.forget_sound()
        self.check_transcript()
        self.summarize()
        result = results.load(self.job, self.folder)
        heed = self.tracker.stop_if_asked
        frames = write.frames(self.job, result, self.folder, heed) if "html" in files else ()
        written = write.write_files(result, files, force=self.options.force, frames=frames)
        for target in copy:
            self.tracker.say("notice", f"The recording is copied to {target}, with chapters and transcript.")
            embed.embed(self.job, result, target, force=self.options.force, on_time=lambda _: heed())
        transcript = result.transcript
        speech = transcript.speech or sum(max(0.0, said.end - said.start) for said in transcript.segments)
        metrics = replace(self.tracker.metrics(), speech=round(speech, 3), coverage=transcript.coverage)
        outputs = (*written, *map(str, copy))
        self.record(status="done", finished=now(), outputs=outputs, metrics=metrics)
        self.tracker.end()
        return result

    def checked_copy(self, *, force: bool) -> list[Path]:
        """Return the file for the copy of the recording that was asked for, if any."""
        if self.options.embed is None:
            return []
        target = Path(self.options.embed)
        embed.check(self.source, target, force=force)
        return [target]

    @property
    def options(self) -> Options:
        return self.job.options

    @property
    def plan(self) -> Plan:
        assert self.job.plan is not None  # noqa: S101 - run() decides it first
        return self.job.plan

    @cached_property
    def media(self) -> MediaInfo:
        with fingerprint.opened(self.job.source):
            return planning.look(self.source, self.options)

    @property
    def heard(self) -> Path:
        """What the extract stage leaves for the engine."""
        if self.plan.engine != "captions":
            return self.folder / captions.AUDIO
        return self.folder / f"captions{Path(self.plan.captions_file).suffix.lower() or '.srt'}"

    def expect(self) -> None:
        """Tell the tracker what to expect, from a few of the newest jobs."""
        found = (job for job in islice(self.store.jobs(), _LOOKED_AT) if not isinstance(job, Damaged))
        probed = self.media.duration if "media" in self.__dict__ else None
        self.tracker.expect(estimate.earlier(found, self.job), self.job.duration or probed or 0.0)

    def take_over(self) -> None:
        """Take over the transcript of an earlier job that heard the same recording in the same way."""
        origin = None if self.options.fresh else self.store.recall(keys.reuse_key(self.job))
        if origin is None or not all(_ended(origin, stage) for stage in (Stage.EXTRACT, Stage.TRANSCRIBE)):
            return
        with suppress(StoreError):  # it may be damaged, or just being removed: then everything is done here
            header, batches = journal.read(self.store.folder(origin.id) / results.TRANSCRIPT)
            if header and journal.whole(batches):
                self.adopt(origin, header, batches)

    def adopt(self, origin: Job, header: journal.Header, batches: list[Batch]) -> None:
        journal.begin(self.folder / results.TRANSCRIPT, header, batches)
        stages = {stage: origin.stages[stage] for stage in (Stage.EXTRACT, Stage.TRANSCRIBE)}
        self.record(
            origin=origin.id,
            stages=stages,
            duration=origin.duration,
            partial=origin.partial,
            warnings=origin.warnings,
        )
        self.tracker.say("notice", f"The transcript is that of job {origin.id}; --fresh makes it anew.")

    def extract(self) -> None:
        """The first stage: sound or subtitles, out of the recording."""
        key = keys.extract_key(self.job)
        if self.has(Stage.EXTRACT, key) and (self.intact() or self.has_transcript()):
            self.tracker.reuse(Stage.EXTRACT)
            return
        with fingerprint.opened(self.job.source):
            self.begin(Stage.EXTRACT, key, "bytes" if self.plan.captions_file else "s")
            self.extract_words()
        self.finish(Stage.EXTRACT, _digest(self.heard))

    def extract_words(self) -> None:
        if self.plan.captions_file:
            with planning.captions_opened(self.plan):
                file, hint = Path(self.plan.captions_file), self.plan.language
                problem = fetch_file(file, self.heard, self.tracker.tick, hint, self.options.encoding)
            self.warn((problem,) if problem else ())
        elif self.plan.captions_track is not None:
            track = self.plan.captions_track
            problem = fetch_track(self.source, self.media, self.options, track, self.heard, self.tracker.tick)
            self.warn((problem,) if problem else ())
        else:
            self.extract_audio()
        if self.plan.engine == "captions" and self.media.audio:
            self.extract_audio_beside_captions()

    def extract_audio(self) -> None:
        found = extract(self.source, self.media, self.options, self.heard, self.tracker.tick)
        self.record(duration=found.seconds)
        self.warn(found.warnings)

    def extract_audio_beside_captions(self) -> None:
        """Extract the audio too, so that its speech can be compared with the captions; they do without it."""
        try:
            extract(self.source, self.media, self.options, self.folder / captions.AUDIO, self.tracker.tick)
        except InputError as error:
            self.tracker.say("detail", f"the captions are not compared with the speech: {error.message}")

    def warn(self, warnings: tuple[str, ...]) -> None:
        """Say, here and in the result, what of the recording could not be read."""
        for warning in warnings:
            self.tracker.say("warning", warning)
        self.record(partial=bool(warnings), warnings=tuple(map(fields.message, warnings)))

    def transcribe(self) -> None:
        """The second stage: each batch goes to the journal at once, and is never heard again."""
        key = keys.transcript_key(self.job)
        if self.has_transcript():
            self.tracker.reuse(Stage.TRANSCRIBE)
            return None
        path = self.folder / results.TRANSCRIPT
        header, batches = journal.mend(path, key)  # what is damaged or torn is heard again
        after = batches[-1].end if batches else 0.0
        self.begin(Stage.TRANSCRIBE, key, "s", after)
        if header:
            journal.begin(path, header, batches)
        language = header.language if header and batches else self.plan.language
        engine = self.engine(language)

        def keep(batch: Batch) -> None:
            nonlocal header
            if header is None:
                header = self.header(key, engine.language or "und")
                journal.begin(path, header)
            journal.add(path, batch)
            batches.append(batch)
            if batch.segments:
                self.tracker.say("line", batch.segments[-1].text)

        transcribe(engine, self.heard, after, keep, self.tracker.tick, self.tracker.tick_estimated)
        if self.plan.engine == "captions":
            end = min(self.options.end or inf, self.media.duration or batches[-1].end)
            self.record(duration=round(end - (self.options.start or 0.0), 3))
        if self.plan.engine != "captions":
            self.store.remember(keys.reuse_key(self.job), self.job.id)
        return self.finish(Stage.TRANSCRIBE)

    def engine(self, language: str | None) -> Engine:
        """Load the engine, and say what takes so long."""
        if self.plan.engine != "captions":
            self.tracker.say("phase", "loading the model")
        notice = partial(self.tracker.say, "notice")
        engine = engines.load(self.plan, self.options, language, notice)
        for warning in engine.warnings:
            self.tracker.say("warning", warning)
        if self.plan.engine != "captions":
            self.tracker.say("phase", "finding speech" if engine.language else "detecting the language")
        return engine

    def forget_sound(self) -> None:
        """Remove what has been heard, also when an earlier run was killed just before it could."""
        for path in (self.heard, self.folder / captions.AUDIO):
            with store_errors("remove", path):
                path.unlink(missing_ok=True)

    def check_transcript(self) -> None:
        """Say, here and in the result, what of the speech the transcript or the summary does not have."""
        transcript = self.read_transcript()
        found = coverage.warnings(transcript)
        for warning in found:
            self.tracker.say("warning", warning)
        earlier = (warning for warning in self.job.warnings if warning not in found)
        self.record(warnings=(*earlier, *found))
        if transcript.gaps and not transcript.segments:
            raise InputError(
                f"{self.source}: nothing to summarize: none of the speech was understood",
                "Try a larger model (`svs models list`), or name the language with --language.",
            )

    def read_transcript(self) -> Transcript:
        header, batches = journal.read(self.folder / results.TRANSCRIPT, keys.transcript_key(self.job))
        if header is None:
            raise StoreError(f"the transcript of job {self.job.id} is gone", "Summarize the recording again.")
        return journal.transcript(header, batches)

    def header(self, key: str, language: str) -> journal.Header:
        return journal.Header(
            key=key,
            engine=self.plan.engine,
            model=self.plan.model,
            language=language,
            translated=self.options.translate and self.plan.engine == "whisper",
            offset=0.0 if self.plan.engine == "captions" else self.options.start or 0.0,
        )

    def summarize(self) -> None:
        """The third stage: the sentences that say most."""
        key = keys.summary_key(self.job)
        if self.has(Stage.SUMMARIZE, key) and results.summary(self.folder):
            self.tracker.reuse(Stage.SUMMARIZE)
            return
        self.begin(Stage.SUMMARIZE, key, "steps")
        transcript = self.read_transcript()
        said = sentences(transcript)
        language = "en" if transcript.translated else transcript.language
        try:
            self.tracker.tick(1, 3)
            chosen = summarize(said, language, self.options.method, self.options.length)
            self.tracker.tick(2, 3)
            chosen = outline(chosen, said, language, self.options.chapters, self.plan.chapters)
            self.tracker.tick(3, 3)
        except InputError as error:  # the stage does not know which recording it is
            raise InputError(f"{self.source}: {error.message}", error.hint) from error
        results.save_summary(self.folder, chosen)
        self.finish(Stage.SUMMARIZE)

    def has(self, stage: Stage, key: str) -> bool:
        """Say whether a stage has been finished with the same inputs and options."""
        record = self.job.stages.get(stage)
        return bool(record and record.finished and record.key == key)

    def has_transcript(self) -> bool:
        """Say whether all of this recording has been heard, and is there."""
        key = keys.transcript_key(self.job)
        if not self.has(Stage.TRANSCRIBE, key):
            return False
        _, batches = journal.mend(self.folder / results.TRANSCRIPT, key)
        return journal.whole(batches)

    def intact(self) -> bool:
        """Say whether what was extracted is there as it was."""
        return self.heard.exists() and _digest(self.heard) == self.job.stages[Stage.EXTRACT].digest

    def begin(self, stage: Stage, key: str, unit: str, done: float = 0.0) -> None:
        self.record(stages={**self.job.stages, stage: StageRecord(key=key, started=now())})
        self.clock, self.cpu = time.monotonic(), processor_time()
        self.tracker.start(stage, unit, done)

    def finish(self, stage: Stage, digest: str = "") -> None:
        record = replace(
            self.job.stages[stage],
            finished=now(),
            seconds=round(time.monotonic() - self.clock, 3),
            cpu=round(processor_time() - self.cpu, 3),
            amount=round(self.tracker.worked(), 3),
            digest=digest,
        )
        self.record(stages={**self.job.stages, stage: record})
        self.tracker.finish()

    def record(self, **changes: object) -> None:
        """Change the job's record; it is on the disk when this returns."""
        changed = replace(self.job, **changes)
        self.store.save(changed)
        self.job = changed

    def fail(self, error: SvsError) -> None:
        """Record why the job failed, where a record can still be written."""
        with suppress(StoreError):
            text, hint = fields.message(error.message), fields.message(error.hint)
            problem = JobError(message=text, hint=hint, exit_code=error.exit_code)
            self.record(status="failed", finished=now(), error=problem)


def _digest(path: Path) -> str:
    with store_errors("read", path), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _ended(job: Job, stage: Stage) -> bool:
    return stage in job.stages and job.stages[stage].finished is not None
