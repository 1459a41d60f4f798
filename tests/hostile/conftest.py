"""What the tests of hostile text share: a terminal, and what may be seen on it."""

import os
import re

import pytest

from svs.media import ffmpeg

_DRAWN = re.compile(
    r"\x1b\[(\?25[lh]|\?20(04|26)[lh]|[0-9;]*m|[0-9]*[AK]|[0-9;]*H)|\r"
    r"|\x1b\]8;(id=\d+)?;(file:///[\w./%~-]*)?\x1b\\"
)
"""What Rich itself sends: colours, the cursor's way, the line's end, links to files."""
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\xad\u200b\u2060\ufeff\U000e0000-\U000e007f]"
)


@pytest.fixture(scope="session")
def assert_harmless():
    """Check that a text has no unseen characters but line feeds and tabs; `drawn` allows for Rich's own."""

    def check(text, *, drawn=False):
        found = _FORBIDDEN.search(_DRAWN.sub("", text) if drawn else text)
        assert not found, ascii(text[max(0, found.start() - 60) : found.end() + 20])

    return check


@pytest.fixture
def on_terminal(svs):
    """Run svs on a terminal, and return the exit code and all that was sent to the screen."""

    def run(*arguments):
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        done = svs(*arguments, env=environment, typed="")
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture(scope="session")
def silent(tmp_path_factory):
    """Return a recording of four seconds without speech."""
    file = tmp_path_factory.mktemp("silent") / "silent.mkv"
    graph = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "4", "-c:a", "flac", str(file)]
    ffmpeg.run(graph)
    return file
