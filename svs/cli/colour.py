"""`--color`: whether colours are used."""

import os
from typing import Literal

When = Literal["auto", "always", "never"]


def set_colour(when: When) -> None:
    """Use colours as the user wants, before anything is printed."""
    if when != "auto":
        wanted, other = ("FORCE_COLOR", "NO_COLOR") if when == "always" else ("NO_COLOR", "FORCE_COLOR")
        os.environ[wanted] = "1"
        os.environ.pop(other, None)
