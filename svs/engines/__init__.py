"""The engines; `load` is the table of them."""

from pathlib import Path

from svs.engines.interface import Engine
from svs.model import Options, Plan


def load(plan: Plan, options: Options, language: str | None) -> Engine:
    """Return the engine that a plan names, ready to hear; `language` is None when it has to be found out."""
    if plan.engine == "whisper":
        from svs.engines.whisper import Whisper

        return Whisper(Path(plan.model_folder), plan.model, options, language)
    from svs.engines.captions import Captions

    return Captions(plan.model, language, options.start, options.end)
