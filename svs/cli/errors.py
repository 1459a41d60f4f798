"""How an error is told."""

import os
from contextlib import suppress

from svs.errors import SvsError


def tell(error: SvsError) -> None:
    """Say on stderr, once, what went wrong and what to do, in a line each; with --debug also where."""
    from svs.ui.terminal import stderr, term

    if error.told:
        return
    error.told = True
    with suppress(OSError):  # nobody can be told on a full disk, or through a closed pipe
        if os.environ.get("SVS_DEBUG"):
            import traceback

            stderr().print(term("".join(traceback.format_exception(error)), "dim"), soft_wrap=True)
        stderr().print(term("svs: ", "bold red") + term(_line(error.message)), soft_wrap=True)
        if error.hint:
            stderr().print(term(f"     {_line(error.hint)}", "dim"), soft_wrap=True)


def _line(text: str) -> str:
    from svs.ui.output import visible

    return " ".join(visible(text).split())
