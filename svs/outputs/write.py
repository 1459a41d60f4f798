"""The files of a result: where they go, their pictures, and writing them. One way for all who export."""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from svs import outputs
from svs.errors import InputError, UsageError
from svs.media.fingerprint import opened
from svs.media.frames import Moment, key_frames
from svs.model.job import Job, OutputOptions
from svs.model.media import Frame
from svs.model.speech import Result
from svs.outputs import embed
from svs.system.files import check_folder, clear_parts, read_plain, store_errors, write_atomic

_LONGEST = 200  # bytes of a name


def check(source: Path, options: OutputOptions, *, overwrite: bool = False) -> None:
    """Raise UsageError, before any work, when the files that are asked for cannot be written."""
    files = targets(source, options)
    if files:
        check_folder(_folder(source, options))
    for file in files.values():
        if file.exists() and not (overwrite or options.force):
            raise _exists(file)
    if options.embed:
        embed.check(source, Path(options.embed), force=overwrite or options.force)


def deliver(
    job: Job,
    result: Result,
    folder: Path,
    options: OutputOptions,
    stop: Callable[[], None] = lambda: None,
    notice: Callable[[str], None] = lambda _: None,
) -> tuple[str, ...]:
    """Write the files that are asked for, and the copy of the recording; return their absolute paths.

    What is made on the way lies in `folder`. Whatever `stop` raises, several times a second, is raised on.
    Raises UsageError when another file is there, StoreError when one cannot be written.
    """
    files = targets(Path(job.source.path), options)
    if options.no_paths:
        result = replace(result, source=Path(result.source).name)
    frames = _frames(job, result, folder, stop) if "html" in files else ()
    for name, file in files.items():
        _write(file, outputs.render(result, name, frames).encode(), job.id, overwrite=options.force)
    written = [str(file.absolute()) for file in files.values()]
    if options.embed:
        copy = Path(options.embed).absolute()
        notice(f"The recording is copied to {copy}, with chapters and transcript.")
        strip_tags, force = options.strip_tags, options.force
        embed.embed(job, result, copy, force=force, strip_tags=strip_tags, on_time=lambda _: stop())
        written.append(str(copy))
    return tuple(written)


def targets(source: Path, options: OutputOptions) -> dict[str, Path]:
    """Return the file that each format goes to. Raises UsageError for an unknown format."""
    if unknown := [name for name in options.formats if name not in outputs.FORMATS]:
        raise UsageError(f"there is no format {unknown[0]!r}", f"Choose from {', '.join(outputs.FORMATS)}.")
    folder, stem = _folder(source, options), _fitting(source.stem)
    return {name: folder / f"{stem}{outputs.FORMATS[name].suffix}" for name in options.formats}


def remove_unfinished(job: Job) -> None:
    """Remove what a killed run of a job may have left half-written beside its files."""
    options = job.options
    clear_parts(_folder(Path(job.source.path), options), job.id)
    if options.embed:
        clear_parts(Path(options.embed).parent, job.id)


def _folder(source: Path, options: OutputOptions) -> Path:
    return Path(options.output_dir) if options.output_dir else source.parent


def _fitting(stem: str) -> str:
    """Cut a name so short that a suffix has room after it: file systems take 255 bytes."""
    data = stem.encode(errors="surrogateescape")
    return stem if len(data) <= _LONGEST else data[:_LONGEST].decode(errors="ignore")


def _frames(job: Job, result: Result, folder: Path, stop: Callable[[], None]) -> tuple[Frame, ...]:
    """Return a picture for each chapter, where the recording is still there and has pictures."""
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
    parts = [(chapter.start, chapter.end, chapter.sentences) for chapter in summary.chapters]
    for first, last, said in parts or [(result.start, end, summary.sentences)]:
        yield Moment(first, said[0].start if said else (first + last) / 2, last)


def _write(file: Path, text: bytes, job_id: str, *, overwrite: bool) -> None:
    with store_errors("write", file):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_atomic(file, text, replace=overwrite, owner=job_id)
        except FileExistsError:
            if not _holds(file, text):  # else this job has written it, and was killed then
                raise _exists(file) from None


def _holds(file: Path, text: bytes) -> bool:
    """Say whether a file holds this and nothing else."""
    try:
        return read_plain(file, len(text)) == text
    except ValueError:
        return False


def _exists(file: Path) -> UsageError:
    return UsageError(f"{file} exists already", "Use --force to overwrite it, or -o for another folder.")
