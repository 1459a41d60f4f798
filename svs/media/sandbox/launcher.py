"""The sandbox from inside: a process that puts itself under all limits, and becomes another program.

Its arguments: PARENT MEMORY FILE_SIZE CPU COUNT WRITE READ... COMMAND..., with as many READ as COUNT says; a
limit of 0 is none, and so is an empty WRITE. On Linux it dies with its parent and, as far as the kernel can
hold it, opens nothing but READ, WRITE and libraries, and makes no system call that `seccomp` refuses.
It loads the standard library alone, and little of it: each run of ffmpeg begins here.
"""

import ctypes
import os
import sys
from collections.abc import Iterator

from svs.media.sandbox import landlock, seccomp

if sys.platform != "win32":
    import resource

_DIE_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38  # prctl's PR_SET_PDEATHSIG and PR_SET_NO_NEW_PRIVS
_SYSTEM = (
    "/usr/bin",
    "/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/nix/store",
    "/gnu/store",
    "/home/linuxbrew/.linuxbrew/Cellar",
    "/etc/ld.so.cache",
    "/etc/ld-musl-x86_64.path",
    "/etc/ld-musl-aarch64.path",
    "/dev/null",
    "/dev/urandom",
)
"""Where the system's programs and libraries are, and what they need: nothing of it is a secret."""
_LIBRARIES = ("/usr/local/lib", "/usr/local/lib64")
"""Folders that hold libraries beside what may be anything."""


def main(arguments: list[str]) -> None:
    """Become the command under all limits, or end with 126 when it cannot."""
    parent, memory, file_size, cpu, count = map(int, arguments[:5])
    write, *rest = arguments[5:]
    reads, command = rest[:count], rest[count:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, 9)
    if os.getppid() != parent:  # it has ended just before
        return
    try:
        _limit(memory, file_size, cpu)
        if sys.platform == "linux":
            _confine(command[0], reads, write)
        # Python ignores SIGXFSZ, and so does what follows: a file too large is a clean error.
        os.execv(command[0], command)  # noqa: S606 - the tool itself, by its absolute path
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        sys.exit(126)


def _limit(memory: int, file_size: int, cpu: int) -> None:
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_FSIZE, file_size)
    _lower(resource.RLIMIT_CPU, cpu)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lower(what: int, most: int) -> None:
    _, allowed = resource.getrlimit(what)
    bound = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
    if most:
        try:
            resource.setrlimit(what, (bound, bound))
        except (ValueError, OSError):  # a system that knows the limit by name only
            return


def _confine(program: str, reads: list[str], write: str) -> None:
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    if landlock.version():
        rules = [(path, landlock.RUN) for path in (*_SYSTEM, os.path.realpath(program))]
        rules += [(path, landlock.READ) for path in (*_libraries(program), *reads)]
        rules += [(write, landlock.READ_AND_WRITE)] if write else []
        landlock.restrict(rules)
    if seccomp.available():
        seccomp.restrict()


def _libraries(program: str) -> Iterator[str]:
    """Yield the libraries of a program that was not installed with the system."""
    folder = os.path.dirname(os.path.realpath(program))  # noqa: PTH120 - pathlib takes 10 ms
    machine = os.uname().machine
    beside = [f"{folder}/../lib", f"{folder}/../lib64", f"/usr/local/lib/{machine}-linux-gnu"]
    for place in {*_LIBRARIES, *beside, *os.environ.get("LD_LIBRARY_PATH", "").split(":")} - {""}:
        try:
            with os.scandir(place) as entries:
                yield from (entry.path for entry in entries if ".so" in entry.name and entry.is_file())
        except OSError:
            continue
