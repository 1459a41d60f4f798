"""Run svs and other Whisper programs on a recording, each in a process of its own, and measure it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from empty_store import SVS, environment

TOOLS = Path(__file__).resolve().parent
SYSTEMS = ("svs", "fw", "fw-vad", "batched", "wct2")
NOTHING_SAID = 3
"""svs's exit code for recordings without speech."""


@dataclass(frozen=True)
class Setup:
    """What all systems share: the model's folder, threads, a language or None, and whisper-ctranslate2."""

    model: str
    threads: int
    language: str | None = None
    wct2: str = "whisper-ctranslate2"


@dataclass
class Run:
    """One system's result on one recording: processor seconds with those of child processes, peak in MiB."""

    file: str
    system: str
    model: str
    threads: int
    processor_seconds: float = 0
    wall_seconds: float = 0
    peak_mib: float = 0
    note: str = ""
    failed: bool = False
    segments: list[dict[str, Any]] = field(default_factory=list)


def run(system: str, recording: Path, setup: Setup) -> Run:
    """Transcribe a recording with one of `SYSTEMS`; a failure is marked and explained in the note."""
    result = Run(recording.name, system, Path(setup.model).name, setup.threads)
    with tempfile.TemporaryDirectory() as folder:
        code, output, errors = measure(command(system, recording, setup, folder), folder, result)
        last = (errors.strip().splitlines() or [""])[-1]
        if code == 0:
            result.segments = segments(system, output, Path(folder) / f"{recording.stem}.json")
        elif system == "svs" and code == NOTHING_SAID:
            result.note = "nothing is said"
        else:
            result.failed, result.note = True, f"exit {code}: {last}"
    return result


def command(system: str, recording: Path, setup: Setup, folder: str) -> list[str]:
    """Return the command line that transcribes a recording."""
    path, threads = str(recording), str(setup.threads)
    language = ["--language", setup.language] if setup.language else []
    if system == "svs":
        options = [
            "--json",
            "--fresh",
            "--subtitles=never",
            "--engine=whisper",
            "--device=cpu",
            "--progress=none",
        ]
        return [*SVS, "summarize", path, *options, "--model", setup.model, "--threads", threads, *language]
    if system == "wct2":
        options = ["--device=cpu", "--compute_type=int8", "--output_format=json", "--verbose=False"]
        places = ["--model_directory", setup.model, "--output_dir", folder]
        return [setup.wct2, path, *options, *places, "--threads", threads, *language]
    bare = [sys.executable, str(TOOLS / "bare_whisper.py"), path, "--mode", system]
    return [*bare, "--model", setup.model, "--threads", threads, *language]


def measure(arguments: list[str], folder: str, result: Run) -> tuple[int, str, str]:
    """Run a command, write what it used into the result, and return its exit code, stdout and stderr."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
    ):
        began = time.monotonic()
        child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=environment(Path(folder, "home")),
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        result.wall_seconds = round(time.monotonic() - began, 2)
        result.processor_seconds = round(usage.ru_utime + usage.ru_stime, 2)
        result.peak_mib = round(usage.ru_maxrss / 1024)  # Linux counts in KiB
        output.seek(0)
        errors.seek(0)
        return child.returncode, output.read(), errors.read()


def segments(system: str, output: str, written: Path) -> list[dict[str, Any]]:
    """Return the segments of a system's JSON, from its output or, for whisper-ctranslate2, its file."""
    if system == "wct2":
        found = json.loads(written.read_text(encoding="utf-8"))["segments"]
    else:
        found = json.loads(output)
        found = found["transcript"]["segments"] if system == "svs" else found
    names = ("start", "end", "text", "suspect")
    return [{name: part[name] for name in names if name in part} for part in found]


def model_folder(model: str) -> str:
    """Return a model's folder, given by itself or as a name that svs knows."""
    if Path(model).is_dir():
        return str(Path(model).resolve())
    found = subprocess.run([*SVS, "models", "path", model], check=True, capture_output=True, text=True)
    return found.stdout.strip()
