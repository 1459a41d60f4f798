"""Whether a file has its end, where ffmpeg plays half of one without a word and takes it for the whole."""

import os
from pathlib import Path
from typing import BinaryIO, Literal

from svs.media.input_check import open_regular

_LARGEST_PAGE = 27 + 255 + 255 * 255
_LAST = 4
"""The flag of a stream's last Ogg page (RFC 3533, section 6)."""
_UNKNOWN = 0x7FFF0000
"""Sizes from here on stand in the headers of files whose writer could not go back to its beginning."""
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"FORM": "big"}
"""How WAV and AVI, and how AIFF write the size that follows."""


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
