"""Progress in the taskbar or the tab (OSC 9;4), on terminals that are known to show it."""

import os
from contextlib import suppress

from rich.console import Console

_PROGRAMS = ("ghostty", "WezTerm")
_CLEAR, _SHOW = 0, 1


class Taskbar:
    """Shows a percentage; elsewhere it does nothing, since some terminals would show the codes."""

    def __init__(self, console: Console) -> None:
        self._file = console.file
        self._known = self._file.isatty() and _is_known()
        self._shown = -1

    def show(self, percent: float) -> None:
        """Show this much."""
        if int(percent) != self._shown:
            self._shown = int(percent)
            self._write(_SHOW, self._shown)

    def clear(self) -> None:
        """Show nothing any more."""
        self._write(_CLEAR, 0)

    def _write(self, state: int, percent: int) -> None:
        if self._known:
            with suppress(OSError):  # the terminal was closed
                self._file.write(f"\x1b]9;4;{state};{percent}\x1b\\")
                self._file.flush()


def _is_known() -> bool:
    environment = os.environ
    return (
        "WT_SESSION" in environment
        or environment.get("ConEmuANSI") == "ON"
        or environment.get("TERM_PROGRAM") in _PROGRAMS
    )
