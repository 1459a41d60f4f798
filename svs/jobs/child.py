"""The process that runs jobs for a queue: `svs jobs run ID`. It ends when the queue's process ends."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue

from svs.jobs import launch
from svs.store.jobs import JobStore
from svs.system.files import store_errors

HELD = 75
"""Its exit code when another process runs the job: EX_TEMPFAIL of sysexits.h."""
_DIE_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


def start(store: JobStore, job_id: str, *, more: bool = False) -> "subprocess.Popen[bytes]":
    """Start it; Linux ends it with the thread that does. What it prints goes into the job's folder.

    With `more` it waits for another job after each that is done, failed or cancelled: see `give`.
    """
    log = store.folder(job_id) / launch.OUTPUT
    arguments = ["jobs", "run", job_id, *(["--more"] if more else [])]
    with store_errors("write", log):
        return launch.start(arguments, log, stdin=subprocess.PIPE)


def give(process: "subprocess.Popen[bytes]", job_id: str) -> bool:
    """Have it run another job; return False if it cannot, as it has ended."""
    assert process.stdin  # noqa: S101 - it was started with a pipe
    with suppress(OSError):
        process.stdin.write(f"{job_id}\n".encode())
        return True
    return False


def end_with_parent(clean_up: Callable[[], None]) -> Iterator[str]:
    """Have this process end when its parent has: on Linux at once, elsewhere by the end of the pipe to it.

    Yields the jobs that the parent gives, and waits for them.
    """
    given = SimpleQueue[str]()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)

    def read() -> None:
        with open(0, "rb", buffering=0, closefd=False) as pipe:
            for line in pipe:
                given.put(line.decode("ascii").strip())
        clean_up()
        os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    return iter(given.get, "")
