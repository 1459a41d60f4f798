"""What users type as the values of options, turned into what svs works with. All raise UsageError."""

import codecs
import os
import re
from typing import TYPE_CHECKING

from svs.errors import UsageError

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from svs.model.job import Options


def check(options: "Options") -> None:
    """Refuse options that cannot work for any recording."""
    from svs.outputs.names import check_template
    from svs.stages.outline import parse_chapters
    from svs.stages.summarize import parse_length

    parse_length(options.length)
    parse_chapters(options.chapters)
    if options.output_template:
        check_template(options.output_template, options.formats)
    if options.start is not None and options.end is not None and options.end <= options.start:
        raise UsageError("--end is not after --start", "Give times such as --start 1:30 --end 2:00.")


def formats(text: str) -> tuple[str, ...]:
    """Return the formats that a list such as `md,srt` names."""
    from svs.outputs import FORMATS

    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}", f"Choose from {', '.join(FORMATS)}.")
    return names


def output(path: "Path | None") -> tuple[str | None, str | None]:
    """Return the folder that `-o` means, or the template; absolute, without `..` in it."""
    from svs.outputs.names import is_template

    absolute = os.path.abspath(path.expanduser()) if path else None  # noqa: PTH100
    return (None, absolute) if absolute and is_template(absolute) else (absolute, None)


def speaker_names(text: str) -> tuple[tuple[str, str], ...]:
    """Return the names that `1=Anna,left=Ben` gives to speakers."""
    from svs.store.speakers import parse

    return tuple(parse(pair) for pair in text.split(",") if pair.strip())


def input_formats(text: str) -> tuple[str, ...]:
    """Return the formats of ffmpeg's that the user allows."""
    from svs.media import whitelist

    return whitelist.formats(text)


def size(text: str) -> int:
    """Return the bytes that `500M`, `20G` or `1000000` means."""
    match = re.fullmatch(r"(\d+)([KMGT]?)B?", text.upper(), re.ASCII)
    if not match:
        raise UsageError(f"{text!r} is not a size", "Write 500M, 20G or a number of bytes.")
    power: int = 1000 ** " KMGT".index(match[2] or " ")
    return int(match[1]) * power


def language(text: str | None) -> str | None:
    """Return a language's code; None when it is to be detected."""
    if text is None or text.lower() == "auto":
        return None
    from svs.languages import code

    short = code(text)
    if not short:
        raise UsageError(f"there is no language {text!r}", "Write its code or its name, as de or German.")
    return short


def encoding(text: str | None) -> str | None:
    """Return an encoding that Python knows; None when it is to be detected."""
    if text is None or text.lower() == "auto":
        return None
    try:
        return codecs.lookup(text).name if b"a".decode(text) else None
    except (LookupError, UnicodeError):
        raise UsageError(f"there is no encoding {text!r}", "Give its name, as cp1251 or shift_jis.") from None


def model(text: str | None) -> str | None:
    """Return a model's name, or the absolute path of a folder, for a job may be resumed from elsewhere."""
    from svs.models.installed import named

    return named(text) if text else text


def age(text: str | None) -> "timedelta | None":
    """Return the duration that `30d`, `12h` or `2w` means."""
    from datetime import timedelta

    if text is None:
        return None
    if not re.fullmatch(r"\d{1,5}[hdw]", text):
        raise UsageError(f"{text!r} is not an age", "Write 12h, 30d or 2w.")
    return timedelta(**{{"h": "hours", "d": "days", "w": "weeks"}[text[-1]]: int(text[:-1])})
