"""The command itself: help, version, exits, errors."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import svs as package
from svs import outputs
from svs.cli.app import app
from svs.cli.help import FORMATS
from svs.media.sandbox import landlock, seccomp

COMMANDS = [
    *(["summarize"], ["watch"], ["dashboard"], ["make-test-video"], ["doctor"]),
    *(["jobs", verb] for verb in ("list", "show", "resume", "retry", "queue", "cancel")),
    *(["jobs", verb] for verb in ("path", "rm", "prune", "export", "edit", "search", "speakers")),
    *(["jobs", verb] for verb in ("watch", "wait", "attach", "logs", "stats")),
    *(["config", verb] for verb in ("path", "show", "init")),
    *(["models", verb] for verb in ("list", "download", "use", "add", "rm", "path")),
]


def test_version(svs):
    assert svs("--version").stdout == f"svs {package.__version__}\n"


def test_python_m_svs_is_the_command(svs_process, tmp_path):
    command = [sys.executable, "-P", "-m", "svs", "--help"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.startswith("Usage: svs ")
    assert done.stdout == svs_process("--help").stdout


def test_every_command_explains_itself_and_is_in_the_docs(svs, pytestconfig):
    usage = (pytestconfig.rootpath / "docs/usage.md").read_text()
    for command in COMMANDS:
        done = svs(*command, "--help")
        assert done.returncode == 0, command
        assert len(done.stdout.splitlines()) > 3, command
        assert f"svs {' '.join(command)}" in usage


def test_values_are_named_in_capitals_in_every_help(svs):
    for command in COMMANDS:
        shown = svs(*command, "--help").stdout
        assert re.findall(r"^ +(?:-\w, )?--[\w-]+ (?![A-Z ])", shown, re.MULTILINE) == []


def test_the_help_has_groups_and_names_variables_once(svs):
    shown = svs("summarize", "--help").stdout
    headings = re.findall(r"^(\w.*):$", shown, re.MULTILINE)
    assert headings[:5] == ["Arguments", "Summary", "Files", "Input", "Transcription"]
    assert shown.count("SVS_LENGTH") == 1
    assert "env var" not in shown


def test_the_help_names_every_format():
    assert FORMATS.split(", ") == list(outputs.FORMATS)


def test_no_command_is_left_out(svs):
    listed = []
    for line in svs("--help").stdout.split("Commands:")[1].splitlines():
        if match := re.match(r"  (\S+)  ", line):
            group = svs(match[1], "--help").stdout
            names = re.findall(r"^  (\S+)  ", group.partition("Commands:")[2], re.MULTILINE)
            listed += [[match[1], name] for name in names] or [[match[1]]]
    assert sorted(listed) == sorted(COMMANDS)


def test_an_unknown_command_is_a_usage_error(svs):
    assert svs("sumarize").returncode == 2


def test_doctor_finds_all_that_the_main_job_needs(svs, with_model):
    done = svs("doctor")
    assert done.returncode == 0
    assert "micro" in done.stdout
    assert re.search(r"ffmpeg +\d", done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox")
@pytest.mark.parametrize(("version", "filtered"), [(0, False), (0, True), (3, False), (7, True)])
def test_doctor_says_what_the_sandbox_holds(monkeypatch, version, filtered):
    monkeypatch.setattr(landlock, "version", lambda: version)
    monkeypatch.setattr(seccomp, "available", lambda: filtered)
    shown = CliRunner().invoke(app, ["doctor"], env={"COLUMNS": "200"}).stdout
    assert ("no Landlock" in shown) == ("ffmpeg can open every file that you can" in shown) == (not version)
    assert (f"Landlock {version}: ffmpeg can open only the recording" in shown) == bool(version)
    assert ("ffmpeg can use the network" in shown) == (not filtered)
    assert ("seccomp: ffmpeg has no network" in shown) == filtered


def test_doctor_names_the_remedy_for_a_store_that_cannot_be_written(svs, home, monkeypatch, tmp_path):
    home.chmod(0o755)
    assert "chmod 700" in svs("doctor").stdout


def test_an_error_shows_where_it_comes_from_only_on_request(svs):
    assert "Traceback" not in svs("summarize", "missing.mp4").stderr
    assert "Traceback" in svs("summarize", "missing.mp4", "--debug").stderr


def test_colour_is_used_on_terminals_or_when_it_is_wanted(svs, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    red = "\x1b[1;31m"
    wanted = {**os.environ, "FORCE_COLOR": "1"}
    assert "\x1b" not in svs("summarize", "missing.mp4").stderr
    assert red in svs("summarize", "missing.mp4", env=wanted).stderr
    assert (
        red
        in svs("--color", "always", "summarize", "missing.mp4", env={**os.environ, "TERM": "xterm"}).stderr
    )
    assert red not in svs("summarize", "missing.mp4", env={**wanted, "NO_COLOR": "1"}).stderr
    assert red not in svs("summarize", "missing.mp4", "--color", "never", env=wanted).stderr
    assert red not in svs("summarize", "missing.mp4", env={**wanted, "SVS_COLOR": "never"}).stderr


def test_forced_colours_do_not_make_a_log_move(svs, tmp_path):
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n")
    shown = svs("summarize", "talk.srt", env={**os.environ, "FORCE_COLOR": "1", "TERM": "xterm"})
    assert "[100 %] done" in shown.stderr
    assert "\x1b[?25l" not in shown.stderr


def test_doctor_for_programs(svs, with_model):
    checks = json.loads(svs("doctor", "--json").stdout)
    assert {"ffmpeg", "models", "store"} <= {check["name"] for check in checks}
    assert not [check for check in checks if check["fatal"] and check["problem"]]
