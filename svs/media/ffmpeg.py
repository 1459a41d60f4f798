"""The one door to ffmpeg: find it, name an outside file to it safely, and run it with progress."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

from svs.errors import MissingError, SvsError

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

FORMATS = (
    "aac,ac3,ac4,aiff,amr,amrnb,amrwb,ape,asf,asf_o,au,avi,caf,dhav,dsf,dss,dts,dtshd,dv,eac3,flac,flv,gxf,"
    "iamf,ivr,lc3,loas,lxf,matroska,mlp,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nsv,nut,nuv,ogg,oma,osq,"
    "pva,qcp,qoa,rm,shn,sox,tak,truehd,tta,ty,vivo,voc,vqf,w64,wav,wsd,wtv,wv"
)
"""The demuxers that outside files may reach: containers that carry sound and never name another file.

Playlists (hls, concat, dash), devices, pictures and texts are not among them.
"""

_LOG_LIMIT = 1 << 20
_BEAT = 0.25
"""Seconds between two calls of `on_time`, which is where a wish to stop is noticed."""
_LEASH = (
    "import ctypes, os, sys\n"
    "ctypes.CDLL(None).prctl(1, 9)\n"
    "if os.getppid() == int(sys.argv[1]): os.execv(sys.argv[2], sys.argv[2:])"
)
"""Linux: makes ffmpeg die with svs (PR_SET_PDEATHSIG, SIGKILL), even when svs itself is killed."""


class FfmpegError(SvsError):
    """ffmpeg ended with an error; `log` is what it wrote, with text from the file in it."""

    def __init__(self, log: str, returncode: int) -> None:
        last = next((line.strip() for line in reversed(log.splitlines()) if line.strip()), "no message")
        super().__init__(f"ffmpeg failed ({returncode}): {last}", "Run `svs doctor` to check ffmpeg.")
        self.log = log
        self.returncode = returncode


def find() -> Path:
    """Return the system's ffmpeg, else the one inside imageio-ffmpeg."""
    system = shutil.which("ffmpeg")
    if system and Path(system).is_absolute():  # never one from the current folder
        return Path(system)
    spec = importlib.util.find_spec("imageio_ffmpeg")
    for folder in (spec and spec.submodule_search_locations) or ():
        for packaged in sorted(Path(folder, "binaries").glob("ffmpeg-*")):
            if os.access(packaged, os.X_OK):
                return packaged
    raise MissingError(
        "ffmpeg is not installed",
        "Install it with your system's package manager, or run `pip install imageio-ffmpeg`.",
    )


def version(ffmpeg: Path) -> str:
    """Return the version that this ffmpeg gives itself, such as `5.1.9`."""
    try:
        done = subprocess.run([ffmpeg, "-version"], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise MissingError(f"{ffmpeg} does not run: {error}", "Install ffmpeg again.") from error
    match = re.match(r"ffmpeg version (?:n?(\d+(?:\.\d+)+)|(\S+))", done.stdout.decode(errors="replace"))
    return (match[1] or match[2]) if match else "unknown"


class _Url(str):
    """A file's name for ffmpeg, also one that is no UTF-8; ffmpeg-python hashes what `str()` makes of it."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.encode(errors="backslashreplace").decode()


def url(path: Path) -> str:
    """Return how a file is named to ffmpeg, as input or output: it is a file, whatever its name."""
    return _Url("file:" + os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps the `..` in it


def source(path: Path, **options: float | str) -> "FilterableStream":
    """Return an outside file as ffmpeg-python's input: a plain file and nothing else, whatever its name."""
    import ffmpeg

    return ffmpeg.input(
        url(path),
        protocol_whitelist="file",
        format_whitelist=FORMATS,
        **options,
    )


def run(arguments: list[str], *, on_time: Callable[[float], None] | None = None) -> str:
    """Run ffmpeg with these arguments, overwriting its output, and return the end of what it logs.

    Raises FfmpegError when it fails, another SvsError when it was killed: then it says nothing of the file.
    `on_time` gets the seconds of output so far: several times a second even when nothing moves, and once at
    the end. Whatever it raises kills ffmpeg, and is raised on when ffmpeg is gone.
    """
    process = _start(["-hide_banner", "-nostdin", "-nostats", "-y", "-progress", "pipe:1", *arguments])
    position = [0.0]
    log: deque[bytes] = deque()
    progress = Thread(target=_follow_progress, args=(process.stdout, position), daemon=True)
    listener = Thread(target=_keep_the_end, args=(process.stderr, log), daemon=True)
    try:
        listener.start()
        progress.start()
        running = True
        while running:  # until ffmpeg closes its output, which is when it ends
            progress.join(_BEAT)
            running = progress.is_alive()
            if on_time:
                on_time(position[0])
        returncode = process.wait()
    except BaseException:
        _kill(process)
        raise
    finally:
        listener.join()
    text = b"".join(log)[-_LOG_LIMIT:].decode(errors="replace").replace("\r\n", "\n")
    if _was_killed(returncode, text):
        raise SvsError("ffmpeg was killed", "Perhaps memory ran out; `svs jobs resume last` goes on.")
    if returncode:
        raise FfmpegError(text, returncode)
    return text


def _start(arguments: list[str]) -> "subprocess.Popen[bytes]":
    """Start ffmpeg in a group of its own, so that it can be killed whole and Ctrl-C reaches svs alone."""
    command = [str(find()), *arguments]
    if sys.platform == "linux" and sys.executable:
        command = [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]
    environment = {name: value for name, value in os.environ.items() if name != "FFREPORT"}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment | {"AV_LOG_FORCE_NOCOLOR": "1"},
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _was_killed(returncode: int, log: str) -> bool:
    """Say whether another ended ffmpeg: it answers SIGTERM and its like with 255, which is also EPERM."""
    return returncode == -9 or (returncode == 255 and "Operation not permitted" not in log)


def _follow_progress(stdout: IO[bytes], position: list[float]) -> None:
    with stdout:
        for line in stdout:
            if match := re.fullmatch(rb"out_time_us=(\d+)\s*", line):
                position[0] = int(match[1]) / 1e6


def _keep_the_end(stderr: IO[bytes], log: deque[bytes]) -> None:
    size = 0
    with stderr:
        while block := os.read(stderr.fileno(), 1 << 16):
            log.append(block)
            size += len(block)
            while size - len(log[0]) >= _LOG_LIMIT:
                size -= len(log.popleft())
