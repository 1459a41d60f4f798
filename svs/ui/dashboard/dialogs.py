"""The dashboard's dialogs: help, the question before removing, and export."""

from pathlib import Path
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from svs.model.job import OutputOptions
from svs.outputs import FORMATS
from svs.store.index import Entry
from svs.ui.output import name

_OVERWRITE = "overwrite"

KEYS = (
    ("↑ ↓  PgUp PgDn  Home End", "choose a job (also j k g G)"),
    ("/", "filter: words that occur in a job's status, id, engine, name or title"),
    ("f", "find words in the transcript; n N: the next, the previous place"),
    ("Enter", "show the chosen job on the whole screen"),
    ("Esc", "back; also clears the filter"),
    ("1 2 3  ← →", "the job, its summary, its transcript"),
    ("c", "cancel: work so far is kept"),
    ("r", "resume a job that was stopped or failed"),
    ("R", "retry: start it from the beginning"),
    ("d  Delete", "remove a job, after a question"),
    ("e", "export the result of a job that is done"),
    ("b  o", "open the report in the browser; the job's folder"),
    ("Y  y", "copy the summary; the job's id"),
    ("t", "light or dark"),
    ("?", "these keys"),
    ("q  Ctrl-C", "quit; jobs keep running"),
)


class Help(ModalScreen[None]):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", show=False),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Make the table of keys."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="bold cyan", no_wrap=True)
        grid.add_column()
        for key, meaning in KEYS:
            grid.add_row(Text(key), Text(meaning))
        with VerticalScroll(classes="dialog") as box:
            box.border_title = "Keys"
            yield Static(grid)


class Confirm(ModalScreen[bool]):
    """Asks whether to remove a job."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._question = (
            f"{name(entry.name)}\n\nJob {entry.id} is removed, with its transcript and summary.\n"
        )

    def compose(self) -> ComposeResult:
        """Ask."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Remove this job?"
            yield Static(Text(self._question + "Exported files are kept."))
            with Horizontal(classes="buttons"):
                yield Button("Keep it (n)", id="keep", compact=True)
                yield Button("Remove it (y)", id="remove", variant="error", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "remove")

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - what Textual calls it with
        """Close with an answer."""
        self.dismiss(answer)


class Toggles(OptionList):
    """A list of options that can be on or off, readable without colours."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", show=False)]

    def __init__(self, labels: dict[str, str], on: set[str]) -> None:
        self._labels = labels
        self.on = on
        """The names that are on."""
        super().__init__(*(Option(self._prompt(name), name) for name in labels), compact=True, markup=False)

    def _prompt(self, name: str) -> str:
        return f"[{'x' if name in self.on else ' '}] {self._labels[name]}"

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Turn an option on or off."""
        name = event.option_id or ""
        self.on ^= {name}
        self.replace_option_prompt(name, self._prompt(name))


class Export(ModalScreen[OutputOptions | None]):
    """Asks which files to write."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        """Ask."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Export"
            formats = {name: f"{name:<5} {form.suffix}" for name, form in FORMATS.items()}
            yield Toggles({**formats, _OVERWRITE: "overwrite existing files"}, on={"md"})
            yield Label("Folder")
            yield Input(str(Path.cwd()), compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Write", id="write", variant="primary", compact=True)

    @on(Input.Submitted)
    @on(Button.Pressed, "#write")
    def _write(self) -> None:
        chosen = self.query_one(Toggles).on
        names = tuple(name for name in FORMATS if name in chosen)
        if names:
            folder = str(Path(self.query_one(Input).value).expanduser().absolute())
            self.dismiss(OutputOptions(formats=names, output_dir=folder, force=_OVERWRITE in chosen))
        else:
            self.notify("Choose a format with Enter or the space bar.", severity="warning")

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)
