"""Naming the speakers of a job that is done."""

from collections.abc import Iterable

from svs.errors import UsageError
from svs.jobs import actions
from svs.model.job import Job
from svs.model.speech import Result
from svs.store import results, speakers
from svs.store.jobs import JobStore


def load(store: JobStore, job_id: str) -> Result:
    """Return a job's result, which lists its speakers. Raises UsageError unless the job is done."""
    return results.load(_done(store, job_id), store.folder(job_id))


def name(store: JobStore, job_id: str, renamings: Iterable[speakers.Renaming]) -> None:
    """Give speakers the names that the user wants; all outputs made from now on have them.

    Raises UsageError unless the job is done and has these speakers.
    """
    job, folder = _done(store, job_id), store.folder(job_id)
    said = results.with_own_names(job, folder).sentences
    names, _ = results.speaker_names(job, folder, said)
    speakers.save(folder, speakers.renamed(speakers.in_order(said), names, renamings))


def undo(store: JobStore, job_id: str) -> None:
    """Give the speakers the names back that they had when the job was done."""
    _done(store, job_id)
    speakers.undo(store.folder(job_id))


def _done(store: JobStore, job_id: str) -> Job:
    job = store.load(job_id)
    if (state := store.state(job)) not in actions.POSSIBLE["speakers"]:
        raise UsageError(
            f"job {job_id} {actions.described(state)}: its speakers are not known yet", "See `svs jobs list`."
        )
    return job
