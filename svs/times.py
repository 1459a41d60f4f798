"""Times and durations as people read and write them."""

import re
from datetime import datetime

from svs.errors import UsageError

_UNITS = (("s", 1, 90), ("min", 60, 5400), ("h", 3600, float("inf")))
"""Each unit with its seconds, and the duration in seconds up to which it is used."""

_DAYS = {0: "today", 1: "yesterday"}


def clock(seconds: float) -> str:
    """Return a duration for people: `0:07`, `12:34`, `1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def moment(text: str) -> str:
    """Return a record's time as local time for people: `today 15:14`, `2026-11-23 15:14`."""
    try:
        at = datetime.fromisoformat(text).astimezone()
        days = (datetime.now(at.tzinfo).date() - at.date()).days
    except (ValueError, OverflowError):
        return text
    return f"{_DAYS.get(days, f'{at:%Y-%m-%d}')} {at:%H:%M}"


def times_real(speed: float) -> str:
    """Return a speed, in seconds of a recording per second, for people: `9x real time`, `0.8x real time`."""
    return f"{speed:.0f}x real time" if speed >= 9.5 else f"{speed:.1f}x real time"


def span(least: float, most: float) -> str:
    """Return a duration that is between these seconds: `3 min`, `2-4 min`, `<2 min`, `1.0-2.5 h`."""
    unit, size = next((u, s) for u, s, up_to in _UNITS if most < up_to)
    digits = 1 if unit == "h" and most < 10 * size else 0
    low, high = (f"{max(0.0, seconds) / size:.{digits}f}" for seconds in (least, most))
    if low == high or (not digits and most - least <= size):
        return f"{high} {unit}"
    return f"<{high} {unit}" if float(low) == 0 else f"{low}-{high} {unit}"


def remaining(least: float, most: float, passed: float = 0.0) -> str:
    """Return the time left for people: `about 3 min left`, or `2-4 min left` while it is uncertain.

    `passed` is how many seconds ago that was estimated.
    """
    text = span(max(0.0, least - passed), max(1.0, most - passed))
    return f"{text} left" if set("<-") & set(text) else f"about {text} left"


def parse(text: str) -> float:
    """Return the seconds of a time such as `90`, `1:30` or `1:02:03.5`. Raises UsageError."""
    if not re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text, re.ASCII):
        raise UsageError(f"{text!r} is not a time", "Write 90, 1:30 or 1:02:03.")
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def parse_length(text: str) -> float:
    """Return the seconds of a duration such as `90`, `90s`, `90m`, `24h` or `1:30:00`. Raises UsageError."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text, re.ASCII):
        return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]]
    return parse(text)
