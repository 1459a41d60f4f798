"""Running ffmpeg: find it, pass outside files to it safely, and run it with progress."""

import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING, BinaryIO

from svs.errors import InputError, StoreError, SvsError
from svs.fields import message
from svs.media import input_check, tool, whitelist
from svs.media.limits import STREAMS, Limits, Watchdog, check
from svs.media.sandbox import process as sandbox
from svs.system.files import store_errors

if TYPE_CHECKING:
    from ffmpeg.nodes import FilterableStream

_ALWAYS = ("-hide_banner", "-nostdin", "-nostats", "-y", "-progress", "pipe:1")
_BY_HANDLE = re.compile(r"file:/proc/self/fd/(\d+)")
"""The path of a file, or of its folder, that svs has opened: see `files.private_folder`."""
_LOG_LIMIT = 1 << 20
_TICK_SECONDS = 0.25
"""Between two calls of `on_time`, where a request to stop is noticed."""
_MAX_PIXELS = 40_000_000
"""In one picture: somewhat more than 8K video has."""
_NOT_WRITTEN = re.compile(
    r"(?:av_interleaved_write_frame\(\)"
    r"|Error (?:submitting a packet to the muxer|writing trailer|closing file)).*?: (.+)"
)
"""ffmpeg 5 may exit with 0 although it could not write the end of its output."""
_NO_OUTPUT = "At least one output file must be specified"
_UNDECODED = re.compile("Error while decoding stream|Error submitting packet to decoder|Decoding error")
_BROKEN_OFF = re.compile("File ended prematurely|: partial file|exceeds containing master element")


class FfmpegError(SvsError):
    """ffmpeg ended with an error; `log` is its output, which contains text from the file."""

    def __init__(self, log: str, returncode: int) -> None:
        last = next((line.strip() for line in reversed(log.splitlines()) if line.strip()), "no message")
        super().__init__(
            message(f"ffmpeg failed ({returncode}): {last}"), "Run `svs doctor` to check ffmpeg."
        )
        self.log = log
        self.returncode = returncode


class _Url(str):
    """A file's name for ffmpeg, which may not be valid UTF-8; ffmpeg-python hashes its `str()`."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.encode(errors="backslashreplace").decode()


def url(path: Path) -> str:
    """Return a file's name for ffmpeg, as input or output, so that it is never taken for a URL."""
    return _Url("file:" + os.path.abspath(path))  # noqa: PTH100 - Path.absolute() keeps the `..` in it


def source(
    path: Path,
    *,
    codecs: whitelist.Codecs = "audio",
    formats: tuple[str, ...] = (),
    **options: float | str | None,
) -> "FilterableStream":
    """Return an outside file as ffmpeg-python's input: always a plain file, whatever its name.

    Only decoders of one kind are allowed; `formats` are allowed beside those of `whitelist.FORMATS`.
    """
    import ffmpeg

    return ffmpeg.input(
        url(Path(input_check.real_name(path))),
        protocol_whitelist="file",
        format_whitelist=",".join([whitelist.FORMATS, *formats]),
        codec_whitelist=whitelist.DECODERS[codecs],
        max_pixels=_MAX_PIXELS,
        max_streams=STREAMS,
        threads=2,  # each further thread takes memory
        **options,
    )


@dataclass(frozen=True, slots=True)
class _Recording:
    """An outside file that ffmpeg reads."""

    path: Path
    file: BinaryIO
    """The opened file: when ffmpeg opens the path, it may be another file."""
    limits: Limits


def run(
    arguments: list[str],
    *,
    on_time: Callable[[float], None] | None = None,
    on_line: Callable[[str], None] = lambda _: None,
    limits: Limits | None = None,
    reads: tuple[str, ...] = (),
) -> str:
    """Run ffmpeg with these arguments, overwriting its output, and return the end of its log.

    It can only open its inputs, its output and the files in `reads`: see `sandbox`. The output is the last
    argument, if that is an absolute path or made by `url`. If the first input is an outside file, made by
    `source`, `Limits` apply too.

    Raises FfmpegError if it fails, InputError if the file exceeds the limits, StoreError if its output cannot
    be written, MissingError if this ffmpeg never runs, and another SvsError if it was killed, which need not
    be the file's fault. `on_time` is called with the seconds of output so far: several times a second even
    without progress, and once at the end. If it raises, ffmpeg is killed first. `on_line` is called, in
    another thread, with each line that ffmpeg writes to `pipe:1`, which is also where its progress goes.
    """
    outside = _outside(arguments)
    if outside is None:
        return _run(arguments, None, reads, on_time, on_line)
    with input_check.open_regular(outside) as file:
        return _run(arguments, _Recording(outside, file, limits or Limits()), reads, on_time, on_line)


def _run(
    arguments: list[str],
    recording: _Recording | None,
    reads: tuple[str, ...],
    on_time: Callable[[float], None] | None,
    on_line: Callable[[str], None],
) -> str:
    cpu = _children_time()
    binary = tool.find()
    process = _start(binary, arguments, recording, reads)
    position = [0.0]
    log: deque[bytes] = deque()
    progress = Thread(target=_follow_progress, args=(process.stdout, position, on_line), daemon=True)
    listener = Thread(target=_keep_the_end, args=(process.stderr, log), daemon=True)
    watchdog = Watchdog(recording.path) if recording else None
    try:
        listener.start()
        progress.start()
        running = True
        while running:  # until ffmpeg closes its output, which is when it ends
            progress.join(_TICK_SECONDS)
            running = progress.is_alive()
            if on_time:
                on_time(position[0])
            if watchdog and running:
                watchdog.check(position[0])
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
        raise SvsError("ffmpeg was killed", "Memory may have run out. Continue with `svs jobs resume last`.")
    if returncode:
        if not opened(text):
            tool.version(binary)  # raises if the problem is ffmpeg, not the file
        raise FfmpegError(text, returncode)
    return text


def opened(log: str) -> bool:
    """Return whether ffmpeg could open its input, and only ended because it had no output."""
    return log.rstrip().endswith(_NO_OUTPUT)


def damaged(log: str) -> bool:
    """Return whether ffmpeg reported damage in its input."""
    return bool(undecoded(log)) or breaks_off(log)


def undecoded(log: str) -> int:
    """Return how many packets ffmpeg reported that it could not decode."""
    return len(_UNDECODED.findall(log))


def breaks_off(log: str) -> bool:
    """Return whether ffmpeg noticed that a file is cut off."""
    return bool(_BROKEN_OFF.search(log))


def check_written(
    log: str, target: Path, what: str, hint: str = "Free some space, or move the store with SVS_HOME."
) -> None:
    """Raise StoreError if ffmpeg could not write all of its output, even if it exited with 0."""
    if match := _NOT_WRITTEN.search(log):
        raise StoreError(f"cannot write the {what} to {target.parent}: {match[1]}", hint)


def _outside(arguments: list[str]) -> Path | None:
    """Return the outside file among the arguments; None if all files are svs's own."""
    return Path(_inputs(arguments)[0]) if "-format_whitelist" in arguments else None


def _inputs(arguments: list[str]) -> list[str]:
    """Return the paths of the files that are read."""
    return [_path(name) for option, name in pairwise(arguments) if option == "-i" and _path(name)]


def _output(arguments: list[str]) -> str:
    """Return the path of the output; empty if there is none."""
    return _path(arguments[-1]) if arguments[-2] != "-i" else ""


def _path(name: str) -> str:
    path = name.removeprefix("file:")
    return path if Path(path).is_absolute() else ""


def _start(
    binary: Path, arguments: list[str], recording: _Recording | None, reads: tuple[str, ...]
) -> sandbox.Child:
    """Start ffmpeg in the sandbox. It gets the recording by its path.

    With Landlock it can open that path only if it is still the file that svs has opened.
    """
    output = _output(arguments)
    if output:  # make it private before anything is written to it
        with store_errors("write", Path(output)):
            os.close(os.open(output, os.O_WRONLY | os.O_CREAT, 0o600))
    inputs = _inputs(arguments)
    handles = {int(match[1]) for name in arguments if (match := _BY_HANDLE.match(name))}
    if recording and sys.platform == "linux":
        handle = recording.file.fileno()
        handles.add(handle)
        inputs = [f"/proc/self/fd/{handle}" if Path(name) == recording.path else name for name in inputs]
    command = [str(binary), *_ALWAYS, *arguments]
    limits = recording.limits if recording else None
    return sandbox.start(command, reads=[*inputs, *reads], write=output, limits=limits, handles=handles)


def _check_read(recording: _Recording, returncode: int, log: str) -> None:
    """Raise InputError if the recording's path led ffmpeg to another file."""
    path = recording.path
    # ffmpeg is denied every file other than the one that svs opened.
    denied = log.rstrip().endswith((f"{path}: Permission denied", "input files: Permission denied"))
    if denied or input_check.replaced(path, recording.file):
        raise InputError(f"{path} was replaced while it was read", "Summarize it again.")
    if returncode and not path.exists():
        raise InputError(f"{path} no longer exists", "Put it back as it was.")


def _children_time() -> float:
    """Return the processor time of all ended children, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def _kill(process: sandbox.Child) -> None:
    if sys.platform == "win32":
        process.kill()
    elif process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _was_killed(returncode: int, log: str) -> bool:
    """Return whether ffmpeg was killed: it exits with 255 on SIGTERM, but also for EPERM."""
    return returncode == -9 or (returncode == 255 and "Operation not permitted" not in log)


def _follow_progress(stdout: IO[bytes], position: list[float], on_line: Callable[[str], None]) -> None:
    with stdout:
        for line in stdout:
            if match := re.fullmatch(rb"out_time_us=(\d+)\s*", line):
                position[0] = int(match[1]) / 1e6
            on_line(line.decode(errors="replace"))


def _keep_the_end(stderr: IO[bytes], log: deque[bytes]) -> None:
    size = 0
    with stderr:
        while block := os.read(stderr.fileno(), 1 << 16):
            log.append(block)
            size += len(block)
            while size - len(log[0]) >= _LOG_LIMIT:
                size -= len(log.popleft())
