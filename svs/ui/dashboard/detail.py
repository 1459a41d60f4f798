"""The details of the chosen job, on three tabs: facts, summary and transcript."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static, TabbedContent, TabPane

from svs.errors import SvsError
from svs.model.job import Job
from svs.outputs.shared import with_gaps
from svs.store import results, speakers, transcript
from svs.store.index import Entry, Watcher
from svs.store.records import Damaged
from svs.ui.dashboard.job_view import facts
from svs.ui.dashboard.transcript import Said, Transcript
from svs.ui.result import summary_view
from svs.ui.terminal import term

SIDE, WIDE = 110, 150
"""Columns from which the table and the details are side by side, and the facts above the tabs."""


class Detail(Vertical):
    """Shows one job; its summary and transcript are read only when their tab is shown, in a thread."""

    def __init__(self, watcher: Watcher) -> None:
        super().__init__(id="detail")
        self._watcher = watcher
        self._entry: Entry | None = None
        self._loaded: object = None
        self._loading = False
        self._wide = False

    def compose(self) -> ComposeResult:
        """Make the tabs."""
        with VerticalScroll(id="above"):
            yield Static(classes="facts", markup=False)
        with TabbedContent(id="tabs"):
            with TabPane("Job", id="job"), VerticalScroll():
                yield Static(classes="facts", markup=False)
            with TabPane("Summary", id="summary"), VerticalScroll():
                yield Static(id="said", markup=False)
            with TabPane("Transcript", id="transcript"):
                yield Transcript()

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        return self.query_one(TabbedContent).active

    def turn(self, tab: str) -> None:
        """Show another tab."""
        self.query_one(TabbedContent).active = "summary" if self._wide and tab == "job" else tab

    def fit(self, width: int) -> None:
        """Show the job above the tabs if there is room, else on a tab of its own."""
        if (width >= WIDE) != self._wide:
            self._wide = width >= WIDE
            tabs = self.query_one(TabbedContent)
            if self._wide:
                tabs.hide_tab("job")
            else:
                tabs.show_tab("job")
            self.turn("job")

    def find(self) -> None:
        """Go to the field that searches the transcript."""
        self.turn("transcript")
        self.query_one(Transcript).action_search()

    def focus_tab(self) -> None:
        """Focus the content of the tab, so that the scrolling keys apply to it."""
        self.query_one(f"#{self.tab}", TabPane).query("Lines, VerticalScroll").first().focus()

    def show(self, entry: Entry | None) -> None:
        """Show a job as it is now, or none."""
        if entry != self._entry or entry is None:
            if entry is None or self._entry is None or entry.id != self._entry.id:
                self._reset()
            self._entry = entry
            shown = self._facts(entry)
            for place in self.query(".facts").results(Static):
                place.update(shown)
        self._load_if_needed()

    def _facts(self, entry: Entry | None) -> RenderableType:
        if entry is None:
            return Text("No job here. Run `svs summarize VIDEO`.", "dim")
        folder = str(self._watcher.store.folder(entry.id))
        return facts(entry, self._watcher.record(entry.id), folder, self.size.width)

    def _reset(self) -> None:
        """Clear what was shown of another job, and scroll to the top."""
        self._loaded = None
        self._show_words(Text(), ())
        for view in self.query(VerticalScroll):
            view.scroll_home(animate=False)

    @on(TabbedContent.TabActivated)
    def _load_if_needed(self) -> None:
        """Read the job's summary and transcript, unless they are shown or being read already."""
        if self._entry is None or self.tab == "job" or self._loading:
            return
        job = self._watcher.record(self._entry.id)
        files = (results.TRANSCRIPT, speakers.NAMES)
        version = self._entry.id, job, *(self._watcher.version(self._entry.id, file) for file in files)
        if version != self._loaded:
            self._loading, self._loaded = True, version
            self._load(job)

    @work(thread=True)
    def _load(self, job: Job | Damaged) -> None:
        try:
            shown, said = self._words(job)
        except SvsError as error:
            shown, said = term(f"{error.message}\n{error.hint}", "red"), ()
        self.app.call_from_thread(self._show_loaded, job.id, shown, said)

    def _words(self, job: Job | Damaged) -> tuple[RenderableType, Sequence[Said]]:
        folder = self._watcher.store.folder(job.id)
        if isinstance(job, Job) and job.status == "done":
            result = results.load(job, folder)
            said = with_gaps(result.sentences, result.transcript.gaps)
            return summary_view(result), said
        header, batches = transcript.read(folder / results.TRANSCRIPT)
        partial = transcript.transcript(header, batches) if header else None
        so_far = with_gaps(partial.segments, partial.gaps) if partial else ()
        if isinstance(job, Job) and job.error:
            why = Text.assemble(term(job.error.message, "red"), "\n", term(job.error.hint))
            return why, so_far
        return Text("There is no summary yet.", "dim"), so_far

    def _show_loaded(self, job_id: str, shown: RenderableType, said: Sequence[Said]) -> None:
        self._loading = False
        if self._entry and self._entry.id == job_id:
            self._show_words(shown, said)
        self._load_if_needed()

    def _show_words(self, shown: RenderableType, said: Sequence[Said]) -> None:
        self.query_one("#said", Static).update(shown)
        self.query_one(Transcript).show(said)
