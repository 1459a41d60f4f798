"""Join short recordings into a long one."""

import random
import subprocess
import wave
from pathlib import Path

from speech_scores import Reference, Said

from svs.media import tool

RATE = 16_000
BYTES = 2


def mix(folder: Path, references: dict[str, Reference], minutes: float, target: Path) -> Reference:
    """Write recordings to a WAV file, with 1 to 6 s of silence between, until it is long enough.

    They come in random order, each once before any comes again; the same arguments give the same file.
    Utterances begin where the sound does; recordings without a sound add nothing but silence.
    """
    chance = random.Random(0)
    sounds = {name: sound(folder / name) for name in sorted(references)}
    said: list[Said] = []
    length, order = 0, list[str]()
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(BYTES)
        file.setframerate(RATE)
        while length < minutes * 60 * RATE:
            order = order or chance.sample(sorted(sounds), len(sounds))
            name = order.pop()
            silence = bytes(BYTES * round(RATE * chance.uniform(1, 6)))
            start = (length + len(silence) // BYTES) / RATE
            if sounds[name]:
                said += [(start, " ".join(text for _, text in references[name].said))]
            file.writeframes(silence + sounds[name])
            length += len(silence + sounds[name]) // BYTES
    return Reference(next(iter(references.values())).language, tuple(said))


def sound(path: Path) -> bytes:
    """Return a recording's first channel as 16-bit samples at 16 kHz, without the silence before it."""
    filters = "pan=mono|c0=c0,silenceremove=start_periods=1:start_threshold=-40dB"
    arguments = [str(tool.find()), "-v", "error", "-nostdin", "-i", str(path), "-af", filters]
    arguments += ["-ar", str(RATE), "-f", "s16le", "-"]
    return subprocess.run(arguments, check=True, capture_output=True).stdout
