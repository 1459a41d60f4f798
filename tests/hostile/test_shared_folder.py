"""In a folder that another user may write to: whatever is swapped there, nothing of ours goes elsewhere."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from svs.media.testvideo import make_test_video
from svs.system.files import write_atomic

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root may act as another user"
)
OTHER = 65534
SWAPS = Path(__file__).with_name("swaps.py")


@pytest.fixture
def shared():
    """Return a folder in which all may write, rename and remove."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name, "shared")
        folder.mkdir()
        folder.chmod(0o777)
        yield folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "kind"),
    [("write", "link"), ("write", "file"), ("write", "folder"), ("video", "link"), ("copy", "file")],
)
def test_what_another_user_swaps_is_not_written_to_and_gets_no_word(svs, shared, tmp_path, action, kind):
    """The other user acts just before a file is opened, renamed or linked, or ffmpeg is started."""
    if action == "copy":
        make_test_video(tmp_path / "talk.mkv", size=(64, 64), fps=2, duration=5)
        (tmp_path / "talk.srt").write_text(
            "1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n"
        )
        assert svs("summarize", tmp_path / "talk.mkv").returncode == 0
    precious = tmp_path / "precious"
    precious.write_text("mine")
    command = [sys.executable, SWAPS, action, shared, precious, kind, str(OTHER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=240)
    assert done.returncode == 0, done.stderr
    assert precious.read_text() == "mine"
    assert done.stdout.endswith("done\n"), "the last time nobody disturbed it"
    files = [path for path in shared.rglob("*") if path.is_file() and not path.is_symlink()]
    theirs = [path for path in files if path.stat().st_uid == OTHER]
    assert not [path for path in theirs if path.read_text() != "theirs\n"], "they got what is ours"
    assert not [path for path in files if path not in theirs and path.stat().st_mode & 0o077]


@pytest.mark.parametrize("there", [False, True])
def test_without_hard_links_a_file_that_is_there_is_not_replaced_either(tmp_path, monkeypatch, there):
    def missing(*_arguments, **_options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", missing)
    target = tmp_path / "talk.md"
    if there:
        target.write_text("mine")
        with pytest.raises(FileExistsError):
            write_atomic(target, b"words", replace=False)
    else:
        write_atomic(target, b"words", replace=False)
    assert target.read_text() == ("mine" if there else "words")
    assert list(tmp_path.iterdir()) == [target]
