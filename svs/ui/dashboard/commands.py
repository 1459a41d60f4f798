"""The commands behind the keys: the same as those of `svs jobs`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from svs.jobs import actions, background, queue
from svs.model.job import OutputOptions
from svs.outputs import text
from svs.store import order, results, reuse
from svs.store.jobs import JobStore
from svs.system import desktop


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a command."""

    message: str
    """A sentence for the user."""
    copied: str = ""
    """A text for the clipboard."""


Command = Callable[[JobStore, str], Done]
"""Acts on the job with an id. Raises SvsError."""


def cancel(store: JobStore, job_id: str) -> Done:
    """Cancel a job."""
    ended = actions.cancel(store, job_id)
    return Done(f"cancelled {job_id}" if ended else f"asked {job_id} to stop")


def remove(store: JobStore, job_id: str) -> Done:
    """Remove a job with everything that svs stores about it."""
    actions.remove(store, job_id)
    reuse.forget_removed(store)
    return Done(f"removed {job_id}")


def resume(store: JobStore, job_id: str) -> Done:
    """Queue a job for the process in the background, which outlives the dashboard."""
    actions.requeue(store, job_id)
    return _run_queue(store, job_id)


def retry(store: JobStore, job_id: str) -> Done:
    """Queue a job to be done again from the beginning."""
    actions.retry(store, job_id)
    return _run_queue(store, job_id)


def _run_queue(store: JobStore, job_id: str) -> Done:
    background.start(store, queue.jobs_at_once("auto"))
    return Done(order.PAUSED if order.is_paused(store) else f"queued {job_id}")


def export(store: JobStore, job_id: str, options: OutputOptions) -> Done:
    """Write a job's result as files."""
    return Done("\n".join(("wrote", *actions.export(store, job_id, options))))


def open_folder(store: JobStore, job_id: str) -> Done:
    """Show a job's folder in the file manager."""
    folder = store.folder(job_id)
    desktop.open_path(folder)
    return Done(f"opened {folder}")


def open_report(store: JobStore, job_id: str) -> Done:
    """Show the report in the browser; one that was not written yet is written to the job's folder."""
    job = store.load(job_id)
    written = [Path(path) for path in job.outputs if path.endswith(".html") and Path(path).exists()]
    if not written:
        options = OutputOptions(formats=("html",), output_dir=str(store.folder(job_id)), force=True)
        written = [Path(path) for path in actions.export(store, job_id, options)]
    desktop.open_path(written[0])
    return Done(f"opened {written[0]}")


def copy_summary(store: JobStore, job_id: str) -> Done:
    """Copy a job's summary as text."""
    job = store.load(job_id)
    result = results.load(job, store.folder(job_id))
    return Done("copied the summary", copied=text.summary(result))


BY_NAME: dict[str, Command] = {
    "cancel": cancel,
    "resume": resume,
    "retry": retry,
    "open": open_folder,
    "report": open_report,
    "copy_summary": copy_summary,
}
"""The commands that need no answer from the user first."""
