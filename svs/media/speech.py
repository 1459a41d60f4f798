"""Where there is speech: Silero VAD over the audio, block by block, joined to windows of up to 30 s.

Windows depend on the audio alone, not on where the blocks fall, and memory does not grow with its length.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from svs.media import pcm
from svs.model import Window

FRAME = 512
"""Samples that the VAD judges at once: 32 ms."""
_CONTEXT = 64  # samples before each frame that the model also looks at
_BLOCK = 1024  # frames read at once: 33 s
_ON, _OFF = 0.5, 0.35  # speech begins above the one and ends below the other (Silero's own defaults)
_LONGEST = 912  # frames in a window: 29.2 s, so that padding keeps it below Whisper's 30 s
_GAP = 94  # frames of silence that end a window: 3 s
_SHORTEST = 4  # frames of speech below which a window is a click: 0.13 s
_PAD = 9  # frames of silence kept on either side: 0.29 s, for soft beginnings and ends


def windows(audio: Path) -> Iterator[Window]:
    """Yield the windows of speech in 16 kHz mono s16 PCM, in order; they never overlap."""
    samples = round(pcm.seconds(audio) * pcm.RATE)
    frames = -(-samples // FRAME)
    earlier = 0
    for first, last in join(_probabilities(audio, samples)):
        start = max(earlier, first - _PAD)
        earlier = min(frames, last + _PAD)
        yield Window(start * FRAME, min(samples, earlier * FRAME))


def join(probabilities: Iterable[float]) -> Iterator[tuple[int, int]]:
    """Yield the stretches [first, last) to recognize in one piece, from each frame's probability of speech.

    A stretch ends at a silence of 3 s, or before it grows too long: then in the middle of its longest
    silence, or where speech is least likely.
    """
    speaking = False
    start = 0
    heard: list[float] = []  # probabilities since `start`, 0 where there is no speech
    for index, probability in enumerate(probabilities):
        speaking = probability >= (_OFF if speaking else _ON)
        if not heard and not speaking:
            continue
        if not heard:
            start = index
        heard.append(probability if speaking else 0.0)
        if not any(heard[-_GAP:]):
            yield from _trimmed(start, heard)
            heard = []
        elif len(heard) == _LONGEST:
            cut = _quietest(heard)
            yield from _trimmed(start, heard[:cut])
            rest = heard[cut:]
            silent = next((i for i, value in enumerate(rest) if value), len(rest))
            start, heard = start + cut + silent, rest[silent:]
    yield from _trimmed(start, heard)


def _trimmed(start: int, heard: list[float]) -> Iterator[tuple[int, int]]:
    """Yield the stretch up to its last frame of speech, unless there is hardly any."""
    spoken = [i for i, value in enumerate(heard) if value]
    if len(spoken) >= _SHORTEST:
        yield start, start + spoken[-1] + 1


def _quietest(heard: list[float]) -> int:
    """Return where to cut: in the longest silence of the second half, or at its least likely frame."""
    half = len(heard) // 2
    longest, run, cut = 0, 0, half + min(range(len(heard) - half), key=lambda i: heard[half + i])
    for index in range(half, len(heard)):
        run = 0 if heard[index] else run + 1
        if run > longest:
            longest, cut = run, index - run // 2
    return max(1, cut)


def _probabilities(audio: Path, samples: int) -> Iterator[float]:
    """Yield the probability of speech of each frame; the model's state is carried from block to block."""
    import numpy as np
    from faster_whisper.vad import get_vad_model

    session = get_vad_model().session
    state = {name: np.zeros((1, 1, 128), np.float32) for name in ("h", "c")}
    before = np.zeros(_CONTEXT, np.float32)
    for first in range(0, samples, _BLOCK * FRAME):
        block = pcm.read(audio, first, min(samples, first + _BLOCK * FRAME))
        block = np.pad(block, (0, -len(block) % FRAME)).reshape(-1, FRAME)
        context = np.concatenate([before[None], block[:-1, -_CONTEXT:]])
        out, state["h"], state["c"] = session.run(None, {"input": np.hstack([context, block]), **state})
        before = block[-1, -_CONTEXT:]
        yield from out.reshape(-1).tolist()
