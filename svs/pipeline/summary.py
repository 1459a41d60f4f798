"""The summary of a job: its sentences, its chapters, and the slides that these begin with."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from svs.errors import Cancelled, InputError, Stopped, SvsError
from svs.events import Tick
from svs.media import clock, fingerprint, slide_text, slides
from svs.media.thumbnails import Reader
from svs.model.job import Job
from svs.model.speech import Slide, Summary, Transcript
from svs.pipeline.job_run import JobRun
from svs.stages.outline import outline
from svs.stages.slides import with_titles
from svs.stages.summarize import summarize
from svs.store import results
from svs.text.sentences import sentences

Seen = TypeVar("Seen")
"""What a look at the pictures gives."""


def summarize_job(run: JobRun, transcript: Transcript) -> Summary:
    """Return the summary of the job that runs."""
    tick, stop = run.tracker.tick, run.tracker.stop_if_asked
    shown = _slides(run)
    chosen = summarize_transcript(transcript, run.job, stop, tick, shown)
    return _with_titles(run, chosen, transcript.language)


def summarize_transcript(
    transcript: Transcript,
    job: Job,
    stop: Callable[[], None],
    tick: Tick = lambda *_: None,
    shown: Sequence[Slide] = (),
) -> Summary:
    """Return the summary of a job's transcript, by the job's options. Raises InputError if there is none."""
    said = sentences(transcript)
    language = "en" if transcript.translated else transcript.language
    given = job.plan.chapters if job.plan else ()
    try:
        tick(1, 3)
        chosen = summarize(said, language, job.options.method, job.options.length, stop)
        tick(2, 3)
        chosen = outline(chosen, said, language, job.options.chapters, given, stop, shown)
        tick(3, 3)
    except InputError as error:  # the stage does not know the recording's path
        raise InputError(f"{job.source.path}: {error.message}", error.hint) from error
    return chosen


def _slides(run: JobRun) -> tuple[Slide, ...]:
    """Return the slides that the recording shows; an earlier job may have found them."""
    if known := _known_slides(run):
        return known
    start = run.options.start or 0.0

    def find(recording: Reader) -> tuple[Slide, ...]:
        return slides.find(recording, start, start + run.job.duration)

    return _looked(run, "looking at the pictures", find, ())


def _known_slides(run: JobRun) -> tuple[Slide, ...]:
    """Return the slides that the job found that this transcript comes from, if it is of the same part."""
    origin = run.store.read(run.job.origin) if run.job.origin else None
    if not isinstance(origin, Job) or _part(origin) != _part(run.job):
        return ()
    summary = results.summary(run.store.folder(origin.id))
    return summary.slides if summary else ()


def _part(job: Job) -> tuple[object, ...]:
    return job.options.start, job.options.end, job.options.slides


def _with_titles(run: JobRun, summary: Summary, language: str) -> Summary:
    """Return a summary with chapters named after slides, if tesseract is there to read these."""
    known = with_titles(summary, lambda slide: slide.title)  # read for an earlier job
    tesseract = slide_text.find(language) if summary.slides and summary.chapters else None
    if tesseract is None:
        return known

    def read(recording: Reader) -> Summary:
        return with_titles(
            summary, lambda slide: slide.title or slide_text.title(tesseract, recording, slide)
        )

    return _looked(run, "reading the titles of slides", read, known)


def _looked(run: JobRun, phase: str, look: Callable[[Reader], Seen], nothing: Seen) -> Seen:
    """Return what is seen in the pictures; `nothing` where they are not wanted or cannot be read."""
    if run.options.slides == "none":
        return nothing
    formats = run.options.allow_formats
    try:
        with fingerprint.opened(run.job.source):
            if not run.media.pictures:
                return nothing
            run.tracker.say("phase", phase)
            begins = clock.origin(run.source, formats=formats)
            return look(Reader(run.source, begins, run.folder, formats, run.tracker.stop_if_asked))
    except (Stopped, Cancelled):
        raise
    except SvsError as error:
        run.notice(f"The pictures were not looked at: {error.message}")
        return nothing
