"""The process that runs one job for a queue: `svs jobs run ID`. It ends when the queue's process ends."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from svs.jobs import launch
from svs.store.jobs import JobStore
from svs.system.files import store_errors

HELD = 75
"""Its exit code when another process runs the job: EX_TEMPFAIL of sysexits.h."""
_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


def start(store: JobStore, job_id: str) -> "subprocess.Popen[bytes]":
    """Start it; Linux ends it with the thread that does. What it prints goes into the job's folder."""
    log = store.folder(job_id) / launch.OUTPUT
    with store_errors("write", log):
        return launch.start(["jobs", "run", job_id], log, stdin=subprocess.PIPE)


def end_with_parent(clean_up: Callable[[], None]) -> None:
    """Have this process end when its parent has: on Linux at once, elsewhere by the end of the pipe to it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)

    def await_end() -> None:
        while os.read(0, 1):
            pass
        clean_up()
        os._exit(1)

    threading.Thread(target=await_end, daemon=True).start()
