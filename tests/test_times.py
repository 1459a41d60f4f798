"""Times and durations as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from svs.times import moment, span, times_real


def test_a_time_of_today_or_yesterday_is_called_so():
    now = datetime.now(UTC)
    local = now.astimezone()
    assert moment(now.isoformat()) == f"today {local:%H:%M}"
    assert moment((now - timedelta(days=1)).isoformat()).startswith("yesterday ")


def test_an_earlier_time_has_its_date_and_what_is_no_time_stays():
    assert moment("2026-01-02T12:00:00+00:00").startswith("2026-01-0")
    assert moment("never") == "never"


@pytest.mark.parametrize(
    ("speed", "text"), [(14.1, "14x real time"), (9.4, "9.4x real time"), (0.84, "0.8x real time")]
)
def test_a_speed_says_what_it_is_times(speed, text):
    assert times_real(speed) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        ((0, 0), "0 s"),
        ((-1, 4), "<4 s"),
        ((38, 44.6), "38-45 s"),
        ((60, 60.4), "60 s"),
        ((24, 118), "<2 min"),
        ((60, 125), "1-2 min"),
        ((181, 299), "3-5 min"),
        ((600, 900), "10-15 min"),
        ((3600, 9000), "1.0-2.5 h"),
        ((40000, 40001), "11 h"),
    ],
)
def test_a_duration_that_is_not_certain_is_a_range(left, text):
    assert span(*left) == text
