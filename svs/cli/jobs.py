"""`svs jobs`: what ran, what runs, what was interrupted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from svs.errors import SvsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from svs.model import Job, Progress
    from svs.store import Damaged, JobStore, State

app = typer.Typer(
    help="List, show, resume, export and remove jobs.", no_args_is_help=True, rich_markup_mode=None
)

Id = Annotated[str, typer.Argument(metavar="ID", help="A job's id, a unique part of it, or `last`.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, unique parts of them, or `last`.")]
Filter = Literal["queued", "running", "done", "failed", "cancelled", "interrupted", "damaged"]
View = Literal["auto", "rich", "plain", "json", "none"]


def _store() -> "JobStore":
    from svs.paths import jobs_home
    from svs.store import JobStore

    return JobStore(jobs_home())


@app.command("list")
def list_jobs(
    number: Annotated[int, typer.Option("-n", min=1, help="How many to show.")] = 20,
    status: Annotated[Filter | None, typer.Option(help="Only those in this state.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the jobs, newest first."""
    from itertools import islice

    from svs.ui.terminal import stdout, write

    found = _jobs(_store(), status)
    jobs = list(found if everything else islice(found, number))
    if as_json:
        from svs.records import encode

        write(encode([_summary(*job) for job in jobs], indent=2).decode())
    elif jobs:
        from svs.ui.tables import jobs_table

        stdout().print(jobs_table(jobs))
    else:
        typer.echo("No jobs yet: `svs summarize VIDEO` makes one." if status is None else "None.", err=True)


def _jobs(
    store: "JobStore", status: Filter | None
) -> "Iterator[tuple[Job | Damaged, State | None, Progress | None]]":
    """Yield the jobs in a state, newest first; records are read as they are asked for."""
    from svs.store import Damaged

    for job_id in store.ids():
        job = store.read(job_id)
        state = None if isinstance(job, Damaged) else store.state(job)
        if status in (None, state or "damaged"):
            ended = state in (None, "done", "queued")
            yield job, state, None if ended else store.progress(job_id)


def _summary(job: "Job | Damaged", state: "State | None", progress: "Progress | None") -> dict[str, object]:
    """Return what a script may want to know of a job in a list."""
    from svs.store import Damaged

    if isinstance(job, Damaged):
        return {"id": job.id, "status": "damaged", "folder": str(job.folder), "problem": job.problem}
    return {
        "id": job.id,
        "status": state,
        "source": job.source.path,
        "created": job.created,
        "finished": job.finished,
        "duration": job.duration,
        "engine": job.plan.engine if job.plan else None,
        "progress": 100.0 if state == "done" else progress.overall if progress else 0.0,
        "error": job.error.message if job.error else None,
    }


@app.command()
def show(
    job_id: Id,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job and its result as JSON.")] = False,
    transcript: Annotated[bool, typer.Option("--transcript", help="Show the whole transcript.")] = False,
) -> None:
    """Show a job, and its summary if it is done."""
    from svs import results
    from svs.ui import tables
    from svs.ui.terminal import stdout, write

    store = _store()
    job = store.load(store.resolve(job_id))
    state, folder = store.state(job), store.folder(job.id)
    result = results.load(job, folder) if state == "done" else None
    if as_json:
        from svs.records import encode

        record = {"job": job, "status": state, "progress": store.progress(job.id), "result": result}
        write(encode(record, indent=2).decode())
        return
    if transcript:
        if result is None:
            raise UsageError(f"job {job.id} is {state}: it has no whole transcript", "See `svs jobs list`.")
        stdout().print(tables.transcript_view(result))
        return
    stdout().print(tables.job_details(job, state, str(folder), store.progress(job.id)))
    if result is not None:
        stdout().print("", tables.result_view(result), sep="\n")


@app.command()
def path(job_id: Id) -> None:
    """Print the folder of a job."""
    from svs.ui.terminal import write

    store = _store()
    write(f"{store.folder(store.resolve(job_id))}\n")


@app.command()
def rm(job_ids: Ids) -> None:
    """Remove jobs with everything that svs keeps of them; files written for you stay."""
    store = _store()
    failed: list[SvsError] = []
    for reference in job_ids:
        try:
            job_id = store.resolve(reference)
            store.remove(job_id)
            typer.echo(f"removed {job_id}", err=True)
        except SvsError as error:
            failed.append(error)
            typer.echo(f"svs: {error.message}", err=True)
    if failed:
        raise typer.Exit(failed[0].exit_code)


@app.command()
def export(
    job_id: Id,
    formats: Annotated[str, typer.Option("--format", "-f", help="md,txt,json,srt,vtt,tsv")] = "md",
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
) -> None:
    """Write a finished job's result as files, in any format, without doing anything again."""
    from svs import results
    from svs.cli.summarize import split_formats
    from svs.ui.terminal import write

    store = _store()
    job = store.load(store.resolve(job_id))
    result = results.load(job, store.folder(job.id))
    files = results.targets(job.source.path, split_formats(formats), str(output), force=force)
    for file in results.write_files(result, files, force=force):
        write(f"{file}\n")


@app.command()
def resume(
    job_id: Id,
    progress: Annotated[View, typer.Option(help="How progress is shown on stderr.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")] = False,
) -> None:
    """Go on with a job that was stopped, or that failed, from where it was."""
    from svs.cli.running import run_job
    from svs.cli.summarize import show as show_result

    store = _store()
    job = store.load(store.resolve(job_id))
    if job.status == "done":
        raise UsageError(f"job {job.id} is done", f"`svs jobs show {job.id}` shows its summary.")
    show_result(run_job(job, store, progress), as_json=as_json)
