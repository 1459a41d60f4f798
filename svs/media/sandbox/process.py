"""The sandbox from outside: starts ffmpeg in it."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from svs.media.limits import Limits

Child: TypeAlias = "subprocess.Popen[bytes]"

_LAUNCH = (
    f"import sys; sys.path.append({str(Path(__file__).parents[3])!r}); "
    "from svs.media.sandbox.launcher import main; main(sys.argv[1:])"
)
_KEPT = ("PATH", "SYSTEMROOT")
"""The variables that programs need to start; all others may contain secrets."""
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
"""The variables with folders of libraries."""
_OURS = {
    "AV_LOG_FORCE_NOCOLOR": "1",
    "MALLOC_ARENA_MAX": "1",  # one memory pool for all threads: each further one takes 64 MB of addresses
    "OMP_THREAD_LIMIT": "1",  # tesseract's threads mostly wait for each other
    "GNUTLS_SYSTEM_PRIORITY_FILE": os.devnull,  # some builds of ffmpeg read these from folders of others
    "OPENSSL_CONF": os.devnull,
}


def start(
    command: list[str],
    *,
    reads: Sequence[str] = (),
    write: str = "",
    limits: Limits | None = None,
    handles: Iterable[int] = (),
) -> Child:
    """Start a program that can read these files, write this one, and do little else: see docs/privacy.md.

    It inherits these handles, so that it finds them in /proc/self/fd, where `reads` and `write` may point
    too. It gets its own process group, so that all of it can be killed and Ctrl-C reaches only svs.
    """
    if os.name == "posix":
        numbers = (limits.memory, limits.written, limits.computing) if limits else (0, 0, 0)
        settings = map(str, (os.getpid(), *numbers, len(reads)))
        command = [sys.executable, "-I", "-S", "-c", _LAUNCH, *settings, write, *reads, *command]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=sorted(handles) if os.name == "posix" else (),
        env=_environment(),
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def output(command: list[str], *, reads: Sequence[str], limits: Limits, timeout: float) -> str:
    """Return what a program prints; empty where it fails, or takes longer than so many seconds."""
    try:
        with start(command, reads=reads, limits=limits) as child:
            try:
                printed, _ = child.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                child.kill()
                return ""
    except OSError:
        return ""
    return printed.decode(errors="replace") if child.returncode == 0 else ""


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    for name in _LIBRARIES:
        folders = os.environ.get(name, "").split(os.pathsep)
        absolute = os.pathsep.join(filter(os.path.isabs, folders))  # an empty entry means the current folder
        kept |= {name: absolute} if absolute else {}
    return kept | _OURS
