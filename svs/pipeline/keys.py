"""The keys of the stages: each is a hash of all that the result depends on."""

from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from svs.events import Stage
from svs.media.fingerprint import identity
from svs.model.job import ExtractOptions, Job, Plan, PlanOptions, SummarizeOptions, TranscribeOptions
from svs.system.codec import encode

_VERSION = 3
"""Increased when the same recording gives other audio or words, so that no transcript mixes versions."""


def extract_key(job: Job) -> str:
    """Return a hash of what the extracted audio or captions depend on."""
    return _key(
        _VERSION, identity(job.source), _without_paths(job), _options_of(job, ExtractOptions, PlanOptions)
    )


def reuse_key(job: Job) -> str:
    """Return a hash of what the transcript depends on, known before anything is extracted."""
    return _key(extract_key(job), _options_of(job, TranscribeOptions, ExtractOptions))


def transcript_key(job: Job) -> str:
    """Return a hash of what the transcript depends on; the extract stage must have ended."""
    # The times in the transcript depend on the part that was read.
    part = _options_of(job, TranscribeOptions, PlanOptions)
    extracted, made_with = job.stages[Stage.EXTRACT], job.plan.made_with if job.plan else ""
    return _key(extracted.digest, extracted.speakers, _without_paths(job), made_with, _VERSION, part)


def summary_key(job: Job) -> str:
    """Return a hash of what the summary depends on; the extract stage must have ended."""
    given = job.plan.chapters if job.plan else ()
    return _key(transcript_key(job), given, _options_of(job, SummarizeOptions, TranscribeOptions))


def _without_paths(job: Job) -> Plan | None:
    """Return the plan without paths, since files may be moved, and without what the words alone depend on."""
    if job.plan is None:
        return None
    return replace(job.plan, model_folder="", captions_file="", chapters=(), made_with="")


def _options_of(job: Job, group: type[Struct], base: type[Struct]) -> dict[str, object]:
    """Return the options that a group adds to its base."""
    names = [name for name in group.__struct_fields__ if name not in base.__struct_fields__]
    return {name: getattr(job.options, name) for name in names}


def _key(*parts: object) -> str:
    return sha256(encode(parts)).hexdigest()
