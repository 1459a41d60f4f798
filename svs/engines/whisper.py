"""Whisper: every window of speech is decoded to its end, and speech that stays without words is a gap.

A window is decoded alone, so that a resumed job gives the same bytes; several at once, each by one thread of
the processor, which takes less time than one after the other by all threads.
"""

import math
import os
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

from svs.engines.decoder import Decoder
from svs.engines.passage import Passage
from svs.errors import MissingError, UsageError
from svs.events import Tick
from svs.media import pcm, vad
from svs.media.vad import Window
from svs.model.job import Options
from svs.model.speech import Batch
from svs.system import memory

_CUT_PROMPT = (
    "--prompt and --hotwords are too long for Whisper together: the ends of them are not used. "
    "About 150 words are possible."
)
_MOST_WORKERS = 4  # windows that are decoded at once
_LANGUAGE_WINDOWS = 3  # windows of speech from which the main language is found
_LIKELY = 0.5  # probability above which one window is enough for that,
_ENOUGH = 3.0  # if people speak in it for as many seconds
_TICK = 0.5  # seconds between two ticks
_USUAL_SPEED = 5.0  # seconds of audio in a second, to show progress before the first window is done


class Whisper:
    """Decodes the windows of speech in a few threads."""

    name = "whisper"

    def __init__(self, folder: Path, model: str, options: Options, language: str | None) -> None:
        self.model = model
        self.language = language
        self._fixed = options.language is not None
        threads = options.threads or _cores()
        self._workers = min(_MOST_WORKERS, threads)
        self._whisper = _load(folder, options, self._workers, threads // self._workers)
        self._check_language(options)
        self._decoder = Decoder(self._whisper, options)
        self.warnings: tuple[str, ...] = (_CUT_PROMPT,) if self._decoder.cut_prompt else ()

    def _check_language(self, options: Options) -> None:
        """Refuse what the model does not know."""
        known = self._whisper.supported_languages
        if known == ["en"] and (options.translate or self.language not in (None, "en")):
            raise UsageError(
                f"the model {self.model} knows English only", "Choose another: see `svs models list`."
            )
        if self.language and self.language not in known:
            raise UsageError(
                f"Whisper does not know the language {self.language!r}", f"It knows {', '.join(known)}."
            )
        if known == ["en"]:
            self.language, self._fixed = "en", True

    def transcribe(self, source: Path, after: float, tick: Tick) -> Generator[Batch, None, None]:
        """Yield a batch for every window of speech in 16 kHz mono s16 PCM."""
        total = pcm.seconds(source)
        began = time.monotonic()
        done = shown = after
        found = vad.windows(source, lambda: tick(shown, total))
        windows = (window for window in found if window.end > after)
        first = list(islice(windows, _LANGUAGE_WINDOWS))
        if self.language is None and first:
            self.language = self._main_language(source, first)
        at = began
        with _pool(self._workers) as pool:
            for window, result in self._in_order(pool, source, chain(first, windows)):
                while not result.done():
                    wait([result], timeout=_TICK)
                    speed = (done - after) / (at - began) if done > after else _USUAL_SPEED
                    part = 1 - math.exp((at - time.monotonic()) * speed / (window.end - done))
                    shown = done + part * (window.end - done)
                    tick(shown, total)
                yield result.result()
                memory.release()
                done = shown = window.end
                at = time.monotonic()
        if done < total:
            yield Batch(total, total, ())

    def _main_language(self, source: Path, windows: Sequence[Window]) -> str:
        """Return the language that the first windows most probably are in."""
        sums: dict[str, float] = {}
        for window in windows:
            encoded = self._decoder.encode(pcm.read(source, window.first, window.last))
            found = self._decoder.languages(encoded)
            for language, probability in found:
                sums[language] = sums.get(language, 0.0) + probability * window.speech()
            if found[0][1] > _LIKELY and window.speech() > _ENOUGH:
                break
        return max(sums, key=lambda language: sums[language])

    def _in_order(
        self, pool: ThreadPoolExecutor, source: Path, windows: Iterable[Window]
    ) -> Iterator[tuple[Window, Future[Batch]]]:
        """Yield the windows with their batches to come; a few are begun before they are asked for."""
        begun: deque[tuple[Window, Future[Batch]]] = deque()
        for window in windows:
            begun.append((window, pool.submit(self._batch, source, window)))
            if len(begun) > 2 * self._workers:
                yield begun.popleft()
        yield from begun

    def _batch(self, source: Path, window: Window) -> Batch:
        audio = pcm.read(source, window.first, window.last)
        language = self.language or "en"
        segments, gaps = Passage(self._decoder, window, audio, language, self._fixed).transcribe()
        return Batch(window.end, pcm.seconds(source), segments, gaps, round(window.speech(), 3))


@contextmanager
def _pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads; leaving it waits for what runs, and for nothing that has not begun."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _load(folder: Path, options: Options, workers: int, threads: int) -> Any:  # noqa: ANN401 - the library has no types
    """Load the model from its folder, and from nowhere else."""
    from faster_whisper import WhisperModel

    if not folder.is_dir():  # faster-whisper would take it for the name of a model on a hub
        raise MissingError(
            f"the model folder {folder} is gone", "Install the model again: `svs models list`."
        )
    try:
        return WhisperModel(
            str(folder),
            device=options.device,
            compute_type=_compute_type(options),
            cpu_threads=threads,
            num_workers=workers,
            local_files_only=True,
        )
    except Exception as error:  # its libraries raise all kinds
        raise MissingError(
            f"the model in {folder} cannot be loaded: {error}",
            "Check --device and --compute-type, or install the model again: see `svs models list`.",
        ) from error


def _compute_type(options: Options) -> str:
    """Return int8 on a CPU and float16 on a GPU, unless the user chose."""
    if options.compute_type != "default":
        return options.compute_type
    return "float16" if _on_gpu(options) else "int8"


def _on_gpu(options: Options) -> bool:
    import ctranslate2

    return options.device == "cuda" or (options.device == "auto" and ctranslate2.get_cuda_device_count() > 0)


def _cores() -> int:
    """Return how many processors svs may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
