"""What the result of each stage depends on, as a hash of it."""

from hashlib import sha256

from msgspec.structs import replace

from svs.events import Stage
from svs.media.fingerprint import identity
from svs.model.job import Job, Plan
from svs.system.codec import encode

_EXTRACTING = ("track", "start", "end")
_TRANSCRIBING = ("start", "end", "translate", "prompt", "hotwords", "device", "compute_type")
_SUMMARIZING = ("method", "length", "chapters")


def extract_key(job: Job) -> str:
    """Return a hash of what the extracted sound or subtitles depend on."""
    return _key(identity(job.source), _essence(job), _pick(job, _EXTRACTING))


def reuse_key(job: Job) -> str:
    """Return a hash that tells which transcripts are the same before anything is heard."""
    return _key(extract_key(job), _pick(job, _TRANSCRIBING))


def transcript_key(job: Job) -> str:
    """Return a hash of what the transcript depends on; the extract stage must have ended."""
    return _key(job.stages[Stage.EXTRACT].digest, _essence(job), _pick(job, _TRANSCRIBING))


def summary_key(job: Job) -> str:
    """Return a hash of what the summary depends on; the extract stage must have ended."""
    given = job.plan.chapters if job.plan else ()
    return _key(transcript_key(job), given, _pick(job, _SUMMARIZING))


def _essence(job: Job) -> Plan | None:
    """Return the plan without the places of things, which may move."""
    return replace(job.plan, model_folder="", captions_file="", chapters=()) if job.plan else None


def _pick(job: Job, names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(job.options, name) for name in names}


def _key(*parts: object) -> str:
    return sha256(encode(parts)).hexdigest()
