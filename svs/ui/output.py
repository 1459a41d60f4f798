"""What goes to stdout without Rich: results for programs, and text from outside made harmless."""

import os
import re
import sys
from typing import NoReturn

from svs.characters import UNSEEN

_HARMFUL = re.compile(f"{UNSEEN.pattern}|[\ud800-\udfff]")
"""What nobody sees, and lone surrogates, which cannot be written."""


def visible(text: str) -> str:
    """Return text from outside with what steers a terminal or cannot be seen made visible, as in `\\x1b`."""
    return _HARMFUL.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def write(text: str) -> None:
    """Write a result for programs to stdout as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_quietly()


def leave_quietly() -> NoReturn:
    """End well although nobody reads stdout any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
    raise SystemExit(0)
