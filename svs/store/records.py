"""A job's record as bytes: what svs writes, and what it believes of what it reads."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from svs.model.job import Job
from svs.system.codec import checked, decode

LARGEST_RECORD = 12_000_000
"""Bytes; a typical record has a few thousand, and the limits of its fields allow no more than this."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A job whose record cannot be read: it is listed, and otherwise left alone."""

    id: str
    folder: Path
    problem: str


def now() -> str:
    """Return the time in the format of records: ISO 8601, UTC, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def parse(data: bytes, job_id: str) -> Job:
    """Return the job of a record. Raises ValueError if svs would not write such a record."""
    job = decode(data, Job)
    if problem := _implausible(job, job_id):
        raise ValueError(problem)
    return job


def _implausible(job: Job, job_id: str) -> str:
    """Return what is wrong with a record although every field has the right type; empty if it is valid."""
    if job.id != job_id:
        return "it belongs to another job"
    if not all(map(_is_time, (job.created, job.finished or job.created))):
        return "it has an invalid time"
    targets = (job.options.output_dir, job.options.output_template, job.options.embed)
    paths = (job.source.path, *filter(None, targets), *job.outputs)
    if not all(os.path.isabs(path) and ".." not in Path(path).parts for path in paths):  # noqa: PTH117
        return "it has a path that svs does not write"
    return ""


def to_bytes(job: Job) -> bytes:
    """Return a job's record. Raises ValueError if it could not be read again."""
    data = checked(job, LARGEST_RECORD, indent=2)
    if problem := _implausible(job, job.id):
        raise ValueError(problem)
    return data


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).utcoffset() == timedelta(0)
    except ValueError:
        return False
