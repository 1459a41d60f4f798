"""`svs make-test-video`, as its user sees it."""

import os
import re
import sys

import pytest

QUICK = ["--size", "64x36", "--fps", "2", "--duration", "2"]


def test_it_prints_the_path_of_the_video_and_nothing_else(svs, tmp_path):
    done = svs("make-test-video", "my talk.mkv", *QUICK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "my talk.mkv\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["my talk.mkv"]


def test_without_a_name_the_video_has_the_default_one(svs, tmp_path):
    assert svs("make-test-video", *QUICK).stdout == "svs-test-video.mp4\n"
    assert (tmp_path / "svs-test-video.mp4").stat().st_size > 1000


def test_every_option_reaches_the_video(svs, tmp_path):
    from svs.media.ffmpeg import run

    done = svs("make-test-video", "a.mp4", *QUICK, "--audio", "silence", "--subtitles", "--chapters")
    assert done.returncode == 0
    log = run(["-i", f"file:{tmp_path / 'a.mp4'}", "-af", "volumedetect", "-f", "null", "-"])
    for expected in (
        r"Duration: 00:00:02\.0",
        r"Video: .* 64x36 .* 2 fps",
        r"Subtitle: mov_text",
        r"Chapter #0:0: .*\n.*\n\s+title\s+: Lighthouses",
        r"max_volume: -9\d",
    ):
        assert re.search(expected, log), expected


def test_a_file_that_is_there_is_replaced_only_by_force(svs, tmp_path):
    video = tmp_path / "a.mp4"
    video.write_bytes(b"mine")
    refused = svs("make-test-video", "a.mp4", *QUICK)
    assert refused.returncode == 2
    assert "a.mp4 already exists" in refused.stderr
    assert "--force" in refused.stderr
    assert video.read_bytes() == b"mine"
    assert svs("make-test-video", "a.mp4", *QUICK, "--force").returncode == 0
    assert video.read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.avi"], ".mp4, .mov, .mkv, .webm"),
        (["--size", "big"], "--size big is not a size"),
        (["--size", "64x35"], "two even numbers"),
        (["--size", "64x0"], "two even numbers"),
        (["--duration", "0"], "--duration 0 is out of range"),
        (["--duration", "nan"], "--duration nan is out of range"),
        (["--duration", "inf"], "--duration inf is out of range"),
        (["--fps", "0"], "--fps"),
        (["--audio", "music"], "--audio"),
        (["nowhere/a.mp4"], "cannot write nowhere/a.mp4"),
    ],
)
def test_what_cannot_be_is_refused_as_wrong_usage(svs, tmp_path, arguments, said):
    done = svs("make-test-video", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_terminal_shows_a_bar_on_stderr_and_the_path_alone_on_stdout(svs_command, tmp_path):
    import pty
    import subprocess

    leader, terminal = pty.openpty()
    command = [svs_command, "make-test-video", "a.mp4", "--duration", "60"]
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=terminal, env=environment
    ) as running:
        os.close(terminal)
        shown = b""
        while block := _read(leader):
            shown += block
        assert running.stdout
        assert running.stdout.read() == b"a.mp4\n"
    os.close(leader)
    assert b"Making the test video" in shown
    assert running.returncode == 0


def _read(leader):
    try:
        return os.read(leader, 1 << 16)
    except OSError:  # how Linux says that the terminal was left
        return b""
