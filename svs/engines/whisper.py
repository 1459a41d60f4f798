"""Whisper: every window of speech is decoded to its end; speech that gives no words is a gap.

Where speakers have files of their own, their windows are taken together in the order in which they end.

Two windows are a batch. Each batch is decoded independently, so that a resumed job gives the same bytes.
Several are decoded at once, each by one thread, which is faster than one after the other by all threads.
"""

import heapq
import math
import os
import platform
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from svs.engines import passage
from svs.engines.decoder import Decoder
from svs.engines.passage import Passage
from svs.errors import MissingError, UsageError
from svs.events import Tick
from svs.media import pcm, vad
from svs.media.vad import Window
from svs.model.job import Options
from svs.model.speech import Batch, Gap, Segment
from svs.system import memory
from svs.system.processors import cores, has_gpu

_CUT_PROMPT = (
    "--prompt and --hotwords together are too long for Whisper: the ends of both are ignored. "
    "About 150 words fit."
)
_LIBRARIES = ("ctranslate2", "faster-whisper", "onnxruntime")
_MAX_WORKERS = 4  # batches that are decoded at once
_TOGETHER = 2  # windows in a batch: their first search is one, which takes a fifth less work
_LANGUAGE_BATCHES = 2  # batches of speech used to detect the main language
_LIKELY = 0.5  # probability above which one window is enough for that,
_MIN_SPEECH = 3.0  # if it has this many seconds of speech
_TICK_SECONDS = 0.5
_CACHED_SHAPES = "16"  # kernels that oneDNN keeps: its default, 1024, grows by 50 MB in half an hour of audio
_USUAL_SPEED = 5.0  # seconds of audio per second, to show progress before the first window is done


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that Whisper's multilingual models know."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return tuple(_LANGUAGE_CODES)


def made_with(options: Options) -> str:
    """Return what decides the words besides model and options, as it is on this machine."""
    device = "cuda" if _on_gpu(options) else "cpu"
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    return ", ".join([f"{device} {_compute_type(options)} {platform.machine()}", *libraries])


@dataclass(frozen=True, slots=True)
class _Voice:
    """A window of a file."""

    file: Path
    speaker: str
    window: Window


class Whisper:
    """Decodes batches of windows in a few threads."""

    name = "whisper"

    def __init__(
        self, folder: Path, model: str, options: Options, language: str | None, speakers: tuple[str, ...] = ()
    ) -> None:
        self.model = model
        self.language = language
        self._speakers = speakers
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
        """Yield a batch for every two windows of speech in 16 kHz mono s16 PCM."""
        files = pcm.files(source, len(self._speakers))
        total = max(map(pcm.seconds, files))
        began = time.monotonic()
        done = shown = after
        found = self._windows(files, lambda: tick(shown, total))
        ended = ((end, voices) for end, voices in found if end > after)
        first = list(islice(ended, _LANGUAGE_BATCHES))
        if self.language is None and first:
            self.language = self._main_language([voice for _, voices in first for voice in voices])
        at = began
        with _pool(self._workers) as pool:
            for end, result in self._in_order(pool, total, chain(first, ended)):
                while not result.done():
                    wait([result], timeout=_TICK_SECONDS)
                    speed = (done - after) / (at - began) if done > after else _USUAL_SPEED
                    part = 1 - math.exp((at - time.monotonic()) * speed / (end - done))
                    shown = done + part * (end - done)
                    tick(shown, total)
                yield result.result()
                memory.release()
                done = shown = end
                at = time.monotonic()
        if done < total:
            yield Batch(total, total, ())

    def _windows(
        self, files: Sequence[Path], step: Callable[[], None]
    ) -> Iterator[tuple[float, list[_Voice]]]:
        """Yield each batch's end, in seconds, and its windows; those that end together share a batch."""
        named = zip(files, self._speakers or ("",), strict=True)
        merged = heapq.merge(*(_voices(file, speaker, step) for file, speaker in named), key=_end)
        ended = (list(voices) for _, voices in groupby(merged, _end))
        while some := list(islice(ended, _TOGETHER)):
            yield some[-1][0].window.end, list(chain(*some))

    def _main_language(self, voices: Iterable[_Voice]) -> str:
        """Return the most probable language of the first windows."""
        sums: dict[str, float] = {}
        for voice in voices:
            window = voice.window
            encoded = self._decoder.encode(pcm.read(voice.file, window.first, window.last))
            found = self._decoder.languages(encoded)
            for language, probability in found:
                sums[language] = sums.get(language, 0.0) + probability * window.speech()
            if found[0][1] > _LIKELY and window.speech() > _MIN_SPEECH:
                break
        return max(sums, key=lambda language: sums[language])

    def _in_order(
        self, pool: ThreadPoolExecutor, total: float, ended: Iterable[tuple[float, list[_Voice]]]
    ) -> Iterator[tuple[float, Future[Batch]]]:
        """Yield the ends with the futures of their batches; a few are submitted in advance."""
        begun: deque[tuple[float, Future[Batch]]] = deque()
        for end, voices in ended:
            begun.append((end, pool.submit(self._batch, end, total, voices)))
            if len(begun) > self._workers:
                yield begun.popleft()
        yield from begun

    def _batch(self, end: float, total: float, voices: Sequence[_Voice]) -> Batch:
        said, gaps = list[Segment](), list[Gap]()
        found = passage.transcribe([self._passage(voice) for voice in voices])
        for voice, (segments, missing) in zip(voices, found, strict=True):
            said += [replace(segment, speaker=voice.speaker) for segment in segments]
            gaps += missing
        said.sort(key=lambda segment: segment.start)
        speech = sum(voice.window.speech() for voice in voices)
        return Batch(end, total, tuple(said), tuple(gaps), round(speech, 3))

    def _passage(self, voice: _Voice) -> Passage:
        audio = pcm.read(voice.file, voice.window.first, voice.window.last)
        return Passage(self._decoder, voice.window, audio, self.language or "en", self._fixed)


def _voices(file: Path, speaker: str, step: Callable[[], None]) -> Iterator[_Voice]:
    return (_Voice(file, speaker, window) for window in vad.windows(file, step))


def _end(voice: _Voice) -> float:
    return voice.window.end


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
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", _CACHED_SHAPES)  # read by the library once
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
