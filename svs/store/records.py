"""A job's record as bytes: what svs writes, and what it believes of what it reads."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from svs.model.job import JOB_VERSION, Job
from svs.store import folders
from svs.system.codec import checked, decode
from svs.system.files import read_plain

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


class _Version(Struct):
    version: object = None


def read(folder: Path) -> Job | Damaged:
    """Read the record in a job's folder, or return what is wrong with it."""
    job_id, data = folder.name, None
    if problem := folders.foreign(folder):
        return Damaged(job_id, folder, f"its folder {problem}")
    try:
        data = read_plain(folder / "job.json", LARGEST_RECORD)
        version = decode(data, _Version).version
        if isinstance(version, int) and version > JOB_VERSION:
            return Damaged(job_id, folder, f"written by a newer svs (version {version}); update svs")
        return parse(data, job_id)
    except FileNotFoundError:
        return Damaged(job_id, folder, "job.json is missing")
    except OSError as error:
        return Damaged(job_id, folder, f"job.json cannot be read: {error.strerror}")
    except ValueError as error:
        return Damaged(job_id, folder, "job.json is empty" if data == b"" else f"job.json: {error}")


class _Path(Struct, frozen=True):
    path: str = ""


class _Source(Struct):
    source: _Path = _Path()


def source_path(folder: Path) -> str:
    """Return the path of a job's recording, several times faster than `read`; empty if it is unknown."""
    try:
        return decode(read_plain(folder / "job.json", LARGEST_RECORD), _Source).source.path
    except (OSError, ValueError):
        return ""


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
