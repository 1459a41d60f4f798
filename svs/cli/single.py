"""`svs summarize` with one recording: its check, its run, and its start in the background."""

import os
from collections.abc import Mapping
from pathlib import Path

from svs.cli import batch
from svs.cli.finish import Finish
from svs.cli.notify import Notices
from svs.cli.running import run_job
from svs.cli.store import open_store
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.outputs import write as outputs
from svs.pipeline import plan
from svs.ui.view import View


def check(options: Options, video: Path) -> None:
    """Refuse what cannot work before a job is made."""
    source = Path(os.path.abspath(video))  # noqa: PTH100
    plan.check(source, options)
    outputs.check(source, options)


def summarize(
    video: Path, options: Options, view: View, notices: Notices, finish: Finish, *, verbose: bool
) -> None:
    """Run the job in this process, and show its result."""
    store = open_store()
    job = store.create(describe(video), options)
    with notices.of(job, store):
        result = run_job(job, store, view, verbose=verbose)
        done = store.load(job.id)
        finish.result(done, result)
        finish.hook(done)


def detach(video: Path, options: Options, at_once: int | None, environment: Mapping[str, str]) -> None:
    """Run the job in the background, and print its id."""
    batch.detach([video], options, at_once, environment)
