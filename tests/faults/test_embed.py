"""A copy that is killed while it is written is written whole by resume, and leaves nothing else."""

import os
import signal
import subprocess

import pytest

from svs.media import ffmpeg

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]
SUBTITLES = "\n".join(
    f"00:00:{second:02},000 --> 00:00:{second + 4:02},000\nA glass lens gathers its light.\n"
    for second in range(0, 55, 5)
)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """Return a recording that takes a minute to copy from a slow disk; it has no sound to extract before."""
    video = tmp_path_factory.mktemp("video") / "talk.mp4"
    pictures = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=2:duration=60"]
    ffmpeg.run([*pictures, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(video)])
    video.with_suffix(".srt").write_text(SUBTITLES)
    return video


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_copy_is_written_whole_by_resume(svs, svs_command, video, slow_disk, tmp_path, number):
    folder = tmp_path / "out"
    arguments = ["summarize", video, "--embed", folder / "copy.mkv"]
    with subprocess.Popen([svs_command, *arguments], stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if "Copying the recording to" in line:
                break
        while not list(folder.glob(".svs.*.part")):  # its files are there a moment after it says so
            assert process.poll() is None
        process.send_signal(number)
        process.stderr.read()
    assert process.returncode == (-9 if number == signal.SIGKILL else 130)
    assert not (folder / "copy.mkv").exists()
    assert number == signal.SIGKILL or list(folder.iterdir()) == []
    slow_disk()
    resumed = svs("jobs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    assert [file.name for file in folder.iterdir()] == ["copy.mkv"]
    written = (folder / "copy.mkv").read_bytes()
    assert svs("summarize", video, "--embed", folder / "copy.mkv", "--force").returncode == 0
    assert (folder / "copy.mkv").read_bytes() == written
