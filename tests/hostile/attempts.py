"""What an ffmpeg that was taken over may try: runs in its place, and tells what came of each attempt.

    python attempts.py FOLDER PID PORT RECORDING OUTPUT

It prints the names of its environment, its open handles, and each attempt with its kind and what came of it.

FOLDER holds what the sandbox does not allow: the files `other`, `renamed`, `removed`, `emptied` and
`program`, and the sockets `stream` and `datagram`. PID is a process of the same user; something listens at
PORT by TCP and UDP.
"""

import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

folder, pid, port, recording, output = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:6]
other, address = f"{folder}/other", ("127.0.0.1", port)
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
SPACE = ctypes.create_string_buffer(8)
HERE, THERE = (struct.pack("@PN", place, 8) for place in (ctypes.addressof(SPACE), 1 << 16))
REFUSED = {errno.EACCES, errno.EPERM, errno.ENOSYS}


def call(name: str, *arguments: object) -> int:
    """Call a function of the C library, or a system call by its number."""
    result = int(libc[name](*arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


def system(number: int, *arguments: object) -> int:
    return call("syscall", ctypes.c_long(number), *arguments)


def opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def reach(
    where: object, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, protocol: int = 0
) -> None:
    with socket.socket(family, kind, protocol) as sock:
        sock.connect(where)


def send(where: object, family: int, kind: int, flags: int = 0) -> None:
    with socket.socket(family, kind) as sock:
        sock.sendto(b"secret", flags, where)


def ends(child: int) -> None:
    """End at once if this is a new process, else wait for it."""
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def fork_twice() -> None:
    child = os.fork()
    if child == 0:
        with suppress(OSError):
            os.setsid()
            os.fork()
    ends(child)


def set_flags() -> None:
    """Set a file's attributes, as chattr does."""
    handle = opened(recording, os.O_RDONLY)
    fcntl.ioctl(handle, 0x40086602, bytes(8))


def prlimit(number: int) -> None:
    limits = resource.prlimit(number, resource.RLIMIT_NOFILE)
    resource.prlimit(number, resource.RLIMIT_NOFILE, limits)


def shared_memory() -> None:
    call("shmctl", call("shmget", 0, 4096, 0o1600), 0, None)


def queue() -> None:
    call("msgctl", call("msgget", 0, 0o1600), 0, None)


def pipe_of(number: int) -> None:
    """Have the kernel send SIGIO to a process when something is in a pipe."""
    fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, number)


FILES: dict[str, Callable[[], object]] = {
    "read a file": lambda: opened(other, os.O_RDONLY),
    "read /etc/passwd": lambda: opened("/etc/passwd", os.O_RDONLY),
    "read the environment of svs": lambda: opened(f"/proc/{os.getppid()}/environ", os.O_RDONLY),
    "read the memory of svs": lambda: opened(f"/proc/{os.getppid()}/mem", os.O_RDONLY),
    "list a folder": lambda: os.listdir(folder),
    "list the root": lambda: os.listdir("/"),
    "start a program": lambda: os.execv(f"{folder}/program", ["program"]),
    "write to a file": lambda: opened(other, os.O_WRONLY),
    "write to the recording": lambda: opened(recording, os.O_WRONLY),
    "make a file": lambda: opened(f"{folder}/new", os.O_WRONLY | os.O_CREAT),
    "make a file without a name": lambda: opened(folder, os.O_WRONLY | os.O_TMPFILE),
}
CALLS: dict[str, Callable[[], object]] = {
    "connect by TCP": lambda: reach(address),
    "connect by TCP fast open": lambda: send(address, socket.AF_INET, socket.SOCK_STREAM, 0x20000000),
    "connect by MPTCP": lambda: reach(address, protocol=262),
    "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
    "send by UDP": lambda: send(address, socket.AF_INET, socket.SOCK_DGRAM),
    "send by UDP over IPv6": lambda: send(("::1", port), socket.AF_INET6, socket.SOCK_DGRAM),
    "connect to a UNIX socket": lambda: reach(f"{folder}/stream", socket.AF_UNIX),
    "send to a UNIX socket": lambda: send(f"{folder}/datagram", socket.AF_UNIX, socket.SOCK_DGRAM),
    "connect to an abstract socket": lambda: reach(f"\0svs-{pid}", socket.AF_UNIX),
    "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "open a cipher socket": lambda: socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close(),
    "make a pair of sockets": socket.socketpair,
    "set up io_uring": lambda: system(425, 1, bytes(120)),
    "chmod": lambda: os.chmod(other, 0o600),
    "chmod a handle": lambda: os.fchmod(opened(recording, os.O_RDONLY), 0o600),
    "chmod by fchmodat2": lambda: system(452, -100, other.encode(), 0o600, 0),
    "chown": lambda: os.chown(other, -1, -1),
    "chown a link": lambda: os.lchown(other, -1, -1),
    "chown a handle": lambda: os.fchown(opened(recording, os.O_RDONLY), -1, -1),
    "set the time": lambda: os.utime(other, (1, 1)),
    "set the time of a handle": lambda: os.utime(opened(recording, os.O_RDONLY), (1, 1)),
    "set an attribute": lambda: os.setxattr(other, "user.svs", b"x"),
    "read an attribute": lambda: os.getxattr(other, "user.svs"),
    "remove an attribute": lambda: os.removexattr(other, "user.svs"),
    "set flags": set_flags,
    "truncate": lambda: os.truncate(f"{folder}/emptied", 0),
    "truncate by opening": lambda: opened(f"{folder}/emptied", os.O_RDONLY | os.O_TRUNC),
    "truncate by opening for nothing": lambda: opened(f"{folder}/emptied", 3 | os.O_TRUNC),
    "rename": lambda: os.rename(f"{folder}/renamed", f"{folder}/moved"),
    "link": lambda: os.link(other, f"{folder}/link"),
    "link by name": lambda: os.symlink(other, f"{folder}/symlink"),
    "make a folder": lambda: os.mkdir(f"{folder}/below"),
    "make a pipe": lambda: os.mkfifo(f"{folder}/pipe"),
    "remove": lambda: os.unlink(f"{folder}/removed"),
    "watch a folder": lambda: call("inotify_init1", 0),
    "name a file by handle": lambda: call("name_to_handle_at", -100, other.encode(), bytes(8), bytes(8), 0),
    "fork": lambda: ends(os.fork()),
    "fork twice to outlive svs": fork_twice,
    "fork by vfork": lambda: ends(system(56 if X86 else 220, signal.SIGCHLD, 0, 0, 0, 0)),
    "fork by clone3": lambda: ends(system(435, bytes(32) + bytes([signal.SIGCHLD]) + bytes(31), 64)),
    "signal a process": lambda: os.kill(pid, 0),
    "signal its group": lambda: os.killpg(os.getpgid(pid), 0),
    "signal by a pidfd": lambda: os.pidfd_open(pid),
    "signal by a pipe": lambda: pipe_of(pid),
    "trace a process": lambda: call("ptrace", 0x4206, pid, None, None),
    "read the memory of a process": lambda: call("process_vm_readv", pid, HERE, 1, THERE, 1, 0),
    "write to the memory of a process": lambda: call("process_vm_writev", pid, HERE, 1, THERE, 1, 0),
    "compare processes": lambda: system(312 if X86 else 272, pid, os.getpid(), 1, 0, 0),
    "limit svs": lambda: prlimit(os.getppid()),
    "change its own limits": lambda: prlimit(0),
    "set the niceness of a process": lambda: os.setpriority(os.PRIO_PROCESS, pid, 0),
    "set the processors of a process": lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid)),
    "set the scheduler of a process": lambda: os.sched_setscheduler(pid, 0, os.sched_param(0)),
    "set the disk priority": lambda: system(251 if X86 else 30, 1, 0, 2 << 13 | 4),
    "keep a secret in a keyring": lambda: system(248 if X86 else 217, b"user", b"svs-test", b"x", 1, -1),
    "ask for a keyring": lambda: system(250 if X86 else 219, 0, -3, 1),
    "share memory": shared_memory,
    "make a queue": queue,
    "open a queue": lambda: call("mq_open", b"/svs-test", 0),
    "load a BPF program": lambda: system(321 if X86 else 280, 0, bytes(128), 128),
    "handle page faults": lambda: system(323 if X86 else 282, 1),
    "count events": lambda: system(298 if X86 else 241, bytes(128), 0, -1, -1, 0),
    "type on the terminal": lambda: fcntl.ioctl(0, 0x5412, b"x"),
    "change the personality": lambda: call("personality", ctypes.c_ulong(0xFFFFFFFF)),
    "mount": lambda: call("mount", b"none", f"{folder}/none".encode(), b"tmpfs", 0, None),
    "change the root": lambda: os.chroot("/"),
    "enter a namespace": lambda: call("setns", -1, 0),
    "become another user": lambda: os.setuid(os.getuid()),
    "allow to be traced": lambda: call("prctl", 4, 1, 0, 0, 0),
    "adopt processes": lambda: call("prctl", 36, 1, 0, 0, 0),
    "outlive svs": lambda: call("prctl", 1, 0, 0, 0, 0),
    "make a namespace": lambda: call("unshare", 0x10000000),
}


def works() -> None:
    """Do what ffmpeg needs. Raises OSError."""
    thread = threading.Thread(target=lambda: os.close(opened("/dev/urandom", os.O_RDONLY)))
    thread.start()
    thread.join()
    with open(recording, "rb") as source, open(output, "wb") as target:
        target.write(source.read())
        target.truncate(10)
    os.kill(os.getpid(), 0)


def outcome(attempt: Callable[[], object]) -> str:
    """Return `done`, or the error: one that is no refusal tells that the kernel looked into the request."""
    try:
        attempt()
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, str(error))
        return name if error.errno in REFUSED else f"done ({name})"
    return "done"


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    works()
    print("environment", *os.environ)
    print("handles", *filter(is_open, range(100)))
    for kind, attempts in {"files": FILES, "calls": CALLS}.items():
        for name, attempt in attempts.items():
            print(f"{kind}\t{name}\t{outcome(attempt)}", flush=True)
