"""Kill the process that runs a job, and no other process."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from svs.errors import StoreError
from svs.model.job import Progress
from svs.store import lease
from svs.system import locks

if TYPE_CHECKING:
    import psutil

_TOLERANCE = 1.0  # seconds by which two measured start times of a process may differ


def kill_holder(job_id: str, lock: Path, progress: Progress | None) -> None:
    """Kill the process that runs a job, if it holds the job's lock: the record alone is no proof."""
    import psutil

    holder = lease.holder(lock.parent)
    if holder and not holder.here:
        raise StoreError(
            f"job {job_id} runs on {holder.host}; nothing was killed",
            "It was asked to stop, and will at its next step; it can be killed on that machine alone.",
        )
    try:
        process = psutil.Process(progress.pid if progress else -1)
        family = [process, *process.children(recursive=True)]
        with _ending(process) as kill:
            same = progress and abs(process.create_time() - progress.process_started) < _TOLERANCE
            if not same or not locks.held_by(lock, process.pid):
                raise psutil.NoSuchProcess(process.pid)
            kill()
    except (psutil.Error, OSError, ValueError) as error:
        raise StoreError(
            f"cannot determine which process runs job {job_id}; nothing was killed",
            "The job was asked to stop, and will at its next step.",
        ) from error
    for child in family[1:]:
        with suppress(psutil.NoSuchProcess):  # on Linux they end with their parent
            child.kill()
    psutil.wait_procs(family, timeout=10)


@contextmanager
def _ending(process: "psutil.Process") -> Iterator[Callable[[], None]]:
    """Yield a function that kills this process, but not another one that reuses its pid."""
    if sys.platform != "linux":
        yield process.kill  # psutil compares the start times
        return
    handle = os.pidfd_open(process.pid)
    try:
        yield lambda: signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)
