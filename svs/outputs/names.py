"""The paths of the files that are written: named after the recording, or by a template of the user's.

Whatever comes from outside is made safe: a title cannot name another folder, a hidden file, or a device.
"""

import os
import re
from datetime import datetime
from pathlib import Path

from svs.characters import without_unseen
from svs.errors import UsageError
from svs.model.job import Job, OutputOptions
from svs.outputs import FORMATS

FIELDS = ("title", "name", "date", "id", "ext")
"""The recording's title and file name, the day on which it was summarized, the job's id, the extension."""
_FIELD = re.compile(r"\{(\w*)\}")
_HARMFUL = re.compile(r'[/\\:*?"<>|\ud800-\udfff]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MAX_STEM = 200  # bytes of a file's name
_MAX_FIELD = 100  # bytes of a field in one


def is_template(output: str) -> bool:
    """Return whether `-o` is a template, such as `notes/{date} {title}.{ext}`."""
    return "{" in output and not Path(output).is_dir()


def check_template(template: str, formats: tuple[str, ...]) -> None:
    """Raise UsageError if a template cannot name the files of these formats."""
    unknown = [field for field in _FIELD.findall(template) if field not in FIELDS]
    if unknown or set("{}") & set(_FIELD.sub("", template)):
        raise UsageError(
            f"-o {template} is not a valid template",
            f"It may have {', '.join(f'{{{field}}}' for field in FIELDS)}.",
        )
    if len(formats) > 1 and "{ext}" not in template:
        raise UsageError(f"-o {template} names one file for several formats", "Put {ext} in it.")


def paths(source: Path, options: OutputOptions, job: Job | None = None) -> dict[str, Path]:
    """Return the path of each format's file. Raises UsageError for an unknown format, or a wrong template.

    By a template there are none before the job is known.
    """
    if unknown := [name for name in options.formats if name not in FORMATS]:
        raise UsageError(f"there is no format {unknown[0]!r}", f"Choose from {', '.join(FORMATS)}.")
    if options.output_template:
        check_template(options.output_template, options.formats)
        return {name: _filled(options.output_template, name, job) for name in options.formats} if job else {}
    folder, stem = folder_of(source, options), _fitting(source.stem, _MAX_STEM)
    return {name: folder / f"{stem}{FORMATS[name].suffix}" for name in options.formats}


def folder_of(source: Path, options: OutputOptions) -> Path:
    """Return the folder of the files; of a template's, the one that is the same for all recordings."""
    if options.output_template:
        return Path(options.output_template.partition("{")[0] + "x").parent
    return Path(options.output_dir) if options.output_dir else source.parent


def _filled(template: str, name: str, job: Job) -> Path:
    created = datetime.fromisoformat(job.created).astimezone()
    values = {
        "title": safe(job.title or Path(job.source.path).stem),
        "name": safe(Path(job.source.path).stem),
        "date": f"{created:%Y-%m-%d}",
        "id": job.id,
        "ext": name,  # each format is called after the end of its files
    }
    return Path(_FIELD.sub(lambda match: values[match[1]], template))


def safe(text: str) -> str:
    """Return a text from outside as a part of a file's name, on every system."""
    plain = _HARMFUL.sub("-", " ".join(without_unseen(text).split())).strip(" .-")
    plain = _fitting(plain, _MAX_FIELD).rstrip(" .")
    return f"{plain}_" if _DEVICES.fullmatch(plain) else plain or "untitled"


def _fitting(text: str, limit: int) -> str:
    """Shorten a text so that the rest of the name fits after it: file systems allow 255 bytes."""
    data = os.fsencode(text)
    return text if len(data) <= limit else data[:limit].decode(errors="ignore")
