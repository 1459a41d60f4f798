"""The filter of system calls lets through what ffmpeg needs, on each processor that it knows."""

import errno
from typing import NamedTuple

import pytest

from svs.media.sandbox import seccomp

PID = 4711
THREAD = 0x3D0F00
"""The flags with which the C library makes a thread."""


class Machine(NamedTuple):
    """A processor: what the kernel calls it, and the numbers of its calls."""

    name: str
    architecture: int
    calls: dict[str, int]


MACHINES = [
    Machine(
        "x86_64",
        0xC000003E,
        {"read": 0, "write": 1, "mmap": 9, "ioctl": 16, "socket": 41, "connect": 42, "sendto": 44,
         "clone": 56, "execve": 59, "exit": 60, "kill": 62, "fcntl": 72, "chmod": 90, "fchmod": 91,
         "ptrace": 101, "prctl": 157, "setxattr": 188, "futex": 202, "tgkill": 234, "openat": 257,
         "utimensat": 280, "unshare": 272, "prlimit64": 302, "process_vm_readv": 310, "bpf": 321},
    ),
    Machine(
        "aarch64",
        0xC00000B7,
        {"read": 63, "write": 64, "mmap": 222, "ioctl": 29, "socket": 198, "connect": 203, "sendto": 206,
         "clone": 220, "execve": 221, "exit": 93, "kill": 129, "fcntl": 25, "chmod": 53, "fchmod": 52,
         "ptrace": 117, "prctl": 167, "setxattr": 5, "futex": 98, "tgkill": 131, "openat": 56,
         "utimensat": 88, "unshare": 97, "prlimit64": 261, "process_vm_readv": 270, "bpf": 280},
    ),
]  # fmt: skip
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, MISSING = 0x50000 | errno.EACCES, 0x50000 | 38


def verdict(machine: Machine, call: str | int, *arguments: int, architecture: int | None = None) -> int:
    """Run the filter as the kernel would, and return its answer."""
    number = call if isinstance(call, int) else machine.calls[call]
    padded = [*arguments, *[0] * (6 - len(arguments))]
    words = [number, architecture or machine.architecture, 0, 0]
    words += [half for value in padded for half in (value & 0xFFFFFFFF, value >> 32)]
    steps = seccomp.program(machine.name, PID)
    value = at = 0
    while True:
        what, then, otherwise, operand = steps[at]
        at += 1
        match what:
            case 0x06:  # return
                return operand
            case 0x20:  # load
                value = words[operand // 4]
            case 0x54:  # and
                value &= operand
            case 0x15:
                at += then if value == operand else otherwise
            case 0x25:
                at += then if value > operand else otherwise
            case 0x35:
                at += then if value >= operand else otherwise
            case 0x45:
                at += then if value & operand else otherwise
            case _:
                raise AssertionError(what)


pytestmark = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("read", (0,)),
        ("mmap", ()),
        ("futex", ()),
        ("execve", ()),
        ("exit", ()),
        ("clone", (THREAD,)),
        ("kill", (PID, 6)),
        ("tgkill", (PID, PID, 6)),
        ("prctl", (15,)),
        ("ioctl", (2, 0x5401)),
        ("fcntl", (3, 2, 1)),
        ("openat", (0xFFFFFF9C, 0, 0)),
        ("openat", (0xFFFFFF9C, 0, 0o1101)),
        ("prlimit64", (0, 3, 0, 1 << 40)),
    ],
)
def test_what_ffmpeg_needs_is_allowed(machine, call, arguments):
    assert verdict(machine, call, *arguments) == ALLOW


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("socket", (1, 1)),
        ("connect", ()),
        ("sendto", ()),
        ("chmod", ()),
        ("fchmod", ()),
        ("setxattr", ()),
        ("utimensat", ()),
        ("ptrace", ()),
        ("process_vm_readv", ()),
        ("unshare", ()),
        ("bpf", ()),
        ("clone", (17,)),
        ("clone", (THREAD | 0x10000000,)),
        ("kill", (PID - 1, 0)),
        ("kill", (0xFFFFFFFF, 9)),
        ("tgkill", (1, PID, 6)),
        ("prctl", (1, 0)),
        ("ioctl", (0, 0x5412)),
        ("fcntl", (3, 8, 1)),
        ("openat", (0xFFFFFF9C, 0, 0o1000)),
        ("openat", (0xFFFFFF9C, 0, 0o1003)),
        ("prlimit64", (1, 3, 0, 0)),
        ("prlimit64", (0, 3, 1, 0)),
        ("prlimit64", (0, 3, 1 << 32, 0)),
    ],
)
def test_what_reaches_beyond_is_refused(machine, call, arguments):
    assert verdict(machine, call, *arguments) == REFUSE


@pytest.mark.parametrize("call", [435, 437, 463, 9999])
def test_what_cannot_be_looked_into_or_is_newer_is_missing(machine, call):
    assert verdict(machine, call) == MISSING


def test_another_architecture_ends_the_process(machine):
    assert verdict(machine, "read", architecture=0x40000003) == KILL  # i386
    assert verdict(machine, 0x40000000) == KILL  # x32
