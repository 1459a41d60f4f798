"""Transcribe with bare faster-whisper: python tools/bare_whisper.py FILE --model FOLDER --mode fw-vad.

Everything but the mode and the number of threads is faster-whisper's default, on the CPU in int8; batches are
of 8. Prints a JSON array of {"start", "end", "text"}, times in seconds.
"""

import argparse
import json
from collections.abc import Iterator

from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.transcribe import Segment


def transcribe(model: WhisperModel, file: str, mode: str, language: str | None) -> Iterator[Segment]:
    """Yield faster-whisper's segments."""
    if mode == "batched":
        segments, _ = BatchedInferencePipeline(model).transcribe(file, language=language, batch_size=8)
    else:
        segments, _ = model.transcribe(file, language=language, vad_filter=mode == "fw-vad")
    yield from segments


def main() -> None:
    """Read the command line and print the segments."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--model", required=True)
    parser.add_argument("--mode", choices=("fw", "fw-vad", "batched"), default="fw")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--language")
    options = parser.parse_args()
    model = WhisperModel(options.model, device="cpu", compute_type="int8", cpu_threads=options.threads)
    segments = transcribe(model, options.file, options.mode, options.language)
    print(json.dumps([{"start": part.start, "end": part.end, "text": part.text} for part in segments]))


if __name__ == "__main__":
    main()
