"""Files are opened by the desktop's program, and texts reach the clipboard."""

import base64
import io

import pytest

from svs.errors import MissingError, StoreError
from svs.system import desktop


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Have programs of our own in place of the desktop's."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    def make(name, script):
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    return make


def test_a_path_is_one_argument_and_the_program_gets_no_secrets(program, tmp_path, monkeypatch):
    monkeypatch.setenv("SVS_NOTIFY", "mailto://me:password@example.org")
    program("xdg-open", f'printf "%s %s" "$1" "$SVS_NOTIFY" > {tmp_path}/opened')
    desktop.open_path(tmp_path / "a; b")
    assert (tmp_path / "opened").read_text() == f"{tmp_path / 'a; b'} "


def test_a_program_that_fails_or_is_missing_is_an_error_of_its_own(program, tmp_path):
    with pytest.raises(MissingError, match="no program to open"):
        desktop.open_path(tmp_path)
    program("xdg-open", "exit 3")
    with pytest.raises(StoreError, match="xdg-open cannot open"):
        desktop.open_path(tmp_path)


@pytest.mark.parametrize(
    ("name", "variable"), [("wl-copy", "WAYLAND_DISPLAY"), ("xclip", "DISPLAY"), ("xsel", "DISPLAY")]
)
def test_the_tool_of_the_desktop_in_use_copies(program, tmp_path, monkeypatch, name, variable):
    program(name, f"exec /bin/cat > {tmp_path}/copied")
    terminal = Terminal()
    monkeypatch.setenv(variable, "x")
    desktop.copy("überall", terminal)
    assert (tmp_path / "copied").read_text() == "überall"
    assert terminal.getvalue() == ""


def test_without_a_desktop_the_terminal_copies(program):
    program("xclip", "exit 1")
    terminal = Terminal()
    desktop.copy("überall", terminal)
    kind, data = terminal.getvalue().removeprefix("\x1b]52;").removesuffix("\x07").split(";")
    assert (kind, base64.b64decode(data).decode()) == ("c", "überall")


def test_without_desktop_and_terminal_nothing_can_be_copied(program):
    with pytest.raises(MissingError, match="no clipboard"):
        desktop.copy("x", io.StringIO())
