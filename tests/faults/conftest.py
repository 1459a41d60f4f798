"""What the tests of faults share."""

import json
import os
import shlex
import shutil
import subprocess
from functools import cache

import pytest

from svs.media import tool

_WITHOUT_POWERS = ("setpriv", "--inh-caps", "-all", "--bounding-set", "-all")
"""Linux: root, but with the rights of any user who owns the same files."""


@pytest.fixture(scope="session")
def bound(svs_command):
    """Run svs, or another command, such that the permissions of files bind it."""
    prefix = _WITHOUT_POWERS if os.name == "posix" and os.geteuid() == 0 else ()

    def run(*arguments, command=(svs_command,), **options):
        return subprocess.run(
            [*prefix, *command, *map(os.fspath, arguments)],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            **options,
        )

    return run


@pytest.fixture
def slow_disk(tmp_path, monkeypatch):
    """Have ffmpeg read no faster than the recording plays, until this returns to the usual one."""
    if not shutil.which("ffmpeg"):
        pytest.skip("no system ffmpeg, which is the only one that a script may start within the sandbox")
    folder = tmp_path / "slow"
    folder.mkdir()
    wrapper = folder / "ffmpeg"
    usual_ffmpeg = shlex.quote(str(tool.find()))
    # A list of packets is no copy of the recording: reading it slowly would only make the tests slow.
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *framecrc*) slow= ;; *) slow=-re ;; esac\nexec {usual_ffmpeg} $slow "$@"\n'
    )
    wrapper.chmod(0o755)
    usual = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{usual}")
    return lambda: monkeypatch.setenv("PATH", usual)


@pytest.fixture(scope="session")
def assert_undisturbed(svs_command, talk_video, micro_whisper, tmp_path_factory):
    """Check that a result's JSON is what a run with these options gives that nothing disturbs."""
    home = str(tmp_path_factory.mktemp("undisturbed"))
    environment = {**os.environ, "SVS_HOME": home, "SVS_SLIDES": "none"}
    subprocess.run(
        [svs_command, "models", "add", micro_whisper, "--name", "micro"], env=environment, check=True
    )
    names = ("duration", "warnings", "summary", "transcript", "sentences")

    @cache
    def expected(options):
        command = [svs_command, "summarize", talk_video, *options, "--json", "-q"]
        return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)

    def check(options, found):
        assert {name: json.loads(found)[name] for name in names} == {
            name: expected(options)[name] for name in names
        }

    return check
