"""Where there is speech: Silero's voice detector over the audio, joined to windows of up to 30 s.

Windows are contiguous pieces of the audio, with the silence inside them. They depend on the audio alone, not
on where the blocks fall, and memory does not grow with its length.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from pathlib import Path

from svs.media import pcm

FRAME = 512
"""Samples that the voice detector judges at once: 32 ms."""
SECOND = pcm.RATE / FRAME
"""Frames in a second."""

_CONTEXT = 64  # samples before each frame that the model also looks at
_BLOCK = 1024  # frames read at once: 33 s
_ON, _OFF = 0.5, 0.35  # speech begins above the one and ends below the other (Silero's own defaults)
_LONGEST = 560  # frames in a window: 18 s; of longer ones Whisper gets more words wrong, or stops early
_GAP = 250  # frames of silence that end a window: 8 s; shorter ones stay inside, as Whisper was trained
_SHORTEST = 4  # frames of speech below which a window is a click: 0.13 s
_PAD = 9  # frames of silence kept on either side: 0.29 s, for soft beginnings and ends
_LOUD = 0.1  # level of the loudest moments to which quiet audio is raised, for the detector alone
_LOUDEST_SHARE = 0.001  # of the samples are louder than the level that is measured
_MOST_GAIN = 300.0  # 50 dB


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of audio to transcribe in one piece, at most 30 s: the samples [first, last)."""

    first: int
    last: int
    probabilities: tuple[float, ...]
    """Of speech, for each frame of 32 ms; 0 where the detector finds none."""

    @property
    def start(self) -> float:
        """Return where it begins, in seconds of the audio."""
        return self.first / pcm.RATE

    @property
    def end(self) -> float:
        """Return where it ends, in seconds of the audio."""
        return self.last / pcm.RATE

    def speech(self, start: float = 0.0, end: float = float("inf")) -> float:
        """Return the seconds of speech between two times, in seconds of the audio."""
        return sum(value > 0 for value in self.probabilities[self._frame(start) : self._frame(end)]) / SECOND

    def part(self, start: float, end: float) -> "Window":
        """Return the part between two times, in seconds of the audio; it begins and ends with a frame."""
        first, last = self._frame(start), self._frame(end)
        return Window(
            self.first + first * FRAME,
            min(self.last, self.first + last * FRAME),
            self.probabilities[first:last],
        )

    def quietest(self, start: float, end: float) -> float:
        """Return the time between two times, in seconds of the audio, at which speech is least likely."""
        first, last = self._frame(start), self._frame(end)
        nearest = sorted(range(first, last), key=lambda index: abs(2 * index - first - last))
        frame = min(nearest, key=lambda index: self.probabilities[index], default=first)
        return self.start + frame / SECOND

    def stretches(self) -> list[tuple[float, float]]:
        """Return where there is speech, as pairs of times in seconds of the audio."""
        found = []
        for spoken, group in groupby(enumerate(self.probabilities), lambda item: item[1] > 0):
            frames = [index for index, _ in group]
            if spoken:
                end = min(self.end, self.start + (frames[-1] + 1) / SECOND)
                found.append((self.start + frames[0] / SECOND, end))
        return found

    def _frame(self, time: float) -> int:
        """Return the frame that begins nearest to a time, within the window."""
        return round(min(max(0.0, (time - self.start) * SECOND), len(self.probabilities)))


def windows(audio: Path, step: Callable[[], None] = lambda: None) -> Iterator[Window]:
    """Yield the windows of speech in 16 kHz mono s16 PCM, in order; they never overlap.

    `step` is called for every half minute of audio, so that a long silence can be interrupted.
    """
    samples = round(pcm.seconds(audio) * pcm.RATE)
    frames = -(-samples // FRAME)
    earlier = 0
    for (first, probabilities), following in _with_next(join(_probabilities(audio, samples, step))):
        last = first + len(probabilities)
        start = max(earlier, first - _PAD)
        end = earlier = min(frames, last + _PAD, following)
        silence_before, silence_after = (0.0,) * (first - start), (0.0,) * (end - last)
        yield Window(
            start * FRAME, min(samples, end * FRAME), (*silence_before, *probabilities, *silence_after)
        )


def spoken(audio: Path, enough: float, step: Callable[[], None] = lambda: None) -> float:
    """Return how many seconds of 16 kHz mono s16 PCM are speech; reads no further once there is enough.

    `step` is called as by `windows`.
    """
    found = 0.0
    for window in windows(audio, step):
        found += window.speech()
        if found >= enough:
            break
    return found


def _with_next(
    stretches: Iterable[tuple[int, tuple[float, ...]]],
) -> Iterator[tuple[tuple[int, tuple[float, ...]], int]]:
    """Yield each stretch with the first frame of the next one."""
    ends = [(sys.maxsize, ())]
    yield from ((stretch, following[0]) for stretch, following in pairwise(chain(stretches, ends)))


def join(probabilities: Iterable[float]) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Yield the stretches to transcribe in one piece: the first frame, and the probabilities of speech.

    A stretch ends at a silence of 8 s, or before it grows too long: then in the middle of its longest
    silence, or where speech is least likely.
    """
    speaking = False
    start = 0
    frames: list[float] = []  # probabilities since `start`, 0 where there is no speech
    for index, probability in enumerate(probabilities):
        speaking = probability >= (_OFF if speaking else _ON)
        if not frames and not speaking:
            continue
        if not frames:
            start = index
        frames.append(probability if speaking else 0.0)
        if not any(frames[-_GAP:]):
            yield from _trimmed(start, frames)
            frames = []
        elif len(frames) == _LONGEST:
            cut = _quietest(frames)
            yield from _trimmed(start, frames[:cut])
            rest = frames[cut:]
            silent = next((i for i, value in enumerate(rest) if value), len(rest))
            start, frames = start + cut + silent, rest[silent:]
    yield from _trimmed(start, frames)


def _trimmed(start: int, frames: list[float]) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Yield the stretch up to its last frame of speech, unless there is hardly any."""
    spoken = [i for i, value in enumerate(frames) if value]
    if len(spoken) >= _SHORTEST:
        yield start, tuple(frames[: spoken[-1] + 1])


def _quietest(frames: list[float]) -> int:
    """Return where to cut: in the longest silence of the second half, or at its least likely frame."""
    half = len(frames) // 2
    longest, run, cut = 0, 0, half + min(range(len(frames) - half), key=lambda i: frames[half + i])
    for index in range(half, len(frames)):
        run = 0 if frames[index] else run + 1
        if run > longest:
            longest, cut = run, index - run // 2
    return max(1, cut)


def _probabilities(audio: Path, samples: int, step: Callable[[], None]) -> Iterator[float]:
    """Yield the probability of speech of each frame; the model's state is carried from block to block."""
    import numpy as np
    from faster_whisper.vad import get_vad_model

    session = get_vad_model().session
    gain = np.float32(_gain(audio, samples, step))
    state = {name: np.zeros((1, 1, 128), np.float32) for name in ("h", "c")}
    before = np.zeros(_CONTEXT, np.float32)
    for first in range(0, samples, _BLOCK * FRAME):
        step()
        block = pcm.read(audio, first, min(samples, first + _BLOCK * FRAME)) * gain
        block = np.pad(block, (0, -len(block) % FRAME)).reshape(-1, FRAME)
        context = np.concatenate([before[None], block[:-1, -_CONTEXT:]])
        out, state["h"], state["c"] = session.run(None, {"input": np.hstack([context, block]), **state})
        before = block[-1, -_CONTEXT:]
        yield from out.reshape(-1).tolist()


def _gain(audio: Path, samples: int, step: Callable[[], None]) -> float:
    """Return what quiet audio is to be multiplied by: below -30 dB the detector misses speech."""
    import numpy as np

    counts = np.zeros(32769, np.int64)
    for first in range(0, samples, _BLOCK * FRAME):
        step()
        block = np.frombuffer(pcm.read_bytes(audio, first, min(samples, first + _BLOCK * FRAME)), dtype="<i2")
        counts += np.bincount(np.abs(block.astype(np.int32)), minlength=len(counts))
    louder = np.cumsum(counts[::-1])[::-1]  # how many samples are at least this loud
    level = max(1, int(np.count_nonzero(louder > _LOUDEST_SHARE * samples)) - 1) / 32768
    return float(min(_MOST_GAIN, max(1.0, _LOUD / level)))
