"""`svs config`: your own defaults for `svs summarize`."""

import json
import textwrap
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperOption

from svs.cli.options import Json
from svs.cli.settings import options, read
from svs.errors import UsageError
from svs.jobs.notify import masked
from svs.system.codec import encode
from svs.system.files import store_errors, write_atomic
from svs.system.paths import config_file
from svs.ui.output import visible, write

_HEAD = """\
# Defaults for `svs summarize`. Options on the command line take precedence over SVS_* variables, and those
# over this file. Remove the # at the start of a line to set it. `svs config show` prints the settings in
# effect.
"""


def path() -> None:
    """Print the path of the config file, whether it exists or not."""
    write(f"{_file()}\n")


def _file() -> Path:
    if (file := config_file()) is None:
        raise UsageError("this user has no home folder for a config file", "Set SVS_CONFIG to a file.")
    return file


def init(ctx: typer.Context) -> None:
    """Write a config file that explains every setting and sets none. Never overwrites a file."""
    file = _file()
    text = _HEAD + "".join(_explained(name, param) for name, param in options(ctx).items())
    with store_errors("write", file):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            write_atomic(file, text.encode(), replace=False)
        except FileExistsError:
            raise UsageError(f"{file} already exists", "Edit it, or remove it first.") from None
    write(f"{file}\n")


def _explained(name: str, param: TyperOption) -> str:
    """Return the lines of the config file about a setting, with its default."""
    text = textwrap.fill(param.help or "", 100, initial_indent="# ", subsequent_indent="# ")
    default = param.default if isinstance(param.default, bool | int | str) else [] if param.multiple else ""
    return f"\n{text}\n# {name} = {json.dumps(default)}\n"


def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the settings in effect, and where each value comes from. Notification URLs are masked."""
    rows = _rows(ctx)
    if as_json:
        write(encode(rows, indent=2).decode())
        return
    for row in rows:
        write(visible(f"{row['name']:16} {row['source']:12} {_text(row['value'])}").rstrip() + "\n")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def _rows(ctx: typer.Context) -> list[dict[str, Any]]:
    """Return the name, value and source of each setting."""
    known = options(ctx)
    inner = typer.Context(ctx.command, info_name="summarize", auto_envvar_prefix="SVS", default_map=read(ctx))
    rows = []
    for name, param in known.items():
        value, source = param.consume_value(inner, {})
        value = param.type_cast_value(inner, value)
        if name == "notify":
            value = [masked(address) for address in value or ()]
        origin = {"ENVIRONMENT": "environment", "DEFAULT_MAP": "config"}.get(source.name, "default")
        rows.append({"name": name, "value": value, "source": origin})
    return rows
