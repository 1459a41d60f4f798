"""`svs jobs export`: a finished job's result as files."""

from pathlib import Path
from typing import Annotated

import typer

from svs.cli import completion, parsers
from svs.cli.help import FORMATS
from svs.cli.options import Embed, Force, Id, NoPaths, StripTags, SubtitleWidth
from svs.cli.store import open_store
from svs.errors import UsageError
from svs.jobs import actions
from svs.model.job import OutputOptions
from svs.system import desktop
from svs.ui.output import write


def export(
    job_id: Id,
    formats: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMATS",
            help=f"Formats, separated by commas (default: md): {FORMATS}.",
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
    subtitle_width: SubtitleWidth = 42,
    embed: Embed = None,
    strip_tags: StripTags = False,
    no_paths: NoPaths = False,
    open_report: Annotated[
        bool, typer.Option("--open", help="Write the report (html), and open it.")
    ] = False,
    force: Force = False,
) -> None:
    """Write a finished job's result as files, in any format, without running anything again."""
    store = open_store()
    default = "html" if open_report else "md" if embed is None else ""
    names = parsers.formats(default if formats is None else f"{formats},html" if open_report else formats)
    if not names and embed is None:
        raise UsageError("no format is given", "Give one or more, such as -f md,srt.")
    folder, template = parsers.output(output, names)
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
        if open_report and file.endswith(".html"):
            desktop.open_path(Path(file))
