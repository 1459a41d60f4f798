"""The speech engines; `load` chooses one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from svs.engines.interface import Engine
from svs.errors import MissingError
from svs.model.job import Options, Plan


def load(
    plan: Plan,
    options: Options,
    language: str | None,
    notice: Callable[[str], None],
    speakers: tuple[str, ...] = (),
) -> Engine:
    """Return the engine of a plan, ready to transcribe; `language` None means that it is detected.

    `speakers` are those whose sound lies in files of their own: see `pcm.files`.
    """
    if plan.engine == "whisper":
        from svs.engines.whisper import Whisper
        from svs.models.installed import ready

        folder = ready(Path(plan.model_folder), notice).folder  # it may have changed since the plan was made
        return Whisper(folder, plan.model, options, language, speakers)
    from svs.engines.captions import Captions

    return Captions(plan.model, language, options.start, options.end)


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Raise a panic of a Rust library, which is not an Exception, as a MissingError."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise MissingError(
            f"the model cannot be used: a library failed on its files ({error})",
            "Install it again, or choose another: see `svs models list`.",
        ) from error
