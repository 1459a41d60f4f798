"""What a child that reads an outside file may do; run as a program, it puts itself under these limits.

    python -I -S confine.py PARENT MEMORY FILE_SIZE CPU READ WRITE COUNT OWN... COMMAND...

It becomes COMMAND, after it has seen to it that it dies with its parent and, on Linux with Landlock, can open
nothing but READ, WRITE, as many OWN files as COUNT says, and what programs need to start, and connect to
nothing. It loads the standard library alone, and little of it: 15 ms.
"""

import ctypes
import os
import struct
import sys
from contextlib import suppress

if sys.platform != "win32":
    import resource

_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38  # prctl's PR_SET_PDEATHSIG and PR_SET_NO_NEW_PRIVS
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, with these numbers everywhere
_EXECUTE, _WRITE, _READ, _READ_FOLDER, _TRUNCATE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_TCP = 0b11  # to bind and to connect
_SIGNALS_AND_SOCKETS = 0b11  # to processes outside, by signals and by abstract sockets
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights over files each version of Landlock knows; 16 from version 5 on."""
_PROGRAM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/nix/store",
    "/gnu/store",
    "/home/linuxbrew/.linuxbrew",
    "/etc/ld.so.cache",
    "/etc/gnutls",
    "/etc/crypto-policies",
    "/etc/ssl/openssl.cnf",
    "/dev/null",
    "/dev/urandom",
)
"""Where programs, their libraries and these libraries' settings are: nothing of it is a secret."""


def landlock() -> int:
    """Return the version of Landlock that this kernel offers; 0 when there is none, or it is switched off."""
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, version)


def main(arguments: list[str]) -> None:
    """Become the command under all limits, or end with 126 when it cannot."""
    parent, memory, file_size, cpu = map(int, arguments[:4])
    read, write, count, *rest = arguments[4:]
    own, command = rest[: int(count)], rest[int(count) :]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, 9)
    if os.getppid() != parent:  # it has ended just before
        return
    if read:
        _limit(memory, file_size, cpu)
        _lock([*_PROGRAM, *_places(command[0])], [read, *own], write)
    try:
        # Python ignores SIGXFSZ, and so does what follows: a file too large is a clean error.
        os.execv(command[0], command)  # noqa: S606 - the tool itself, by its absolute path
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        sys.exit(126)


def _limit(memory: int, file_size: int, cpu: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        _, allowed = resource.getrlimit(what)
        bound = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        with suppress(ValueError, OSError):  # a system that knows the limit by name only
            resource.setrlimit(what, (bound, bound))


def _places(program: str) -> tuple[str, ...]:
    """Return where a program is that was not installed with the system, and its own libraries."""
    real = os.path.realpath(program)
    return real, os.path.join(os.path.dirname(real), "..", "lib")  # noqa: PTH118, PTH120


def _lock(program: list[str], read: list[str], write: str) -> None:
    """Open nothing but these from now on, with all programs that come of this one."""
    version = landlock()
    if not version:
        return
    rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", rights, _TCP, _SIGNALS_AND_SOCKETS)
    size = 8 if version < 4 else 16 if version < 6 else 24  # older versions know fewer of the three
    call = ctypes.CDLL(None, use_errno=True).syscall
    ruleset = call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    allowed = [(place, _EXECUTE | _READ | _READ_FOLDER) for place in program]
    allowed += [(place, _READ) for place in read]
    allowed += [(write, _READ | _WRITE | _TRUNCATE)] if write else []
    for place, access in allowed:
        _allow(call, ruleset, place, access & rights)
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if ruleset < 0 or call(_RESTRICT_SELF, ruleset, 0):
        sys.exit(f"Landlock failed: {os.strerror(ctypes.get_errno())}")


def _allow(call: "ctypes._NamedFuncPointer", ruleset: int, place: str, access: int) -> None:
    try:
        handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this system; a file that has gone is ffmpeg's to tell
        return
    if not os.path.isdir(place):  # noqa: PTH112
        access &= ~_READ_FOLDER
    call(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, handle), 0)
    os.close(handle)


if __name__ == "__main__":
    main(sys.argv[1:])
