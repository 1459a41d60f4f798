"""`svs jobs speakers`: who speaks, and what they are called."""

from typing import Annotated

import typer

from svs.cli.options import Id, Json
from svs.cli.store import open_store
from svs.jobs import speakers as naming
from svs.model.speech import Result
from svs.outputs.shared import speakers as known
from svs.store.speakers import parse, quotes
from svs.system.codec import encode
from svs.ui.output import write
from svs.ui.speakers import speakers_view
from svs.ui.terminal import stdout


def speakers(
    job_id: Id,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WHO=NAME...]", help="1=Anna names a speaker, 3=1 makes two of them one."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="First forget all names given here before.")] = False,
    as_json: Json = False,
) -> None:
    """List a job's speakers with their time and three quotes, and name them.

    The names are kept beside the transcript, which stays as it is. All outputs made from now on have them.
    """
    store = open_store()
    chosen, renamings = store.resolve(job_id), list(map(parse, names or ()))
    if undo:
        naming.undo(store, chosen)
    if renamings:
        naming.name(store, chosen, renamings)
    _show(naming.load(store, chosen), as_json=as_json)


def _show(result: Result, *, as_json: bool) -> None:
    found = known(result)
    if as_json:
        said = quotes(result)
        listed = [{"speaker": who, "quotes": said[who.name]} for who in found]
        write(encode(listed, indent=2).decode())
    elif found:
        stdout().print(speakers_view(result))
    else:
        typer.echo(f"Fewer than two speakers are known in job {result.job_id}.", err=True)
