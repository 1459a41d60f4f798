"""The values of options as users type them."""

import pytest

from svs.cli import parsers
from svs.errors import UsageError
from svs.model.job import Options
from svs.system.codec import decode, encode


@pytest.mark.parametrize("text", ["short", " Medium", "LONG", "1", "9999999", "1%", "100%", "150w"])
def test_lengths(text):
    assert parsers.length(text) == text.strip().lower()
    assert decode(encode(Options(length=text.strip())), Options).length == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "0", "-3", "0%", "101%", "0w", "12 words", "huge", "1.5", "\u0663", "w", "%", "12345678", "5%w"],
)
def test_other_lengths_are_refused_with_what_is_allowed(text):
    with pytest.raises(UsageError) as refused:
        parsers.length(text)
    assert refused.value.exit_code == 2
    assert all(allowed in refused.value.hint for allowed in ("short, medium, long", "12", "10%", "150w"))


@pytest.mark.parametrize("text", ["none", " AUTO ", "1", "999"])
def test_numbers_of_chapters(text):
    assert parsers.chapters(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "some", "1000", "\u0663"])
def test_what_is_no_number_of_chapters_is_refused(text):
    with pytest.raises(UsageError, match="not a number of chapters"):
        parsers.chapters(text)


def test_a_part_has_a_begin_an_end_or_both():
    assert parsers.part(None, None) == (None, None)
    assert parsers.part("1:30", None) == (90.0, None)
    assert parsers.part("90", "1:02:03") == (90.0, 3723.0)
    with pytest.raises(UsageError, match="--end is not after --start"):
        parsers.part("2:00", "90")


def test_sizes():
    assert [parsers.size(text) for text in ("500M", "20g", "7", "1KB")] == [500 * 10**6, 20 * 10**9, 7, 1000]
    assert parsers.size(None) is None
    with pytest.raises(UsageError, match="not a size"):
        parsers.size("big")
