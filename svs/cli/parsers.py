"""What users type as the values of options, turned into what svs works with. All raise UsageError."""

import codecs
import os
import re
from datetime import timedelta
from pathlib import Path

import msgspec

from svs import times
from svs.errors import UsageError
from svs.languages import code
from svs.media import whitelist
from svs.model.job import Chapters, Length
from svs.models.installed import named
from svs.outputs import FORMATS
from svs.outputs.names import check_template, is_template
from svs.store.speakers import parse as parse_speaker


def part(start: str | None, end: str | None) -> tuple[float | None, float | None]:
    """Return the part of a recording that `1:30` and `1:02:03` mean, in seconds."""
    begin, stop = (None if text is None else times.parse(text) for text in (start, end))
    if begin is not None and stop is not None and stop <= begin:
        raise UsageError("--end is not after --start", "Give times such as --start 1:30 --end 2:00.")
    return begin, stop


def length(text: str) -> Length:
    """Return the length of a summary."""
    try:
        return msgspec.convert(text.strip().lower(), Length)
    except msgspec.ValidationError:
        raise UsageError(
            f"{text!r} is not a length",
            "Choose short, medium, long, a number of sentences (12), a share (10%) or words (150w).",
        ) from None


def chapters(text: str) -> Chapters:
    """Return how many chapters are wanted."""
    try:
        return msgspec.convert(text.strip().lower(), Chapters)
    except msgspec.ValidationError:
        raise UsageError(
            f"{text!r} is not a number of chapters", "Choose auto, none, or a number up to 999."
        ) from None


def formats(text: str) -> tuple[str, ...]:
    """Return the formats that a list such as `md,srt` names."""
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}", f"Choose from {', '.join(FORMATS)}.")
    return names


def output(path: Path | None, formats: tuple[str, ...]) -> tuple[str | None, str | None]:
    """Return the folder that `-o` means, or the template; absolute, without `..` in it."""
    absolute = os.path.abspath(path.expanduser()) if path else None  # noqa: PTH100
    if absolute is None or not is_template(absolute):
        return absolute, None
    check_template(absolute, formats)
    return None, absolute


def speaker_names(text: str) -> tuple[tuple[str, str], ...]:
    """Return the names that `1=Anna,left=Ben` gives to speakers."""
    return tuple(parse_speaker(pair) for pair in text.split(",") if pair.strip())


def input_formats(text: str) -> tuple[str, ...]:
    """Return the formats of ffmpeg's that the user allows."""
    return whitelist.formats(text)


def size(text: str | None) -> int | None:
    """Return the bytes that `500M`, `20G` or `1000000` means; None: no limit."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+)([KMGT]?)B?", text.upper(), re.ASCII)
    if not match:
        raise UsageError(f"{text!r} is not a size", "Write 500M, 20G or a number of bytes.")
    power: int = 1000 ** " KMGT".index(match[2] or " ")
    return int(match[1]) * power


def language(text: str | None) -> str | None:
    """Return a language's code; None when it is to be detected."""
    if text is None or text.lower() == "auto":
        return None
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
    return named(text) if text else text


def age(text: str | None) -> timedelta | None:
    """Return the duration that `30d`, `12h` or `2w` means."""
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,5}[hdw]", text):
        raise UsageError(f"{text!r} is not an age", "Write 12h, 30d or 2w.")
    return timedelta(**{{"h": "hours", "d": "days", "w": "weeks"}[text[-1]]: int(text[:-1])})
