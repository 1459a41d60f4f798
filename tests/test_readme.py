"""Every command in the README is run, as a reader would type it, in a folder with a talk and two lectures."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = re.findall(r"^    (\S.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
COMMANDS = [re.split(r"\s{2,}#|\s>\s|\s\|\s", line)[0].strip() for line in LINES if line.startswith("svs ")]
ELSEWHERE = {
    "svs models download small": "there is no network in a test: tests/models/test_download.py",
    "svs models use small": "it is not installed: tests/cli/test_models.py",
    "svs watch inbox/ -f md -o notes/": "it ends with Ctrl-C: tests/cli/test_watch_folder.py",
    "svs dashboard": "it needs a terminal: tests/ui/dashboard",
}
OTHERS = ("scripts/", "pipx ", "uv ", "python3 -m pip ", "extract ", "transcribe ", "summarize ", "overall ")
"""How the other lines begin: scripts, installers, and what `scripts/track_progress.sh` prints."""


def test_every_line_of_code_is_a_command_that_is_known():
    assert [line for line in LINES if not line.startswith(("svs ", *OTHERS))] == []
    assert set(ELSEWHERE) <= set(COMMANDS)


def test_the_scripts_are_there():
    for line in LINES:
        if line.startswith("scripts/"):
            assert (ROOT / line.split()[0]).stat().st_mode & 0o100


@pytest.mark.slow
def test_every_command_runs_as_it_is_typed(svs, with_model, talk_video, tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("xdg-open", "editor"):
        (tools / name).write_text("#!/bin/sh\nexit 0\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    monkeypatch.setenv("EDITOR", "editor")
    monkeypatch.setattr("sys.platform", "linux")
    (tmp_path / "lectures").mkdir()
    for place in ("talk.mp4", "lectures/one.mp4", "lectures/two.mp4"):
        shutil.copy(talk_video, tmp_path / place)
    for command in COMMANDS:
        if command not in ELSEWHERE:
            done = svs(*shlex.split(command)[1:])
            assert done.returncode == 0, (command, done.stderr)
        if command.endswith("--detach"):
            assert svs("jobs", "wait", "last").returncode == 0


@pytest.mark.parametrize("name", ["README.md"])
def test_it_is_read_in_less_than_five_minutes(name):
    """At 238 words a minute, which is usual for adults and English (Brysbaert, 2019)."""
    prose = re.sub(r"^(    |\|).*$", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    assert len(prose.split()) < 5 * 238
