"""What goes to stdout without Rich: results for programs, and text from outside made harmless."""

import os
import re
import sys
from typing import NoReturn

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but newline and tab, line separators, bidi controls and lone surrogates."""


def visible(text: str) -> str:
    """Return text from outside with whatever could steer a terminal made visible, as in `\\x1b`."""
    return _INVISIBLE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


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
