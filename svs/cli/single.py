"""`svs summarize` with one recording: its check, its run, and its start in the background."""

import os
from collections.abc import Mapping
from pathlib import Path

from svs.cli.finish import Finish
from svs.cli.notify import Notices
from svs.cli.running import run_job
from svs.cli.store import open_store
from svs.errors import UsageError
from svs.jobs import actions
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.outputs import write as outputs
from svs.pipeline import plan
from svs.ui.output import write
from svs.ui.view import View


def check(options: Options, video: Path) -> None:
    """Refuse what cannot work before a job is made."""
    if options.embed:
        outputs.check(video, options)
    plan.check(Path(os.path.abspath(video)), options)  # noqa: PTH100


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


def detach(video: Path, options: Options, finish: Finish, environment: Mapping[str, str]) -> None:
    """Run the job in the background, and print its id."""
    if finish.open_report or finish.copy:
        raise UsageError(
            "--open and --copy need the result, and --detach does not wait for it", "Leave out one."
        )
    job = actions.start_detached(open_store(), video, options, environment)
    write(f"{job.id}\n")
