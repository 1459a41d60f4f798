"""ffmpeg is found, run and stopped so that nothing of it stays behind."""

import os
import re
import select
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from svs.errors import MissingError, Stopped
from svs.media import ffmpeg, tool
from svs.media.probe import probe
from svs.media.sandbox import landlock
from svs.media.testvideo import ASSETS

ENDLESS = ["-f", "lavfi", "-i", "sine", "-f", "null", "-"]
SECOND = ["-f", "lavfi", "-i", "sine=duration=1", "-f", "null", "-"]
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs FIFOs")


def children() -> list[psutil.Process]:
    """Return the children but those that Python itself keeps for other tests."""
    return [
        p for p in psutil.Process().children(recursive=True) if "multiprocessing" not in "".join(p.cmdline())
    ]


@pytest.fixture
def nothing_on_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_systems_ffmpeg_comes_first(monkeypatch, tmp_path):
    mine = tmp_path / ("ffmpeg.exe" if os.name == "nt" else "ffmpeg")
    mine.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tool.find() == mine


def test_without_one_the_packaged_ffmpeg_is_found_and_runs(nothing_on_path):
    found = tool.find()
    assert "imageio_ffmpeg" in found.parts
    assert "sine=duration=1" in ffmpeg.run(SECOND)


def test_an_ffmpeg_in_the_current_folder_is_never_run(monkeypatch, tmp_path):
    (tmp_path / "ffmpeg").touch(mode=0o700)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    assert "imageio_ffmpeg" in tool.find().parts


def test_without_any_ffmpeg_the_error_says_what_to_do(nothing_on_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingError) as caught:
        tool.find()
    assert "pip install imageio-ffmpeg" in caught.value.hint


def test_the_version_is_a_number(nothing_on_path):
    assert re.fullmatch(r"\d+\.\d+(\.\d+)*", tool.version(tool.find()))


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no system ffmpeg")
def test_the_systems_version_is_a_number_too():
    assert re.match(r"\d+\.\d+", tool.version(tool.find()))


def test_a_file_that_is_no_ffmpeg_has_no_version(tmp_path):
    with pytest.raises(MissingError):
        tool.version(tmp_path / "ffmpeg")


@pytest.fixture
def wrapped(tmp_path, monkeypatch):
    """Put a script on PATH that starts an ffmpeg elsewhere, as version managers do."""
    real, script = tmp_path / "real" / "ffmpeg", tmp_path / "bin" / "ffmpeg"
    real.parent.mkdir()
    script.parent.mkdir()
    shutil.copy(tool.find(), real)
    script.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    script.chmod(0o700)
    monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_a_script_in_ffmpegs_place_is_named_and_not_the_recording(svs, wrapped):
    with pytest.raises(MissingError, match=r"bin/ffmpeg does not run: .*denied") as caught:
        probe(ASSETS / "talk.opus")
    assert "It is a script" in caught.value.hint
    done = svs("summarize", "--subtitles", "never", ASSETS / "talk.opus")
    assert done.returncode == 4
    assert "bin/ffmpeg does not run" in done.stderr
    assert "is not a recording" not in done.stderr


def test_an_ffmpeg_that_is_broken_is_named_and_not_the_recording(monkeypatch, tmp_path):
    shutil.copy("/bin/false", tmp_path / "ffmpeg")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="ffmpeg does not run: it exits with 1"):
        probe(ASSETS / "talk.opus")


def test_an_outside_file_is_named_as_a_file_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = ffmpeg.source(Path("-y.mp4"), ss="1").output("x").get_args()
    assert arguments[arguments.index("-i") + 1] == f"file:{tmp_path / '-y.mp4'}"
    assert arguments[arguments.index("-protocol_whitelist") + 1] == "file"
    assert arguments[arguments.index("-ss") + 1] == "1"
    formats = arguments[arguments.index("-format_whitelist") + 1].split(",")
    assert {"mov", "matroska", "mp3", "wav", "ogg"} <= set(formats)
    assert not {"hls", "concat", "dash", "lavfi", "image2", "sdp", "imf", "tty", "rtsp", "mlv"} & set(formats)


def test_a_link_is_followed_before_ffmpeg_gets_the_name(tmp_path):
    (tmp_path / "talk.mp4").touch()
    (tmp_path / "link.mp4").symlink_to("talk.mp4")
    arguments = ffmpeg.source(tmp_path / "link.mp4").output("x").get_args()
    assert arguments[arguments.index("-i") + 1] == f"file:{os.path.realpath(tmp_path / 'talk.mp4')}"


def test_on_time_is_called_while_ffmpeg_runs_and_at_the_end():
    times: list[float] = []
    ffmpeg.run(["-re", *SECOND], on_time=times.append)
    assert len(times) > 1
    assert times == sorted(times)
    assert times[-1] == pytest.approx(1.0, abs=0.05)


def test_a_failure_carries_the_log_and_the_code():
    with pytest.raises(ffmpeg.FfmpegError) as caught:
        ffmpeg.run(["-i", "file:/nowhere/to/be.mp4"])
    assert caught.value.returncode
    assert "No such file or directory" in caught.value.log
    assert "No such file or directory" in caught.value.message


@pytest.mark.parametrize("error", [Stopped("stopped"), KeyboardInterrupt()])
def test_whatever_stops_it_leaves_no_process(error):
    def stop(seconds):
        assert children()
        raise error

    with pytest.raises(type(error)):
        ffmpeg.run(ENDLESS, on_time=stop)
    assert not children()


@needs_posix
def test_it_can_be_stopped_while_nothing_moves(tmp_path):
    os.mkfifo(tmp_path / "stalled")
    calls: list[float] = []

    def stop(seconds):
        calls.append(seconds)
        if len(calls) == 2:
            raise Stopped("stopped")

    with pytest.raises(Stopped):
        ffmpeg.run(["-f", "s16le", "-i", str(tmp_path / "stalled"), "-f", "null", "-"], on_time=stop)
    assert calls == [0.0, 0.0]
    assert not children()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child's life to its parent's")
def test_it_dies_with_svs_even_when_svs_is_killed(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    script = (
        "import os, signal; from svs.media.ffmpeg import run\n"
        f"run(['-f', 'lavfi', '-i', 'sine', '-f', 's16le', {str(fifo)!r}],"
        " on_time=lambda seconds: seconds and os.kill(os.getpid(), signal.SIGKILL))"  # once it writes
    )
    with subprocess.Popen([sys.executable, "-c", script]) as svs, fifo.open("rb", buffering=0) as written:
        while svs.poll() is None:
            written.read(1 << 16)
        left = 0
        while select.select([written], [], [], 30)[0] and (block := written.read(1 << 16)) and left < 1 << 22:
            left += len(block)
    assert not block, "ffmpeg goes on writing"


def test_a_long_log_is_kept_from_its_end():
    log = ffmpeg.run(
        ["-f", "lavfi", "-i", "nullsrc=s=16x16", "-vf", "showinfo", "-frames:v", "6000", "-f", "null", "-"]
    )
    assert len(log.encode()) == 1 << 20
    assert "n:5999" in log


def test_the_environment_neither_writes_reports_nor_colours_the_log(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FFREPORT", "level=32")
    monkeypatch.setenv("AV_LOG_FORCE_COLOR", "1")
    assert "\x1b" not in ffmpeg.run(["-v", "verbose", *SECOND])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("holes", "versions"),
    [
        (True, ("5.1.9", "7.1.4", "7.2", "8.0.2", "8.1")),
        (False, ("7.1.5", "8.0.3", "8.1.2", "9.0.2-17-g2a571b6068", "N-118", "unknown")),
    ],
)
def test_may_be_vulnerable_goes_by_the_version(holes, versions):
    assert {tool.may_be_vulnerable(version) for version in versions} == {holes}
