"""The dashboard's app: its theme and its main screen."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from textual.app import App

from svs.store.index import Watcher
from svs.ui.dashboard import charts, themes
from svs.ui.dashboard.detail import SIDE, WIDE
from svs.ui.dashboard.screen import Jobs

Shade = Literal["dark", "light"]


class Dashboard(App[None]):
    """The jobs of a store, live."""

    TITLE = "svs"
    CSS_PATH = "dashboard.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (SIDE, "-side"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it

    def __init__(
        self,
        watcher: Watcher,
        shade: Shade = "dark",
        wanted: str = "",
        measure: Callable[[], charts.Machine] = charts.machine,
    ) -> None:
        """Make a dashboard in a light or dark theme, with an initial filter."""
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self._jobs = Jobs(watcher, wanted, measure)
        self._shade: Shade = shade

    def get_default_screen(self) -> Jobs:
        """Return the first screen."""
        return self._jobs

    def on_mount(self) -> None:
        """Register and apply the theme, and end well when asked to."""
        with suppress(NotImplementedError, RuntimeError, ValueError):  # on Windows, or beside the main thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._on_term)
        self.ansi_theme_dark, self.ansi_theme_light = themes.DARK_COLOURS, themes.LIGHT_COLOURS
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self._apply_theme()

    def _on_term(self) -> None:
        self.exit(return_code=128 + signal.SIGTERM)

    def _apply_theme(self) -> None:
        kind = "ansi" if self.no_color else "svs"
        self.theme = f"{kind}-{self._shade}"

    def action_shade(self) -> None:
        """Switch between light and dark."""
        self._shade = "light" if self._shade == "dark" else "dark"
        self._apply_theme()
