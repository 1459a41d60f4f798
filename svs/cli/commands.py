"""All commands: where each is, and its line in the help. A command's module is imported when it is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer import Context
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """A command."""

    place: str
    """Its module below `svs.cli`, and its function."""
    help: str
    """Its line in the list of commands; empty: it is not listed."""
    configured: bool = False
    """Its options take their defaults from the config file."""
    prefix: str | None = None
    """Its options are also read from variables that begin with this."""


@dataclass(frozen=True, slots=True)
class Group:
    """Commands under one name."""

    commands: Mapping[str, Entry]
    help: str


_JOBS = {
    "list": Entry("jobs.list:list_jobs", "List the jobs: those that run, then the newest."),
    "show": Entry("jobs.show:show", "Show a job, and its summary if it is done."),
    "path": Entry("jobs.show:path", "Print the folder of a job."),
    "export": Entry("jobs.export:export", "Write a finished job's result as files, in any format."),
    "speakers": Entry("jobs.speakers:speakers", "List a job's speakers, and name them."),
    "edit": Entry("jobs.edit:edit", "Correct a transcript in an editor, and summarize it again."),
    "search": Entry("jobs.search:search", "Search all transcripts and summaries."),
    "resume": Entry("jobs.run:resume", "Resume jobs from where they stopped.", configured=True),
    "retry": Entry("jobs.run:retry", "Start jobs again from the beginning.", configured=True),
    "queue": Entry("jobs.queue:queue", "List the queued jobs in their order, and change it."),
    "run": Entry("jobs.run:run", ""),
    "work": Entry("jobs.queue:work", ""),
    "cancel": Entry("jobs.cancel:cancel", "Cancel jobs. Their work so far is kept."),
    "watch": Entry("jobs.watch:watch", "Watch jobs live until they have ended."),
    "attach": Entry("jobs.watch:attach", "Show a job as if it had been started here."),
    "wait": Entry("jobs.watch:wait", "Wait silently until jobs have ended."),
    "logs": Entry("jobs.watch:logs", "Show what happened to a job, and when."),
    "stats": Entry("jobs.stats:stats", "Show each engine's speed and coverage."),
    "rm": Entry("jobs.remove:rm", "Remove jobs with everything that svs stores about them."),
    "prune": Entry("jobs.remove:prune", "Remove old jobs, and print their ids."),
}
_MODELS = {
    "list": Entry("models:list_models", "List the known models and the installed ones."),
    "download": Entry("models:download", "Download a model; an interrupted download is continued."),
    "use": Entry("models:use", "Choose the model that is taken where --model names none."),
    "add": Entry("models:add", "Install a model from a folder, on a machine without a network."),
    "rm": Entry("models:remove", "Delete a model, or an interrupted download."),
    "path": Entry("models:print_path", "Print the folder of all models, or of one model."),
}
_CONFIG = {
    "path": Entry("config:path", "Print the path of the config file."),
    "init": Entry("config:init", "Write a config file that explains every setting."),
    "show": Entry("config:show", "Show the settings in effect, and where each comes from."),
}
ROOT: dict[str, Entry | Group] = {
    "summarize": Entry(
        "summarize:summarize",
        "Summarize a video or an audio recording.",
        configured=True,
        prefix="SVS",
    ),
    "watch": Entry("watch:watch", "Summarize what comes into a folder.", configured=True, prefix="SVS"),
    "jobs": Group(_JOBS, "List, show, resume, export and remove jobs."),
    "dashboard": Entry("dashboard:dashboard", "Watch and manage all jobs on one screen."),
    "models": Group(_MODELS, "List, download, add and remove Whisper models."),
    "make-test-video": Entry("testvideo:make_test_video", "Make a test video of a short talk."),
    "config": Group(_CONFIG, "Show and set your own defaults for `svs summarize`."),
    "doctor": Entry("doctor:doctor", "Check that svs has everything it needs."),
}


class Commands(TyperGroup):
    """A group of commands that imports the one that is used, and no other."""

    def __init__(self, table: Mapping[str, Entry | Group] = ROOT, **attributes: Any) -> None:  # noqa: ANN401
        """Take the table of the commands; what else a group of Typer has."""
        super().__init__(**attributes)
        self._table = table
        self.commands = dict.fromkeys(table)  # type: ignore[assignment]  # Typer uses the names alone

    def get_command(self, ctx: Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]  # noqa: ARG002
        """Return a command; None if there is no such command."""
        match self._table.get(cmd_name):
            case Entry() as entry:
                return _command(cmd_name, entry)
            case Group(commands, text):
                return Commands(
                    commands, name=cmd_name, help=text, no_args_is_help=True, rich_markup_mode=None
                )
            case None:
                return None

    def format_commands(self, ctx: Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401, ARG002
        """Write the list of the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self._table.items() if entry.help])


def _command(name: str, entry: Entry) -> TyperCommand:
    """Import a command."""
    from svs.cli.settings import Configured

    module, _, function = entry.place.partition(":")
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(
        name,
        cls=Configured if entry.configured else TyperCommand,
        hidden=not entry.help,
        context_settings={"auto_envvar_prefix": entry.prefix} if entry.prefix else None,
    )(getattr(import_module(f"svs.cli.{module}"), function))
    return typer.main.get_command(app)  # type: ignore[return-value]
