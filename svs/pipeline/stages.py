"""The table of a job's stages: what each depends on, whether its result exists, and how it is run."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from svs import engines
from svs.engines.interface import Engine
from svs.errors import Cancelled, InputError, Stopped, StoreError, SvsError
from svs.events import Stage
from svs.media import fingerprint, pcm, tracks
from svs.model.job import Job
from svs.model.speech import Batch, Transcript, Voices
from svs.pipeline import keys
from svs.pipeline.job_run import JobRun, digest
from svs.pipeline.plan import captions_opened
from svs.pipeline.summary import summarize_job
from svs.stages.captions import fetch_file, fetch_track
from svs.stages.extract import extract
from svs.stages.transcribe import transcribe
from svs.store import results, reuse
from svs.store import transcript as journal
from svs.text import coverage


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the pipeline; its weight is in `events.WEIGHTS`."""

    stage: Stage
    unit: Callable[[JobRun], str]
    """Returns what its progress is counted in: `s` of the recording, `bytes` or `steps`."""
    key: Callable[[Job], str]
    """Returns a hash of what the result depends on."""
    is_done: Callable[[JobRun], bool]
    """Returns whether the result exists, once the key is known to match."""
    run: Callable[["Step", JobRun], None]
    after: Callable[[JobRun], None] = lambda run: None  # noqa: ARG005
    """Called after the stage, also if the result existed already."""

    def begin(self, run: JobRun, done: float = 0.0) -> None:
        """Record that the stage begins, or resumes after `done`."""
        run.begin(self.stage, self.key(run.job), self.unit(run), done)


# Extract


def _has_extracted(run: JobRun) -> bool:
    record = run.job.stages[Stage.EXTRACT]
    files = run.extracted_files
    intact = all(file.exists() for file in files) and digest(files) == record.digest
    return intact or run.has_transcript()


def _extract_unit(run: JobRun) -> str:
    return "s" if run.media.audio or not run.plan.captions_file else "bytes"


def _extract(step: Step, run: JobRun) -> None:
    speakers: tuple[str, ...] = ()
    with fingerprint.opened(run.job.source):
        step.begin(run)
        if run.captions:
            _extract_captions(run)
        else:
            found = extract(run.source, run.media, run.options, run.audio, run.tracker.tick)
            run.record(duration=found.seconds, partial=found.partial)
            run.warn(*found.warnings)
            run.note(*found.notices)
            speakers = found.speakers
    run.finish(Stage.EXTRACT, digest(pcm.files(run.extracted, len(speakers))), speakers)


def _extract_captions(run: JobRun) -> None:
    run.record(partial=False)
    tick = (lambda *_: run.tracker.stop_if_asked()) if run.media.audio else run.tracker.tick
    if run.plan.captions_file:
        with captions_opened(run.plan):
            file, hint, encoding = Path(run.plan.captions_file), run.plan.language, run.options.encoding
            problem = fetch_file(file, run.extracted, tick, hint, encoding)
    else:
        assert run.plan.captions_track is not None  # noqa: S101
        track = run.plan.captions_track
        problem = fetch_track(run.source, run.media, run.options, track, run.extracted, tick)
    if problem:
        run.record(partial=True)
        run.warn(problem)
    if run.media.audio:
        _extract_audio_for_comparison(run)


def _extract_audio_for_comparison(run: JobRun) -> None:
    """Extract the audio too, to compare its speech with the captions; captions work without it."""
    track = None if run.options.track == tracks.ALL else run.options.track
    options = replace(run.options, track=track, channels="mix")
    try:
        extract(run.source, run.media, options, run.audio, run.tracker.tick)
    except (Stopped, Cancelled):
        raise
    except SvsError as error:
        run.note(f"The captions were not compared with the speech: {error.message}")


# Transcribe


def _transcribe(step: Step, run: JobRun) -> None:
    """Transcribe what is not in the journal yet; each batch is appended to it at once."""
    _decide_words(run)
    key = step.key(run.job)
    header, batches = journal.read_prefix(run.transcript, key)
    step.begin(run, batches[-1].end if batches else 0.0)
    if header and journal.is_complete(batches):  # an earlier run was killed just before it recorded that
        journal.begin(run.transcript, header, batches).close()  # without damaged or incomplete lines
    else:
        _transcribe_rest(run, key, header, batches)
    if run.captions:
        end = min(run.options.end or inf, run.media.duration or batches[-1].end)
        run.record(duration=round(max(0.0, end - (run.options.start or 0.0)), 3))
    else:
        reuse.remember(run.store, keys.reuse_key(run.job), run.job.id)
    run.finish(Stage.TRANSCRIBE)


def _decide_words(run: JobRun) -> None:
    """Record what decides the words on this machine: a transcript is made in one way, or begun again."""
    if run.captions:
        return
    from svs.engines.whisper import made_with

    here, before = made_with(run.options), run.plan.made_with
    if here != before:
        run.record(plan=replace(run.plan, made_with=here))
        if before and run.transcript.exists():
            run.notice(f"Transcribing from the beginning: the job was begun with {before}; here is {here}.")


def _transcribe_rest(run: JobRun, key: str, header: journal.Header | None, batches: list[Batch]) -> None:
    after = batches[-1].end if batches else 0.0
    known = header.language if header and batches else "und"
    engine = _engine(run, run.plan.language if known == "und" else known)

    with ExitStack() as stack:
        file: BinaryIO | None = None

        def keep(batch: Batch) -> None:
            nonlocal file
            if file is None:
                run.store.check_held(run.job.id)
                first = header or _header(run, key, engine.language or "und")
                file = stack.enter_context(journal.begin(run.transcript, first, batches))
            journal.add(run.transcript, file, batch)
            batches.append(batch)
            if batch.segments:
                run.tracker.say("line", batch.segments[-1].text)

        transcribe(engine, run.extracted, after, keep, run.tracker.tick, run.tracker.tick_estimated)


def _engine(run: JobRun, language: str | None) -> Engine:
    """Load the engine, and report the slow steps."""
    if not run.captions:
        run.tracker.say("phase", "loading the model")
    engine = engines.load(run.plan, run.options, language, run.notice, run.speakers)
    run.warn(*engine.warnings)
    if not run.captions:
        run.tracker.say("phase", "finding speech" if engine.language else "detecting the language")
    return engine


def _header(run: JobRun, key: str, language: str) -> journal.Header:
    return journal.Header(
        key=key,
        engine=run.plan.engine,
        model=run.plan.model,
        language=language,
        translated=run.options.translate and run.plan.engine == "whisper",
        offset=0.0 if run.captions else run.options.start or 0.0,
        voices=_voices(run),
    )


def _voices(run: JobRun) -> Voices | None:
    if not run.speakers:
        return None
    return "tracks" if run.options.track == tracks.ALL else "channels"


def _after_transcribe(run: JobRun) -> None:
    """Delete the audio, also of a killed run, and warn about gaps in the transcript."""
    run.store.check_held(run.job.id)  # else it is the audio of the run that took the job over
    run.delete_extracts()
    transcript = _read_transcript(run)
    run.warn(*coverage.warnings(transcript))
    if transcript.gaps and not transcript.segments:
        raise InputError(
            f"{run.source}: nothing to summarize: none of the speech was understood",
            "Try a larger model (`svs models list`), or name the language with --language.",
        )


def _read_transcript(run: JobRun) -> Transcript:
    header, batches = journal.read(run.transcript, keys.transcript_key(run.job))
    if header is None or not journal.is_complete(batches):
        raise StoreError(
            f"the transcript of job {run.job.id} is not complete", "Summarize the recording again."
        )
    return journal.transcript(header, batches)


# Summarize


def _summarize(step: Step, run: JobRun) -> None:
    step.begin(run)
    results.save_summary(run.folder, summarize_job(run, _read_transcript(run)))
    run.finish(Stage.SUMMARIZE)


def _has_summary(run: JobRun) -> bool:
    return results.summary(run.folder) is not None


STEPS = (
    Step(Stage.EXTRACT, _extract_unit, keys.extract_key, _has_extracted, _extract),
    Step(
        Stage.TRANSCRIBE,
        lambda _: "s",
        keys.transcript_key,
        JobRun.has_transcript,
        _transcribe,
        _after_transcribe,
    ),
    Step(Stage.SUMMARIZE, lambda _: "steps", keys.summary_key, _has_summary, _summarize),
)
"""The stages in their order."""
