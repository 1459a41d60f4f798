"""Whatever comes from outside reaches the terminal as visible characters, never as commands or markup."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from svs.ui.output import visible
from svs.ui.terminal import term


@given(st.text(st.characters()))
def test_nothing_that_steers_a_terminal_gets_through(text):
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown if c not in "\n\t")
    assert not any(c in shown for c in "\u2028\u2029\u202e\u2066")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])))
def test_plain_text_is_left_as_it_is(text):
    assert visible(text) == text


def test_markup_in_a_name_is_no_markup():
    console = Console(width=60, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(term("[red]talk[/] \x1b[2J.mp4"))
    assert capture.get() == "[red]talk[/] \\x1b[2J.mp4\n"
