"""What of a recording could not be read, in a sentence for its reader."""

from typing import Any

from svs.events import Tick
from svs.media import ffmpeg, truncation
from svs.media.decode import Part, Sound
from svs.media.limits import Limits
from svs.times import clock as shown

_WHOLE = 0.9
"""A recording that gives less than this part of what it claims may be cut off."""
_AT_START = 2
"""Packets that may be broken just after a search, since it ends within them."""


def warnings(part: Part, sound: Sound, tick: Tick) -> tuple[str, ...]:
    """Return what is missing; nothing when all was read. Raises InputError when the file is gone."""
    reached = shown(part.start + sound.seconds)
    if part.claimed is not None and _ends_early(part, sound.seconds, tick):
        whole = f"{reached} of {shown(part.claimed)}"
        return (f"The file ends after {whole}: it is cut off or damaged, so the rest is missing.",)
    if sound.failure:
        return (f"The file could not be read beyond {reached}: ffmpeg stopped there.",)
    if part.options.end is None and truncation.breaks_off(part.source):
        return (f"The file breaks off after {reached}: the rest is missing.",)
    if part.options.end is None and (more := truncation.left_over(part.source)):
        rest = f"another {more / 1e6:.1f} MB of the file could not be read"
        return (f"The audio ends at {reached}; {rest}: it may contain several recordings.",)
    return _damage(part, sound)


def _damage(part: Part, sound: Sound) -> tuple[str, ...]:
    broken = ffmpeg.undecoded(sound.log)
    if broken:  # what is between joined recordings is no sound
        broken -= truncation.headers_within(part.source) + (_AT_START if part.start else 0)
    if broken > 1 or ffmpeg.breaks_off(sound.log):
        return ("The file is damaged: parts of its audio could not be read.",)
    return ("The file is damaged: a short part of its audio could not be read.",) if broken == 1 else ()


def _ends_early(part: Part, seconds: float, tick: Tick) -> bool:
    """Say whether the recording was cut off: its sound ends early, and no pictures go on after it."""
    enough = (part.total or 0.0) * _WHOLE
    if seconds >= enough:
        return False
    reached = 0.0

    def on_time(position: float) -> None:
        nonlocal reached
        reached = position
        tick(seconds, None)

    limits: dict[str, Any] = {"ss": part.options.start or None, "to": part.options.end}
    given = {name: f"{at:.6f}" for name, at in limits.items() if at is not None}
    recording = ffmpeg.source(part.source, codecs="video", formats=part.options.allow_formats, **given)
    arguments = ["-v", "error", *recording["v"].output("-", c="copy", f="null").get_args()]
    try:
        ffmpeg.run(arguments, on_time=on_time, limits=Limits(seconds=part.options.max_duration))
    except ffmpeg.FfmpegError:  # none there
        return True
    return reached < enough
