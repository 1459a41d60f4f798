"""`svs summarize --detach`: a job that goes on when this terminal is closed."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from svs.errors import SvsError
from svs.model.job import Options

if TYPE_CHECKING:
    from subprocess import Popen

    from svs.store.jobs import JobStore

OUTPUT = "output.log"
"""What the process says, in the job's folder."""
_PAUSE = 0.05  # seconds


def start_detached(video: Path, options: Options, addresses: Sequence[str], *, content: bool) -> None:
    """Start a job in a session of its own, and print its id. Raises what is wrong before it begins."""
    from svs.jobs import launch
    from svs.media.fingerprint import describe
    from svs.media.input_check import check_file
    from svs.outputs import write as delivery
    from svs.store.jobs import JobStore
    from svs.system.files import store_errors
    from svs.system.paths import jobs_home
    from svs.ui.output import write

    check_file(video, options.max_size)
    delivery.targets(str(video), options.formats, options.output_dir, force=options.force)
    store = JobStore(jobs_home())
    job = store.create(describe(video), options)
    log = store.folder(job.id) / OUTPUT
    environment = {"SVS_NOTIFY": " ".join(addresses), "SVS_NOTIFY_CONTENT": str(int(content))}
    with store_errors("write", log):
        process = launch.start(["jobs", "resume", job.id, "--progress", "plain"], log, environment)
    _await(process, store, job.id, log)
    write(f"{job.id}\n")


def _await(process: "Popen[bytes]", store: "JobStore", job_id: str, log: Path) -> None:
    """Return when the job has begun: from then on others see it run, and its record keeps its errors."""
    while store.load(job_id).status == "queued":
        if process.poll() is not None and store.load(job_id).status == "queued":
            raise SvsError(f"job {job_id} could not be started in the background", f"See {log}.")
        time.sleep(_PAUSE)
