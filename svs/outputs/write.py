"""Writing a result's files: their paths, their pictures and their content."""

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

_MAX_STEM = 200  # bytes of a file's name
_SLIDE = 2.0
"""Seconds before a slide's end that may show the next one: the time is that of a key frame."""


def check(source: Path, options: OutputOptions, *, overwrite: bool = False) -> None:
    """Raise UsageError, before any work, if the requested files cannot be written."""
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
    """Write the requested files, and the copy of the recording; return their absolute paths.

    Temporary files are made in `folder`. `stop` is called several times a second, and may raise to stop.
    Raises UsageError if another file exists there, StoreError if one cannot be written.
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
        notice(f"Copying the recording to {copy}, with chapters and transcript.")
        strip_tags, force = options.strip_tags, options.force
        embed.embed(job, result, copy, force=force, strip_tags=strip_tags, on_time=lambda _: stop())
        written.append(str(copy))
    return tuple(written)


def targets(source: Path, options: OutputOptions) -> dict[str, Path]:
    """Return the path of each format's file. Raises UsageError for an unknown format."""
    if unknown := [name for name in options.formats if name not in outputs.FORMATS]:
        raise UsageError(f"there is no format {unknown[0]!r}", f"Choose from {', '.join(outputs.FORMATS)}.")
    folder, stem = _folder(source, options), _fitting(source.stem)
    return {name: folder / f"{stem}{outputs.FORMATS[name].suffix}" for name in options.formats}


def remove_unfinished(job: Job) -> None:
    """Remove the unfinished files that a killed run of a job may have left beside its outputs."""
    options = job.options
    clear_parts(_folder(Path(job.source.path), options), job.id)
    if options.embed:
        clear_parts(Path(options.embed).parent, job.id)


def _folder(source: Path, options: OutputOptions) -> Path:
    return Path(options.output_dir) if options.output_dir else source.parent


def _fitting(stem: str) -> str:
    """Shorten a name so that a suffix fits after it: file systems allow 255 bytes."""
    data = stem.encode(errors="surrogateescape")
    return stem if len(data) <= _MAX_STEM else data[:_MAX_STEM].decode(errors="ignore")


def _frames(job: Job, result: Result, folder: Path, stop: Callable[[], None]) -> tuple[Frame, ...]:
    """Return a picture for each slide and each chapter, if the recording still exists and has pictures."""
    formats = job.options.allow_formats
    try:
        with opened(job.source):
            return key_frames(Path(job.source.path), _moments(result), folder, formats=formats, stop=stop)
    except InputError:
        return ()


def _moments(result: Result) -> Iterator[Moment]:
    """Yield when to take pictures: when a slide is complete, and of the chapters that show no slide.

    That is the time of a chapter's first summary sentence, or of the whole summary's without chapters.
    """
    summary = result.summary
    for slide in summary.slides:
        last = max(slide.start + _SLIDE, slide.end - _SLIDE)
        yield Moment(slide.start, last - _SLIDE, last)
    end = result.start + result.duration
    parts = [(chapter.start, chapter.end, chapter.sentences) for chapter in summary.chapters]
    for first, last, said in parts or [(result.start, end, summary.sentences)]:
        if any(first <= slide.start < last for slide in summary.slides):
            continue
        yield Moment(first, said[0].start if said else (first + last) / 2, last)


def _write(file: Path, text: bytes, job_id: str, *, overwrite: bool) -> None:
    with store_errors("write", file):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            write_atomic(file, text, replace=overwrite, owner=job_id)
        except FileExistsError:
            if not _has_content(file, text):  # else this job wrote it before it was killed
                raise _exists(file) from None


def _has_content(file: Path, text: bytes) -> bool:
    """Return whether a file has exactly this content."""
    try:
        return read_plain(file, len(text)) == text
    except ValueError:
        return False


def _exists(file: Path) -> UsageError:
    return UsageError(f"{file} already exists", "Use --force to overwrite it, or -o for another folder.")
