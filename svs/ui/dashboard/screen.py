"""The dashboard's main screen: it polls the store twice a second, and runs the commands of `svs jobs`."""

import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar, Literal, get_args

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, Static
from textual.worker import get_current_worker

from svs.errors import SvsError
from svs.jobs.actions import POSSIBLE
from svs.model.job import OutputOptions, State
from svs.store.index import Entry, Watcher
from svs.ui.dashboard import charts, commands, dialogs, rows
from svs.ui.dashboard.detail import Detail
from svs.ui.dashboard.head import Head
from svs.ui.dashboard.table import JobTable
from svs.ui.output import visible

_TICK_SECONDS = 0.5
_SWEEP_SECONDS = 0.02  # of a tick, to refresh jobs that are not visible
_SWEEP_PAUSE = 0.005  # seconds between two sweeps, so that the screen stays responsive
_TABS = ("job", "summary", "transcript")
_ANY = ("remove", "open", "copy")
"""The actions that are possible in any state."""
_OF_RESULTS = ("report", "copy_summary")
"""Those that need a result."""


class Jobs(Screen[None]):
    """The jobs of a store, live."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("f", "find", "Find", show=False),
        Binding("enter", "zoom", "Zoom", show=False),
        Binding("c", "do('cancel')", "Cancel"),
        Binding("r", "do('resume')", "Resume"),
        Binding("R", "do('retry')", "Retry", key_display="R"),
        Binding("e", "export", "Export"),
        Binding("d,delete", "remove", "Remove", key_display="d"),
        Binding("o", "do('open')", "Folder"),
        Binding("b", "do('report')", "Report"),
        Binding("y", "copy", "Copy id", show=False),
        Binding("Y", "do('copy_summary')", "Copy", key_display="Y"),
        Binding("t", "app.shade", show=False),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+c", "leave", show=False),
        Binding("escape", "back", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
        *(Binding(str(number), f"tab('{tab}')", show=False) for number, tab in enumerate(_TABS, 1)),
    ]

    def __init__(self, watcher: Watcher, wanted: str, measure: Callable[[], charts.Machine]) -> None:
        super().__init__()
        self.watcher = watcher
        self._wanted = wanted
        self._measure = measure
        self._seen: tuple[int, bool] | None = None
        self._sampled = 0.0
        self._sweeping = False
        self._problem = ""
        self._offered: State | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Head()
        with Container(id="body"):
            with Vertical(id="left"):
                hint = "/ to filter by status, name or id"
                yield Input(self._wanted, placeholder=hint, compact=True, select_on_focus=False, id="filter")
                yield Static(id="headings", markup=False)
                yield JobTable(self.watcher)
                yield charts.Charts()
            yield Detail(self.watcher)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Start polling."""
        self._measure()  # the next call returns the load since this one
        self.query_one(JobTable).focus()
        self.call_after_refresh(self.tick)
        self.set_interval(_TICK_SECONDS, self.tick)
        self.set_interval(_TICK_SECONDS, self.sweep)  # not before the first jobs are on the screen

    # Polling

    def tick(self) -> None:
        """Refresh the visible and the running jobs, and show what has changed."""
        table = self.query_one(JobTable)
        for job_id in {*table.shown(), *self.watcher.running, *filter(None, [table.chosen])}:
            self.watcher.refresh(job_id)
        if self._problem:
            self.query_one(Head).show_problem(self._problem)
        elif (now := (self.watcher.changes, self.watcher.complete)) != self._seen:
            self._seen = now
            self._show_jobs()
        self._show_chosen()
        self._sample()

    def sweep(self) -> None:
        """Find added and removed jobs, and refresh those that are not visible, in a thread."""
        if not self._sweeping:
            self._sweeping = True
            self._sweep()

    @work(thread=True)
    def _sweep(self) -> None:
        """Refresh jobs until all are known; after that, some in each call."""
        try:
            self.watcher.update()
            self._problem = ""
            self.watcher.sweep(_SWEEP_SECONDS)
            while not self.watcher.complete and not get_current_worker().is_cancelled:
                time.sleep(_SWEEP_PAUSE)
                self.watcher.sweep(_SWEEP_SECONDS)
        except SvsError as error:
            self._problem, self._seen = error.message, None
        finally:
            self._sweeping = False

    def _show_jobs(self) -> None:
        self.query_one(Head).count(self.watcher)
        self.query_one(JobTable).show(self.watcher.matching(self.query_one("#filter", Input).value))

    @on(JobTable.Chosen)
    def _show_chosen(self) -> None:
        entry = self._entry
        self.query_one(Detail).show(entry)
        state = entry.state if entry else None
        if self._offered != state:  # lay out the keys again only if they differ
            self._offered = state
            self.refresh_bindings()

    @property
    def _entry(self) -> Entry | None:
        chosen = self.query_one(JobTable).chosen
        return self.watcher.known(chosen) if chosen else None

    def _sample(self) -> None:
        now = time.monotonic()
        if now - self._sampled < charts.SAMPLE_SECONDS:
            return
        self._sampled = now
        machine = self._measure()
        running = (self.watcher.known(job_id).progress for job_id in self.watcher.running)
        self.query_one(charts.Charts).add(running, machine)
        self.query_one(Head).measure(machine)

    def on_resize(self) -> None:
        """Fit the headings to the width."""
        self.query_one(Detail).fit(self.app.size.width)
        self.call_after_refresh(self._show_headings)

    def _show_headings(self) -> None:
        width = self.query_one(JobTable).size.width
        self.query_one("#headings", Static).update(
            Text("  ") + rows.headings(max(1, width - 2)), layout=False
        )

    # Navigation

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one("#filter", Input).focus()

    def action_find(self) -> None:
        """Search the transcript."""
        self.query_one(Detail).find()

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        self._show_jobs()

    @on(Input.Submitted, "#filter")
    def _leave_filter(self) -> None:
        self.query_one(JobTable).focus()

    def action_zoom(self) -> None:
        """Give the chosen job the whole screen."""
        self.query_one("#body").add_class("-zoomed")
        self.query_one(Detail).focus_tab()

    def action_back(self) -> None:
        """Go back one step: leave the zoom, the focus or the filter."""
        table, body = self.query_one(JobTable), self.query_one("#body")
        if table.has_focus or self.query_one("#filter", Input).has_focus:
            self.query_one("#filter", Input).value = ""
        body.remove_class("-zoomed")
        table.focus()

    def action_tab(self, tab: str) -> None:
        """Show a tab of the detail pane."""
        detail = self.query_one(Detail)
        detail.turn(tab)
        if not self.query_one(JobTable).has_focus:
            detail.focus_tab()

    def action_turn(self, step: int) -> None:
        """Show the next tab, or (-1) the one before."""
        self.action_tab(_TABS[(_TABS.index(self.query_one(Detail).tab) + step) % len(_TABS)])

    def action_leave(self) -> None:
        """Quit the dashboard; the jobs keep running."""
        self.app.exit()

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(dialogs.Help())

    # Commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the actions that are possible for the chosen job."""
        action = str(parameters[0]) if action == "do" else action
        if action not in (*POSSIBLE, *_ANY, *_OF_RESULTS) or not self.is_mounted:
            return True
        entry = self._entry
        states = POSSIBLE["export"] if action in _OF_RESULTS else POSSIBLE.get(action, get_args(State))
        return entry is not None and entry.state in states

    def action_do(self, name: str) -> None:
        """Run a command on the chosen job."""
        self._do(commands.BY_NAME[name])

    def action_remove(self) -> None:
        """Remove the job, after a question."""
        if entry := self._entry:
            job_id = entry.id

            def remove(sure: bool | None) -> None:  # noqa: FBT001 - what the dialog answers
                if sure:
                    self._do(commands.remove, job_id)

            self.app.push_screen(dialogs.Confirm(entry), remove)

    def action_export(self) -> None:
        """Ask, and write the job's result as files."""
        if entry := self._entry:
            job_id = entry.id

            def write(options: OutputOptions | None) -> None:
                if options:
                    self._do(partial(commands.export, options=options), job_id)

            self.app.push_screen(dialogs.Export(), write)

    def action_copy(self) -> None:
        """Copy the job's id."""
        if entry := self._entry:
            self.app.copy_to_clipboard(entry.id)
            self.show_message(f"copied {entry.id}")

    def show_message(self, message: str, severity: Literal["information", "error"] = "information") -> None:
        """Show a message for a while; it is never interpreted as markup."""
        self.notify(visible(message), severity=severity, markup=False)

    def _do(self, command: commands.Command, job_id: str | None = None) -> None:
        """Run a command on a job, by default the chosen one."""
        chosen = job_id or self.query_one(JobTable).chosen
        if chosen:
            self._work(command, chosen)

    @work(thread=True)
    def _work(self, command: commands.Command, job_id: str) -> None:
        try:
            done = command(self.watcher.store, job_id)
            self.watcher.update()
        except SvsError as error:
            self.app.call_from_thread(self.show_message, f"{error.message}\n{error.hint}".strip(), "error")
        else:
            if done.copied:
                self.app.call_from_thread(self.app.copy_to_clipboard, done.copied)
            self.app.call_from_thread(self.show_message, done.message)
        self.app.call_from_thread(self.tick)
