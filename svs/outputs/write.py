"""The files of a result for the user: where they go, their pictures, and writing them."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from svs import outputs
from svs.errors import InputError, UsageError
from svs.media.fingerprint import opened
from svs.media.frames import Moment, key_frames
from svs.model.job import Job
from svs.model.media import Frame
from svs.model.speech import Result
from svs.system.files import clear_parts, read_plain, store_errors, write_atomic

_LONGEST = 200  # bytes of a name


def frames(
    job: Job, result: Result, folder: Path, stop: Callable[[], None] = lambda: None
) -> tuple[Frame, ...]:
    """Return a picture out of the recording for each chapter, where it is still there and has pictures.

    What is made on the way lies in `folder`. Whatever `stop` raises, several times a second, is raised on.
    """
    formats = job.options.allow_formats
    try:
        with opened(job.source):
            return key_frames(Path(job.source.path), _moments(result), folder, formats=formats, stop=stop)
    except InputError:
        return ()


def _moments(result: Result) -> Iterator[Moment]:
    """Yield where the sentence is said that says most of each chapter, or of the whole without chapters."""
    summary = result.summary
    end = result.start + result.duration
    parts = [(one.start, one.end, one.sentences) for one in summary.chapters]
    for first, last, said in parts or [(result.start, end, summary.sentences)]:
        yield Moment(first, said[0].start if said else (first + last) / 2, last)


def targets(source: str, formats: tuple[str, ...], directory: str | None, *, force: bool) -> dict[str, Path]:
    """Return the file that each format goes to. Raises UsageError when one is there already or cannot be."""
    if unknown := [name for name in formats if name not in outputs.FORMATS]:
        raise UsageError(f"there is no format {unknown[0]!r}", f"Choose from {', '.join(outputs.FORMATS)}.")
    folder = Path(directory) if directory else Path(source).parent
    stem = _fitting(Path(source).stem)
    if formats:
        check_folder(folder)
    files = {name: folder / f"{stem}{outputs.FORMATS[name].suffix}" for name in formats}
    for file in files.values():
        if file.exists() and not force:
            raise UsageError(
                f"{file} is there already", "Use --force to replace it, or -o for another folder."
            )
    return files


def _fitting(stem: str) -> str:
    """Cut a name so short that a suffix has room after it: file systems take 255 bytes."""
    data = stem.encode(errors="surrogateescape")
    return stem if len(data) <= _LONGEST else data[:_LONGEST].decode(errors="ignore")


def check_folder(folder: Path) -> None:
    """Refuse, before any work, a folder that files cannot be written to."""
    there = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write to the folder {folder}", "Name another one.")


def tidy(job_id: str, files: Iterable[Path]) -> None:
    """Remove what a killed run of a held job may have left half-written beside its files."""
    for folder in {file.parent for file in files}:
        clear_parts(folder, job_id)


def _holds(file: Path, text: bytes) -> bool:
    """Say whether a file holds this and nothing else."""
    try:
        return read_plain(file, len(text)) == text
    except ValueError:
        return False


def write_files(
    result: Result, files: dict[str, Path], *, force: bool, frames: Sequence[Frame] = ()
) -> tuple[str, ...]:
    """Write the result in each format, and return the files' absolute paths."""
    for name, file in files.items():
        text = outputs.render(result, name, frames).encode()
        with store_errors("write", file):
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                write_atomic(file, text, replace=force, owner=result.job_id)
            except FileExistsError:
                if not _holds(file, text):  # else this job has written it, and was killed then
                    raise UsageError(f"{file} is there already", "Use --force to replace it.") from None
    return tuple(str(file.absolute()) for file in files.values())
