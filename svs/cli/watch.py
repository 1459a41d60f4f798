"""`svs watch`: summarizes what comes into a folder."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svs.cli.colour import set_colour
from svs.cli.notify import Notices
from svs.cli.summarize import summarize
from svs.errors import Stopped
from svs.model.job import Options, State
from svs.ui.view import View, wanted

if TYPE_CHECKING:
    from svs.cli.finish import Finish
    from svs.store.follow import Follower

_FOLDER = Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to watch.")]
_ONCE = Annotated[bool, typer.Option("--once", show_envvar=False, help="End after what is there now.")]
_LEFT_OUT = (
    "videos",
    "open_report",
    "copy",
    "embed",
    "strip_tags",
    "detach",
    "verbose",
    "scheduler",
    "cluster_ca",
    "cluster_cert",
    "cluster_key",
)
"""Parameters of `svs summarize` that are for one recording, or for recordings that are all there already."""


def watch(folder: Path, *, once: bool, **given: Any) -> None:  # noqa: ANN401 - the values of these parameters
    """Summarize the recordings in a folder, and those that come into it, each once it is complete.

    Complete means that its size and time stand still, and that no program writes it. The same content is
    summarized once, also under another name and after a restart. Ctrl-C ends it; the same command goes on.
    """
    from svs.cli import typed
    from svs.cli.finish import Finish
    from svs.jobs import watch_folder

    set_colour(given["color"])
    if given["debug"]:
        os.environ["SVS_DEBUG"] = "1"
    options = typed.options({"open_report": False, "embed": None, "strip_tags": False, **given})
    finish = Finish(as_json=given["as_json"], command=given["command"])
    finish.check(options, detach=False)
    place = Path(os.path.abspath(folder))  # noqa: PTH100 - without `..` in it
    watch_folder.check(place)
    notices = Notices(given["notify"], content=given["notify_content"])
    view = wanted(given["progress"], quiet=given["quiet"])
    find = partial(watch_folder.jobs, folder=place, recursive=given["recursive"], once=once)
    _run(find, options, given["jobs"], view, notices, finish)


def _run(
    find: Callable[..., Iterator[list[str]]],
    options: Options,
    at_once: int | None,
    view: View,
    notices: Notices,
    finish: "Finish",
) -> None:
    """Run the jobs that are found as long as some may come; print each summary when it is there."""
    from svs.cli import batch
    from svs.cli.store import open_store
    from svs.jobs import queue
    from svs.ui.output import visible

    store, signals, ended = open_store(), list[int](), Counter[State]()
    at_once = at_once or queue.jobs_at_once(options.device)
    found = find(
        store,
        options=batch.sharing(options, at_once),
        say=lambda line: typer.echo(visible(line), err=True),
    )

    def end(follower: "Follower") -> None:
        ended[follower.state] += 1
        if follower.state == "done":
            batch.print_result(store, follower.job.id, as_json=finish.as_json)
            finish.hook(follower.job)
        notices.notify(follower.job, store, follower.state, follower.job.metrics.wall)

    view = "plain" if view in ("auto", "rich") else view  # for bars, there is no end
    with batch.stopping(signals), batch.showing(view, [], end) as shown:
        queue.run(store, [], at_once, shown, lambda: bool(signals), lambda _: next(found, None))
    if signals:
        raise Stopped("stopped watching", "The same command goes on.", exit_code=128 + signals[0])
    if ended.total() > ended["done"]:
        raise typer.Exit(1)


def _parameters() -> list[Parameter]:
    """Return the parameters of the command: its own, and those of `svs summarize`."""
    shared = [p for p in signature(summarize).parameters.values() if p.name not in _LEFT_OUT]
    own = [
        Parameter("folder", Parameter.KEYWORD_ONLY, annotation=_FOLDER),
        Parameter("once", Parameter.KEYWORD_ONLY, default=False, annotation=_ONCE),
    ]
    return [*own, *(p.replace(kind=Parameter.KEYWORD_ONLY) for p in shared)]


watch.__signature__ = signature(watch).replace(parameters=_parameters())  # type: ignore[attr-defined]
