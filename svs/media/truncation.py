"""Whether ffmpeg reads the whole of a file: where it plays a part without a word and takes it for all."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from svs.media.input_check import open_regular

_LARGEST_PAGE = 27 + 255 + 255 * 255
_LAST = 4
"""The flag of a stream's last Ogg page (RFC 3533, section 6)."""
_UNKNOWN = 0x7FFF0000
"""Sizes from here on are in the headers of files whose writer could not go back to the beginning."""
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"FORM": "big"}
"""How WAV and AVI, and how AIFF write the size that follows."""
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_FLV = re.compile(rb"FLV\x01[\x01\x04\x05]\0\0\0\x09\0\0\0\0")
_PADDING = 4096
"""Bytes behind the end of a recording that are no recording."""
_BLOCK = 1 << 20
_OVERLAP = 12
"""Bytes of the end of a block that may begin what is wanted: one fewer than the longest has."""
_HEADERS = re.compile(rb"ID3[\x02-\x04]\0|APETAGEX|OpusHead|OpusTags")
"""What is at the beginnings and ends of files, and between the sound in joined ones."""


def breaks_off(path: Path) -> bool:
    """Say whether an Ogg, WAV, AVI or AIFF file ends before its end. Raises InputError."""
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        kind = file.read(4)
        if kind in _ORDERS:
            claimed = int.from_bytes(file.read(4), _ORDERS[kind])
            return size < claimed + 8 and claimed < _UNKNOWN
        return kind == b"OggS" and not _has_last_page(file, size)


def _has_last_page(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - _LARGEST_PAGE))
    tail = file.read(_LARGEST_PAGE)
    page = tail[max(0, tail.rfind(b"OggS")) :]
    lengths = page[27 : 27 + page[26]] if len(page) > 26 else b""
    return bool(lengths and page[5] & _LAST and len(page) >= 27 + len(lengths) + sum(lengths))


def claims_too_little(path: Path) -> bool:
    """Say whether a WAV file says that its sound ends where more than its tags follow. Raises InputError.

    The recorder stopped before it wrote the true size, or it is beyond the 4 GiB that can be written.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not re.fullmatch(rb"RIFF....WAVE", file.read(12), re.DOTALL):
            return False
        kinds, end = _chunks(file, 12, size)
        return b"data" in kinds and (end < size - _PADDING or b"RIFF" in kinds)


def _chunks(file: BinaryIO, at: int, size: int) -> tuple[set[bytes], int]:
    """Return the kinds of a RIFF file's chunks, and where what follows is none any more."""
    kinds = set[bytes]()
    while at + 8 <= size:
        file.seek(at)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        if not head[:4].isascii() or not head[:4].strip().isalnum():
            break
        if b"data" in kinds and at + 8 + length > size:
            break
        kinds.add(head[:4])
        at += 8 + length + length % 2
    return kinds, at


def left_over(path: Path) -> int:
    """Return how many bytes of a file ffmpeg never reads, since it takes an earlier place for the end.

    Such are the second and further recordings in joined MP4, WMA and FLV files, and what is behind the size
    that an AIFF file claims. Raises InputError.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(16)
        if head.startswith(b"FORM"):
            claimed = int.from_bytes(head[4:8], "big")
            end = claimed + 8 if claimed else size  # 0: its writer could not go back
        elif head[4:8] == b"ftyp":
            end = _second_mp4(file, size)
        elif head == _ASF:
            end = _second_asf(file, size)
        elif head.startswith(b"FLV"):
            end = _second_flv(file, size)
        else:
            end = size
    return size - end if size - end > _PADDING else 0


def _second_mp4(file: BinaryIO, size: int) -> int:
    """Return where a second film begins; the size where none does."""
    at = films = 0
    while at + 16 <= size:
        file.seek(at)
        head = file.read(16)
        films += head[4:8] == b"ftyp"
        if films == 2:
            return at
        short = int.from_bytes(head[:4])
        length = int.from_bytes(head[8:]) if short == 1 else short
        if length < 8:
            break
        at += length
    return size


def _second_asf(file: BinaryIO, size: int) -> int:
    """Return where a second recording begins; the size where none does."""
    at = 0
    while at + 24 <= size:
        file.seek(at)
        head = file.read(24)
        if at and head[:16] == _ASF:
            return at
        length = int.from_bytes(head[16:], "little")
        if length < 24:
            break
        at += length
    return size


def _second_flv(file: BinaryIO, size: int) -> int:
    """Return where a second recording begins; the size where none does."""
    return next(_places(file, _FLV, 13), size)


def headers_within(path: Path) -> int:
    """Return how many tags and headers are in the middle of a file, as in joined ones. Raises InputError."""
    with open_regular(path) as file:
        return sum(1 for _ in _places(file, _HEADERS, _PADDING))


def _places(file: BinaryIO, wanted: re.Pattern[bytes], at: int) -> Iterator[int]:
    """Yield where a file has something short, from a place on; it may be cut off meanwhile."""
    file.seek(at)
    kept = b""
    while block := file.read(_BLOCK):
        data = kept + block
        end = 0
        for match in wanted.finditer(data):
            yield at - len(kept) + match.start()
            end = match.end()
        at += len(block)
        kept = data[max(end, len(data) - _OVERLAP) :]
