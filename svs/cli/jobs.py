"""`svs jobs`: list, show, export, cancel and remove jobs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from svs.cli import completion, parsers
from svs.cli.help import FORMATS
from svs.cli.store import Id, Ids, for_each, open_store
from svs.errors import SvsError, UsageError
from svs.model.job import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from svs.model.job import Job, Progress
    from svs.store.jobs import JobStore
    from svs.store.records import Damaged

app = typer.Typer(
    help="List, show, resume, export and remove jobs.", no_args_is_help=True, rich_markup_mode=None
)

Ended = Literal["done", "failed", "cancelled", "interrupted"]


@app.command("list")
def list_jobs(
    number: Annotated[int, typer.Option("-n", min=1, metavar="NUMBER", help="How many jobs to show.")] = 20,
    status: Annotated[
        State | None,
        typer.Option(metavar="STATUS", help=f"Only jobs with this status: {', '.join(get_args(State))}."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all jobs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ids: Annotated[bool, typer.Option("--ids", help="Print the ids alone.")] = False,
) -> None:
    """List the jobs, newest first."""
    import sys
    from itertools import islice

    from svs.ui.output import write

    found = _jobs(open_store(), status)
    jobs = list(found if everything else islice(found, number))
    if ids:
        write("".join(f"{job.id}\n" for job, _, _ in jobs))
    elif as_json:
        from svs.system.codec import encode

        write(encode([_summary(*job) for job in jobs], indent=2).decode())
    elif not jobs:
        none = "No jobs yet: run `svs summarize VIDEO`." if status is None else f"No {status} jobs."
        typer.echo(none, err=True)
    elif sys.stdout.isatty():
        from svs.ui.tables import jobs_table
        from svs.ui.terminal import stdout

        stdout().print(jobs_table(jobs, stdout().width))
    else:
        from svs.ui import listing

        write(listing.text(jobs))


def _jobs(
    store: "JobStore", status: State | None
) -> "Iterator[tuple[Job | Damaged, State, Progress | None]]":
    """Yield the jobs in a state, newest first; each record is read only when it is needed."""
    for job in store.jobs():
        state = store.state(job)
        if status in (None, state):
            begun = state not in ("damaged", "done", "queued")
            progress = store.progress(job.id) if begun else None
            if progress or not begun or store.folder(job.id).exists():  # else it has been removed since
                yield job, state, progress


def _summary(job: "Job | Damaged", state: State, progress: "Progress | None") -> dict[str, object]:
    """Return a job's entry in the list as JSON."""
    from svs.model.job import percent
    from svs.store.records import Damaged

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
        "progress": percent(state, progress),
        "error": job.error.message if job.error else None,
    }


@app.command()
def stats(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show each engine's speed and coverage, and how accurate the time left was."""
    from svs.progress import stats as found
    from svs.store.records import Damaged
    from svs.ui.output import write
    from svs.ui.tables import stats_table
    from svs.ui.terminal import stdout

    rows = found.rows(job for job in open_store().jobs() if not isinstance(job, Damaged))
    if as_json:
        from svs.system.codec import encode

        write(encode(rows, indent=2).decode())
    elif rows:
        stdout().print(stats_table(rows))
    else:
        typer.echo("No jobs yet: run `svs summarize VIDEO`.", err=True)


@app.command()
def show(
    job_id: Id,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job and its result as JSON.")] = False,
    no_paths: Annotated[bool, typer.Option("--no-paths", help="Leave folders out of the JSON.")] = False,
    transcript: Annotated[bool, typer.Option("--transcript", help="Show the whole transcript.")] = False,
) -> None:
    """Show a job, and its summary if it is done."""
    from svs.store import results
    from svs.ui.output import write
    from svs.ui.result import summary_view, transcript_view
    from svs.ui.tables import job_details
    from svs.ui.terminal import stdout

    store = open_store()
    job = store.load(store.resolve(job_id))
    state, folder = store.state(job), store.folder(job.id)
    result = results.load(job, folder) if state == "done" else None
    if as_json:
        from svs.outputs.json import without_folders
        from svs.system.codec import encode

        record: object = {"job": job, "status": state, "progress": store.progress(job.id), "result": result}
        if no_paths or job.options.no_paths:
            record = without_folders(record, job, store.root.parent)
        write(encode(record, indent=2).decode())
        return
    if transcript:
        if result is None:
            raise UsageError(
                f"job {job.id} has no complete transcript: its status is {state}", "See `svs jobs list`."
            )
        stdout().print(transcript_view(result))
        return
    stdout().print(job_details(job, state, str(folder), store.progress(job.id)))
    if result is not None:
        stdout().print("", summary_view(result), sep="\n")


@app.command()
def path(job_id: Id) -> None:
    """Print the folder of a job."""
    from svs.ui.output import write

    store = open_store()
    write(f"{store.folder(store.resolve(job_id))}\n")


@app.command()
def rm(job_ids: Ids) -> None:
    """Remove jobs with everything that svs stores about them. Exported files are kept."""
    from svs.jobs import actions
    from svs.store import reuse

    store = open_store()

    def remove(reference: str) -> None:
        job_id = store.resolve(reference)
        actions.remove(store, job_id)
        typer.echo(f"removed {job_id}", err=True)

    try:
        for_each(job_ids, remove)
    finally:
        reuse.forget_removed(store)


@app.command()
def export(
    job_id: Id,
    formats: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMATS",
            help=f"One or several; default: md. {FORMATS}.",
            autocompletion=completion.formats,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="The folder to write to, or a template, as for `summarize`.",
        ),
    ] = Path(),
    subtitle_width: Annotated[
        int, typer.Option(min=10, max=200, metavar="NUMBER", help="Characters in a line of subtitles.")
    ] = 42,
    embed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a copy of the recording with chapters and a subtitle track: .mp4, .mkv, ...",
        ),
    ] = None,
    strip_tags: Annotated[
        bool,
        typer.Option("--strip-tags", help="Leave the recording's tags (places, names) out of the copy."),
    ] = False,
    no_paths: Annotated[
        bool, typer.Option("--no-paths", help="Leave the recording's folder out of the JSON.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Write a finished job's result as files, in any format, without running anything again."""
    from svs.jobs import actions
    from svs.model.job import OutputOptions
    from svs.ui.output import write

    store = open_store()
    names = parsers.formats("md" if formats is None and embed is None else formats or "")
    if not names and embed is None:
        raise UsageError("no format is given", "Give one or more, such as -f md,srt.")
    folder, template = parsers.output(output)
    options = OutputOptions(
        formats=names,
        output_dir=folder,
        output_template=template,
        subtitle_width=subtitle_width,
        embed=str(embed) if embed else None,
        strip_tags=strip_tags,
        no_paths=no_paths,
        force=force,
    )
    for file in actions.export(store, store.resolve(job_id), options):
        write(f"{file}\n")


@app.command()
def cancel(
    job_ids: Ids,
    at_once: Annotated[
        bool, typer.Option("--now", help="Kill the process instead of asking it to stop.")
    ] = False,
) -> None:
    """Cancel jobs. Their work so far is kept, and they can be resumed."""
    from svs.jobs import actions

    store = open_store()

    def stop(reference: str) -> None:
        job_id = store.resolve(reference)
        ended = actions.cancel(store, job_id, at_once=at_once)
        typer.echo(f"{'cancelled' if ended else 'asked to stop:'} {job_id}", err=True)

    for_each(job_ids, stop)


@app.command()
def prune(
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Only jobs older than this: 30d, 12h or 2w.")
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, metavar="NUMBER", help="Keep this many of the newest jobs, however old.")
    ] = 0,
    status: Annotated[
        Ended | None,
        typer.Option(metavar="STATUS", help=f"Only jobs with this status: {', '.join(get_args(Ended))}."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the ids.")] = False,
) -> None:
    """Remove old jobs, and print their ids. A running job is never touched."""
    from svs.jobs import actions
    from svs.store import reuse
    from svs.ui.output import write

    if older_than is None and not keep and status is None:
        raise UsageError("this would remove every job", "Give --older-than, --keep or --status.")
    store = open_store()

    def remove(job_id: str) -> None:
        try:
            if not dry_run:
                actions.remove(store, job_id)
        except SvsError:
            if store.folder(job_id).exists():
                raise
        else:  # not when another process was faster
            write(f"{job_id}\n")

    rule = actions.PruneRule(older_than=parsers.age(older_than), keep=keep, status=status)
    try:
        for_each(list(actions.jobs_to_prune(store, rule)), remove)
    finally:
        reuse.forget_removed(store)
