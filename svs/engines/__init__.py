"""The speech engines; `load` chooses one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from svs.engines.interface import Engine
from svs.errors import MissingError
from svs.media.fingerprint import describe
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

        return Whisper(_model(plan, notice), plan.model, options, language, speakers)
    from svs.engines.captions import Captions

    return Captions(plan.model, language, options.start, options.end)


def _model(plan: Plan, notice: Callable[[str], None]) -> Path:
    """Return the folder of a plan's model, which another machine may have elsewhere. Raises MissingError."""
    from svs.models import installed

    folder = installed.ready(installed.here(Path(plan.model_folder)), notice).folder
    if plan.model_digest and describe(folder / "model.bin").fingerprint != plan.model_digest:
        raise MissingError(
            f"the model {plan.model} in {folder} is not the one that the job began with",
            "Install that one again, or summarize the recording as a new job.",
        )
    return folder


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
