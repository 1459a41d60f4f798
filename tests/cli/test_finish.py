"""What happens to a result: printed paths, the report in a browser, the clipboard, the user's command."""

import base64
import os
import re

import pytest

from svs.media.fingerprint import describe
from svs.model.job import Options

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"


@pytest.fixture
def talk(tmp_path):
    file = tmp_path / "a talk; $(touch forged).srt"
    file.write_text(CAPTIONS)
    return file


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Have a program first in PATH that writes its arguments to a file, one a line."""
    folder = tmp_path / "programs"
    folder.mkdir()

    def make(name, code=0):
        (folder / name).write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/ran\necho said\nexit {code}\n'
        )
        (folder / name).chmod(0o755)
        return lambda: (tmp_path / "ran").read_text().splitlines()

    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("sys.platform", "linux")
    return make


def test_each_written_path_is_printed_on_stderr(svs, talk):
    done = svs("summarize", talk, "-f", "md,srt", "-o", "notes")
    written = re.findall(r"^wrote (.*)$", done.stderr, re.MULTILINE)
    assert written == [f"notes/{talk.stem}.summary.md", f"notes/{talk.stem}.transcript.srt"]
    assert "wrote" not in done.stdout
    assert "wrote" not in svs("summarize", talk, "-f", "md", "--force", "-q").stderr
    assert "wrote" not in svs("summarize", talk, "-f", "md", "--force", "--progress", "json").stderr


def test_a_terminal_gets_a_link_to_each_file(svs, talk):
    shown = svs("summarize", talk, "-f", "md", typed="").stderr
    path = (talk.parent / f"{talk.stem}.summary.md").as_uri()
    assert re.search(rf"\x1b\]8;[^;]*;{re.escape(path)}\x1b\\", shown)
    environment = {**os.environ, "TERM": "linux"}
    assert "\x1b]8" not in svs("summarize", talk, "-f", "md", "--force", typed="", env=environment).stderr


def test_a_terminal_has_one_line_about_the_recording_before_the_summary(svs, talk):
    title, line, _, quote = svs("summarize", talk, typed="").stdout.splitlines()[:4]
    assert talk.stem in title
    assert line.count("\u00b7") >= 2
    assert "captions" in line
    assert "The lamp alone is weak" in quote


def test_open_writes_the_report_and_opens_it(svs, talk, program):
    opened = program("xdg-open")
    assert svs("summarize", talk, "--open", "-f", "md").returncode == 0
    assert opened() == [str(talk.parent / f"{talk.stem}.report.html")]
    assert (talk.parent / f"{talk.stem}.summary.md").exists()
    assert svs("jobs", "export", "last", "--open", "-o", "again").returncode == 0
    assert opened()[1] == str(talk.parent / "again" / f"{talk.stem}.report.html")


def test_copy_copies_the_summary_alone(svs, talk, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    done = svs("summarize", talk, "--copy", typed="")
    (data,) = re.findall(r"\x1b\]52;c;([\w+/=]*)\x07", done.stderr)
    assert base64.b64decode(data).decode() == f"[0:01] {CAPTIONS.splitlines()[2]}\n"
    assert "copied the summary" in done.stderr


def test_exec_gets_the_paths_as_arguments_and_no_shell(svs, talk, program, tmp_path):
    ran = program("keep")
    done = svs("summarize", talk, "-f", "md,srt", "--exec", "keep --to 'my notes' {} end; $(touch forged)")
    paths = [str(tmp_path / f"{talk.stem}{end}") for end in (".summary.md", ".transcript.srt")]
    assert ran() == ["--to", "my notes", *paths, "end;", "$(touch", "forged)"]
    assert not (tmp_path / "forged").exists()
    assert "said" not in done.stdout
    assert "said" in done.stderr.splitlines()


def test_exec_without_a_place_gets_the_paths_last_and_its_failure_is_a_warning(svs, talk, program, tmp_path):
    ran = program("keep", code=3)
    done = svs("summarize", talk, "-f", "md", env={**os.environ, "SVS_EXEC": "keep it"})
    assert ran() == ["it", str(tmp_path / f"{talk.stem}.summary.md")]
    assert done.returncode == 0
    assert "warning: --exec keep ended with exit code 3" in done.stderr
    missing = svs("summarize", talk, "-f", "md", "--force", "--exec", "no-such-program")
    assert (missing.returncode, "cannot be run" in missing.stderr) == (0, True)


def test_exec_does_not_run_for_a_resumed_job_without_files(svs, store, talk, program, tmp_path):
    program("keep")
    store.create(describe(talk), Options())
    assert svs("jobs", "resume", "last", "--exec", "keep").returncode == 0
    assert not (tmp_path / "ran").exists()


def test_exec_runs_after_each_of_several_jobs(svs, talk, program, tmp_path):
    other = tmp_path / "other.srt"
    other.write_text(CAPTIONS)
    ran = program("keep")
    assert svs("summarize", talk, other, "-f", "md", "--exec", "keep").returncode == 0
    assert sorted(ran()) == sorted(str(file.with_suffix(".summary.md")) for file in (talk, other))


@pytest.mark.parametrize(
    "options",
    [
        ("--exec", "keep"),
        ("-f", "md", "--exec", "keep 'it"),
        ("--open", "--detach"),
        ("--copy", "--detach"),
        ("-f", "md", "--exec", "keep", "--detach"),
    ],
)
def test_what_cannot_be_done_is_refused_before_any_work(svs, talk, options):
    assert svs("summarize", talk, *options).returncode == 2
    assert svs("jobs", "list").stdout == ""


def test_open_and_copy_take_one_recording(svs, talk, tmp_path):
    (tmp_path / "other.srt").write_text(CAPTIONS)
    for option in ("--open", "--copy"):
        assert svs("summarize", talk, "other.srt", option).returncode == 2
