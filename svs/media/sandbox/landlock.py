"""Landlock, Linux's access control for files: this process and its children can only open what rules allow.

The rights and structures are those of <linux/landlock.h>.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, with these numbers everywhere
_EXECUTE, _WRITE, _READ, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 14
RUN, READ, READ_AND_WRITE = _EXECUTE | _READ, _READ, _READ | _WRITE | _TRUNCATE
_TCP = 0b11  # to bind and to connect
_SIGNALS_AND_SOCKETS = 0b11  # to outside processes, by signals and abstract sockets
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""The number of file rights in each version of Landlock; 16 from version 5 on."""


def version() -> int:
    """Return the kernel's version of Landlock; 0 if there is none, or it is disabled."""
    if sys.platform != "linux":
        return 0
    found: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, found)


def restrict(rules: Iterable[tuple[str, int]]) -> None:
    """Allow these paths, each with one of the rights above, and no TCP. Raises OSError.

    A folder's rights apply to everything below it. Needs "no new privileges".
    """
    known = version()
    rights = (1 << _FILE_RIGHTS.get(known, 16)) - 1
    attributes = struct.pack("=QQQ", rights, _TCP, _SIGNALS_AND_SOCKETS)
    size = 8 if known < 4 else 16 if known < 6 else 24  # older versions know fewer of the three
    call = ctypes.CDLL(None, use_errno=True).syscall
    ruleset = call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    for path, access in rules:
        _allow(call, ruleset, path, access & rights)
    if ruleset < 0 or call(_RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "Landlock failed")


def _allow(call: "ctypes._NamedFuncPointer", ruleset: int, path: str, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system; ffmpeg reports a missing recording itself
        return
    call(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, handle), 0)
    os.close(handle)
