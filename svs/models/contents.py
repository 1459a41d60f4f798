"""What is in a model's folder: the one check for all of them, and what becomes of it when it is installed."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from svs.models import catalog, strict
from svs.models.catalog import FILES, KNOWN, NEEDED, VOCABULARIES, WEIGHTS
from svs.system.files import read_plain

_SUMS = "SHA256SUMS"
"""What the files were when the model was installed; the command sha256sum reads it too."""
_BESIDE = frozenset({_SUMS, "README.md", "LICENSE", ".gitattributes", ".cache"})
"""What else may be in a model's folder: repositories of models have these."""


def check(folder: Path) -> None:
    """Raise ValueError when a folder does not hold a model that a recognizer may have."""
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
    """Raise ValueError when a folder lacks a file of a model, or holds what no model has. Raises OSError."""
    if not folder.is_dir():
        raise ValueError("there is no such folder")
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    if missing:
        raise ValueError(f"it has no {', '.join(missing)}")
    strange = sorted(path.name for path in folder.iterdir() if path.name not in _BESIDE.union(FILES))
    if strange:
        raise ValueError(f"it holds more than a model ({', '.join(strange[:5])})")


def files(folder: Path) -> list[str]:
    """Return the names of a model's files; of two vocabularies, the one that CTranslate2 takes."""
    there = [name for name in FILES if (folder / name).is_file()]
    return [name for name in there if name != VOCABULARIES[1] or VOCABULARIES[0] not in there]


def copy(folder: Path, target: Path) -> None:
    """Copy a model's files, and nothing else."""
    for name in files(folder):
        shutil.copyfile(folder / name, target / name)


def settle(folder: Path, name: str) -> None:
    """Check a new model against the catalog; what that does not pin is read strictly, and written out.

    Raises ValueError when it is not a model, or not the one of that name.
    """
    known = KNOWN[name].files if name in KNOWN else {}
    for path in folder.iterdir():
        if path.name not in (known or FILES):  # another call left it there
            path.unlink()
    check_names(folder)
    sums = {file: sha256(folder / file) for file in files(folder)}
    for file, expected in known.items():
        size = (folder / file).stat().st_size if file in sums else None
        if size != expected.bytes or expected.sha256 not in ("", sums[file]):
            raise ValueError(f"its {file} is not that of {name}")
    if catalog.verified(sums) != "yes":
        sums = _write_out(folder, sums)
    (folder / _SUMS).write_text("".join(f"{sums[file]}  {file}\n" for file in sorted(sums)))


def recorded(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of an installed model, as they were then."""
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
    """Replace the small files by what was read of them, and return the new sums."""
    read = strict.read(folder)
    for file in sums.keys() - {WEIGHTS}:
        (folder / file).unlink()
    for file, data in read.items():
        (folder / file).write_bytes(data)
    return {WEIGHTS: sums[WEIGHTS], **{file: sha256(folder / file) for file in read}}
