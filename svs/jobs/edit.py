"""Correcting a transcript by hand: as SubRip and back, and a new summary of it."""

import shutil
from itertools import pairwise

from svs.errors import UsageError
from svs.jobs.actions import check
from svs.model.job import Job
from svs.model.speech import Batch, Gap, Segment
from svs.pipeline.summary import summarize_transcript
from svs.stages.slides import with_titles
from svs.store import results
from svs.store import transcript as journal
from svs.store.jobs import JobStore

ORIGINAL = "transcript.original.jsonl"
"""The transcript as it was before the first correction, in the job's folder."""


def text(store: JobStore, job_id: str) -> str:
    """Return a finished job's transcript as SubRip, a cue for each segment."""
    job = store.load(job_id)
    check(store, job, "export")
    return "\n".join(
        f"{number}\n{_time(segment.start)} --> {_time(segment.end)}\n{segment.text}\n"
        for number, segment in enumerate(_segments(store, job), 1)
    )


def keep(store: JobStore, job_id: str, corrected: str) -> None:
    """Keep a corrected transcript, and summarize it. Raises UsageError if it is not SubRip."""
    with store.hold(job_id) as folder:
        job = store.load(job_id)
        check(store, job, "export")
        path = folder / results.TRANSCRIPT
        header, batches = journal.read(path)
        assert header is not None  # noqa: S101 - its segments were read
        segments = _parsed(corrected, _segments(store, job))
        batch = _as_batch(segments, batches, header.offset)
        summary = results.summary(folder)
        slides = summary.slides if summary else ()
        new = summarize_transcript(journal.transcript(header, [batch]), job, lambda: None, shown=slides)
        new = with_titles(new, lambda slide: slide.title)
        if not (folder / ORIGINAL).exists():
            shutil.copyfile(path, folder / ORIGINAL)
        journal.begin(path, header, [batch]).close()
        results.save_summary(folder, new)


def _segments(store: JobStore, job: Job) -> tuple[Segment, ...]:
    return results.with_own_names(job, store.folder(job.id)).transcript.segments


def _parsed(corrected: str, before: tuple[Segment, ...]) -> list[Segment]:
    """Return the segments of a SubRip text; where nothing was changed, as they were."""
    from pysubs2 import SSAFile
    from pysubs2.exceptions import Pysubs2Error

    try:
        cues = SSAFile.from_string(corrected, format_="srt")
    except (Pysubs2Error, ValueError) as error:
        raise UsageError(f"the corrected transcript is not SubRip: {error}", _HINT) from error
    same = {_as_cue(segment.start, segment.end, segment.text): segment for segment in before}
    starts = {_time(segment.start): segment for segment in before}
    found = []
    for cue in cues:
        said = " ".join(cue.plaintext.split())
        old = starts.get(_time(cue.start / 1000))
        if unchanged := same.get(_as_cue(cue.start / 1000, cue.end / 1000, said)):
            found.append(unchanged)
        elif said:
            found.append(Segment(cue.start / 1000, cue.end / 1000, said, speaker=old.speaker if old else ""))
    _check_order(found)
    return found


_HINT = "A cue has a number, `0:00:01,000 --> 0:00:04,000` and its words, then an empty line."


def _as_cue(start: float, end: float, text: str) -> tuple[str, str, str]:
    return _time(start), _time(end), " ".join(text.split())


def _check_order(segments: list[Segment]) -> None:
    if not segments:
        raise UsageError("the corrected transcript has no words", _HINT)
    late = [before for before, after in pairwise(segments) if after.start < before.start]
    if late or any(segment.end < segment.start for segment in segments):
        place = _time(late[0].start) if late else "a cue"
        raise UsageError(f"the times of the corrected transcript are not in order: see {place}", _HINT)


def _as_batch(segments: list[Segment], batches: list[Batch], offset: float) -> Batch:
    """Return the whole transcript as one batch, in seconds of the extracted audio."""
    gaps = [gap for batch in batches for gap in batch.gaps if not _is_filled(gap, segments, offset)]
    return Batch(
        end=batches[-1].end,
        total=batches[-1].total,
        segments=tuple(journal.shifted(segment, -offset) for segment in segments),
        gaps=tuple(gaps),
        speech=sum(batch.speech for batch in batches),
    )


def _is_filled(gap: Gap, segments: list[Segment], offset: float) -> bool:
    middle = (gap.start + gap.end) / 2 + offset
    return any(segment.start <= middle <= segment.end for segment in segments)


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
