"""Which recordings the user means by files, folders and patterns, and where the files of each go."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from glob import glob
from pathlib import Path

from msgspec.structs import replace

from svs.engines.captions import SUFFIXES as CAPTIONS
from svs.errors import InputError
from svs.media.input_check import address_in
from svs.model.job import Options
from svs.outputs import FORMATS

_SUFFIXES = """
    3g2 3gp asf avi divx dv f4v flv gxf m2ts m4v mkv mov mp4 mpeg mpg mts mxf nut ogm ogv rm rmvb ts vob webm
    aac ac3 aif aifc aiff amr ape au caf dts eac3 flac m4a m4b mka mp2 mp3 oga ogg opus ra spx tak tta w64 wav
    weba wma wmv wtv wv
"""
_RECORDINGS = tuple(f".{suffix}" for suffix in _SUFFIXES.split())
"""How the names of recordings end; of a file that is named itself any ending will do."""
_OWN = tuple(form.suffix for form in FORMATS.values())


def is_pattern(path: Path) -> bool:
    """Say whether a path is a pattern that the shell did not expand."""
    signs = any(sign in str(path) for sign in "*?[")
    return signs and not path.exists() and not address_in(str(path))


def find(paths: Iterable[Path], *, recursive: bool = False) -> list[Path]:
    """Return the recordings, in their order, each once. Raises InputError for what is not there."""
    absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - without `..` in it
    found = {os.path.realpath(file): file for path in absolute for file in _files(path, recursive=recursive)}
    return list(found.values())


def _files(path: Path, *, recursive: bool) -> Iterator[Path]:
    if is_pattern(path):
        matches = sorted(glob(str(path), recursive=True))  # noqa: PTH207 - a Path has no part for the root
        if not matches:
            raise InputError(f"nothing matches {path}", "Check the pattern.")
        for match in matches:
            yield from _files(Path(match), recursive=recursive)
    elif path.is_dir():
        files = list(_in_folder(path, recursive=recursive))
        if not files:
            hint = "Name one that holds some" + ("." if recursive else ", or give --recursive.")
            raise InputError(f"{path} is a folder without recordings", hint)
        yield from files
    elif path.exists():
        yield path
    else:
        raise InputError(f"there is no file {path}", "Check the name.")


def _in_folder(folder: Path, *, recursive: bool) -> Iterator[Path]:
    """Yield the recordings in a folder: no hidden files, none that svs made, no captions of a recording."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror}", "Check its permissions.") from error
    files = [entry for entry in entries if entry.is_file() and not entry.name.endswith(_OWN)]
    recordings = [file for file in files if file.suffix.lower() in _RECORDINGS]
    beginnings = tuple(f"{file.stem}." for file in recordings)
    captions = [file for file in files if file.suffix.lower() in CAPTIONS]
    yield from sorted(recordings + [file for file in captions if not file.name.startswith(beginnings)])
    for entry in entries if recursive else ():
        if entry.is_dir() and not entry.is_symlink():
            yield from _in_folder(entry, recursive=True)


def apart(recordings: list[Path], options: Options) -> list[Options]:
    """Return the options of each recording: where files would have the same name, other folders for them.

    With an output folder, recordings of one name get the folders there that they have below their common one.
    """
    if not options.formats or options.output_template or not recordings:
        return [options for _ in recordings]
    if options.output_dir is None:
        folders = [file.parent for file in recordings]
    else:
        folders = _in_output(Path(options.output_dir), recordings)
    many = _repeated(folders, recordings)
    chosen = [
        str(folder / f"{file.stem}-{file.suffix[1:]}") if file in many else options.output_dir and str(folder)
        for folder, file in zip(folders, recordings, strict=True)
    ]
    return [replace(options, output_dir=folder) for folder in chosen]


def _in_output(top: Path, recordings: list[Path]) -> list[Path]:
    """Return the folder of each recording in the output folder: another one only where it is needed."""
    drives = {file.drive for file in recordings}
    common = os.path.commonpath([file.parent for file in recordings]) if len(drives) == 1 else ""
    many = _repeated([top for _ in recordings], recordings)
    return [top / f.parent.relative_to(common or f.anchor) if f in many else top for f in recordings]


def _repeated(folders: list[Path], files: list[Path]) -> set[Path]:
    """Return the recordings whose files would get the name of another's, also where case is ignored."""
    names = [str(folder / file.stem).casefold() for folder, file in zip(folders, files, strict=True)]
    count = Counter(names)
    return {file for name, file in zip(names, files, strict=True) if count[name] > 1}
