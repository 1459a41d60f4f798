"""Kill the process that runs a job, and no other."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from svs.errors import StoreError
from svs.model.job import Progress
from svs.system import locks

if TYPE_CHECKING:
    import psutil

_SAME = 1.0  # seconds within which two start times are of one process


def kill_holder(job_id: str, lock: Path, progress: Progress | None) -> None:
    """Kill the process that runs a job, if it holds the job's lock: a record alone proves nothing."""
    import psutil

    try:
        process = psutil.Process(progress.pid if progress else -1)
        family = [process, *process.children(recursive=True)]
        with _ending(process) as kill:
            same = progress and abs(process.create_time() - progress.process_started) < _SAME
            if not same or not locks.held_by(lock, process.pid):
                raise psutil.NoSuchProcess(process.pid)
            kill()
    except (psutil.Error, OSError, ValueError) as error:
        raise StoreError(
            f"cannot tell for certain which process runs job {job_id}; nothing was killed",
            "It is asked to stop: wait for its next step.",
        ) from error
    for child in family[1:]:
        with suppress(psutil.NoSuchProcess):  # they die with it, where the system allows that
            child.kill()
    psutil.wait_procs(family, timeout=10)


@contextmanager
def _ending(process: "psutil.Process") -> Iterator[Callable[[], None]]:
    """Give what kills this very process, even if another has taken its number meanwhile."""
    if sys.platform != "linux":
        yield process.kill  # which compares the times of their starts
        return
    handle = os.pidfd_open(process.pid)
    try:
        yield lambda: signal.pidfd_send_signal(handle, signal.SIGKILL)
    finally:
        os.close(handle)
