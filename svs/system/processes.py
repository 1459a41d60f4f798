"""Whether the process that runs a job still works."""

import time
from contextlib import suppress

from svs.model.job import Progress

_TOLERANCE = 1.0  # seconds by which two measured start times of a process may differ
_SILENT = 300.0  # seconds without any progress; a large model on a slow disk takes less to be loaded


def is_stalled(progress: Progress | None) -> bool:
    """Return whether a job's process was stopped, or reports nothing for long, as on a disk that hangs."""
    import psutil

    if progress is None:
        return False
    with suppress(psutil.Error):
        process = psutil.Process(progress.pid)  # or another one, if the job runs on another machine
        same = abs(process.create_time() - progress.process_started) < _TOLERANCE
        if same and process.status() == psutil.STATUS_STOPPED:
            return True
    return time.time() - progress.at > _SILENT
