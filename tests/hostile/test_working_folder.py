"""Nothing in the folder that svs is run in is loaded or run, by svs or by the programs that it starts."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from svs.media.sandbox import seccomp

TWIN = "open({marker!r}, 'a').write(__name__ + '\\n')\n"
OTHERS = ("python3", "sh", "ffprobe", "libc.so.6", "libgomp.so.1", "pyvenv.cfg", "svs.toml", ".env", ".netrc")
"""What programs and libraries may look for, beside Python's modules."""
COMMANDS = (
    "models list",
    "doctor",
    "config show",
    "make-test-video made.mp4 --duration 1",
    "summarize talk.mp4 --subtitles never -f md,html,json -o reports --embed copied.mkv",
    "summarize talk.mp4 --subtitles never --start 30 --detach",
    "jobs wait last",
    "jobs list",
    "jobs show last",
    "jobs search lens",
    "jobs export last -f txt -o reports",
    "jobs rm last",
)
ASKED_FOR = re.compile(r"talk\.mp4|made\.mp4|\.svs[-.].*|\.?copied\.mkv.*|reports(/.*)?")
"""The recording, and what the commands are to write."""
OPENED = re.compile(
    r'open(?:at2?)?\((?:\w+<(?P<folder>.*?)>, )?"(?P<name>.*?)"|execve(?:at)?\("(?P<program>.*?)"'
)


@pytest.fixture
def trapped(tmp_path, talk_video):
    """Return a folder with a recording and a twin of every module that svs may import.

    Each twin writes to the file `imported` beside the folder.
    """
    folder, marker = tmp_path / "recordings", tmp_path / "imported"
    folder.mkdir()
    shutil.copy(talk_video, folder / "talk.mp4")
    names = {*sys.stdlib_module_names, *packages_distributions(), "svs", "sitecustomize", "usercustomize"}
    for name in filter(str.isidentifier, names):
        (folder / f"{name}.py").write_text(TWIN.format(marker=str(marker)))
    return folder


@pytest.fixture
def trapped_everywhere(trapped):
    """Return the same folder with packages and libraries of these names too, and other programs' files."""
    for module in sorted(trapped.glob("*.py")):
        package = module.with_suffix("")
        package.mkdir()
        shutil.copy(module, package / "__init__.py")
        for suffix in EXTENSION_SUFFIXES:
            module.with_suffix(suffix).write_text("no library")
    for name in OTHERS:
        (trapped / name).write_text("#!/bin/sh\n")
        (trapped / name).chmod(0o755)
    return trapped


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["summarize", "--subtitles", "never", "talk.mp4"], ["doctor"]])
def test_no_command_imports_from_the_current_folder(svs_process, trapped, with_model, arguments):
    done = svs_process(*arguments, cwd=trapped)
    assert done.returncode == 0, done.stderr
    assert not (trapped.parent / "imported").exists(), (trapped.parent / "imported").read_text()


@pytest.fixture
def traced(svs_command, trapped_everywhere, with_model, tmp_path):
    """Run all commands in the trapped folder under strace, and return the calls of each process of theirs."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    for number, command in enumerate(COMMANDS):
        strace = [
            "strace",
            "-ff",
            "--seccomp-bpf",
            "-y",
            "-e",
            "trace=%file,prctl",
            "-o",
            f"{tmp_path}/{number}.trace",
        ]
        done = subprocess.run(
            [*strace, svs_command, *command.split()],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=trapped_everywhere,
        )
        assert done.returncode == 0, done.stderr
    return [trace.read_text(errors="replace").splitlines() for trace in sorted(tmp_path.glob("*.trace.*"))]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
def test_nothing_in_the_current_folder_is_opened_but_what_was_asked_for(traced, trapped):
    opened = {path for calls in traced for path in _opened(calls, trapped)}
    below = {str(path.relative_to(trapped)) for path in opened if trapped in path.parents}
    assert "talk.mp4" in below
    assert not {name for name in below if not ASKED_FOR.fullmatch(name)}
    assert not (trapped.parent / "imported").exists()
    if seccomp.available():
        _check_every_ffmpeg_is_confined(traced)


def _opened(calls: list[str], cwd: Path) -> Iterator[Path]:
    """Yield what a process opened or became, or tried to."""
    for call in calls:
        if match := OPENED.match(call):
            yield Path(os.path.normpath(cwd / (match["folder"] or "") / (match["name"] or match["program"])))


def _check_every_ffmpeg_is_confined(traced: list[list[str]]) -> None:
    started = 0
    for calls in traced:
        for at, call in enumerate(calls):
            if re.match(r'execve\("[^"]*/ffmpeg[^/"]*".* = 0$', call):
                started += 1
                assert any(re.match(r"prctl\(PR_SET_SECCOMP, .* = 0$", before) for before in calls[:at])
    assert started > 10
