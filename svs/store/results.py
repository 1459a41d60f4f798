"""A job's result, read from the files in its folder."""

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from svs.errors import StoreError
from svs.model.job import REMOVED_ENGINE, Job
from svs.model.speech import Result, Sentence, Summary
from svs.store import transcript as journal
from svs.system.codec import checked, decode
from svs.system.files import read_plain, store_errors, write_atomic
from svs.text.sentences import sentences

TRANSCRIPT = "transcript.jsonl"
SUMMARY = "summary.json"
_WRONG_WORDS = (
    f"Transcribed by {REMOVED_ENGINE}, which svs no longer uses because it gets many words wrong. "
    "Summarize the recording again."
)
_LARGEST = 100_000_000  # bytes of a summary, which may be as long as the longest transcript


def load(job: Job, folder: Path) -> Result:
    """Return the result of a job that is done. Raises StoreError if there is none."""
    header, batches = journal.read(folder / TRANSCRIPT)
    chosen = summary(folder)
    if header is None or chosen is None:
        missing = "transcript" if header is None else "readable summary"
        raise StoreError(f"job {job.id} has no {missing}", "Summarize the recording again.")
    transcript = journal.transcript(header, batches)
    return Result(
        job_id=job.id,
        title=job.title,
        source=Path(job.source.path).name if job.options.no_paths else job.source.path,
        created=job.created,
        duration=job.duration,
        start=job.options.start or 0.0,
        partial=job.partial,
        warnings=(*job.warnings, _WRONG_WORDS) if transcript.engine == REMOVED_ENGINE else job.warnings,
        notices=job.notices,
        summary=verbatim(chosen) if job.options.verbatim else chosen,
        transcript=transcript,
        sentences=sentences(transcript),
    )


def summary(folder: Path) -> Summary | None:
    """Return the summary in a job's folder; None if it is missing or cannot be read."""
    try:
        return decode(read_plain(folder / SUMMARY, _LARGEST), Summary)
    except (OSError, ValueError):
        return None


def save_summary(folder: Path, summary: Summary) -> None:
    """Save a summary in a job's folder; it is on the disk when this returns. Raises StoreError."""
    path = folder / SUMMARY
    with store_errors("write", path):
        try:
            write_atomic(path, checked(summary, _LARGEST))
        except ValueError as error:
            raise StoreError(f"cannot write {path}: {error}", "Ask for a shorter summary.") from error


def verbatim(summary: Summary) -> Summary:
    """Return the summary with every sentence exactly as it was said."""

    def exact(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
        return tuple(
            replace(sentence, text=sentence.said or sentence.text, said="") for sentence in sentences
        )

    chapters = tuple(replace(chapter, sentences=exact(chapter.sentences)) for chapter in summary.chapters)
    return replace(summary, sentences=exact(summary.sentences), chapters=chapters)
