"""Whatever comes from outside reaches the terminal as visible characters, never as commands or markup."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from svs.characters import without_unseen
from svs.ui.output import visible
from svs.ui.terminal import SafeConsole, term


@given(st.text(st.characters()))
def test_nothing_that_steers_a_terminal_gets_through(text):
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown if c not in "\n\t")
    assert not any(c in shown for c in "\u2028\u2029\u202e\u2066")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])).map(without_unseen))
def test_plain_text_is_left_as_it_is(text):
    assert visible(text) == text


def test_markup_in_a_name_is_no_markup():
    console = Console(width=60, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(term("[red]talk[/] \x1b[2J.mp4"))
    assert capture.get() == "[red]talk[/] \\x1b[2J.mp4\n"


def test_a_console_shows_control_characters_in_whatever_is_printed():
    evil = "a\x1b[2J\x9b\u202eb"
    table = Table(evil, title=evil)
    table.add_row(evil, Text(evil))
    console = SafeConsole(width=200, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(evil, Text(evil), Group(evil), table)
    assert r"a\x1b[2J\x9b\u202eb" in capture.get()
    assert "\x1b[2J" not in capture.get()
    assert not {"\x9b", "\u202e"} & set(capture.get())


def test_a_console_still_moves_the_cursor_and_colours():
    console = SafeConsole(width=60, force_terminal=True, color_system="standard")
    with (
        console.capture() as capture,
        Live(Text("one\ntwo", "red"), console=console, auto_refresh=False) as live,
    ):
        live.refresh()
    assert {"\x1b[31m", "\x1b[2K", "\x1b[1A"} <= set(re.findall(r"\x1b\[[0-9;]*[A-Za-z]", capture.get()))
