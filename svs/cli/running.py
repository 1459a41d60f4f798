"""Running a job in the foreground: its views, and what Ctrl-C does."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psutil

from svs.errors import Stopped
from svs.events import Listener, ProgressEvent, ignore
from svs.model.job import Job
from svs.model.speech import Result
from svs.pipeline.run import run
from svs.store.jobs import JobStore
from svs.system.files import discard_parts
from svs.ui.plain import JsonProgress, PlainProgress
from svs.ui.terminal import chosen, stderr
from svs.ui.view import View


def run_job(job: Job, store: JobStore, view: View, *, verbose: bool = False) -> Result:
    """Run a job to its end, showing its progress on stderr. Raises what `pipeline.run` raises."""
    with showing(view, verbose=verbose) as report:
        stop = _Stop(job.id, store.folder(job.id), report)
        with listening(stop.on_signal):
            return _in_thread(lambda: run(job, store, report, stop))


@contextmanager
def showing(view: View, *, verbose: bool) -> Iterator[Listener]:
    """Yield the listener that shows progress in this view."""
    console = stderr()
    view = chosen(view, console)
    if view == "rich":
        from svs.ui.progress import RichProgress

        with RichProgress(console, verbose=verbose) as report:
            yield _tolerant(report)
    else:
        listeners: dict[str, Callable[[], Listener]] = {
            "plain": lambda: PlainProgress(sys.stderr, verbose=verbose),
            "json": lambda: JsonProgress(sys.stderr),
            "none": lambda: ignore,
        }
        yield _tolerant(listeners[view]())


def _tolerant(report: Listener) -> Listener:
    """Return a listener that ignores a closed terminal or pipe, so that the job continues."""

    def listen(event: ProgressEvent) -> None:
        with suppress(OSError):
            report(event)

    return listen


class _Stop:
    """Stops the job on signals: the first one at the next safe point, the second one at once."""

    def __init__(self, job_id: str, folder: Path, report: Listener) -> None:
        self._job_id, self._folder, self._report = job_id, folder, report
        self._signal: int | None = None

    def __call__(self) -> None:
        """Raise `Stopped` if there was a signal."""
        if self._signal is not None:
            raise Stopped(
                f"stopped; what is done so far is kept in job {self._job_id}",
                f"Continue it with `svs jobs resume {self._job_id}`.",
                exit_code=128 + self._signal,
            )

    def on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._signal is not None:
            stop_children()
            discard_parts(self._folder)
            if sys.stderr.isatty():
                os.write(2, b"\x1b[?25h\n")  # the bars have hidden the cursor
            with suppress(OSError):
                os.write(2, f"svs: stopped; `svs jobs resume {self._job_id}` continues it\n".encode())
            os._exit(128 + number)
        self._signal = number
        message = "stopping at the next safe point; press Ctrl-C again to stop at once"
        event = ProgressEvent(job_id=self._job_id, stage=None, kind="notice", message=message, at=time.time())
        self._report(event)


@contextmanager
def listening(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that end a program, except ignored ones: nohup ignores SIGHUP."""
    numbers = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
    handled = [n for n in numbers if signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in handled}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def stop_children() -> None:
    """Kill the processes that this one started."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.kill()


def _in_thread(work: Callable[[], Result]) -> Result:
    """Do the work in a thread, so that this one handles signals at once, even while a library is busy."""
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - raised on in the main thread
            failure.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    if failure:
        raise failure[0]
    return outcome[0]
