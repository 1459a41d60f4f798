"""The one door to ffmpeg: find it, name an outside file to it safely, and run it with progress."""

import importlib.util
import os
import re
import shutil
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, BinaryIO, Literal, NamedTuple

from svs.errors import InputError, MissingError, StoreError, SvsError
from svs.fields import message
from svs.media import input_check, whitelist
from svs.media.limits import STREAMS, Limits, Patience, check
from svs.media.sandbox import process as sandbox
from svs.system.files import store_errors

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
_NO_OUTPUT = "At least one output file must be specified"
_UNDECODED = re.compile("Error while decoding stream|Error submitting packet to decoder|Decoding error")
_BROKEN_OFF = re.compile("File ended prematurely|: partial file|exceeds containing master element")


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


@cache
def version(ffmpeg: Path) -> str:
    """Return the version that this ffmpeg gives itself, such as `5.1.9`. Raises MissingError."""
    match = re.match(r"ffmpeg version (?:n?(\d+(?:\.\d+)+)|(\S+))", ask(ffmpeg, "-version"))
    return (match[1] or match[2]) if match else "unknown"


def ask(ffmpeg: Path, question: Literal["-version", "-encoders", "-filters"]) -> str:
    """Return what an ffmpeg says of itself. Raises MissingError when it does not run, in the sandbox."""
    try:
        process = sandbox.start([str(ffmpeg), question])
        answer, log = (said.decode(errors="replace") for said in process.communicate())
    except OSError as error:
        raise _does_not_run(ffmpeg, str(error)) from error
    if process.returncode:
        raise _does_not_run(ffmpeg, (log.strip() or f"it ends with {process.returncode}").splitlines()[-1])
    return answer


def _does_not_run(ffmpeg: Path, reason: str) -> MissingError:
    """Say that there is an ffmpeg, and what to do about its not running."""
    hint = "Install ffmpeg again."
    with suppress(OSError), ffmpeg.open("rb") as file:
        if file.read(2) == b"#!":
            hint = (
                "It is a script, and svs runs ffmpeg itself alone, in a sandbox: put the folder of the real "
                "ffmpeg first on your PATH."
            )
    return MissingError(f"{ffmpeg} does not run: {reason}", hint)


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
    path: Path,
    *,
    codecs: whitelist.Codecs = "audio",
    formats: tuple[str, ...] = (),
    **options: float | str | None,
) -> "FilterableStream":
    """Return an outside file as ffmpeg-python's input: a plain file and nothing else, whatever its name.

    Only decoders of one kind are within its reach; `formats` are allowed beside those of `allowed.FORMATS`.
    """
    import ffmpeg

    return ffmpeg.input(
        url(Path(input_check.real_name(path))),
        protocol_whitelist="file",
        format_whitelist=",".join([whitelist.FORMATS, *formats]),
        codec_whitelist=whitelist.DECODERS[codecs],
        max_pixels=_PIXELS,
        max_streams=STREAMS,
        threads=2,  # each one more takes memory
        **options,
    )


class _Recording(NamedTuple):
    """An outside file that ffmpeg reads."""

    path: Path
    file: BinaryIO
    """It, opened: what has its name when ffmpeg opens that may be another file."""
    limits: Limits


def run(
    arguments: list[str],
    *,
    on_time: Callable[[float], None] | None = None,
    limits: Limits | None = None,
    reads: tuple[str, ...] = (),
) -> str:
    """Run ffmpeg with these arguments, overwriting its output, and return the end of what it logs.

    It can open nothing but its inputs, its output and the files in `reads`: see `sandbox`. The output is the
    last argument, if that is an absolute path or made by `url`. With an outside file as the first input, made
    by `source`, it has `Limits` too.

    Raises FfmpegError when it fails, InputError when the file is too much for it, StoreError when its output
    cannot be written, MissingError when this ffmpeg never runs, another SvsError when it was killed: then it
    says nothing of the file.
    `on_time` gets the seconds of output so far: several times a second even when nothing moves, and once at
    the end. Whatever it raises kills ffmpeg, and is raised on when ffmpeg is gone.
    """
    outside = _outside(arguments)
    if outside is None:
        return _run(arguments, None, reads, on_time)
    with input_check.open_regular(outside) as file:
        return _run(arguments, _Recording(outside, file, limits or Limits()), reads, on_time)


def _run(
    arguments: list[str],
    recording: _Recording | None,
    reads: tuple[str, ...],
    on_time: Callable[[float], None] | None,
) -> str:
    cpu = _children_time()
    tool = find()
    process = _start(tool, arguments, recording, reads)
    position = [0.0]
    log: deque[bytes] = deque()
    progress = Thread(target=_follow_progress, args=(process.stdout, position), daemon=True)
    listener = Thread(target=_keep_the_end, args=(process.stderr, log), daemon=True)
    patience = Patience(recording.path) if recording else None
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
    if recording:
        _check_read(recording, returncode, text)
        check(recording.path, recording.limits, returncode, text, _children_time() - cpu)
    if _was_killed(returncode, text):
        raise SvsError("ffmpeg was killed", "Perhaps memory ran out; `svs jobs resume last` goes on.")
    if returncode:
        if not opened(text):
            version(tool)  # else it is not the file's fault
        raise FfmpegError(text, returncode)
    return text


def opened(log: str) -> bool:
    """Say whether ffmpeg could open its input, and ended for want of an output."""
    return log.rstrip().endswith(_NO_OUTPUT)


def damaged(log: str) -> bool:
    """Say whether ffmpeg complains of what it read."""
    return bool(undecoded(log)) or breaks_off(log)


def undecoded(log: str) -> int:
    """Return how many packets ffmpeg could not decode, as far as it says."""
    return len(_UNDECODED.findall(log))


def breaks_off(log: str) -> bool:
    """Say whether ffmpeg noticed that a file ends in the middle of something."""
    return bool(_BROKEN_OFF.search(log))


def check_written(
    log: str, target: Path, what: str, hint: str = "Free some space, or move the store with SVS_HOME."
) -> None:
    """Raise StoreError when ffmpeg could not write all of its output, even if it ended well."""
    if match := _NOT_WRITTEN.search(log):
        raise StoreError(f"cannot write the {what} to {target.parent}: {match[1]}", hint)


def _outside(arguments: list[str]) -> Path | None:
    """Return the outside file among the arguments; None when all of them are our own."""
    return Path(_inputs(arguments)[0]) if "-format_whitelist" in arguments else None


def _inputs(arguments: list[str]) -> list[str]:
    """Return the paths of the files that are read."""
    return [_path(name) for option, name in pairwise(arguments) if option == "-i" and _path(name)]


def _output(arguments: list[str]) -> str:
    """Return the path of the file that is written; nothing when there is none."""
    return _path(arguments[-1]) if arguments[-2] != "-i" else ""


def _path(name: str) -> str:
    path = name.removeprefix("file:")
    return path if Path(path).is_absolute() else ""


def _start(
    tool: Path, arguments: list[str], recording: _Recording | None, reads: tuple[str, ...]
) -> sandbox.Child:
    """Start ffmpeg in the sandbox. It gets the recording by its name.

    With Landlock it reads what has that name by then only if it is the very file that svs has opened.
    """
    output = _output(arguments)
    if output:  # ours alone to read, before anything is in it
        with store_errors("write", Path(output)):
            os.close(os.open(output, os.O_WRONLY | os.O_CREAT, 0o600))
    inputs = _inputs(arguments)
    handles = {int(match[1]) for name in arguments if (match := _BY_HANDLE.match(name))}
    if recording and sys.platform == "linux":
        handle = recording.file.fileno()
        handles.add(handle)
        inputs = [f"/proc/self/fd/{handle}" if Path(name) == recording.path else name for name in inputs]
    command = [str(tool), *_ALWAYS, *arguments]
    limits = recording.limits if recording else None
    return sandbox.start(command, reads=[*inputs, *reads], write=output, limits=limits, handles=handles)


def _check_read(recording: _Recording, returncode: int, log: str) -> None:
    """Raise InputError when the recording's name led ffmpeg elsewhere."""
    path = recording.path
    # Denied is what is not the file that svs could open.
    denied = log.rstrip().endswith((f"{path}: Permission denied", "input files: Permission denied"))
    if denied or input_check.replaced(path, recording.file):
        raise InputError(f"{path} was replaced while it was read", "Summarize it again.")
    if returncode and not path.exists():
        raise InputError(f"there is no file {path} any more", "Put it back as it was.")


def _children_time() -> float:
    """Return the seconds of computing that all children so far took."""
    times = os.times()
    return times.children_user + times.children_system


def _kill(process: sandbox.Child) -> None:
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
