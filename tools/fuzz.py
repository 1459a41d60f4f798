"""Feed damaged files to everything that svs reads back: python tools/fuzz.py MINUTES [SEED].

The readers of records, of the transcript's journal and of subtitles get mutated files. They may refuse them
with an error of svs's own; anything else ends this with the file that did it.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from svs.engines import captions
from svs.errors import SvsError
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store import results, transcript
from svs.store.jobs import JobStore

SUBTITLES = {
    "talk.srt": "1\n00:00:01,000 --> 00:00:04,000\n<i>A lens</i> gathers light.\n\n"
    "2\n00:00:05,000 --> 00:00:09,500\n- So?\n- Yes.\n",
    "talk.vtt": "WEBVTT\nKind: captions\n\nNOTE x\n\na\n00:01.000 --> 00:04.000 align:start\n"
    "<v Ann>A <00:02.0>lens &amp; light\n",
    "talk.ass": "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\nStyle: Default\n\n"
    "[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:04.00,Default,,0,0,0,,{\\i1}A lens{\\i0}\\Ngathers light\n",
}
TOKENS = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\n", b"\r\n", b"-->", b"{", b"}", b"[", b"]", b'"', b"\\", b",",
    b"NaN", b"1e999", b"-1", b"9" * 400, b"null", b"true", b"<", b">", b"&#x110000;", b"{\\p1}",
    b"::", b"0:00:00",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a file with a few pieces changed, removed, doubled or inserted."""
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at, length = chance.randint(0, len(data)), chance.choice((1, 1, 2, 8, 64))
        piece = chance.choice(
            (b"", bytes([chance.randrange(256)]), chance.choice(TOKENS), data[at : at + length] * 2)
        )
        data = data[:at] + piece + data[at + length :]
    return data[: chance.randint(0, len(data))] if chance.random() < 0.1 else data


def targets(folder: Path) -> list[tuple[Path, Callable[[], object]]]:
    """Return the files to damage, each with its reader."""
    found: list[tuple[Path, Callable[[], object]]] = []
    for name, text in SUBTITLES.items():
        file = folder / name
        file.write_text(text)
        found.append((file, partial(captions.read, file, file.name)))
    store = JobStore(folder / "home" / "jobs")
    job = store.create(describe(folder / "talk.srt"), Options(formats=("md",), output_dir=str(folder)))
    run(job, store)
    home = store.folder(job.id)
    found += [
        (home / "job.json", lambda: store.read(job.id)),
        (home / "progress.json", lambda: store.progress(job.id)),
        (home / "summary.json", lambda: results.summary(home)),
        (home / "transcript.jsonl", lambda: transcript.read(home / "transcript.jsonl")),
    ]
    return found


def main() -> None:
    """Fuzz for some minutes, and print how often each file was read."""
    minutes, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance, read = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        pairs = [(file, reader, file.read_bytes()) for file, reader in targets(Path(folder))]
        until = time.monotonic() + 60 * minutes
        while time.monotonic() < until:
            file, reader, sound = chance.choice(pairs)
            data = mutated(sound, chance)
            file.write_bytes(data)
            try:
                with suppress(SvsError):
                    reader()
            except Exception:
                sys.stderr.write(f"{file.name}: {data!r}\n")
                raise
            read[file.name] += 1
    for name, count in sorted(read.items()):
        print(f"{name:<18} {count:>9,}")
    print(f"{read.total():,} files, no crash")


if __name__ == "__main__":
    main()
