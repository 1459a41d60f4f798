"""Which model is taken when the user names none."""

from collections.abc import Mapping, Sequence

from svs.models.installed import Model, available, find
from svs.system.files import read_plain, store_errors, write_atomic
from svs.system.paths import home, models_home

RECOMMENDED = "small"
"""Far fewer wrong words than base, and a laptop still keeps up with it."""
_NOTE = ".chosen"
_MAX_NOTE = 300  # bytes


def best(*, english: bool = True, speeds: Mapping[str, float] | None = None) -> Model | None:
    """Return the model that the user chose, else the largest that is faster than real time here.

    Only a multilingual one, unless English is enough. `speeds` are those that were measured on this machine,
    in seconds of a recording per second; of other models it is estimated by their sizes. Without any, it is
    the largest; if all are too slow, the smallest.
    """
    fitting = [model for model in available() if english or model.multilingual]
    wanted = chosen()
    own = [model for model in fitting if model.name == wanted]
    fast = [model for model in fitting if (_speed(model, fitting, speeds or {}) or 1) >= 1]
    if own or fast:
        return max(own or fast, key=lambda model: model.bytes)
    return min(fitting, key=lambda model: model.bytes, default=None)


def _speed(model: Model, others: Sequence[Model], speeds: Mapping[str, float]) -> float | None:
    measured = [other for other in others if other.name in speeds]
    nearest = min(measured, key=lambda other: abs(other.bytes - model.bytes), default=None)
    return speeds[nearest.name] * nearest.bytes / model.bytes if nearest else None


def chosen() -> str:
    """Return the name of the model that the user chose; empty if none."""
    try:
        return read_plain(models_home() / _NOTE, _MAX_NOTE).decode().strip()
    except (OSError, ValueError):
        return ""


def choose(name: str | None) -> None:
    """Have this model taken from now on; None: svs decides. Raises MissingError if it is not installed."""
    note = models_home() / _NOTE
    with store_errors("write", note):
        if name is None:
            note.unlink(missing_ok=True)
            return
        model = find(name)
        for folder in (home(), models_home()):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(note, model.name.encode())
