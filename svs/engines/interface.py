"""The interface of engines: an engine turns the extracted recording into segments, batch by batch."""

from collections.abc import Generator
from pathlib import Path
from typing import Protocol

from svs.events import Tick
from svs.model.speech import Batch


class Engine(Protocol):
    """A speech engine. Where batches end depends only on the audio and the engine's options."""

    language: str | None
    """None until the first batch, if it is detected."""
    warnings: tuple[str, ...]
    """What the user should know before the work begins."""

    def transcribe(self, source: Path, after: float, tick: Tick) -> Generator[Batch, None, None]:
        """Yield the batches that end later than `after`, in order.

        `tick` is called with the seconds done and the total when the work begins, and about every second
        while a batch is being transcribed; there the engine estimates, and never decreases. `source` is the
        file that the extract stage made: 16 kHz mono s16 PCM (for several speakers, see `pcm.files`), or a
        subtitle file.
        """
        ...
