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
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, BinaryIO

from svs.errors import InputError, MissingError, StoreError, SvsError
from svs.fields import message
from svs.files import store_errors
from svs.media import allowed, confine, gate
from svs.media.limits import STREAMS, Limits, Patience, check

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

_ALWAYS = ("-hide_banner", "-nostdin", "-nostats", "-y", "-progress", "pipe:1")
_BY_HANDLE = re.compile(r"file:/proc/self/fd/(\d+)")
"""How a file, or the folder that it lies in, is named that svs has opened: see `files.private_folder`."""
_LOG_LIMIT = 1 << 20
_BEAT = 0.25
"""Seconds between two calls of `on_time`, which is where a wish to stop is noticed."""
_PIXELS = 40_000_000
"""In one picture: those of 8K video and some more."""
_NOT_WRITTEN = re.compile(
    r"(?:av_interleaved_write_frame\(\)"
    r"|Error (?:submitting a packet to the muxer|writing trailer|closing file)).*?: (.+)"
)
"""ffmpeg 5 may end without an error although it could not write the last of it."""
_DAMAGED = re.compile(
    "Error while decoding stream|Error submitting packet to decoder|Decoding error"
    "|File ended prematurely|: partial file|exceeds containing master element"
)


class FfmpegError(SvsError):
    """ffmpeg ended with an error; `log` is what it wrote, with text from the file in it."""

    def __init__(self, log: str, returncode: int) -> None:
        last = next((line.strip() for line in reversed(log.splitlines()) if line.strip()), "no message")
        super().__init__(
            message(f"ffmpeg failed ({returncode}): {last}"), "Run `svs doctor` to check ffmpeg."
        )
        self.log = log
        self.returncode = returncode


def find() -> Path:
    """Return the system's ffmpeg, else the one inside imageio-ffmpeg."""
    system = shutil.which("ffmpeg")
    # Never one from the current folder; and a snap reads no hidden folders, where the store may be.
    if system and Path(system).is_absolute() and Path(system).resolve().name != "snap":
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


def has_holes(version: str) -> bool:
    """Say whether a version of ffmpeg may have CVE-2026-8461, as far as its number tells."""
    numbers = [int(number) for number in re.findall(r"\d+", version.partition("-")[0])][:3]
    for mended in ([8, 1, 2], [8, 0, 3], [7, 1, 5]):
        if numbers[:2] == mended[:2]:
            return numbers < mended
    return bool(numbers) and numbers < [8, 2]


class _Url(str):
    """A file's name for ffmpeg, also one that is no UTF-8; ffmpeg-python hashes what `str()` makes of it."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.encode(errors="backslashreplace").decode()


def url(path: Path) -> str:
    """Return how a file is named to ffmpeg, as input or output: it is a file, whatever its name."""
    return _Url("file:" + os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps the `..` in it


def source(
    path: Path, *, codecs: allowed.Codecs = "audio", formats: tuple[str, ...] = (), **options: float | str
) -> "FilterableStream":
    """Return an outside file as ffmpeg-python's input: a plain file and nothing else, whatever its name.

    Only decoders of one kind are within its reach; `formats` are allowed beside those of `allowed.FORMATS`.
    """
    import ffmpeg

    return ffmpeg.input(
        url(Path(gate.real_name(path))),
        protocol_whitelist="file",
        format_whitelist=",".join([allowed.FORMATS, *formats]),
        codec_whitelist=allowed.DECODERS[codecs],
        max_pixels=_PIXELS,
        max_streams=STREAMS,
        threads=2,  # each one more takes memory
        **options,
    )


def run(
    arguments: list[str], *, on_time: Callable[[float], None] | None = None, limits: Limits | None = None
) -> str:
    """Run ffmpeg with these arguments, overwriting its output, and return the end of what it logs.

    With an outside file as its first input, made by `source`, it runs confined: see `confine`, and `Limits`.
    Further inputs are then files of ours, and its output, if any, is one file, all named by `url`.

    Raises FfmpegError when it fails, InputError when the file is too much for it, StoreError when its output
    cannot be written, another SvsError when it was killed: then it says nothing of the file.
    `on_time` gets the seconds of output so far: several times a second even when nothing moves, and once at
    the end. Whatever it raises kills ffmpeg, and is raised on when ffmpeg is gone.
    """
    outside = _outside(arguments)
    if outside is None:
        return _run(arguments, None, None, on_time, limits or Limits())
    with gate.open_regular(outside) as recording:
        return _run(arguments, outside, recording, on_time, limits or Limits())


def _run(
    arguments: list[str],
    outside: Path | None,
    recording: BinaryIO | None,
    on_time: Callable[[float], None] | None,
    limits: Limits,
) -> str:
    cpu = _children_time()
    process = _start(arguments, recording, limits)
    position = [0.0]
    log: deque[bytes] = deque()
    progress = Thread(target=_follow_progress, args=(process.stdout, position), daemon=True)
    listener = Thread(target=_keep_the_end, args=(process.stderr, log), daemon=True)
    patience = Patience(outside) if outside else None
    try:
        listener.start()
        progress.start()
        running = True
        while running:  # until ffmpeg closes its output, which is when it ends
            progress.join(_BEAT)
            running = progress.is_alive()
            if on_time:
                on_time(position[0])
            if patience and running:
                patience.check(position[0])
        returncode = process.wait()
    except BaseException:
        _kill(process)
        raise
    finally:
        listener.join()
    text = b"".join(log)[-_LOG_LIMIT:].decode(errors="replace").replace("\r\n", "\n")
    if outside and recording:
        denied = text.rstrip().endswith(f"{outside}: Permission denied")  # to what svs itself could open
        if denied or gate.replaced(outside, recording):
            raise InputError(f"{outside} was replaced while it was read", "Summarize it again.")
        check(outside, limits, returncode, text, _children_time() - cpu)
    if _was_killed(returncode, text):
        raise SvsError("ffmpeg was killed", "Perhaps memory ran out; `svs jobs resume last` goes on.")
    if returncode:
        raise FfmpegError(text, returncode)
    return text


def damaged(log: str) -> bool:
    """Say whether ffmpeg complains of what it read."""
    return bool(_DAMAGED.search(log))


def check_written(
    log: str, target: Path, what: str, hint: str = "Free some space, or move the store with SVS_HOME."
) -> None:
    """Raise StoreError when ffmpeg could not write all of its output, even if it ended well."""
    if match := _NOT_WRITTEN.search(log):
        raise StoreError(f"cannot write the {what} to {target.parent}: {match[1]}", hint)


def _outside(arguments: list[str]) -> Path | None:
    """Return the outside file among the arguments; None when all of them are our own."""
    if "-format_whitelist" not in arguments:
        return None
    return Path(_inputs(arguments)[0].removeprefix("file:"))


def _inputs(arguments: list[str]) -> list[str]:
    return [name for option, name in pairwise(arguments) if option == "-i"]


def _output(arguments: list[str]) -> Path | None:
    """Return the file that an outside one is turned into; there is at most one."""
    pairs = pairwise(arguments)
    names = [name for option, name in pairs if name.startswith("file:") and option != "-i"]
    return Path(names[0].removeprefix("file:")) if names else None


def _start(arguments: list[str], recording: BinaryIO | None, limits: Limits) -> "subprocess.Popen[bytes]":
    """Start ffmpeg in a group of its own, so that it can be killed whole and Ctrl-C reaches svs alone.

    It gets the recording by its name. With Landlock it can open nothing else: what has the name by then is
    read only if it is the very file that svs has opened.
    """
    handles = {int(match[1]) for name in arguments if (match := _BY_HANDLE.match(name))}
    handles |= {recording.fileno()} if recording else set()
    command = [str(find()), *_ALWAYS, *arguments]
    if os.name == "posix" and sys.executable:
        output = _output(arguments) if recording else None
        if output:  # ours alone to read, before anything is in it
            with store_errors("write", output):
                os.close(os.open(output, os.O_WRONLY | os.O_CREAT, 0o600))
        numbers = map(str, (os.getpid(), limits.memory, limits.written, limits.computing))
        places = (f"/proc/self/fd/{recording.fileno()}" if recording else "", str(output or ""))
        own = [name.removeprefix("file:") for name in _inputs(arguments)[1:]] if recording else []
        launcher = [sys.executable, "-I", "-S", confine.__file__, *numbers, *places, str(len(own)), *own]
        command = [*launcher, *command]
    environment = {name: value for name, value in os.environ.items() if name != "FFREPORT"}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # One pool of memory for all threads: each one more takes 64 MB of address space.
        pass_fds=sorted(handles) if os.name == "posix" else (),
        env=environment | {"AV_LOG_FORCE_NOCOLOR": "1", "MALLOC_ARENA_MAX": "1"},
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _children_time() -> float:
    """Return the seconds of computing that all children so far took."""
    times = os.times()
    return times.children_user + times.children_system


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
