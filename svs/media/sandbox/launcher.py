"""The sandbox from inside: a process that applies all limits to itself, and then executes another program.

Its arguments: PARENT MEMORY FILE_SIZE CPU COUNT WRITE READ... COMMAND..., with COUNT times READ; a limit of 0
means no limit, and WRITE may be empty. On Linux it ends with its parent and, as far as the kernel supports
it, can open only READ, WRITE and libraries, and make no system call that `seccomp` refuses. It imports
little, and only from the standard library: each run of ffmpeg begins here.
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
"""The system's programs and libraries, and what they need: none of it is secret."""
_LIBRARIES = ("/usr/local/lib", "/usr/local/lib64")
"""Folders with libraries among other files."""


def main(arguments: list[str]) -> None:
    """Execute the command under all limits, or exit with 126 if that fails."""
    parent, memory, file_size, cpu, count = map(int, arguments[:5])
    write, *rest = arguments[5:]
    reads, command = rest[:count], rest[count:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, 9)
    if os.getppid() != parent:  # it ended before prctl
        return
    try:
        _limit(memory, file_size, cpu)
        if sys.platform == "linux":
            _confine(command[0], reads, write)
        # Python ignores SIGXFSZ, and so does the command: a file too large is a clean error.
        os.execv(command[0], command)  # noqa: S606 - the tool itself, by its absolute path
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
        sys.exit(126)


def _limit(memory: int, file_size: int, cpu: int) -> None:
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_FSIZE, file_size)
    _lower(resource.RLIMIT_CPU, cpu)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lower(what: int, limit: int) -> None:
    _, allowed = resource.getrlimit(what)
    bound = limit if allowed == resource.RLIM_INFINITY else min(limit, allowed)
    if limit:
        try:
            resource.setrlimit(what, (bound, bound))
        except (ValueError, OSError):  # a system that does not enforce this limit
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
    """Yield the libraries of a program that does not belong to the system."""
    folder = os.path.dirname(os.path.realpath(program))  # noqa: PTH120 - pathlib takes 10 ms
    machine = os.uname().machine
    beside = [f"{folder}/../lib", f"{folder}/../lib64", f"/usr/local/lib/{machine}-linux-gnu"]
    for place in {*_LIBRARIES, *beside, *os.environ.get("LD_LIBRARY_PATH", "").split(":")} - {""}:
        try:
            with os.scandir(place) as entries:
                yield from (entry.path for entry in entries if ".so" in entry.name and entry.is_file())
        except OSError:
            continue
