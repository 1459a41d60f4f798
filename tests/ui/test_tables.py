"""Tables fit the screen: a narrow one has fewer columns."""

import pytest

from svs.ui.tables import jobs_table, models_table

MODEL = {
    "name": "distil-large-v3.5",
    "megabytes": 1516,
    "multilingual": False,
    "recommended": True,
    "used": False,
    "folder": None,
    "packages": ["some"],
    "verified": None,
}


def _headings(table):
    return [column.header for column in table.columns]


@pytest.mark.parametrize(
    ("width", "left_out"),
    [(60, {"WHEN", "LENGTH", "FILES"}), (80, {"FILES"}), (120, set())],
)
def test_the_list_of_jobs_leaves_columns_out(width, left_out):
    assert set(_headings(jobs_table([], 200))) - set(_headings(jobs_table([], width))) == left_out


@pytest.mark.parametrize("width", [60, 70, 80])
def test_the_list_of_models_fits_and_cuts_nothing(width):
    table = models_table([MODEL], width)
    assert {"NAME", "SIZE", "INSTALLED", "NOTE"} <= set(_headings(table))
    widest = [max(len(column.header), *map(len, column.cells)) for column in table.columns]
    assert sum(widest) + 2 * (len(widest) - 1) <= width
