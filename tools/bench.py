"""Measure svs on this machine, on the bundled talk: python tools/bench.py [--model FOLDER].

Times are the best of a few runs; compare ratios, for machines differ and are busy with other things.
"""

import argparse
import os
import pty
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from empty_store import MICRO, SVS, environment

from svs.engines.whisper import Whisper
from svs.media.probe import probe
from svs.media.testvideo import make_test_video, talk
from svs.model.job import Options
from svs.model.speech import Sentence
from svs.stages.extract import extract
from svs.stages.outline import outline
from svs.stages.summarize import summarize


def best(work: Callable[[], object], runs: int) -> float:
    """Return the seconds of the fastest of some runs."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def start_up() -> None:
    """Compare the start of a few commands with that of Typer alone."""
    typer = best(lambda: subprocess.run([sys.executable, "-c", "import typer"], check=True), 20)
    print(f"import typer                 {1000 * typer:7.0f} ms")
    with tempfile.TemporaryDirectory() as home:
        for words in ("--version", "--help", "jobs list"):
            command = [*SVS, *words.split()]
            start = partial(subprocess.run, check=True, capture_output=True, env=environment(Path(home)))
            seconds = best(partial(start, command), 20)
            print(f"svs {words:<24} {1000 * seconds:7.0f} ms  {seconds / typer:5.2f} x Typer")


def stages(model: Path) -> None:
    """Measure each stage in multiples of real time."""
    with tempfile.TemporaryDirectory() as folder:
        video, audio = Path(folder) / "talk.mp4", Path(folder) / "audio.pcm"
        make_test_video(video)
        length = talk().duration
        media = probe(video)
        work = {
            "extract": lambda: extract(video, media, Options(), audio, lambda *_: None),
            "whisper": lambda: list(
                Whisper(model, "", Options(), "en").transcribe(audio, 0.0, lambda *_: None)
            ),
        }
        for name, run in work.items():
            seconds = best(run, 2)
            print(f"{name:<28} {seconds:7.2f} s   {length / seconds:7.1f} x real time")


def ranking() -> None:
    """Measure the summary of many sentences, and the memory that it needs at most."""
    words = [word for sentence in talk().sentences for word in sentence.text.split()]
    chance = random.Random(1)
    for count in (300, 1000, 3000, 10_000):
        many = [Sentence(5.0 * i, 5.0 * i + 4, " ".join(chance.sample(words, 15))) for i in range(count)]
        seconds = best(partial(_summarize, many), 1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"summarize {count:>6} sentences  {seconds:7.2f} s   {peak:7.0f} MB at most so far")


def _summarize(many: list[Sentence]) -> object:
    return outline(summarize(many, "en", "auto", "medium"), many, "en", "auto", ())


def showing_progress(model: Path) -> None:
    """Compare a run that draws bars on a terminal with one that shows nothing, in turn, on 20 minutes."""
    with tempfile.TemporaryDirectory() as home:
        video = Path(home) / "talk.mp4"
        make_test_video(video, duration=1200.0)
        run = [*SVS, "summarize", str(video), "--model", str(model), "--fresh", "--progress"]
        took: dict[str, list[tuple[float, float]]] = {"rich": [], "none": []}
        for _ in range(5):
            for progress, found in took.items():
                found.append(_on_a_terminal([*run, progress], environment(Path(home))))
        for progress, found in took.items():
            wall, cpu = map(min, zip(*found, strict=True))
            print(f"--progress {progress}            {wall:7.2f} s   {cpu:7.2f} s of processor time")


def _on_a_terminal(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return the wall and the processor seconds of a command that thinks it has a terminal."""
    leader, terminal = pty.openpty()
    threading.Thread(target=_swallow, args=(leader,), daemon=True).start()
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=terminal, stderr=terminal, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    os.close(terminal)
    if status:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def _swallow(leader: int) -> None:
    with suppress(OSError):
        while os.read(leader, 65536):
            pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=MICRO, help="a folder (the tests' micro model)")
    model = parser.parse_args().model.absolute()
    start_up()
    stages(model)
    ranking()
    showing_progress(model)
