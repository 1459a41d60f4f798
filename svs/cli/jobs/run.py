"""The commands of `svs jobs` that run jobs: resume, retry, and the one that a queue starts as a child."""

from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from svs.cli import batch, cluster
from svs.cli.errors import print_error
from svs.cli.finish import Finish
from svs.cli.notify import Notices
from svs.cli.options import (
    AnyIds,
    Authority,
    Certificate,
    Exec,
    JsonResult,
    Key,
    Notify,
    NotifyContent,
    Progress,
    Quiet,
    Scheduler,
    Verbose,
)
from svs.cli.running import run_job, stop_children
from svs.cli.store import for_each, open_store
from svs.errors import Cancelled, HeldError, SvsError, UsageError
from svs.jobs import actions, child, launch, queue
from svs.model.job import Job
from svs.store import results
from svs.store.jobs import JobStore
from svs.ui.view import View, wanted

if TYPE_CHECKING:
    from svs.jobs.scheduler import Address


def resume(
    job_ids: AnyIds = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Resume every interrupted or queued job.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", min=1, metavar="NUMBER", help="With --all: how many at a time, as for `summarize`."
        ),
    ] = None,
    progress: Progress = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    as_json: JsonResult = False,
    scheduler: Scheduler = "",
    cluster_ca: Authority = "",
    cluster_cert: Certificate = "",
    cluster_key: Key = "",
    command: Exec = "",
    notify: Notify = None,
    notify_content: NotifyContent = False,
) -> None:
    """Resume jobs that were stopped or failed, from where they stopped."""
    store, notices = open_store(), Notices(notify, content=notify_content)
    view = wanted(progress, quiet=quiet)
    finish = Finish(as_json=as_json, command=command, quiet=quiet or view == "json")
    if everything == bool(job_ids):
        raise UsageError("no job is given", "Give ids, or --all for every interrupted or queued job.")
    where = cluster.address(scheduler, cluster_ca, cluster_cert, cluster_key)
    chosen = [*dict.fromkeys(map(store.resolve, job_ids or ()))]
    if not everything and not where:
        _run_all(store, chosen, notices, view, finish, verbose=verbose)
    elif found := [_unended(store, job_id) for job_id in chosen] or _unfinished(store, where):
        batch.run(store, found, jobs or queue.jobs_at_once("auto"), view, notices, finish, where)
    else:
        typer.echo("No job is interrupted or queued.", err=True)


def _unended(store: JobStore, job_id: str) -> Job:
    job = store.load(job_id)
    return actions.requeue(store, job_id) if job.status in ("failed", "cancelled") else job


def _unfinished(store: JobStore, where: "Address | None") -> list[Job]:
    """Return the interrupted jobs and the queued ones, the oldest first.

    For a cluster also those that seem to run, which are waited for: their machine may be lost.
    """
    states = ("interrupted", "queued", *(("running",) if where else ()))
    return [job for job in store.unfinished() if store.state(job) in states]


def run(
    job_id: Annotated[str, typer.Argument(metavar="ID")],
    more: Annotated[
        bool, typer.Option("--more", help="Then run the jobs whose ids come on the standard input.")
    ] = False,
) -> None:
    """Run a job for a process that started this one, with which it ends. Ends well if it is done already.

    Exits with 75 when another process runs it.
    """
    given = child.end_with_parent(stop_children)
    store = open_store()
    if not more:
        _run_for_parent(store, job_id)
        return
    for next_id in chain([job_id], given):
        launch.print_to(store.folder(next_id) / launch.OUTPUT)
        try:
            _run_for_parent(store, next_id)
        except SvsError as error:
            if store.load(next_id).status not in ("failed", "cancelled"):
                raise
            print_error(error)


def _run_for_parent(store: JobStore, job_id: str) -> None:
    job = store.load(job_id)
    if job.status == "done":
        return
    if job.status == "cancelled":
        raise Cancelled(f"job {job_id} was cancelled", f"`svs jobs resume {job_id}` goes on with it.")
    try:
        run_job(job, store, "none")
    except HeldError as error:
        print_error(error)
        raise typer.Exit(child.HELD) from None
    except Cancelled:
        if store.load(job_id).status != "done":  # else another process has just done it
            raise


def retry(
    job_ids: AnyIds = None,
    failed: Annotated[bool, typer.Option("--failed", help="Retry every failed job.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, metavar="NUMBER", help="With --failed: how many at a time.")
    ] = None,
    progress: Progress = "auto",
    quiet: Quiet = False,
    verbose: Verbose = False,
    as_json: JsonResult = False,
    command: Exec = "",
    notify: Notify = None,
    notify_content: NotifyContent = False,
) -> None:
    """Start failed, cancelled or interrupted jobs again from the beginning, with the same options."""
    store, notices = open_store(), Notices(notify, content=notify_content)
    if failed == bool(job_ids):
        raise UsageError("no job is given", "Give ids, or --failed for every failed job.")
    view = wanted(progress, quiet=quiet)
    finish = Finish(as_json=as_json, command=command, quiet=quiet or view == "json")
    if failed:
        _retry_failed(store, jobs, view, notices, finish)
        return
    fresh = [actions.retry(store, store.resolve(reference)) for reference in job_ids or ()]
    _run_all(store, [job.id for job in fresh], notices, view, finish, verbose=verbose)


def _retry_failed(store: JobStore, at_once: int | None, view: View, notices: Notices, finish: Finish) -> None:
    """Retry the failed jobs, the oldest first; those that cannot be are printed, and stay as they are."""
    failed = [job.id for job in store.jobs() if isinstance(job, Job) and job.status == "failed"][::-1]
    chosen: list[Job] = []
    try:
        for_each(failed, lambda job_id: chosen.append(actions.retry(store, job_id)))
    finally:
        if chosen:
            batch.run(store, chosen, at_once or queue.jobs_at_once("auto"), view, notices, finish)
    if not failed:
        typer.echo("No job has failed.", err=True)


def _run_all(
    store: JobStore, job_ids: list[str], notices: Notices, view: View, finish: Finish, *, verbose: bool
) -> None:
    """Run jobs one after the other; a failure does not stop the others."""

    def run(job_id: str) -> None:
        job = store.load(job_id)
        if job.status == "done":
            typer.echo(f"job {job.id} is done already", err=True)
            finish.result(job, results.load(job, store.folder(job.id)))
            return
        with notices.of(job, store):
            result = run_job(job, store, view, verbose=verbose)
            done = store.load(job.id)
            finish.result(done, result)
            finish.hook(done)

    for_each(job_ids, run)
