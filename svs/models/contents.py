"""The content of model folders: checking it, and preparing it when a model is installed."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from svs.models import catalog, strict
from svs.models.catalog import FILES, KNOWN, NEEDED, VOCABULARIES, WEIGHTS
from svs.system.files import read_plain

_SUMS = "SHA256SUMS"
"""The hashes of the files when the model was installed, in the format of sha256sum."""
_BESIDE = frozenset({_SUMS, "README.md", "LICENSE", ".gitattributes", ".cache"})
"""Other files that may be in a model's folder: repositories of models have these."""


def check(folder: Path) -> None:
    """Raise ValueError if a folder does not contain a valid model."""
    try:
        check_names(folder)
        sizes = {name: (folder / name).stat().st_size for name in files(folder)}
        weights = sizes.pop(WEIGHTS)
        small = {name: sha256(folder / name) for name, size in sizes.items() if size <= strict.LARGEST}
        if catalog.is_pinned(small, weights):
            strict.read_sizes(folder)
        else:
            strict.read(folder)
    except OSError as error:
        raise ValueError(f"{error.filename} cannot be read ({error.strerror})") from error


def check_names(folder: Path) -> None:
    """Raise ValueError if a folder lacks a model's files, or has unknown ones. Raises OSError."""
    if not folder.is_dir():
        raise ValueError("the folder does not exist")
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        raise ValueError(f"it has no {', '.join(missing)}")
    unknown = sorted(path.name for path in folder.iterdir() if path.name not in _BESIDE.union(FILES))
    if unknown:
        raise ValueError(f"it contains more than a model ({', '.join(unknown[:5])})")


def files(folder: Path) -> list[str]:
    """Return the names of a model's files; of two vocabularies, the one that CTranslate2 uses."""
    there = [name for name in FILES if (folder / name).is_file()]
    return [name for name in there if name != VOCABULARIES[1] or VOCABULARIES[0] not in there]


def copy(folder: Path, target: Path) -> None:
    """Copy a model's files, and nothing else."""
    for name in files(folder):
        shutil.copyfile(folder / name, target / name)


def prepare(folder: Path, name: str) -> None:
    """Check a new model against the catalog; files without a pinned hash are parsed strictly and rewritten.

    Raises ValueError if it is not a model, or not the model of that name.
    """
    known = KNOWN[name].files if name in KNOWN else {}
    for path in folder.iterdir():
        if path.name not in (known or FILES):  # left by an earlier, interrupted call
            path.unlink()
    check_names(folder)
    sums = {file: sha256(folder / file) for file in files(folder)}
    for file, expected in known.items():
        size = (folder / file).stat().st_size if file in sums else None
        if size != expected.bytes or expected.sha256 not in ("", sums[file]):
            raise ValueError(f"its {file} is not the one of {name}")
    if catalog.verified(sums) != "yes":
        sums = _write_out(folder, sums)
    (folder / _SUMS).write_text("".join(f"{sums[file]}  {file}\n" for file in sorted(sums)))


def recorded(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of an installed model at its installation."""
    try:
        lines = read_plain(folder / _SUMS, 10_000).decode("ascii").splitlines()
    except (OSError, ValueError):
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def sha256(path: Path) -> str:
    """Return a file's SHA-256. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_out(folder: Path, sums: Mapping[str, str]) -> dict[str, str]:
    """Rewrite the small files from their parsed content, and return the new sums."""
    read = strict.read(folder)
    for file in sums.keys() - {WEIGHTS}:
        (folder / file).unlink()
    for file, data in read.items():
        (folder / file).write_bytes(data)
    return {WEIGHTS: sums[WEIGHTS], **{file: sha256(folder / file) for file in read}}
