"""Whisper: every window of speech is decoded to its end; speech that gives no words is a gap.

Each window is decoded independently, so that a resumed job gives the same bytes. Several are decoded at once,
each by one thread, which is faster than one after the other by all threads.
"""

import math
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
from svs.system.processors import cores, has_gpu

_CUT_PROMPT = (
    "--prompt and --hotwords together are too long for Whisper: the ends of both are ignored. "
    "About 150 words fit."
)
_MAX_WORKERS = 4  # windows that are decoded at once
_LANGUAGE_WINDOWS = 3  # windows of speech used to detect the main language
_LIKELY = 0.5  # probability above which one window is enough for that,
_MIN_SPEECH = 3.0  # if it has this many seconds of speech
_TICK_SECONDS = 0.5
_USUAL_SPEED = 5.0  # seconds of audio per second, to show progress before the first window is done


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that Whisper's multilingual models know."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return tuple(_LANGUAGE_CODES)


class Whisper:
    """Decodes windows of speech in a few threads."""

    name = "whisper"

    def __init__(self, folder: Path, model: str, options: Options, language: str | None) -> None:
        self.model = model
        self.language = language
        self._fixed = options.language is not None
        threads = options.threads or cores()
        self._workers = min(_MAX_WORKERS, threads)
        self._whisper = _load(folder, options, self._workers, threads // self._workers)
        self._check_language(options)
        self._decoder = Decoder(self._whisper, options)
        self.warnings: tuple[str, ...] = (_CUT_PROMPT,) if self._decoder.cut_prompt else ()

    def _check_language(self, options: Options) -> None:
        """Raise UsageError for languages that the model does not know."""
        known = self._whisper.supported_languages
        if known == ["en"] and (options.translate or self.language not in (None, "en")):
            raise UsageError(
                f"the model {self.model} only knows English", "Choose another: see `svs models list`."
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
                    wait([result], timeout=_TICK_SECONDS)
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
        """Return the most probable language of the first windows."""
        sums: dict[str, float] = {}
        for window in windows:
            encoded = self._decoder.encode(pcm.read(source, window.first, window.last))
            found = self._decoder.languages(encoded)
            for language, probability in found:
                sums[language] = sums.get(language, 0.0) + probability * window.speech()
            if found[0][1] > _LIKELY and window.speech() > _MIN_SPEECH:
                break
        return max(sums, key=lambda language: sums[language])

    def _in_order(
        self, pool: ThreadPoolExecutor, source: Path, windows: Iterable[Window]
    ) -> Iterator[tuple[Window, Future[Batch]]]:
        """Yield the windows with the futures of their batches; a few windows are submitted in advance."""
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
    """Yield a pool of threads; on exit, running tasks are awaited and others cancelled."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


_loaded: dict[tuple[object, ...], Any] = {}
"""The model that was loaded last: a process that runs several jobs loads it once."""


def _load(folder: Path, options: Options, workers: int, threads: int) -> Any:  # noqa: ANN401 - the library has no types
    """Load the model from its folder, never from a network, unless it is loaded already."""
    from faster_whisper import WhisperModel

    if not folder.is_dir():  # faster-whisper would treat it as the name of a model on a hub
        raise MissingError(
            f"the model folder {folder} does not exist", "Install the model again: `svs models list`."
        )
    files = [
        (file.name, found.st_ino, found.st_mtime_ns) for file in folder.iterdir() if (found := file.stat())
    ]
    key = (folder, tuple(sorted(files)), options.device, options.compute_type, workers, threads)
    if key in _loaded:
        return _loaded[key]
    _loaded.clear()  # first: there may be no memory for two
    try:
        _loaded[key] = WhisperModel(
            str(folder),
            device=options.device,
            compute_type=_compute_type(options),
            cpu_threads=threads,
            num_workers=workers,
            local_files_only=True,
        )
    except Exception as error:  # its libraries raise many types
        raise MissingError(
            f"the model in {folder} cannot be loaded: {error}",
            "Check --device and --compute-type, or install the model again: see `svs models list`.",
        ) from error
    return _loaded[key]


def _compute_type(options: Options) -> str:
    """Return the user's choice, else int8 on a CPU and float16 on a GPU."""
    if options.compute_type != "default":
        return options.compute_type
    return "float16" if _on_gpu(options) else "int8"


def _on_gpu(options: Options) -> bool:
    return options.device == "cuda" or (options.device == "auto" and has_gpu())
