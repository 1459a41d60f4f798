"""What the result of each stage depends on, as a hash of it: its inputs, the plan, and its own options."""

from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from svs.events import Stage
from svs.media.fingerprint import identity
from svs.model.job import ExtractOptions, Job, Plan, PlanOptions, SummarizeOptions, TranscribeOptions
from svs.system.codec import encode

_VERSION = 2
"""Increased when the same recording gives other audio or words: no transcript is half old, half new."""


def extract_key(job: Job) -> str:
    """Return a hash of what the extracted audio or captions depend on."""
    return _key(_VERSION, identity(job.source), _essence(job), _own(job, ExtractOptions, PlanOptions))


def reuse_key(job: Job) -> str:
    """Return a hash that says which transcripts are the same, before anything is extracted."""
    return _key(extract_key(job), _own(job, TranscribeOptions, ExtractOptions))


def transcript_key(job: Job) -> str:
    """Return a hash of what the transcript depends on; the extract stage must have ended."""
    part = _own(job, TranscribeOptions, PlanOptions)  # the times in it depend on the part that was read
    return _key(job.stages[Stage.EXTRACT].digest, _essence(job), _VERSION, part)


def summary_key(job: Job) -> str:
    """Return a hash of what the summary depends on; the extract stage must have ended."""
    given = job.plan.chapters if job.plan else ()
    return _key(transcript_key(job), given, _own(job, SummarizeOptions, TranscribeOptions))


def _essence(job: Job) -> Plan | None:
    """Return the plan without the places of things, which may move."""
    return replace(job.plan, model_folder="", captions_file="", chapters=()) if job.plan else None


def _own(job: Job, group: type[Struct], base: type[Struct]) -> dict[str, object]:
    """Return the options that a group has and its base has not."""
    names = [name for name in group.__struct_fields__ if name not in base.__struct_fields__]
    return {name: getattr(job.options, name) for name in names}


def _key(*parts: object) -> str:
    return sha256(encode(parts)).hexdigest()
