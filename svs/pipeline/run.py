"""One recording's way: prepare, run each stage whose result is not there yet, deliver the files."""

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from msgspec.structs import replace

from svs import engines
from svs.errors import Cancelled, MissingError, Stopped, StoreError, SvsError
from svs.events import Report, Stage, fan_out, ignore
from svs.media import fingerprint
from svs.media.fingerprint import describe
from svs.model.job import Job
from svs.model.speech import Result
from svs.outputs import write
from svs.pipeline import keys, plan
from svs.pipeline.job_run import JobRun
from svs.pipeline.stages import STEPS
from svs.progress import estimate
from svs.progress.tracker import Tracker
from svs.store import results
from svs.store import transcript as journal
from svs.store.jobs import Damaged, JobStore, now
from svs.system import network
from svs.system.paths import open_to_others

_CLOCK = 0.05  # seconds by which a file system may date a file too early
_EARLIER_JOBS = 60  # from which the time left is estimated


def run(
    job: Job, store: JobStore, report: Report = ignore, stop: Callable[[], None] = lambda: None
) -> Result:
    """Run a job to its end and return its result; what was done before is not done again.

    `stop` is called at every tick, and raises `Stopped` when the user wants the job to stop. Every failure is
    recorded in the job and raised.
    """
    began = time.time() - _CLOCK
    with store.hold(job.id) as folder, network.refused():

        def stop_if_asked() -> None:
            stop()
            if store.asked_to_cancel(job.id):
                raise Cancelled(f"job {job.id} was cancelled", f"`svs jobs resume {job.id}` goes on with it.")

        current = store.load(job.id)
        if current.status != job.status and current.status in ("done", "cancelled"):  # while it waited
            raise Cancelled(f"job {job.id} is {current.status} already", f"See `svs jobs show {job.id}`.")
        plan.check_engine(current)
        tracker = Tracker(job.id, store, fan_out(store.log, report), stop_if_asked)
        store.tidy(job.id, before=began)  # whoever asks to cancel it from now on is heeded
        return _recording_failure(JobRun(current, store, folder, tracker))


def _recording_failure(run: JobRun) -> Result:
    """Run the job; whatever goes wrong is recorded and raised."""
    job_id = run.job.id
    try:
        with engines.panics_as_errors():
            return _run(run)
    except Stopped:
        raise
    except Cancelled:
        run.store.tidy(job_id)
        run.record(status="cancelled", finished=now())
        raise
    except SvsError as error:
        if isinstance(error, MissingError | StoreError):
            error.hint += f" Then `svs jobs resume {job_id}` goes on."
        run.fail(error)
        raise
    except Exception as error:
        run.fail(SvsError(f"unexpected {type(error).__name__}: {error}", "See --debug for where."))
        raise


def _run(run: JobRun) -> Result:
    _prepare(run)
    for step in STEPS:
        if run.finished(step.stage, step.key(run.job)) and step.is_done(run):
            run.tracker.reuse(step.stage)
        else:
            step.run(run)
        step.after(run)
    result = results.load(run.job, run.folder)
    outputs = write.deliver(run.job, result, run.folder, run.options, run.tracker.stop_if_asked, run.notice)
    _finish(run, result, outputs)
    return result


def _prepare(run: JobRun) -> None:
    """Check what can be checked before any work, and decide how the transcript is made."""
    run.record(status="running", error=None, finished=None, offline=True)
    if open_to_others(home := run.store.root.parent):
        run.tracker.say("warning", f"{home} can be read by other users: `chmod 700 {home}` ends that")
    # A file that exists may be this job's own, written before it was killed: see `write.deliver`.
    write.check(run.source, run.options, overwrite=Stage.SUMMARIZE in run.job.stages)
    write.remove_unfinished(run.job)
    if run.job.plan is None:
        _decide(run)
    earlier = (job for job in islice(run.store.jobs(), _EARLIER_JOBS) if not isinstance(job, Damaged))
    probed = run.media.duration if "media" in run.__dict__ else None
    run.tracker.expect(estimate.earlier(earlier, run.job), run.job.duration or probed or 0.0)
    run.tracker.say("detail", f"the words come from {run.plan.engine} ({run.plan.model})")


def _decide(run: JobRun) -> None:
    if not run.job.source.fingerprint:  # it could not be read when the job was made
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
        )
    run.record(plan=replace(decided, chapters=plan.given_chapters(run.media)), title=title)
    _adopt(run)


def _adopt(run: JobRun) -> None:
    """Take over the transcript of an earlier job that transcribed the same recording in the same way."""
    origin = None if run.options.fresh else run.store.recall(keys.reuse_key(run.job))
    stages = {name: origin.stages.get(name) for name in (Stage.EXTRACT, Stage.TRANSCRIBE)} if origin else {}
    if origin is None or not all(record and record.finished for record in stages.values()):
        return
    with suppress(StoreError):  # it may be damaged, or being removed: then everything is done here
        header, batches = journal.read(run.store.folder(origin.id) / results.TRANSCRIPT)
        if header and journal.whole(batches):
            journal.begin(run.transcript, header, batches)
            run.record(
                origin=origin.id,
                stages=stages,
                duration=origin.duration,
                partial=origin.partial,
                warnings=origin.warnings,
                notices=origin.notices,
            )
            run.notice(f"The transcript is that of job {origin.id}; --fresh transcribes again.")


def _finish(run: JobRun, result: Result, outputs: tuple[str, ...]) -> None:
    transcript = result.transcript
    speech = transcript.speech or sum(max(0.0, s.end - s.start) for s in transcript.segments)
    metrics = replace(run.tracker.metrics(), speech=round(speech, 3), coverage=transcript.coverage)
    run.record(status="done", finished=now(), outputs=outputs, metrics=metrics)
    with suppress(StoreError):  # the log is not worth failing a job that is done
        run.tracker.end()
