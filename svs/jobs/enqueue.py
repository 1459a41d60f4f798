"""Each recording becomes a queued job, unless there is one already that need not be made twice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from svs.media.fingerprint import describe, identity
from svs.model.job import Job, LimitOptions, Options
from svs.model.media import Source
from svs.store import order
from svs.store.jobs import JobStore
from svs.store.records import Damaged

_INESSENTIAL = {name: getattr(Options(), name) for name in (*LimitOptions.__struct_fields__, "force")}
"""Options that change no result, with their defaults."""

Key = tuple[object, ...]


def enqueue(store: JobStore, recordings: Sequence[Path], options: Sequence[Options]) -> list[Job]:
    """Return a job for each recording: a new one, or that which has the same options and is not lost.

    It may be done, with its files still there, or queued, running or interrupted.
    """
    sources = [describe(recording) for recording in recordings]
    with order.alone(store):
        known = dict(_earlier(store, {source.path for source in sources})) if recordings else {}
        return [
            (not wanted.fresh and known.get(key(source, wanted))) or store.create(source, wanted)
            for source, wanted in zip(sources, options, strict=True)
        ]


def _earlier(store: JobStore, paths: set[str]) -> Iterator[tuple[Key, Job]]:
    """Yield the jobs over these files that need not be made again, the newest last."""
    found = (store.read(job_id) for job_id in reversed(store.ids()) if store.path_of(job_id) in paths)
    for job in found:
        if isinstance(job, Damaged):
            continue
        whole = job.status == "done" and all(Path(file).exists() for file in job.outputs)
        if whole or job.status in ("queued", "running"):
            yield key(job.source, job.options), job


def key(source: Source, options: Options) -> Key:
    """Return what jobs have in common that need not be made twice."""
    return source.path, *identity(source), essential(options)


def essential(options: Options) -> Options:
    """Return the options without those that change no result."""
    return replace(options, **_INESSENTIAL)
