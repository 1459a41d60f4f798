"""One recording from the first look to the result: another that takes its place meanwhile is never read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from svs.errors import InputError
from svs.media import ffmpeg
from svs.media.input_check import held, open_regular
from svs.media.sandbox import landlock
from svs.media.testvideo import make_test_video

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file cannot be replaced")
SWAPS = Path(__file__).with_name("recording_swaps.py")
RIGHT, WRONG = "A lighthouse is a tall tower.", "A deep valley lies in the shade."


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Return two recordings that differ in what is said, as their subtitle tracks have it."""
    folder = tmp_path_factory.mktemp("recordings")
    video = folder / "talk.mkv"
    make_test_video(video, size=(64, 64), fps=2, duration=5)
    for name, words in (("right", RIGHT), ("wrong", WRONG)):
        cues = folder / f"{name}.srt"
        cues.write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{words}\n")
        ffmpeg.run(["-i", str(video), "-i", str(cues), "-c", "copy", str(folder / f"{name}.mkv")])
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".srt", "stay"),
        (".srt", "back"),
        (".mkv", "stay"),
        pytest.param(
            ".mkv",
            "back",
            marks=pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock"),
        ),
    ],
)
def test_no_word_comes_from_a_recording_that_took_the_place_of_the_right_one(
    recordings, tmp_path, suffix, kind
):
    file = tmp_path / f"talk{suffix}"
    file.write_bytes((recordings / f"right{suffix}").read_bytes())
    command = [sys.executable, SWAPS, file, recordings / f"wrong{suffix}", kind]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=240)
    assert done.returncode == 0, done.stderr
    outcomes = [line.partition(" ")[2] for line in done.stdout.splitlines()]
    assert len(outcomes) > 2
    assert outcomes[-1] == RIGHT, "the last time it was not swapped"
    assert all(outcome == RIGHT or outcome.startswith("refused: ") for outcome in outcomes), outcomes


def test_a_held_file_is_the_same_under_its_name_and_behind_a_link(tmp_path):
    talk, link = tmp_path / "talk.wav", tmp_path / "link.wav"
    talk.write_bytes(b"right")
    link.symlink_to(talk)
    with held(link), held(link):
        (tmp_path / "other.wav").write_bytes(b"wrong")
        (tmp_path / "other.wav").replace(talk)
        link.unlink()
        link.symlink_to("nowhere")
        for name in (link, talk):
            with open_regular(name) as file:
                assert file.read() == b"right"
    with open_regular(talk) as file:
        assert file.read() == b"wrong"


def test_a_file_that_is_changed_while_it_is_held_is_refused(tmp_path):
    talk = tmp_path / "talk.wav"
    talk.write_bytes(b"sound")
    with pytest.raises(InputError, match=r"talk\.wav was changed while it was read"), held(talk):
        talk.write_bytes(b"noise and more")
    with held(talk):
        talk.rename(tmp_path / "renamed.wav")
