"""How errors are printed."""

import os
from contextlib import suppress

from svs.errors import SvsError


def print_error(error: SvsError) -> None:
    """Print to stderr, once, what went wrong and what to do, a line each; with --debug also a traceback."""
    from svs.ui.output import one_line
    from svs.ui.terminal import stderr, term

    if error.printed:
        return
    error.printed = True
    with suppress(OSError):  # the disk is full, or the pipe is closed
        if os.environ.get("SVS_DEBUG"):
            import traceback

            stderr().print(term("".join(traceback.format_exception(error)), "dim"), soft_wrap=True)
        stderr().print(term("svs: ", "bold red") + term(one_line(error.message)), soft_wrap=True)
        if error.hint:
            stderr().print(term(f"     {one_line(error.hint)}", "dim"), soft_wrap=True)
