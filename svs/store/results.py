"""A job's result, read from the files in its folder."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import UNSET
from msgspec.structs import replace

from svs.errors import StoreError
from svs.model.job import REMOVED_ENGINE, Job
from svs.model.speech import Result, Sentence, Summary
from svs.store import speakers
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
    """Return a done job's result, with the user's names of speakers. Raises StoreError if there is none."""
    result = with_own_names(job, folder)
    names, warnings = speaker_names(job, folder, result.sentences)
    return speakers.with_names(replace(result, warnings=(*result.warnings, *warnings)), names)


def with_own_names(job: Job, folder: Path) -> Result:
    """Return the result with the speakers' names that the transcript has. Raises StoreError."""
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
        frame_rate=job.frame_rate or UNSET,
        partial=job.partial,
        warnings=(*job.warnings, _WRONG_WORDS) if transcript.engine == REMOVED_ENGINE else job.warnings,
        notices=job.notices,
        summary=verbatim(chosen) if job.options.verbatim else chosen,
        transcript=transcript,
        sentences=sentences(transcript),
    )


def speaker_names(job: Job, folder: Path, said: Iterable[Sentence]) -> tuple[dict[str, str], list[str]]:
    """Return the user's names, by those of the transcript, and warnings. Raises StoreError."""
    originals = speakers.in_order(said)
    kept = speakers.load(folder) if originals else None
    if kept is not None:
        return kept, []
    names, unknown = speakers.at_start(originals, job.options.speaker_names)
    who = "such a speaker" if originals else "a second speaker"
    return names, [f"--speaker-names {wish}: {who} is not known." for wish in unknown]


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
