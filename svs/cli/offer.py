"""Asks on a terminal whether to download a model, when a recording needs one and none is installed."""

from pathlib import Path

from svs.cli.models import download_with_bar
from svs.errors import NoModelError
from svs.model.job import Options
from svs.pipeline import plan
from svs.ui.terminal import stderr


def offer_model(video: Path, options: Options) -> None:
    """Download a model if the recording needs one and the user agrees. Raises NoModelError if not."""
    try:
        plan.check_model(video, options)
    except NoModelError as error:
        if not _agreed(f"svs: {error.message}. Download base now (148 MB)? [Y/n] "):
            raise
        download_with_bar("base")


def _agreed(question: str) -> bool:
    """Ask on stderr, since stdout is for the result; end of input means no."""
    try:
        answer = stderr().input(question, markup=False)
    except EOFError:
        return False
    return answer.strip().lower() in ("", "y", "yes")
