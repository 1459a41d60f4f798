"""`--notify`: notifications when a job has ended."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from svs.cli.errors import print_error
from svs.errors import Cancelled, Stopped, SvsError

if TYPE_CHECKING:
    from svs.model.job import Job
    from svs.store.jobs import JobStore


class Notices:
    """Sends the notifications that jobs have ended."""

    def __init__(self, addresses: Sequence[str] | None, *, content: bool = False) -> None:
        """Raise MissingError or UsageError, before any work is done."""
        from svs.jobs.notify import BELL, Notifier

        self._bell = BELL in (addresses or ())
        self._content = content
        others = [address for address in addresses or () if address != BELL]
        self._notifier = Notifier(others) if others else None

    @contextmanager
    def of(self, job: "Job", store: "JobStore") -> Iterator[None]:
        """Notify how the work inside has ended, after its result was shown or its error was printed."""
        began = time.monotonic()
        try:
            yield
        except SvsError as error:
            print_error(error)
            self.notify(job, store, _outcome(error), time.monotonic() - began)
            raise
        except Exception:
            self.notify(job, store, "failed", time.monotonic() - began)
            raise
        self.notify(job, store, "done", time.monotonic() - began)

    def notify(self, job: "Job", store: "JobStore", outcome: str, seconds: float) -> None:
        """Notify how a job has ended."""
        from svs.times import clock
        from svs.ui.output import name

        shown = name(job.source.name)
        body = f"{shown}: {outcome} after {clock(seconds)}"
        if self._notifier and self._content and outcome == "done":
            body += "\n\n" + _first_sentence(store, job.id)
        self.send(f"svs: {shown} {outcome}", body)

    def send(self, title: str, body: str) -> None:
        """Ring the bell, and send a message to every address; one that fails is a warning."""
        from svs.ui.output import visible

        if self._bell and sys.stderr.isatty():
            sys.stderr.write(f"\a\x1b]0;{title}\x1b\\")
            sys.stderr.flush()
        if self._notifier:
            with suppress(KeyboardInterrupt):  # the job has ended: Ctrl-C only stops this wait
                for place in self._notifier.send(title, body):
                    typer.echo(f"warning: the notification to {visible(place)} failed", err=True)


def _outcome(error: SvsError) -> str:
    if isinstance(error, Stopped):
        return "stopped"
    return "cancelled" if isinstance(error, Cancelled) else "failed"


def _first_sentence(store: "JobStore", job_id: str) -> str:
    from svs.store import results
    from svs.ui.output import visible

    summary = results.summary(store.folder(job_id))
    return visible(summary.sentences[0].text) if summary and summary.sentences else ""
