"""The embedded engine: PocketSphinx with the small English model of its package. Rough, but always there."""

import multiprocessing
import multiprocessing.resource_tracker
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from svs import network
from svs.engines.interface import Batch
from svs.errors import SvsError
from svs.events import Tick
from svs.media import pcm, speech
from svs.model import Segment, Window, Word

_PAUSE = 0.3  # seconds of silence between words that end a segment
_FRAMES_A_SECOND = 100


class PocketSphinx:
    """Decodes windows in parallel processes, one batch a window."""

    name = "pocketsphinx"
    model = "en-us"
    language: str | None = "en"
    rough = True
    warnings: tuple[str, ...] = ()

    def __init__(self, threads: int = 0) -> None:
        self._workers = threads or _cores()

    def transcribe(self, source: Path, after: float, tick: Tick) -> Generator[Batch, None, None]:
        """Yield a batch for each window of speech in 16 kHz mono s16 PCM."""
        total = pcm.seconds(source)
        tick(after, total)
        end = after
        todo = (window for window in speech.windows(source) if window.last / pcm.RATE > after)
        for window, words in _decode_all(source, todo, self._workers):
            end = window.last / pcm.RATE
            yield Batch(end, total, tuple(segments(words, window.first / pcm.RATE)))
        if end < total:
            yield Batch(total, total, ())


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def segments(words: list[Word], offset: float) -> Iterator[Segment]:
    """Yield phrases, cut at pauses; the words' times count from `offset`, where the window begins."""
    phrase: list[Word] = []
    for word in words:
        if phrase and word.start + offset - phrase[-1].end >= _PAUSE:
            yield _segment(phrase)
            phrase = []
        phrase.append(Word(round(word.start + offset, 3), round(word.end + offset, 3), word.text))
    if phrase:
        yield _segment(phrase)


def _segment(words: list[Word]) -> Segment:
    return Segment(words[0].start, words[-1].end, " ".join(word.text for word in words), tuple(words))


def _decode_all(source: Path, windows: Iterable[Window], workers: int) -> Iterator[tuple[Window, list[Word]]]:
    """Yield each window with its words, in order, with a few windows under way in each worker."""
    pending: deque[tuple[Window, Future[list[Word]]]] = deque()
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _start_worker)
    try:
        for window in windows:
            with _deaf():
                future = pool.submit(_decode, pcm.read_bytes(source, window.first, window.last))
            pending.append((window, future))
            if len(pending) > 2 * workers:
                first, future = pending.popleft()
                yield first, future.result()
        while pending:
            first, future = pending.popleft()
            yield first, future.result()
    except BrokenProcessPool as error:
        raise SvsError(
            "a worker of the embedded engine was killed",
            "Perhaps memory ran out: use fewer with --threads 1, then go on with `svs jobs resume last`.",
        ) from error
    finally:
        for worker in multiprocessing.active_children():
            worker.kill()  # nothing is to be waited for: what is not yielded by now is not wanted
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Have new processes begin deaf to what asks svs to stop: a terminal asks all, but svs alone answers."""
    if sys.platform == "win32":
        yield
        return
    multiprocessing.resource_tracker.ensure_running()  # its start would open our ears
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, die when it dies, however that happens, and reach no network."""
    network.refuse()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@cache
def _decoder() -> Any:  # noqa: ANN401 - the library has no types
    """Load the decoder once in each worker."""
    from pocketsphinx import Decoder

    return Decoder(cmn="batch", loglevel="FATAL")


def _decode(audio: bytes) -> list[Word]:
    """Return the words in one window of s16 PCM."""
    decoder = _decoder()
    decoder.reinit_feat()  # else its noise tracker remembers other windows, and the words depend on the order
    decoder.start_utt()
    decoder.process_raw(audio, full_utt=True)
    decoder.end_utt()
    if decoder.hyp() is None:
        return []
    return [
        Word(found.start_frame / _FRAMES_A_SECOND, (found.end_frame + 1) / _FRAMES_A_SECOND, text)
        for found in decoder.seg()
        if (text := found.word.partition("(")[0]) and text[0] not in "<[+"
    ]
