"""A child that reads an outside file can open, use up and reach next to nothing."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from svs.errors import InputError
from svs.media import ffmpeg, limits
from svs.media.sandbox import landlock, process, seccomp
from tests.hostile.recordings import flac

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX limits processes")
locked = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
filtered = pytest.mark.skipif(not seccomp.available(), reason="this kernel has no seccomp that svs knows")


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "sound.wav"
    ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=2", str(path)])
    return path


def run(
    sound: Path, *options: str, before: tuple[str, ...] = (), allowed: limits.Limits | None = None
) -> str:
    arguments = ffmpeg.source(sound).output("-", f="null").get_args()[:-3]
    return ffmpeg.run([*before, *arguments, *options], limits=allowed)


def confined(*command: str, **allowed: Any) -> str:
    with process.start(list(command), limits=limits.Limits(0, 4096, 512 << 20), **allowed) as started:
        return started.communicate()[0].decode()


def launched(parent: int, *command: str) -> "subprocess.CompletedProcess[str]":
    launcher = [sys.executable, "-I", "-S", "-c", process._LAUNCH, str(parent), *"0000", ""]
    return subprocess.run([*launcher, *command], capture_output=True, text=True, check=False)


def test_every_limit_is_set():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        shown = confined("/bin/sh", "-c", "ulimit -v; ulimit -f; ulimit -t; ulimit -c")
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
    assert shown.split() == [str(512 << 10), "8", "20", "0"]  # in KiB, blocks of 512 bytes, and seconds


def test_nothing_is_started_for_a_parent_that_has_ended():
    done = launched(1, "/bin/echo", "here")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_program_that_cannot_start_says_so():
    done = launched(os.getpid(), "/none")
    assert (done.returncode, done.stderr) == (126, "cannot start /none: No such file or directory\n")


def test_secrets_stay_out_of_its_environment(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("SVS_NOTIFY", "mailto://me:secret@example.com")
    monkeypatch.setenv("LD_LIBRARY_PATH", "lib::/opt/lib:.")
    shown = confined("/usr/bin/env")
    assert "secret" not in shown
    assert "LD_LIBRARY_PATH=/opt/lib\n" in shown
    assert "GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null\n" in shown


@locked
def test_no_other_file_can_be_read(sound, tmp_path):
    other = tmp_path / "other.wav"
    other.write_bytes(sound.read_bytes())
    mix = ["-filter_complex", f"amovie={other}[other]", "-map", "[other]", "-f", "null", "-"]
    assert ffmpeg.run(["-i", str(sound), *mix], reads=(str(other),))
    with pytest.raises(ffmpeg.FfmpegError, match=r"Permission denied|Invalid argument"):
        ffmpeg.run(["-i", str(sound), *mix])
    with pytest.raises(ffmpeg.FfmpegError, match=r"Permission denied|Invalid argument"):
        run(sound, *mix)


@locked
def test_no_other_file_can_be_written(sound, tmp_path):
    with pytest.raises(ffmpeg.FfmpegError, match="Permission denied"):
        run(sound, "-f", "s16le", str(tmp_path / "elsewhere"), "-f", "null", "-")
    assert list(tmp_path.iterdir()) == [sound]


@locked
def test_the_folder_of_the_recording_cannot_be_listed(sound, tmp_path):
    assert "sound.wav" not in confined("/bin/ls", str(tmp_path), reads=[str(sound)])
    assert confined("/bin/ls", str(sound), reads=[str(sound)]) == f"{sound}\n"


@locked
def test_files_of_ours_can_be_read_and_no_other_beside_them(sound, tmp_path):
    for name in ("one", "two", "other"):
        (tmp_path / name).write_text(name)
    names = [str(tmp_path / name) for name in ("one", "other", "two")]
    assert confined("/bin/cat", *names, reads=[names[0], names[2]]) == "onetwo"


@locked
def test_a_program_of_the_users_own_finds_its_libraries_and_nothing_else_there(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    shutil.copy("/bin/cat", tmp_path / "bin" / "cat")
    files = [tmp_path / folder / name for folder in ("lib", "more") for name in ("libx.so.1", "secret.txt")]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{file.name} ")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path / "more"))
    shown = confined(str(tmp_path / "bin" / "cat"), *map(str, files))
    assert shown == "libx.so.1 libx.so.1 "


@locked
def test_a_second_input_can_be_read_and_not_written(sound, tmp_path):
    second = tmp_path / "second.wav"
    second.write_bytes(sound.read_bytes())
    run(sound, "-i", ffmpeg.url(second), "-map", "1", "-f", "null", "-")
    with pytest.raises(ffmpeg.FfmpegError, match="Permission denied"):
        run(sound, "-i", ffmpeg.url(second), "-map", "0", "-f", "wav", str(second), "-f", "null", "-")


@filtered
def test_no_connection_can_be_made(sound):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        with pytest.raises(ffmpeg.FfmpegError, match="Permission denied"):
            run(sound, "-f", "s16le", f"tcp://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_too_much_output_is_the_recordings_fault(sound, tmp_path):
    with pytest.raises(InputError, match=r"sound\.wav gives more than"):
        run(sound, "-f", "s16le", ffmpeg.url(tmp_path / "out"), allowed=limits.Limits(written=10_000))


def test_too_much_computing_is_the_recordings_fault(sound, monkeypatch):
    monkeypatch.setattr(limits, "_CPU", 1)
    with pytest.raises(InputError, match=r"sound\.wav needs more than 1 s of processor time"):
        run(sound, "-f", "null", "-", before=("-stream_loop", "-1"))


def test_too_much_memory_is_the_recordings_fault(tmp_path):
    (tmp_path / "slow.flac").write_bytes(flac(1, 650_000, 60))
    with pytest.raises(InputError, match=r"slow\.flac needs more than 768 MB"):
        run(tmp_path / "slow.flac", "-af", "aresample=16000", "-f", "null", "-")


def test_what_does_not_get_on_is_stopped(sound, monkeypatch):
    monkeypatch.setattr(limits, "_STALL", 0.5)
    with pytest.raises(InputError, match=r"no progress on .*sound\.wav|sound\.wav takes too long"):
        run(sound, "-af", "aselect=0", "-f", "null", "-", before=("-stream_loop", "-1"))
    watchdog = limits.Watchdog(sound)
    watchdog.check(1000.0)
    watchdog._idle = 0.6
    with pytest.raises(InputError, match=r"ffmpeg made no progress on .*sound\.wav"):
        watchdog.check(1000.0)


def test_what_is_slower_than_it_plays_is_stopped(sound, monkeypatch):
    monkeypatch.setattr(limits, "_STALL", 0.1)
    watchdog = limits.Watchdog(sound)
    watchdog._spent = 0.2
    with pytest.raises(InputError, match=r"sound\.wav takes too long to decode: 0 s for 0 s of it"):
        watchdog.check(0.01)


def test_a_file_that_is_replaced_while_it_is_read_is_refused(sound, tmp_path):
    other = tmp_path / "other.wav"
    other.write_bytes(sound.read_bytes())

    def swap(seconds):
        if other.exists():
            other.replace(sound)

    graph = ffmpeg.source(sound).output("-", f="null")
    with pytest.raises(InputError, match=r"sound\.wav was replaced while it was read"):
        ffmpeg.run(graph.get_args(), on_time=swap)


def test_what_is_no_file_any_more_is_never_opened(sound):
    arguments = ffmpeg.source(sound).output("-", f="null").get_args()
    sound.unlink()
    os.mkfifo(sound)
    with pytest.raises(InputError, match="is not a regular file"):
        ffmpeg.run(arguments)


def test_only_the_owner_may_read_what_comes_of_it(sound, tmp_path):
    run(sound, "-f", "s16le", ffmpeg.url(tmp_path / "out"))
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


def test_pictures_cannot_be_decoded_where_sound_is_wanted(tmp_path):
    film = tmp_path / "film.mkv"
    ffmpeg.run(["-f", "lavfi", "-i", "testsrc=s=64x64:d=1", "-c:v", "mpeg4", str(film)])
    still = ffmpeg.url(tmp_path / "still.ppm")
    ffmpeg.run(ffmpeg.source(film, codecs="video").output(still, **{"frames:v": 1}).get_args())
    assert (tmp_path / "still.ppm").read_bytes()[:2] == b"P6"
    with pytest.raises(ffmpeg.FfmpegError):
        ffmpeg.run(ffmpeg.source(film).output(still, **{"frames:v": 1}).get_args())


@pytest.mark.slow
def test_a_picture_too_large_is_not_decoded(tmp_path):
    film = tmp_path / "film.avi"
    still = ffmpeg.url(tmp_path / "still.ppm")
    room = limits.Limits(memory=8 << 30, written=1 << 30)
    for size in ("8000x4000", "8000x6000"):
        ffmpeg.run(["-f", "lavfi", "-i", f"color=s={size}", "-frames:v", "1", "-c:v", "mjpeg", str(film)])
        arguments = ffmpeg.source(film, codecs="video").output(still, **{"frames:v": 1}).get_args()
        if size == "8000x4000":
            ffmpeg.run(arguments, limits=room)
    with pytest.raises(ffmpeg.FfmpegError):
        ffmpeg.run(arguments, limits=room)
