"""The plot of braille dots, and the small words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.ui.dashboard import formatting
from svs.ui.dashboard.charts import plot
from svs.ui.facts import size

SIZES = {"width": st.integers(1, 40), "height": st.integers(1, 8)}


def dots(lines):
    """Return how many dots each column has, two columns a character."""
    columns = [[0, 0] for _ in lines[0]]
    for line in lines:
        for column, character in zip(columns, line, strict=True):
            bits = ord(character) - 0x2800
            column[0] += (bits & 0x47).bit_count()
            column[1] += (bits & 0xB8).bit_count()
    return [count for column in columns for count in column]


@given(values=st.lists(st.floats(0, 200), max_size=120), **SIZES)
def test_a_plot_shows_the_last_values_as_tall_as_they_are(width, height, values):
    lines = plot(values, width, height, 100)
    assert [len(line) for line in lines] == [width] * height
    shown = [0.0] * (2 * width - len(values)) + values[-2 * width :]
    for value, found in zip(shown, dots(lines), strict=True):
        assert abs(found - min(1, value / 100) * 4 * height) <= 0.5 + 1e-9 or (value > 0 and found == 1)


@given(**SIZES)
def test_nothing_to_show_is_an_empty_plot(width, height):
    assert set("".join(plot([0.0], width, height, 0.0))) == {"\u2800"}


def test_a_plot_grows_from_the_bottom():
    assert plot([25, 50, 75, 100], 2, 2, 100) == ["\u2800⣼", "⣼⣿"]


@given(st.floats(0, 100), st.integers(1, 60))
def test_a_bar_keeps_its_width_and_is_full_at_the_end_only(percent, width):
    bar = formatting.bar(percent, width, "red").plain
    assert len(bar) == width
    assert (bar == "━" * width) == (percent == 100)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (812_000, "812 kB"), (812e6, "812 MB"), (1.55e9, "1.6 GB")],
)
def test_a_size_is_short(count, shown):
    assert size(count) == shown
