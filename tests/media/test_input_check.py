"""Only a regular file with something in it is let in, and the one that was looked at."""

import os
import subprocess
import sys
import time

import pytest

from svs.errors import InputError, UsageError
from svs.media.input_check import check_file, open_regular
from svs.media.whitelist import formats

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files of POSIX")


def test_a_link_is_followed_to_its_file(tmp_path):
    (tmp_path / "talk.wav").write_bytes(b"sound")
    (tmp_path / "link.wav").symlink_to("talk.wav")
    with open_regular(tmp_path / "link.wav") as file:
        assert file.read() == b"sound"


@pytest.mark.parametrize("put", ["link", "pipe"])
def test_what_takes_the_place_of_a_checked_file_is_not_opened(tmp_path, put):
    """An audit hook is called just before the file is opened: there, it is replaced."""
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from svs.errors import InputError\nfrom svs.media.input_check import open_regular\n"
        "talk, secret = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "def swap(event, arguments):\n"
        "    if event == 'open' and arguments[0] == str(talk) and not talk.is_symlink():\n"
        "        talk.unlink()\n"
        "        talk.symlink_to(secret) if sys.argv[3] == 'link' else os.mkfifo(talk)\n"
        "sys.addaudithook(swap)\n"
        "try:\n    print(open_regular(talk).read())\n"
        "except InputError as error:\n    print(error)\n"
    )
    talk, secret = tmp_path / "talk.wav", tmp_path / "secret"
    talk.write_bytes(b"sound")
    secret.write_bytes(b"a secret")
    command = [sys.executable, "-c", script, talk, secret, put]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    said = "just replaced by a link" if put == "link" else "is not a regular file"
    assert said in done.stdout


def test_a_file_may_be_too_large(tmp_path):
    (tmp_path / "talk.wav").write_bytes(bytes(2_000_000))
    check_file(tmp_path / "talk.wav", 2_000_000)
    with pytest.raises(InputError, match="has 2 MB, more than --max-size 1M allows"):
        check_file(tmp_path / "talk.wav", 1_000_000)


def test_an_address_is_no_file():
    from pathlib import Path

    with pytest.raises(InputError, match="there is no file") as caught:
        check_file(Path("http://127.0.0.1/talk.mp4"))
    assert "download it first" in caught.value.hint


def test_looking_at_a_text_of_endless_comments_takes_no_time(tmp_path):
    (tmp_path / "talk.mp4").write_text("\ufeff  " + "<!---->" * 500 + "REM x\n" * 500)
    started = time.process_time()
    with pytest.raises(InputError, match="XML"):
        check_file(tmp_path / "talk.mp4")
    assert time.process_time() - started < 5


def test_formats_are_allowed_by_name():
    assert formats(" bink, smk") == ("bink", "smk")
    assert formats("") == ()


@pytest.mark.parametrize("names", ["hls", "mp3,CONCAT", "a b", "file:x", "é", "-f"])
def test_formats_that_open_other_files_are_never_allowed(names):
    with pytest.raises(UsageError):
        formats(names)
