"""The Whisper models: which there are, which are installed, and how one gets into svs's own folder."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from svs.errors import InputError, MissingError, SvsError, UsageError
from svs.files import store_errors, sync_folder
from svs.paths import home, models_home


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be downloaded by name."""

    name: str
    repo: str
    """Where it lies on the hub."""
    megabytes: int
    """How much there is to download, about."""
    multilingual: bool
    """It knows 99 languages and translates; the others know English only."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on this machine, complete."""

    name: str
    folder: Path
    bytes: int
    multilingual: bool


CATALOG = (
    KnownModel("tiny.en", "Systran/faster-whisper-tiny.en", 78, multilingual=False),
    KnownModel("tiny", "Systran/faster-whisper-tiny", 78, multilingual=True),
    KnownModel("base.en", "Systran/faster-whisper-base.en", 148, multilingual=False),
    KnownModel("base", "Systran/faster-whisper-base", 148, multilingual=True),
    KnownModel("small.en", "Systran/faster-whisper-small.en", 486, multilingual=False),
    KnownModel("small", "Systran/faster-whisper-small", 486, multilingual=True),
    KnownModel("medium.en", "Systran/faster-whisper-medium.en", 1531, multilingual=False),
    KnownModel("medium", "Systran/faster-whisper-medium", 1531, multilingual=True),
    KnownModel("large-v1", "Systran/faster-whisper-large-v1", 3090, multilingual=True),
    KnownModel("large-v2", "Systran/faster-whisper-large-v2", 3090, multilingual=True),
    KnownModel("large-v3", "Systran/faster-whisper-large-v3", 3091, multilingual=True),
    KnownModel("large-v3-turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1622, multilingual=True),
    KnownModel("distil-small.en", "Systran/faster-distil-whisper-small.en", 336, multilingual=False),
    KnownModel("distil-medium.en", "Systran/faster-distil-whisper-medium.en", 792, multilingual=False),
    # These three have the multilingual vocabulary, but learnt English alone.
    KnownModel("distil-large-v2", "Systran/faster-distil-whisper-large-v2", 1516, multilingual=False),
    KnownModel("distil-large-v3", "Systran/faster-distil-whisper-large-v3", 1516, multilingual=False),
    KnownModel("distil-large-v3.5", "distil-whisper/distil-large-v3.5-ct2", 1516, multilingual=False),
)
ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}

_KNOWN = {model.name: model for model in CATALOG}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NEEDED = ("config.json", "model.bin", "tokenizer.json")  # without the last, faster-whisper asks a hub
_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")  # one of them
_FILES = (*_NEEDED, *_VOCABULARIES, "preprocessor_config.json")
_CODE = frozenset(
    {
        ".pt",
        ".pth",
        ".pkl",
        ".pickle",
        ".joblib",
        ".npy",
        ".npz",
        ".ckpt",
        ".h5",
        ".keras",
        ".jar",
        ".py",
        ".pyc",
        ".so",
        ".dylib",
        ".dll",
        ".exe",
        ".bat",
        ".ps1",
        ".sh",
    }
)

Fetch = Callable[[str, Sequence[str], Path], None]
"""Brings the wanted files of a hub's repository into a folder: `fetch(repo, names, folder)`."""


def installed() -> tuple[InstalledModel, ...]:
    """Return the installed models, sorted by name."""
    root = models_home()
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return tuple(_load(f, f.name) for f in folders if _NAME.fullmatch(f.name) and not problem(f))


def find(name_or_folder: str) -> InstalledModel:
    """Return the model that the user named: an installed one, or any folder with one."""
    name = _canonical(name_or_folder)
    if _NAME.fullmatch(name) and (models_home() / name).is_dir():
        return _usable(models_home() / name, name)
    if name in _KNOWN:
        raise MissingError(
            f"the model {name} is not installed",
            f"Run `svs models download {name}` ({_KNOWN[name].megabytes} MB).",
        )
    folder = Path(name_or_folder)
    if folder.is_dir():
        return _usable(folder.absolute(), folder.absolute().name)
    names = ", ".join(model.name for model in installed()) or "none"
    raise MissingError(
        f"there is no model named {name_or_folder}",
        f"Installed: {names}. `svs models list` shows those to download.",
    )


def best(*, english: bool = True) -> InstalledModel | None:
    """Return the largest installed model; only multilingual ones count unless English will do."""
    fitting = [model for model in installed() if english or model.multilingual]
    return max(fitting, key=lambda model: model.bytes, default=None)


def add(folder: Path, name: str | None = None) -> InstalledModel:
    """Install a model from a folder: its own files are copied, and nothing else."""
    name = _checked(name or folder.absolute().name)
    wrong = problem(folder) or _code_in(folder)
    if wrong:
        raise InputError(
            f"{folder} cannot be added: {wrong}",
            "Give a folder with a Whisper model in CTranslate2's form, as faster-whisper uses it.",
        )
    with _building(name) as part:
        for old in part.iterdir():  # of a download that was given up
            old.unlink()
        for file in _FILES:
            if (folder / file).is_file():
                shutil.copyfile(folder / file, part / file)
    return find(name)


def download(name: str, fetch: Fetch) -> InstalledModel:
    """Install a model from the hub; one that is there already is returned as it is."""
    name = _canonical(name)
    if name not in _KNOWN:
        raise UsageError(f"there is no model named {name} to download", f"Choose one of {', '.join(_KNOWN)}.")
    if not (models_home() / name).exists():
        with _building(name) as part:
            fetch(_KNOWN[name].repo, _FILES, part)
    return find(name)


def remove(name: str) -> None:
    """Delete an installed model, or what an interrupted download left of one."""
    name = _checked(_canonical(name))
    there = [path for path in (models_home() / name, _part(name)) if path.is_dir()]
    if not there:
        raise MissingError(f"the model {name} is not installed", "`svs models list` shows those that are.")
    with store_errors("remove", models_home() / name):
        trash = Path(tempfile.mkdtemp(dir=models_home(), prefix=f".{name}.", suffix=".rm"))
        for path in there:
            path.rename(trash / path.name)  # at once, so that half a model is never found
        shutil.rmtree(trash)


def problem(folder: Path) -> str:
    """Return why a folder is not a usable model, or an empty text."""
    try:
        if not folder.is_dir():
            return "there is no such folder"
        missing = [name for name in _NEEDED if not (folder / name).is_file()]
        if not any((folder / name).is_file() for name in _VOCABULARIES):
            missing.append("vocabulary.json")
        if missing:
            return f"it has no {', '.join(missing)}"
        with (folder / "model.bin").open("rb") as file:
            if file.read(17)[6:] != b"WhisperSpec":  # after a version and the name's length
                return "its model.bin is not a Whisper model in CTranslate2's form"
        _multilingual(folder)
    except OSError as error:
        return f"{error.filename} cannot be read ({error.strerror})"
    except (ValueError, RecursionError):
        return "its vocabulary is damaged"
    return ""


def _usable(folder: Path, name: str) -> InstalledModel:
    """Return the model in a folder, which must be complete."""
    wrong = problem(folder) or _code_in(folder)
    if wrong:
        raise MissingError(
            f"the model in {folder} is not usable: {wrong}", "Install it again: see `svs models list`."
        )
    return _load(folder, name)


def _load(folder: Path, name: str) -> InstalledModel:
    sizes = [(folder / file).stat().st_size for file in _FILES if (folder / file).is_file()]
    return InstalledModel(name, folder, sum(sizes), _multilingual(folder))


def _multilingual(folder: Path) -> bool:
    """Look for the empty token: multilingual vocabularies alone have it, and CTranslate2 goes by it too."""
    listed = folder / "vocabulary.json"
    if listed.is_file():
        tokens = json.loads(listed.read_text(encoding="utf-8"))
        if not isinstance(tokens, list):
            raise ValueError("not a list")
        return "" in tokens
    return "" in (folder / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _code_in(folder: Path) -> str:
    """Return a complaint about files that could run when they are loaded: who put them there?"""
    found = sorted(
        file.name
        for file in folder.iterdir()
        if file.suffix.lower() in _CODE or (file.suffix == ".bin" and file.name != "model.bin")
    )
    return f"it holds files that can run code ({', '.join(found)})" if found else ""


def _canonical(name: str) -> str:
    """Return the name that a second name stands for, unless a model of that very name was added."""
    taken = _NAME.fullmatch(name) and (models_home() / name).is_dir()
    return name if taken else ALIASES.get(name, name)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name} is no name for a model",
            "Use letters, digits, dots, hyphens and underscores: `--name NAME`.",
        )
    return name


def _part(name: str) -> Path:
    return models_home() / f".{name}.part"


@contextmanager
def _building(name: str) -> Iterator[Path]:
    """Yield the folder to fill; when that went well and the model is complete, it takes its name."""
    from filelock import FileLock, Timeout

    part, final = _part(name), models_home() / name
    with store_errors("install a model in", models_home()):
        for folder in (home(), models_home()):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(models_home() / f".{name}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise SvsError(f"another svs is installing {name}", "Wait for it to end.") from None
        with lock:
            if final.exists():
                raise UsageError(
                    f"a model named {name} is installed already",
                    f"Run `svs models rm {name}` first, or choose another name.",
                )
            part.mkdir(mode=0o700, exist_ok=True)
            yield part
            _publish(part, final)


def _publish(part: Path, final: Path) -> None:
    """Give a complete model its name, with all of it on the disk."""
    wrong = problem(part)
    if wrong:
        shutil.rmtree(part)
        raise SvsError(f"{final.name} could not be installed: {wrong}", "Try again, or choose another model.")
    for file in part.iterdir():
        file.chmod(0o600)
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())
    part.rename(final)
    sync_folder(final.parent)
