"""The second stage: from audio (or captions) to what was said."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from svs.engines.interface import Batch, Engine
from svs.events import Tick


def transcribe(engine: Engine, source: Path, after: float, keep: Callable[[Batch], None], tick: Tick) -> None:
    """Hear what lies after `after` seconds, and give each batch to `keep` as soon as it is there."""
    with closing(engine.transcribe(source, after, tick)) as batches:
        for batch in batches:
            keep(batch)
            tick(batch.end, batch.total)
