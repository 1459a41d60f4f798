"""From what the user typed to the options of a job."""

import os
from collections.abc import Mapping
from typing import Any

from svs import times
from svs.cli import parsers
from svs.model.job import Options


def options(given: Mapping[str, Any]) -> Options:
    """Return the options for values of the parameters of `svs summarize`, by name. Raises UsageError."""
    start, end = parsers.part(given["start"], given["end"])
    names = parsers.formats(f"{given['formats']},html" if given["open_report"] else given["formats"])
    folder, template = parsers.output(given["output"], names)
    parsed: dict[str, Any] = {
        "start": start,
        "end": end,
        "max_duration": times.parse_length(given["max_duration"]),
        "max_size": parsers.size(given["max_size"]),
        "allow_formats": parsers.input_formats(given["allow_format"]),
        "encoding": parsers.encoding(given["encoding"]),
        "model": parsers.model(given["model"]),
        "language": parsers.language(given["language"]),
        "length": parsers.length(given["length"]),
        "chapters": parsers.chapters(given["chapters"]),
        "speaker_names": parsers.speaker_names(given["speaker_names"]),
        "formats": names,
        "output_dir": folder,
        "output_template": template,
        "embed": os.path.abspath(given["embed"]) if given["embed"] else None,  # noqa: PTH100
    }
    same = {name: given[name] for name in Options.__struct_fields__ if name not in parsed}
    return Options(**same, **parsed)
