"""The engines; `load` is the table of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from svs.engines.interface import Engine
from svs.errors import MissingError
from svs.model.job import Options, Plan


def load(plan: Plan, options: Options, language: str | None, notice: Callable[[str], None]) -> Engine:
    """Return the engine that a plan names, ready to hear; `language` is None when it has to be found out."""
    if plan.engine == "whisper":
        from svs.engines.whisper import Whisper
        from svs.models.installed import ready

        folder = ready(Path(plan.model_folder), notice).folder  # it may have changed since it was planned
        return Whisper(folder, plan.model, options, language)
    from svs.engines.captions import Captions

    return Captions(plan.model, language, options.start, options.end)


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Raise the panic of a library in Rust, which is no Exception, as a MissingError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise MissingError(
            f"the model is not usable: a library failed on its files ({error})",
            "Install it again, or choose another: see `svs models list`.",
        ) from error
