"""Where an option's value comes from: the command line, `SVS_*`, the config file, or its default."""

import os
import re
import stat
from pathlib import Path
from typing import Any

from typer import BadParameter, Context
from typer.core import TyperOption

from svs.cli.help import Grouped
from svs.errors import UsageError
from svs.system.paths import config_file, unsafe

_LARGEST = 1_000_000  # bytes
_NEVER = ("help",)


class Configured(Grouped):
    """A command whose options take their defaults from the config file."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the config file before the command line. Raises UsageError."""
        if not ctx.resilient_parsing:  # the shell only asks for completions
            ctx.default_map = read(ctx)
        rest = super().parse_args(ctx, args)
        os.environ.pop("SVS_NOTIFY", None)  # it holds secrets, and no child needs it
        return rest


def options(ctx: Context) -> dict[str, TyperOption]:
    """Return the settings: the options of `svs summarize`, by their names without the dashes."""
    summarize = ctx.find_root().command.get_command(ctx, "summarize")  # type: ignore[attr-defined]
    found = (param for param in summarize.params if isinstance(param, TyperOption))
    named = {_name(param): param for param in found}
    return {name: param for name, param in named.items() if name not in _NEVER}


def _name(param: TyperOption) -> str:
    return next(opt for opt in param.opts if opt.startswith("--"))[2:]


def read(ctx: Context) -> dict[str, Any]:
    """Return the config file's values, by the names of the parameters; empty if there is no file.

    Raises UsageError with the file, the line and the key, but never a value, which may be a secret.
    """
    path = config_file()
    if path is None:
        return {}
    try:
        handle = path.open("rb")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "Check its permissions.") from error
    with handle as file:
        info = os.fstat(file.fileno())
        text = file.read(_LARGEST).decode("utf-8", "replace")
    if stat.S_ISREG(info.st_mode) and (problem := unsafe(info)):
        raise UsageError(f"{path} {problem}", f"Make it yours, and run `chmod 600 {path}`.")
    values = _parse(text, path)
    known = options(ctx)
    found = {}
    for key, value in values.items():
        where = f"{path}{_line(text, key)}"
        if key not in known:
            raise UsageError(f"{where}: there is no setting {key!r}", "`svs config show` lists them.")
        found[known[key].name or key] = _checked(ctx, known[key], value, f"{where}: {key}")
    if os.name == "posix" and info.st_mode & 0o077 and found.get("notify"):
        raise UsageError(
            f"{path} contains notification URLs, and other users can read it", f"Run `chmod 600 {path}`."
        )
    return found


def _parse(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}", "See https://toml.io.") from error


def _line(text: str, key: str) -> str:
    """Return the line number of a key, as `:7`; empty if it is not found."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?\s*[\"']?{re.escape(key)}[\"']?\s*[].=]", line):
            return f":{number}"
    return ""


def _checked(ctx: Context, param: TyperOption, value: object, where: str) -> object:
    """Return a value that the option accepts. Raises UsageError for others."""
    expected, kinds = _kinds(param)
    if param.multiple:
        value = [value] if isinstance(value, str) else value
        right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    else:
        right = type(value) in kinds
    if not right:
        raise UsageError(f"{where} must be {expected}", "See `svs summarize --help`.")
    try:
        param.type_cast_value(ctx, value)
    except BadParameter as error:
        raise UsageError(f"{where}: {error.message}", "See `svs summarize --help`.") from None
    return value


def _kinds(param: TyperOption) -> tuple[str, tuple[type, ...]]:
    """Return what a value must be: in words, and as Python types."""
    if param.multiple:
        return 'a string, or a list such as ["...", "..."]', (str, list)
    if param.is_flag:
        return "true or false", (bool,)
    if param.type.name.startswith("int"):
        return "a whole number", (int,)
    return 'a string in quotes, such as "..."', (str,)
