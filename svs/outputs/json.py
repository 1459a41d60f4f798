"""The whole result as JSON: what `--json` prints and `-f json` writes.

The schema is `Result` of `svs.model`: the same fields with the same names in the same order. All are always
present, but for `speakers`, and `speaker` of sentences: only if two or more speakers are known. Times are
seconds from the recording's start. `version` is increased when a field changes its meaning or is removed; new
fields may be added without that, so ignore unknown ones. The main fields:

    version                         2
    job_id, title, source, created  strings; `source` is the recording's absolute path, or only its name with
                                    --no-paths; `created` is ISO 8601 in UTC
    duration, start                 seconds that were read, and where reading began
    partial, warnings, notices      whether the file was damaged, what the reader should know, and which audio
                                    track and channel were read, where there are others
    summary                         method, length, sentences,
                                    chapters: [{start, end, title, given, from_slide,
                                    sentences}], phrases,
                                    slides: [{start, end, title}]
    transcript                      engine, model, language, translated,
                                    segments: [{start, end, text, words: [{start, end, text}], suspect,
                                    language, speaker}], gaps: [{start, end}], speech, coverage
    sentences                       the whole transcript: [{start, end, text, suspect, said, language,
                                    speaker}]
    speakers                        [{id, name, how, seconds}], in the order in which they first speak

`gaps` are stretches of speech that could not be transcribed, `speech` is the number of seconds of speech (0
if not measured), and `coverage` is the share of it that words cover, 0 to 1, or null. The `language` of a
segment or sentence is null if it is the transcript's.

The text is ASCII: other characters are escaped as `\\uXXXX`, so that no terminal or encoding can change it.
"""

import os
from pathlib import Path

from msgspec import to_builtins

from svs.model.job import Job
from svs.model.speech import Result
from svs.system.codec import encode


def render(result: Result) -> str:
    """Return the result as JSON, indented by two, with a final line feed."""
    return encode(result, indent=2).decode("ascii")


def without_folders(record: object, job: Job, home: Path) -> object:
    """Return a record as built-in types, without the folders of the job's files and of svs's own files."""
    options, plan = job.options, job.plan
    paths = [job.source.path, options.output_dir, options.output_template, options.embed, options.model]
    paths += [*job.outputs, str(home / "x")]
    paths += [plan.model_folder, plan.captions_file] if plan else []
    folders = {
        str(path.parent) for path in map(Path, filter(None, paths)) if path.is_absolute() and path.parts[2:]
    }
    prefixes = sorted((folder.rstrip(os.sep) + os.sep for folder in folders), key=len, reverse=True)

    def shorten(value: object) -> object:
        if isinstance(value, dict):
            return {key: shorten(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [shorten(item) for item in value]
        for prefix in prefixes if isinstance(value, str) else ():
            value = str(value).replace(prefix, "")
        return value

    return shorten(to_builtins(record))
