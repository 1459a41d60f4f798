"""`svs jobs show` and `svs jobs path`: one job."""

from typing import Annotated

import typer

from svs.cli.options import Id
from svs.cli.store import open_store
from svs.errors import UsageError
from svs.outputs.json import without_folders
from svs.store import results
from svs.system.codec import encode
from svs.ui.output import write
from svs.ui.result import facts_view, summary_view, transcript_view
from svs.ui.tables import job_details
from svs.ui.terminal import stdout


def show(
    job_id: Id,
    as_json: Annotated[bool, typer.Option("--json", help="Print the job and its result as JSON.")] = False,
    no_paths: Annotated[bool, typer.Option("--no-paths", help="Leave folders out of the JSON.")] = False,
    transcript: Annotated[bool, typer.Option("--transcript", help="Show the whole transcript.")] = False,
) -> None:
    """Show a job, and its summary if it is done."""
    store = open_store()
    job = store.load(store.resolve(job_id))
    state, folder = store.state(job), store.folder(job.id)
    result = results.load(job, folder) if state == "done" else None
    if as_json:
        record: object = {"job": job, "status": state, "progress": store.progress(job.id), "result": result}
        if no_paths or job.options.no_paths:
            record = without_folders(record, job, store.home)
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
        stdout().print("", facts_view(result), "", summary_view(result), sep="\n")


def path(job_id: Id) -> None:
    """Print the folder of a job."""
    store = open_store()
    write(f"{store.folder(store.resolve(job_id))}\n")
