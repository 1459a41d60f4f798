"""Times in caption files, as programs write them and as people do: one tolerant reader for all formats."""

import re

from svs.fields import LONGEST

FRAMES = 25.0
"""In a second, where a time ends with a number of frames and nobody says how many there are."""

_COLONS = r"-?\s*(?:\d{1,9}\s*:\s*){1,3}\d{1,9}(?:\s*[.,;]\s*\d{1,9})?"
_DOTS = r"\d{1,3}\.\d{2}\.\d{2}(?:[.,;]\d{1,3})?"
_TIME = rf"(?:{_COLONS}|{_DOTS})"
_ARROW = r"(?:[-\u2010-\u2015]{1,3}\s*[-\u2010-\u2015]{0,2}\s*>|[\u2192\u279c])"
_CUE = re.compile(rf"\s*({_TIME})\s*{_ARROW}\s*({_TIME})?(?:\s.*)?")
_PAIR = re.compile(rf"\s*({_COLONS})\s*,\s*({_COLONS})\s*")
"""As SubViewer has it."""
_LIKE_A_CUE = re.compile(rf"[^<>]{{0,20}}-->|\s*-?\d{{1,9}}\s*[:;.][^>\u2192]{{0,40}}{_ARROW}")
_BEFORE_LINE = re.compile(r"\s*([\[(<]?)\s*((?:\d{1,3}:){1,2}\d{2}(?:[.,:]\d{1,3})?)(?:\s*[\])>]|(?=\s|$))")
_CLOCK = re.compile(
    r"(-?)(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,9}):(\d{1,9})(?:[.,](\d{1,9}))?"  # h:m:s:part, h:m:s or m:s
)
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t)")


def cue(line: str) -> tuple[float, float] | None:
    """Return the seconds at which a cue begins and ends, from the line that says so; None from any other.

    The end is that of the beginning where the line has none.
    """
    match = _CUE.fullmatch(line) or _PAIR.fullmatch(line)
    start = clock(match[1]) if match else None
    end = clock(match[2]) if match and match[2] else start
    return None if start is None or end is None else (start, end)


def is_like_a_cue(line: str) -> bool:
    """Say whether a line is meant to say when a cue begins and ends."""
    return bool(_LIKE_A_CUE.match(line))


def before_line(line: str) -> tuple[list[float], str]:
    """Return the times that a line begins with, as `[0:01] text` or `0:01 text`, and the rest of it."""
    times = list[float]()
    while match := _BEFORE_LINE.match(line):
        seconds = clock(match[2])
        if seconds is None or (times and not match[1]):  # only lyrics have several, in brackets
            break
        times.append(seconds)
        line = line[match.end() :]
    return times, line.strip()


def clock(text: str, frames: float = FRAMES) -> float | None:
    """Return the seconds that `1:02:03,5`, `02:03.5` or `1:02:03:500` is; None when it is no time.

    A fourth number of three digits is milliseconds, a shorter one frames: there are `frames` in a second.
    """
    plain = re.sub(r"^(\d+)\.(\d+)\.(?=\d)", r"\1:\2:", "".join(text.split()))
    match = _CLOCK.fullmatch(re.sub(r";(?=\d{3}$)", ".", plain).replace(";", ":"))
    if not match:
        return None
    numbers = [number for number in match.groups()[1:5] if number is not None]
    rest = float(f"0.{match[6]}") if match[6] else 0.0
    if len(numbers) == 4:
        last = numbers.pop()
        rest = int(last) / (1000 if len(last) > 2 else frames)
    seconds = 0.0
    for number in numbers:
        seconds = seconds * 60 + int(number)
    return _within(-(seconds + rest) if match[1] else seconds + rest)


def offset(text: str, frames: float, ticks: float) -> float | None:
    """Return the seconds that TTML's `1.5s`, `500ms`, `36f` or `1000t` is, or `1:02:03`."""
    match = _OFFSET.fullmatch(text.strip())
    if not match:
        return clock(text, frames)
    unit = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "f": 1 / frames, "t": 1 / ticks}[match[2]]
    return _within(float(match[1]) * unit)


def _within(seconds: float) -> float | None:
    return seconds if abs(seconds) <= LONGEST else None
