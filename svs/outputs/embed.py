"""`--embed`: a copy of the recording that carries its chapters, and its transcript as a subtitle track."""

import filecmp
import shutil
from collections.abc import Callable
from pathlib import Path

from svs import outputs
from svs.engines.captions import is_caption_file
from svs.errors import StoreError, UsageError
from svs.languages import long_code
from svs.media import fingerprint
from svs.media.probe import probe
from svs.media.remux import CONTAINERS, Added, remux
from svs.model.job import Job
from svs.model.speech import Result, Transcript
from svs.outputs.cues import WIDTH
from svs.system.files import check_folder, private_folder, put, store_errors


def check(source: Path, target: Path, *, force: bool) -> None:
    """Raise UsageError, before any work, if the copy cannot be written."""
    if target.suffix.lower() not in CONTAINERS:
        raise UsageError(
            f"--embed {target} has no extension of a format with chapters and subtitles",
            f"Use one of {', '.join(CONTAINERS)}.",
        )
    if is_caption_file(source):
        raise UsageError(
            f"{source} contains only subtitles: there is no recording to copy", "Leave out --embed."
        )
    if target == source or (target.exists() and source.exists() and target.samefile(source)):
        raise UsageError(
            f"--embed {target} is the recording itself", "svs never changes it: choose another file."
        )
    if target.is_dir() or (target.exists() and not force):
        hint = "Give the name of a file." if target.is_dir() else "Use --force, or choose another file."
        raise UsageError(f"{target} already exists", hint)
    check_folder(target.parent)


def embed(
    job: Job,
    result: Result,
    target: Path,
    *,
    force: bool,
    strip_tags: bool = False,
    width: int = WIDTH,
    on_time: Callable[[float], None] | None = None,
) -> None:
    """Write the copy of a finished job's recording atomically.

    With `strip_tags` its only tags are the language and the name of the transcript's track.

    Raises InputError if the recording is missing or has changed, or the container does not support it,
    UsageError if another file exists there, StoreError if it cannot be written. `on_time` gets the seconds so
    far.
    """
    source, container = Path(job.source.path), CONTAINERS[target.suffix.lower()]
    fingerprint.check_source(job.source)
    with store_errors("write", target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_room(target, job.source.size)
        with private_folder(target, job.id) as folder:
            subtitles, chapters, copy = (folder / name for name in ("subtitles", "chapters", "copy"))
            text = outputs.render(result, container.subtitles, subtitle_width=width)
            subtitles.write_text(text, encoding="utf-8")
            chapters.write_text(outputs.render(result, "ffmetadata"), encoding="utf-8")
            language = _language(result.transcript)
            added = Added(subtitles, language, "Transcript", chapters if result.summary.chapters else None)
            with fingerprint.opened(job.source):
                media = probe(source, formats=job.options.allow_formats, largest=job.options.max_size)
                remux(source, media, job.options, added, copy, target, on_time, strip_tags=strip_tags)
            _keep(copy, target, force=force)


def _language(transcript: Transcript) -> str:
    """Return the subtitle track's language as a code of three letters."""
    return long_code("en" if transcript.translated else transcript.language)


def _check_room(target: Path, size: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if free < size:
        raise StoreError(
            f"not enough space for the copy in {target.parent}: "
            f"{size / 1e6:.0f} MB needed, {free / 1e6:.0f} free",
            "Free some space, or choose another folder.",
        )


def _keep(copy: Path, target: Path, *, force: bool) -> None:
    try:
        put(copy, target, replace=force)
    except FileExistsError:
        if not filecmp.cmp(copy, target, shallow=False):  # else this job wrote it before it was killed
            raise UsageError(f"{target} already exists", "Use --force to overwrite it.") from None
