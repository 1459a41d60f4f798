"""What the keys do to a job: the same as the commands of `svs jobs`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from svs.errors import MissingError, StoreError, UsageError
from svs.jobs import actions, launch
from svs.outputs import write
from svs.store import results
from svs.store.index import Condition
from svs.store.jobs import JobStore
from svs.system.files import store_errors

if TYPE_CHECKING:
    from subprocess import Popen

FITTING: dict[str, tuple[Condition, ...]] = {
    "cancel": ("queued", "running"),
    "resume": ("queued", "failed", "cancelled", "interrupted"),
    "retry": ("failed", "cancelled", "interrupted"),
    "export": ("done",),
}
"""In which states a job can be cancelled, and so on."""

OUTPUT = "output.log"
"""The file in a job's folder that takes what a resumed svs says."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    told: str
    """A sentence for the user."""
    process: "Popen[bytes] | None" = None
    """What was started for it."""


Verb = Callable[[JobStore, str], Done]
"""Does something to the job with an id. Raises SvsError."""


@dataclass(frozen=True, slots=True)
class Files:
    """Which files to write of a result."""

    formats: tuple[str, ...]
    folder: str
    force: bool
    """Replace files that are there already."""


def cancel(store: JobStore, job_id: str) -> Done:
    """Have a job stop for good."""
    ended = actions.cancel(store, job_id)
    return Done(f"cancelled {job_id}" if ended else f"asked {job_id} to stop")


def remove(store: JobStore, job_id: str) -> Done:
    """Remove a job with everything that svs keeps of it."""
    actions.remove(store, job_id)
    store.forget_removed()
    return Done(f"removed {job_id}")


def resume(store: JobStore, job_id: str) -> Done:
    """Go on with a job, in a process of its own that outlives the dashboard."""
    state = store.state(store.load(job_id))
    if state not in FITTING["resume"]:
        raise UsageError(f"job {job_id} is {state}", "Only a job that was stopped or failed is resumed.")
    log = store.folder(job_id) / OUTPUT
    with store_errors("write", log):
        process = launch.start(["jobs", "resume", job_id, "--progress", "none"], log)
    return Done(f"going on with {job_id}", process)


def retry(store: JobStore, job_id: str) -> Done:
    """Start a job anew, in a process of its own that outlives the dashboard."""
    actions.start_anew(store, job_id)
    return resume(store, job_id)


def complaint(store: JobStore, job_id: str) -> str:
    """Return the last lines that a resumed svs has written, which say why it failed."""
    try:
        text = (store.folder(job_id) / OUTPUT).read_text("utf-8", "replace")
    except OSError:
        text = ""
    return "\n".join(text.splitlines()[-2:]) or f"job {job_id} could not be resumed"


def export(store: JobStore, job_id: str, files: Files) -> Done:
    """Write a job's result as files."""
    job = store.load(job_id)
    if job.status != "done":
        raise UsageError(f"job {job_id} is {store.state(job)}: it has no result", "Wait until it is done.")
    result = results.load(job, store.folder(job_id))
    folder = str(Path(files.folder).expanduser().absolute())
    targets = write.targets(job.source.path, files.formats, folder, force=files.force)
    return Done("\n".join(("wrote", *write.write_files(result, targets, force=files.force))))


def open_folder(store: JobStore, job_id: str) -> Done:
    """Show a job's folder in the file manager."""
    folder = store.folder(job_id)
    try:
        return Done(f"opening {folder}", launch.show_folder(folder))
    except FileNotFoundError as error:
        raise MissingError("there is no file manager to open it with", f"The folder is {folder}") from error
    except OSError as error:
        raise StoreError(f"cannot open {folder}: {error.strerror}") from error
