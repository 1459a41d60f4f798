"""Options and arguments that several commands have."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from svs.cli import completion
from svs.ui.view import View

_summary = partial(typer.Option, rich_help_panel="Summary", show_envvar=False)
_files = partial(typer.Option, rich_help_panel="Files", show_envvar=False)
_jobs = partial(typer.Option, rich_help_panel="Jobs", show_envvar=False)
_messages = partial(typer.Option, rich_help_panel="Messages", show_envvar=False)
_some = partial(typer.Argument, autocompletion=completion.job_ids)

# Which jobs

Id = Annotated[str, _some(metavar="ID", help="A job's id, its unique beginning or end, or `last`.")]
Ids = Annotated[list[str], _some(metavar="ID...", help="Ids, unique beginnings or ends, or `last`.")]
AnyIds = Annotated[
    list[str] | None, _some(metavar="[ID...]", help="Ids, unique beginnings or ends, or `last`.")
]

# What is printed

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JsonEvents = Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")]
JsonResult = Annotated[bool, _summary("--json", envvar="SVS_JSON", help="Print the whole result as JSON.")]
NoPaths = Annotated[bool, _summary("--no-paths", help="Leave the recording's folder out of the JSON.")]
Progress = Annotated[
    View, _messages(metavar="VIEW", help="Progress on stderr: auto, rich, plain, json or none.")
]
Quiet = Annotated[bool, _messages("--quiet", "-q", help="Show only results, warnings and errors.")]
Verbose = Annotated[bool, _messages("--verbose", "-v", help="Show more details.")]

# Which files are written

SubtitleWidth = Annotated[
    int, _files(min=10, max=200, metavar="NUMBER", help="Characters in a line of subtitles.")
]
Embed = Annotated[
    Path | None,
    _files(
        metavar="FILE",
        help="Write a copy of the recording with chapters and a subtitle track: .mp4, .mkv, ...",
    ),
]
StripTags = Annotated[
    bool, _files("--strip-tags", help="Leave the recording's tags (places, names) out of the copy.")
]
Force = Annotated[bool, _files("--force", help="Overwrite existing files.")]

# What happens when a job has ended

Exec = Annotated[
    str,
    _jobs(
        "--exec",
        metavar="COMMAND",
        envvar="SVS_EXEC",
        help="Run this after each job that is done, with the paths of its files: 'mv {} /srv/notes/'. "
        "No shell is used.",
    ),
]
Notify = Annotated[
    list[str] | None,
    _jobs(
        "--notify",
        metavar="URL",
        envvar="SVS_NOTIFY",
        show_default=False,
        help="Notify when the job has ended: `bell`, or an Apprise URL. Repeatable. Other users of this "
        "machine can see the command line: keep secrets in the config file or in SVS_NOTIFY.",
    ),
]
NotifyContent = Annotated[
    bool,
    _jobs("--notify-content", envvar="SVS_NOTIFY_CONTENT", help="Include the summary's first sentence."),
]

# On which machines jobs run

Scheduler = Annotated[
    str,
    _jobs(
        "--cluster",
        metavar="ADDRESS",
        envvar="SVS_CLUSTER",
        help="Run the jobs on a Dask cluster with this scheduler, such as tls://node1:8786: see "
        "docs/cluster.md.",
    ),
]
Authority = Annotated[
    str,
    _jobs(
        "--cluster-ca",
        metavar="FILE",
        envvar="SVS_CLUSTER_CA",
        help="The certificate of the cluster's own authority, for tls://.",
    ),
]
Certificate = Annotated[
    str,
    _jobs(
        "--cluster-cert",
        metavar="FILE",
        envvar="SVS_CLUSTER_CERT",
        help="This machine's certificate, for tls://.",
    ),
]
Key = Annotated[
    str,
    _jobs("--cluster-key", metavar="FILE", envvar="SVS_CLUSTER_KEY", help="The key of that certificate."),
]
