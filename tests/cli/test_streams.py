"""Closed or full standard streams, and a user without a home: no traceback, and the right exit code."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full, and users who have no home")
SAID = (
    "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n\n"
    "2\n00:00:05,000 --> 00:00:07,500\nA lighthouse warns ships away from dangerous rocks.\n"
)
NOBODY = """
import pwd

def unknown(uid):
    raise KeyError(f"getpwuid(): uid not found: {uid}")

pwd.getpwuid = unknown
from svs.cli.app import main

main()
"""
"""Runs svs as a user whom this machine does not know, as `docker run --user 12345` does."""


@pytest.fixture
def cues(tmp_path):
    (tmp_path / "talk.srt").write_text(SAID)
    return tmp_path / "talk.srt"


def shell(svs_command, cues, rest):
    command = f'"{svs_command}" summarize "{cues}" --json {rest}'
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=240)


@pytest.mark.slow
def test_closed_stdout_is_no_error(svs_command, cues):
    done = shell(svs_command, cues, ">&-")
    assert done.returncode == 0, done.stderr
    assert "done" in done.stderr


def test_closed_stderr_is_no_error(svs_command, cues):
    done = shell(svs_command, cues, "2>&-")
    assert done.returncode == 0
    assert '"sentences"' in done.stdout


@pytest.mark.slow
def test_all_streams_closed_is_no_error(svs_command, cues):
    assert shell(svs_command, cues, "<&- >&- 2>&-").returncode == 0


def test_a_full_stdout_is_named(svs_command, cues):
    done = shell(svs_command, cues, ">/dev/full")
    assert done.returncode == 1
    assert "svs: cannot write to the standard output: the disk is full" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_full_stderr_changes_no_exit_code(svs_command, cues, tmp_path):
    assert shell(svs_command, cues, "2>/dev/full").returncode == 0
    assert shell(svs_command, tmp_path / "missing.srt", "2>/dev/full").returncode == 3


def as_nobody(*arguments, **variables):
    """Run svs without a home and without a passwd entry."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("HOME", "SVS_HOME", "SVS_CONFIG")
    }
    command = [sys.executable, "-c", NOBODY, *map(str, arguments)]
    environment = {**kept, **variables}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, env=environment)


def test_without_a_home_svs_works_in_the_folder_of_svs_home(cues, tmp_path):
    done = as_nobody("summarize", cues, SVS_HOME=str(tmp_path / "store"))
    assert done.returncode == 0, done.stderr
    assert "lighthouse" in done.stdout


def test_without_a_home_svs_home_is_asked_for(cues):
    done = as_nobody("summarize", cues)
    assert done.returncode == 5
    assert "svs: this user has no home folder" in done.stderr
    assert "SVS_HOME" in done.stderr


def test_without_a_home_there_is_no_config_file():
    done = as_nobody("config", "path")
    assert done.returncode == 2
    assert "SVS_CONFIG" in done.stderr
    assert as_nobody("config", "show").returncode == 0


def test_a_home_that_cannot_be_written_names_svs_home(cues):
    done = as_nobody("summarize", cues, HOME="/proc/1")
    assert done.returncode == 5
    assert "cannot make a job in /proc/1/" in done.stderr
    assert "SVS_HOME" in done.stderr
