"""What ffmpeg may try once a recording has taken it over comes to nothing."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from svs.media.limits import Limits
from svs.media.sandbox import landlock, process, seccomp

pytestmark = [
    pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock"),
    pytest.mark.skipif(not seccomp.available(), reason="this kernel has no seccomp that svs knows"),
]
PYTHON = [str(Path(sys.executable).resolve()), "-I", "-S"]
ATTEMPTS = Path(__file__).with_name("attempts.py")
LAUNCH = f"""
import sys
sys.path.append({str(Path(process.__file__).parents[3])!r})
from svs.media.sandbox import landlock, launcher, seccomp
restrict, readable = landlock.restrict, 1 | 1 << 2 | 1 << 3
landlock.restrict = lambda rules: restrict([*rules, ({sys.base_prefix!r}, readable)])
{{off}}
launcher.main(sys.argv[1:])
"""
"""The launcher that lets Python have its own library, with a part of the sandbox switched off."""
NO_LANDLOCK, NO_SECCOMP = "landlock.version = lambda: 0", "seccomp.available = lambda: False"
BEYOND_LANDLOCK = {
    "connect by TCP fast open",
    "connect by MPTCP",
    "connect to a UNIX socket",
    "send to a UNIX socket",
    "send by UDP",
    "chmod",
    "set the time",
    "set an attribute",
    "limit svs",
    "fork twice to outlive svs",
    "outlive svs",
}
"""What no version of Landlock so far holds back, and any user may do."""


@contextmanager
def surroundings(folder: Path) -> Iterator[list[str]]:
    """Give what is to be attacked, as arguments of the attempts."""
    for name in ("other", "renamed", "removed", "emptied", "program"):
        (folder / name).write_text("secret")
    (folder / "program").chmod(0o700)
    with ExitStack() as stack:
        victim = stack.enter_context(subprocess.Popen(["sleep", "600"], start_new_session=True))
        stack.callback(victim.kill)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        sockets = {
            tcp.getsockname(): (socket.AF_INET, socket.SOCK_DGRAM),
            f"{folder}/stream": (socket.AF_UNIX, socket.SOCK_STREAM),
            f"{folder}/datagram": (socket.AF_UNIX, socket.SOCK_DGRAM),
            f"\0svs-{victim.pid}": (socket.AF_UNIX, socket.SOCK_STREAM),
        }
        for address, (family, kind) in sockets.items():
            server = stack.enter_context(socket.socket(family, kind))
            server.bind(address)
            if kind == socket.SOCK_STREAM:
                server.listen()
        yield [str(folder), str(victim.pid), str(tcp.getsockname()[1])]


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """Make all attempts, with a part of the sandbox switched off, and return the lines they print."""
    recording, output, script = (tmp_path / name for name in ("recording", "output", "attempts.py"))
    recording.write_text("what is said")
    output.touch()
    script.write_text(ATTEMPTS.read_text())

    def run(off: str = "") -> list[str]:
        monkeypatch.setattr(process, "_LAUNCH", LAUNCH.format(off=off))
        (tmp_path / "outside").mkdir()
        with surroundings(tmp_path / "outside") as attacked:
            command = [*PYTHON, str(script), *attacked, str(recording), str(output)]
            reads = [str(recording), str(script)]
            child = process.start(command, reads=reads, write=str(output), limits=Limits())
            said, log = child.communicate()
        assert (child.returncode, log) == (0, b"")
        assert output.read_text() == "what is sa"
        return said.decode().splitlines()

    return run


def done(lines: list[str]) -> dict[str, set[str]]:
    """Return the attempts that were not refused, by kind."""
    outcomes = {tuple(line.split("\t")[:2]): line.split("\t")[2] for line in lines if "\t" in line}
    assert len(outcomes) > 80
    return {
        kind: {
            name for (its, name), outcome in outcomes.items() if its == kind and outcome.startswith("done")
        }
        for kind in ("files", "calls")
    }


def test_nothing_of_it_is_done(attempt):
    assert done(attempt()) == {"files": set(), "calls": set()}


def test_without_seccomp_files_are_safe(attempt):
    made = done(attempt(NO_SECCOMP))
    assert not made["files"]
    assert made["calls"] > BEYOND_LANDLOCK


def test_without_landlock_all_but_files_is_safe(attempt):
    made = done(attempt(NO_LANDLOCK))
    assert not made["calls"]
    assert "read a file" in made["files"]


def test_without_both_it_could_be_done(attempt):
    made = done(attempt(f"{NO_LANDLOCK}\n{NO_SECCOMP}"))
    assert made["files"] >= {"read a file", "read the environment of svs", "make a file"}
    assert made["calls"] >= BEYOND_LANDLOCK | {"connect by TCP", "signal a process", "truncate", "remove"}


def test_it_gets_neither_handles_nor_secrets(attempt, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    environment, handles, *_ = attempt()
    assert handles == "handles 0 1 2"
    assert "AWS_SECRET_ACCESS_KEY" not in environment.split()


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="this kernel has no 32-bit calls")
@pytest.mark.parametrize("call", ["libc.syscall(0x40000000 | 39)", "getpid_of_32_bits()"])
def test_calls_of_another_architecture_end_it(call, monkeypatch):
    monkeypatch.setattr(process, "_LAUNCH", LAUNCH.format(off=""))
    code = (
        "import ctypes, mmap\n"
        "libc = ctypes.CDLL(None)\n"
        "memory = mmap.mmap(-1, 4096, prot=7)\n"
        "memory.write(bytes.fromhex('b814000000cd80c3'))\n"  # mov eax, 20; int 0x80; ret
        "getpid_of_32_bits = ctypes.CFUNCTYPE(int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))\n"
        f"print({call})"
    )
    child = process.start([*PYTHON, "-c", code])
    assert child.communicate() == (b"", b"")
    assert child.returncode == -signal.SIGSYS
