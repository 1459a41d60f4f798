"""Where a recording's time begins, and how ffmpeg is made to keep to it: for sound, captions and pictures.

ffmpeg by itself takes the start of the streams that it can decode for the file's: with only the decoders of
sound in reach, sound that starts late seems to start at once.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from svs.media import ffmpeg
from svs.model.media import MediaInfo

JUMPING = frozenset({"mpeg", "mpegts", "ogg"})
"""ffmpeg's names of formats whose clock may jump, so that their claimed duration says nothing."""
RELIABLE = frozenset({"aiff", "asf", "mov", "wav"})
"""Those that ffmpeg never reads beyond the end that they claim."""
_ABSOLUTE = frozenset({"flv", "matroska", "mov"})
"""Those that give the time of their end for their duration."""
_LEAD_IN = 0.2
"""Seconds before zero that hold what a codec needs to begin, and no player plays."""
_BACK = 0.1
"""Seconds by which a clock must go back, from one packet to the next, to have been set back."""
_JUMP = 10.0
"""Seconds by which the clock of a jumping format must go on to have been set; ffmpeg's own rule."""
LIST = ("-f", "framecrc", "-flush_packets", "1", "pipe:1")
"""The last of ffmpeg's arguments for a list of packets, each written as a whole line: among the lines of its
log, which ffmpeg writes in pieces, one could be torn apart."""
_ENOUGH = 20_000  # bytes of the list of packets: some 300 of them
_TIME_BASE = re.compile(r"#tb (\d+): (\d+)/(\d+)")
_PACKET = re.compile(r"(\d+), *-?\d+, *(-?\d+),")
_NO_TIME = -(2**63)
_START = re.compile(r"^  Duration: .*, start: (-?\d+\.\d+),", re.MULTILINE)


def origin(path: Path, *, formats: tuple[str, ...] = ()) -> float:
    """Return the time of a recording's earliest packet of pictures or sound: a player's zero, in seconds.

    0 when none can be read. Nothing is decoded. Raises InputError.
    """
    recording = ffmpeg.source(path, formats=formats, copyts=None)
    graph = recording.output("-", c="copy", copyinkf=None, fs=_ENOUGH)
    arguments = graph.get_args()
    arguments[-1:] = ["-map", "0:V?", "-map", "0:a?", *LIST]  # V: no covers, which have no time
    packets: list[str] = []
    try:
        log = ffmpeg.run(arguments, on_line=packets.append)
    except ffmpeg.FfmpegError as error:  # no list where only a decoder finds out the size of pictures; but
        log = error.log  # there, in broadcasts, ffmpeg's own start is right
    own = [float(start) for start in _START.findall(log)[-1:]]
    first = min(times(packets) or own, default=0.0)
    return 0.0 if -_LEAD_IN < first < 0 else first


def times(lines: Iterable[str]) -> list[float]:
    """Return the times of the packets in a LIST of ffmpeg's, in seconds."""
    bases: dict[str, float] = {}
    found = []
    for line in lines:
        if base := _TIME_BASE.match(line):
            bases[base[1]] = int(base[2]) / int(base[3])
        elif (packet := _PACKET.match(line)) and packet[1] in bases and int(packet[2]) != _NO_TIME:
            found.append(int(packet[2]) * bases[packet[1]])
    return found


def claimed(media: MediaInfo, begins: float) -> float | None:
    """Return how long a recording says that it is, in seconds from its beginning; None when nobody knows."""
    if media.duration is None or media.format in JUMPING:
        return None
    if media.format in _ABSOLUTE and media.duration > begins:
        return media.duration - begins
    return media.duration


def options(begins: float, start: float = 0.0) -> dict[str, str | None]:
    """Return the input options with which ffmpeg counts from `begins`, and reads from shortly before `start`.

    What is wanted must be cut out by a filter: ffmpeg's own cutting counts from the start that it takes.
    """
    # ffmpeg replaces a shift by exactly its own start with another: so it is a microsecond less.
    chosen: dict[str, str | None] = {"copyts": None, "itsoffset": f"{1e-6 - begins:.6f}"}
    if start:
        chosen |= {"noaccurate_seek": None, "seek_timestamp": "1", "ss": f"{begins + start:.6f}"}
    return chosen


def steady(*, jumping: bool) -> str:
    """Return an ffmpeg filter for sound after which time never goes back, so that no sample is dropped.

    Where the clock is set back, as in joined files, it is carried on from there; so it is where that of a
    jumping format is set forward. Where packets merely overlap, each follows the one before. Gaps stay gaps.
    """
    jump = f"lt(ld(2),-{_BACK}/TB)" + (f"+gt(ld(2),{_JUMP}/TB)" if jumping else "")
    steps = (
        "st(5,NB_SAMPLES/SR/TB)",  # how long this piece lasts
        "st(2,if(N,PTS-ld(1),0))",  # how far it is, by the file's clock, from the end of the one before
        "st(1,PTS+ld(5))",  # where it ends by that clock
        f"st(0,ld(0)-if({jump},ld(2),0))",  # by how much that clock was set so far
        "st(4,if(N,max(ld(3),PTS+ld(0)),PTS))",  # where it goes
        "st(3,ld(4)+ld(5))",  # where it ends there
        "ld(4)",
    )
    return f"asetpts='{';'.join(steps)}'"
