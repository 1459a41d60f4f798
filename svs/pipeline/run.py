"""Running a job: prepare, run each stage whose result does not exist yet, write the files."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from math import inf

from msgspec.structs import replace

from svs import engines
from svs.errors import Cancelled, MissingError, Stopped, StoreError, SvsError
from svs.events import Listener, Stage, fan_out, ignore
from svs.media import fingerprint
from svs.media.fingerprint import describe
from svs.model.job import Job
from svs.model.speech import Batch, Result
from svs.outputs import write
from svs.pipeline import keys, plan
from svs.pipeline.job_run import JobRun
from svs.pipeline.stages import STEPS
from svs.progress import estimate, stats
from svs.progress.tracker import Tracker
from svs.store import results, reuse
from svs.store import transcript as journal
from svs.store.jobs import JobStore
from svs.store.records import Damaged, now
from svs.system import network
from svs.system.paths import open_to_others
from svs.text import coverage

_MTIME_TOLERANCE = 0.05  # seconds by which a file system's times may be early
_EARLIER_JOBS = 60  # which say how fast this machine is


def run(
    job: Job, store: JobStore, report: Listener = ignore, stop: Callable[[], None] = lambda: None
) -> Result:
    """Run a job to its end and return its result; finished work is not repeated.

    `stop` is called at every tick, and raises `Stopped` if the user asked to stop. Every failure is recorded
    in the job and raised.
    """
    began = time.time() - _MTIME_TOLERANCE
    with store.hold(job.id) as folder, network.refused():

        def stop_if_asked() -> None:
            stop()
            store.check_held(job.id)
            if store.asked_to_cancel(job.id):
                raise Cancelled(
                    f"job {job.id} was cancelled", f"Continue it with `svs jobs resume {job.id}`."
                )

        current = store.load(job.id)
        if current.status != job.status and current.status in (
            "done",
            "cancelled",
        ):  # while this process waited
            raise Cancelled(f"job {job.id} is already {current.status}", f"See `svs jobs show {job.id}`.")
        plan.check_engine(current)
        tracker = Tracker(job.id, store, fan_out(store.log, report), stop_if_asked)
        store.tidy(job.id, before=began)  # later requests to cancel are respected
        return _recording_failure(JobRun(current, store, folder, tracker))


def _recording_failure(run: JobRun) -> Result:
    """Run the job; every failure is recorded and raised. Raises HeldError if another has taken it over."""
    try:
        with engines.panics_as_errors():
            return _run(run)
    except Stopped:
        raise
    except Exception as error:
        run.store.check_held(run.job.id)  # else the record is no longer this run's
        _record(run, error)
        raise


def _record(run: JobRun, error: Exception) -> None:
    """Record how the job ended."""
    if isinstance(error, Cancelled):
        run.store.tidy(run.job.id)
        run.record(status="cancelled", finished=now())
    elif isinstance(error, SvsError):
        if isinstance(error, MissingError | StoreError):
            error.hint += f" Then continue with `svs jobs resume {run.job.id}`."
        run.fail(error)
    else:
        run.fail(SvsError(f"unexpected {type(error).__name__}: {error}", "See --debug for where."))


def _run(run: JobRun) -> Result:
    _prepare(run)
    for step in STEPS:
        if run.finished(step.stage, step.key(run.job)) and step.is_done(run):
            run.tracker.reuse(step.stage)
        else:
            step.run(step, run)
        step.after(run)
    result = results.load(run.job, run.folder)
    outputs = write.deliver(run.job, result, run.folder, run.options, run.tracker.stop_if_asked, run.notice)
    _finish(run, result, outputs)
    return result


def _prepare(run: JobRun) -> None:
    """Check what can be checked before any work, and decide how the transcript is made."""
    run.record(status="running", error=None, finished=None, offline=True)
    if open_to_others(home := run.store.home):
        run.tracker.say("warning", f"{home} can be read by other users; run `chmod 700 {home}` to prevent it")
    # A file that exists may be this job's own, written before it was killed: see `write.deliver`.
    known = run.job if run.job.title else None
    write.check(run.source, run.options, known, overwrite=Stage.SUMMARIZE in run.job.stages)
    write.remove_unfinished(run.job)
    if run.job.plan is None:
        _decide(run)
        write.check(run.source, run.options, run.job)  # a template needs the title
    run.tracker.expect(estimate.earlier(_earlier(run), run.job), run.job.duration or run.probed_duration)
    run.tracker.say("detail", f"the words come from {run.plan.engine} ({run.plan.model})")


def _earlier(run: JobRun) -> Iterator[Job]:
    return (job for job in islice(run.store.jobs(), _EARLIER_JOBS) if not isinstance(job, Damaged))


def _decide(run: JobRun) -> None:
    if not run.job.source.fingerprint:  # it could not be read when the job was created
        run.record(source=describe(run.source))
    with fingerprint.opened(run.job.source):
        title = run.media.title or run.source.stem
        stop = run.tracker.stop_if_asked
        decided = plan.plan(
            run.source,
            run.options,
            run.media,
            run.warn,
            run.note,
            run.notice,
            run.folder,
            lambda *_: stop(),
            stats.speeds(_earlier(run)),
        )
    decided = replace(decided, chapters=plan.given_chapters(run.media))
    run.record(plan=decided, title=title, frame_rate=run.media.frame_rate)
    _reuse_transcript(run)


def _reuse_transcript(run: JobRun) -> None:
    """Copy the transcript of an earlier job that transcribed the same recording in the same way."""
    if run.options.fresh:
        return
    with suppress(StoreError):  # it may be damaged or just being removed: then it is not reused
        if found := _complete(run, run.job):
            origin, header, batches = found
            journal.begin(run.transcript, header, batches).close()
            _take_over(run, origin, origin.warnings)
        elif run.plan.engine == "whisper" and (run.options.start or run.options.end):
            _reuse_part(run)


def _reuse_part(run: JobRun) -> None:
    """Cut the part that the user wants out of the transcript of the whole recording."""
    whole = replace(run.job, options=replace(run.options, start=None, end=None))
    if found := _complete(run, whole):
        origin, header, batches = found
        start, end = run.options.start or 0.0, min(run.options.end or inf, origin.duration)
        if start < end and not header.voices:
            of_whole = coverage.warnings(journal.transcript(header, batches))
            _take_over(run, origin, [text for text in origin.warnings if text not in of_whole])
            _begin_part(run, header, journal.cut(batches, start, end), start)


def _begin_part(run: JobRun, header: journal.Header, part: Batch, start: float) -> None:
    """Write the transcript of a part, as if the part alone had been transcribed."""
    key = keys.transcript_key(run.job)
    journal.begin(run.transcript, replace(header, key=key, offset=start), [part]).close()
    own = {Stage.EXTRACT: keys.extract_key(run.job), Stage.TRANSCRIBE: key}
    stages = {stage: replace(run.job.stages[stage], key=key) for stage, key in own.items()}
    run.record(stages=stages, duration=part.total)


def _complete(run: JobRun, wanted: Job) -> tuple[Job, journal.Header, list[Batch]] | None:
    """Return the job that transcribed what this one wants, with its whole transcript."""
    origin = reuse.recall(run.store, keys.reuse_key(wanted))
    records = [origin.stages.get(stage) for stage in (Stage.EXTRACT, Stage.TRANSCRIBE)] if origin else []
    if origin is None or not all(record and record.finished for record in records):
        return None
    header, batches = journal.read(run.store.folder(origin.id) / results.TRANSCRIPT)
    return (origin, header, batches) if header and journal.is_complete(batches) else None


def _take_over(run: JobRun, origin: Job, warnings: Iterable[str]) -> None:
    run.record(
        origin=origin.id,
        plan=replace(run.plan, made_with=origin.plan.made_with if origin.plan else ""),
        stages={stage: origin.stages[stage] for stage in (Stage.EXTRACT, Stage.TRANSCRIBE)},
        duration=origin.duration,
        partial=origin.partial,
        warnings=tuple(warnings),
        notices=origin.notices,
    )
    run.notice(f"Reusing the transcript of job {origin.id}; --fresh transcribes again.")


def _finish(run: JobRun, result: Result, outputs: tuple[str, ...]) -> None:
    transcript = result.transcript
    speech = transcript.speech or sum(max(0.0, s.end - s.start) for s in transcript.segments)
    metrics = replace(run.tracker.metrics(), speech=round(speech, 3), coverage=transcript.coverage)
    run.record(status="done", finished=now(), outputs=outputs, metrics=metrics)
    with suppress(StoreError):  # the log is not worth failing a job that is done
        run.tracker.end()
