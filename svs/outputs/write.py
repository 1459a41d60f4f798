"""Writing a result's files: their paths, their pictures and their content."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from svs import outputs
from svs.errors import InputError, UsageError
from svs.media.fingerprint import opened
from svs.media.frames import Moment, key_frames
from svs.model.job import Job, OutputOptions
from svs.model.media import Frame
from svs.model.speech import Result
from svs.outputs import embed, names
from svs.system.files import check_folder, clear_parts, read_plain, store_errors, write_atomic

_SLIDE = 2.0
"""Seconds before a slide's end that may show the next one: the time is that of a key frame."""


def check(source: Path, options: OutputOptions, job: Job | None = None, *, overwrite: bool = False) -> None:
    """Raise UsageError, before any work, if the requested files cannot be written."""
    files = names.paths(source, options, job)
    if options.formats:
        check_folder(names.folder_of(source, options))
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
    files = names.paths(Path(job.source.path), options, job)
    if options.no_paths:
        result = replace(result, source=Path(result.source).name)
    frames = _frames(job, result, folder, stop) if "html" in files else ()
    for name, file in files.items():
        text = outputs.render(result, name, frames, options.subtitle_width)
        _write(file, text.encode(), job.id, overwrite=options.force)
    written = [str(file.absolute()) for file in files.values()]
    if options.embed:
        copy = Path(options.embed).absolute()
        notice(f"Copying the recording to {copy}, with chapters and transcript.")
        strip_tags, force = options.strip_tags, options.force
        width = options.subtitle_width
        embed.embed(
            job, result, copy, force=force, strip_tags=strip_tags, width=width, on_time=lambda _: stop()
        )
        written.append(str(copy))
    return tuple(written)


def remove_unfinished(job: Job) -> None:
    """Remove the unfinished files that a killed run of a job may have left beside its outputs."""
    options = job.options
    source = Path(job.source.path)
    for folder in {names.folder_of(source, options), *(file.parent for file in _known(job))}:
        clear_parts(folder, job.id)
    if options.embed:
        clear_parts(Path(options.embed).parent, job.id)


def _known(job: Job) -> Iterable[Path]:
    """Return the paths of a job's files, as far as this version knows its formats."""
    with suppress(UsageError):
        return names.paths(Path(job.source.path), job.options, job).values()
    return ()


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
