"""`svs make-test-video`: a video to try svs with."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from svs.errors import UsageError
from svs.media import testvideo
from svs.ui.output import write
from svs.ui.terminal import is_terminal, stderr

MAX_SECONDS = 24 * 60 * 60


def make_test_video(
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="The file to write, ending in .mp4, .mkv, .mov or .webm.")
    ] = Path("svs-test-video.mp4"),
    size: Annotated[str, typer.Option(metavar="SIZE", help="Width x height in pixels.")] = "640x360",
    fps: Annotated[int, typer.Option(min=1, max=120, metavar="NUMBER", help="Frames per second.")] = 12,
    duration: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Cut or repeat the talk to this length; default: the whole talk once, 186 s.",
            show_default=False,
        ),
    ] = None,
    audio: Annotated[
        Literal["speech", "tone", "silence"],
        typer.Option(metavar="SOUND", help="speech (the talk), tone (440 Hz) or silence."),
    ] = "speech",
    subtitles: Annotated[
        bool, typer.Option("--subtitles", help="Add the true text of the talk as a subtitle track.")
    ] = False,
    chapters: Annotated[bool, typer.Option("--chapters", help="Add a chapter for each topic.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Make a test video: a short talk about four topics, with a slide for each.

    The same options give the same file, byte for byte. Its path goes to stdout.
    """
    if not force and (file.exists() or file.is_symlink()):
        raise UsageError(f"{file} already exists", "Use --force to overwrite it, or choose another file.")
    if duration is not None and not 0.1 <= duration <= MAX_SECONDS:
        raise UsageError(f"--duration {duration:g} is out of range", f"Give 0.1 to {MAX_SECONDS} seconds.")
    pixels = _pixels(size)

    with _bar(duration or testvideo.talk().duration) as on_time:
        testvideo.make_test_video(
            file,
            size=pixels,
            fps=fps,
            duration=duration,
            audio=audio,
            subtitles=subtitles,
            chapters=chapters,
            on_time=on_time,
        )
    write(f"{file}\n")


def _pixels(size: str) -> tuple[int, int]:
    """Return the width and height of a size such as `640x360`."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", size, re.ASCII)
    width, height = (int(number) for number in match.groups()) if match else (0, 0)
    if not all(32 <= pixels <= 4096 and pixels % 2 == 0 for pixels in (width, height)):
        raise UsageError(
            f"--size {size} is not a size for a video",
            "Give two even numbers of 32 to 4096, such as 640x360.",
        )
    return width, height


@contextmanager
def _bar(seconds: float) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr if that is a terminal; yield the function that updates it."""
    if not is_terminal(stderr()):
        yield lambda _seconds: None
        return
    from rich.progress import Progress

    with Progress(console=stderr(), transient=True) as progress:
        task = progress.add_task("Making the test video", total=seconds)
        yield lambda done: progress.update(task, completed=done)
