"""Help in groups: options below the headings that their `rich_help_panel` names."""

from collections import defaultdict
from typing import Any

from typer import Context
from typer.core import TyperCommand

FORMATS = "md, txt, html, json, srt, vtt, tsv, edl, cmx.edl, csv, chapters.txt, chapters.vtt, ffmetadata"
"""The formats of results, for help: to import `svs.outputs` takes too long."""
_FIRST_COLUMN = 24


class Grouped(TyperCommand):
    """A command whose help has its options in groups, in the order in which they are declared."""

    def format_options(self, ctx: Context, formatter: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Write the arguments and the groups."""
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for param in self.get_params(ctx):
            group = "Arguments" if param.param_type_name == "argument" else "Options"
            if record := param.get_help_record(ctx):
                groups[getattr(param, "rich_help_panel", None) or group].append(record)
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records, col_max=_FIRST_COLUMN)
