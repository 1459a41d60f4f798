"""Times for people."""

from datetime import UTC, datetime, timedelta

from svs.times import moment, times_real


def test_a_moment_is_named_by_its_day_when_it_is_near():
    now = datetime.now(UTC).replace(microsecond=0)
    local = now.astimezone()
    assert moment(now.isoformat()) == f"today {local:%H:%M}"
    before = now - timedelta(days=1)
    assert moment(before.isoformat()) == f"yesterday {before.astimezone():%H:%M}"
    old = datetime(2026, 1, 2, 12, 34, tzinfo=UTC)
    assert moment(old.isoformat()) == f"{old.astimezone():%Y-%m-%d %H:%M}"
    assert moment("never") == "never"


def test_a_speed_has_its_unit():
    assert times_real(0.84) == "0.8x real time"
    assert times_real(9.0) == "9.0x real time"
    assert times_real(12.3) == "12x real time"
