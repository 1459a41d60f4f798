"""Output to stdout without Rich, and text from outside made safe for terminals."""

import os
import re
import sys
from typing import NoReturn

from svs.characters import UNSEEN

_HARMFUL = re.compile(f"{UNSEEN.pattern}|[\ud800-\udfff]")
"""Invisible characters, and lone surrogates, which cannot be written."""


def visible(text: str) -> str:
    """Return text from outside with control and invisible characters made visible, as in `\\x1b`."""
    return _HARMFUL.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def one_line(text: str) -> str:
    """Return a sentence from outside as one line."""
    return " ".join(visible(text).split())


def name(text: str) -> str:
    """Return a file's name from outside as one line, in which line feeds and tabs can be seen."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def write(text: str) -> None:
    """Write a result for programs to stdout as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_quietly()


def leave_quietly() -> NoReturn:
    """Exit with 0 although stdout is closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # discard what is still buffered
    raise SystemExit(0)
