"""The second stage: from audio (or captions) to what was said."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from svs.engines.interface import Engine
from svs.events import Tick
from svs.model.speech import Batch


def transcribe(
    engine: Engine,
    source: Path,
    after: float,
    keep: Callable[[Batch], None],
    tick: Tick,
    tick_estimated: Tick,
) -> None:
    """Transcribe what comes after `after` seconds, and give each batch to `keep` as soon as it is there.

    `tick` is called at the end of each batch; what the engine says in between goes to `tick_estimated`.
    """
    with closing(engine.transcribe(source, after, tick_estimated)) as batches:
        for batch in batches:
            keep(batch)
            tick(batch.end, batch.total)
