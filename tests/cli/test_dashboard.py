"""`svs dashboard`, in a real terminal."""

import os
import shlex
import shutil
import signal
import subprocess
import time

import psutil
import pytest

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"


def test_without_a_terminal_it_says_what_to_use_instead(svs):
    done = svs("dashboard")
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "svs jobs list" in done.stderr


class Terminal:
    """A terminal of 100x30 that runs svs, and then shows its exit code."""

    def __init__(self, folder, svs_command, *arguments):
        self._socket = folder / "tmux"
        command = shlex.join([svs_command, *arguments])
        self._tmux("new-session", "-d", "-x", "100", "-y", "30", f"echo before; {command}; echo code $?; cat")

    def _tmux(self, *arguments):
        command = ["tmux", "-S", str(self._socket), "-f", os.devnull, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout

    def press(self, *keys):
        self._tmux("send-keys", *keys)

    def until(self, *texts):
        until = time.monotonic() + 60
        while not all(text in (screen := self._tmux("capture-pane", "-p")) for text in texts):
            assert time.monotonic() < until, screen
            time.sleep(0.05)

    def end(self, number):
        """Send a signal to svs."""
        shell = psutil.Process(int(self._tmux("list-panes", "-F", "#{pane_pid}")))
        shell.children()[0].send_signal(number)

    def close(self):
        self._tmux("kill-server")


@pytest.fixture
def terminal(tmp_path, svs_command):
    if not shutil.which("tmux"):
        pytest.skip("tmux is missing")
    found = Terminal(tmp_path, svs_command, "dashboard", "--theme", "light", "bees")
    yield found
    found.close()


def test_a_job_is_seen_as_it_comes_and_the_terminal_is_as_before_at_the_end(terminal, svs, tmp_path):
    terminal.until("q Quit")
    (tmp_path / "bees.srt").write_text(CAPTIONS)
    svs("summarize", "bees.srt")
    terminal.until("✓ 1 done", "bees.srt")
    terminal.press("2")
    terminal.until("a glass lens gathers its light")
    terminal.press("q")
    terminal.until("before", "code 0")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_the_terminal_is_as_before(terminal, number, code):
    terminal.until("q Quit")
    terminal.end(number)
    terminal.until("before", f"code {code}")
