"""Memory that is free again goes back to the system."""

import ctypes
import sys
from functools import cache


def release() -> None:
    """Give back what was freed, where the C library is glibc, which keeps it for its threads."""
    if sys.platform == "linux" and hasattr(libc := _libc(), "malloc_trim"):
        libc.malloc_trim(0)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
