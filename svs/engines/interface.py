"""What an engine is: it turns the extracted recording into segments, batch by batch."""

from collections.abc import Generator
from pathlib import Path
from typing import Protocol

from svs.events import Tick
from svs.model.speech import Batch


class Engine(Protocol):
    """A speech engine. Where batches end depends on the audio and the engine's options alone."""

    name: str
    model: str
    """The model's name for people, or where the captions come from."""
    language: str | None
    """None until the first batch is there, if it has to be found out."""
    warnings: tuple[str, ...]
    """What the user should know before it begins."""

    def transcribe(self, source: Path, after: float, tick: Tick) -> Generator[Batch, None, None]:
        """Yield the batches that end later than `after`, in order.

        `tick` is called with the seconds done and those in all when the work begins, and about every second
        while a batch is worked on: there the engine estimates, and never goes back.
        `source` is what the extract stage left in the job's folder: 16 kHz mono s16 PCM, or a subtitle file.
        """
        ...
