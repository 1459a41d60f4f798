"""Returning freed memory to the system."""

import ctypes
import sys
from functools import cache


def release() -> None:
    """Return freed memory to the system; glibc would keep it for its threads."""
    if sys.platform == "linux" and hasattr(libc := _libc(), "malloc_trim"):
        libc.malloc_trim(0)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
