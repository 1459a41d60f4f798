"""seccomp, Linux's filter of system calls: no sockets, no other processes, changes only to open files.

The filter is a classic BPF program, built here because the launcher has only the standard library. It refuses
what ffmpeg never needs, and every call that is newer than this list; Landlock handles the access to files.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_SET_SECCOMP, _FILTER = 22, 2  # prctl's PR_SET_SECCOMP and SECCOMP_MODE_FILTER
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Which column of the list is a machine's, and what the kernel calls it (AUDIT_ARCH)."""
_X32 = 0x4000_0000
"""From this number on are the calls of x86_64's 32-bit variant (x32)."""
_NEWEST = 462
"""The last call that was reviewed (mseal, Linux 6.10)."""

_REFUSED = """
    socket 41 198  socketpair 53 199  connect 42 203  bind 49 200  listen 50 201  accept 43 202
    accept4 288 242  sendto 44 206  sendmsg 46 211  sendmmsg 307 269  recvfrom 45 207  recvmsg 47 212
    recvmmsg 299 243  shutdown 48 210  setsockopt 54 208  getsockopt 55 209  getsockname 51 204
    getpeername 52 205

    fork 57 -  vfork 58 -  execveat 322 281  ptrace 101 117  process_vm_readv 310 270
    process_vm_writev 311 271  kcmp 312 272  pidfd_open 434 434  pidfd_getfd 438 438
    pidfd_send_signal 424 424  process_madvise 440 440  process_mrelease 448 448  tkill 200 130
    rt_sigqueueinfo 129 138  rt_tgsigqueueinfo 297 240  migrate_pages 256 238  move_pages 279 239
    setrlimit 160 164  setpriority 141 140  ioprio_set 251 30  sched_setaffinity 203 122
    sched_setparam 142 118  sched_setscheduler 144 119  sched_setattr 314 274  setpgid 109 154
    setsid 112 157  personality 135 92  perf_event_open 298 241

    shmget 29 194  shmat 30 196  shmctl 31 195  msgget 68 186  msgsnd 69 189  msgrcv 70 188  msgctl 71 187
    semget 64 190  semop 65 193  semtimedop 220 192  semctl 66 191  mq_open 240 180  mq_unlink 241 181
    add_key 248 217  request_key 249 218  keyctl 250 219

    chmod 90 -  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452  chown 92 -  fchown 93 55  lchown 94 -
    fchownat 260 54  utime 132 -  utimes 235 -  futimesat 261 -  utimensat 280 88  setxattr 188 5
    lsetxattr 189 6  fsetxattr 190 7  getxattr 191 8  lgetxattr 192 9  fgetxattr 193 10  listxattr 194 11
    llistxattr 195 12  flistxattr 196 13  removexattr 197 14  lremovexattr 198 15  fremovexattr 199 16
    truncate 76 45  rename 82 -  renameat 264 38  renameat2 316 276  link 86 -  linkat 265 37  symlink 88 -
    symlinkat 266 36  unlink 87 -  unlinkat 263 35  mkdir 83 -  mkdirat 258 34  rmdir 84 -  mknod 133 -
    mknodat 259 33  inotify_init 253 -  inotify_init1 294 26  fanotify_init 300 262
    name_to_handle_at 303 264  open_by_handle_at 304 265  quotactl 179 60  quotactl_fd 443 443

    unshare 272 97  setns 308 268  chroot 161 51  pivot_root 155 41  mount 165 40  umount2 166 39
    open_tree 428 428  move_mount 429 429  fsopen 430 430  fsconfig 431 431  fsmount 432 432
    fspick 433 433  mount_setattr 442 442  capset 126 91  setuid 105 146  setgid 106 144  setreuid 113 145
    setregid 114 143  setresuid 117 147  setresgid 119 149  setfsuid 122 151  setfsgid 123 152
    setgroups 116 159  lsm_set_self_attr 460 460

    bpf 321 280  userfaultfd 323 282  io_uring_setup 425 425  io_uring_enter 426 426
    io_uring_register 427 427  init_module 175 105  finit_module 313 273  delete_module 176 106
    kexec_load 246 104  kexec_file_load 320 294  reboot 169 142  swapon 167 224  swapoff 168 225
    acct 163 89  syslog 103 116  sethostname 170 161  setdomainname 171 162  settimeofday 164 170
    clock_settime 227 112  adjtimex 159 171  clock_adjtime 305 266  iopl 172 -  ioperm 173 -
    modify_ldt 154 -  vhangup 153 58
"""
"""Each call's name and its numbers on x86_64 and aarch64: those of networks, of other processes, of memory
and keys in common with them, of files by name or beyond their content, of privileges, of the kernel."""
_UNKNOWN = "clone3 435 435  openat2 437 437"
"""Calls whose arguments a filter cannot read: libraries fall back to older calls if these are missing."""
_SOME = """
    clone 56 220  kill 62 129  tgkill 234 131  prctl 157 167  prlimit64 302 261  ioctl 16 29  fcntl 72 25
    open 2 -  openat 257 56
"""
"""Calls that depend on their arguments."""

Step = tuple[int, int, int, int]
"""A BPF instruction: operation, steps to skip if a test is true, steps to skip if not, and a number."""
_LOAD, _AND, _EQUAL, _ABOVE, _FROM, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x35, 0x45, 0x06
_KILL: Step = (_RETURN, 0, 0, 0x8000_0000)
_ALLOW: Step = (_RETURN, 0, 0, 0x7FFF_0000)
_REFUSE: Step = (_RETURN, 0, 0, 0x0005_0000 | 13)  # EACCES
_MISSING: Step = (_RETURN, 0, 0, 0x0005_0000 | 38)  # ENOSYS

_THREAD, _NAMESPACES = 0x1_0000, 0x7E02_0000  # flags of clone
_NAMING = (15, 16, 23)  # prctl's PR_SET_NAME, PR_GET_NAME and PR_CAPBSET_READ
_ASKING = (0x5401, 0x802C_542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # ioctls that change nothing outside
_SIGNALS = (8, 10, 15, 1024, 1026)  # fcntl's ways to have the kernel send signals to a process
_TRUNCATE, _WRITING = 0o1000, 0o3  # flags of open


def available() -> bool:
    """Return whether this kernel filters system calls, and svs knows those of this processor."""
    if sys.platform != "linux" or os.uname().machine not in _MACHINES or sys.maxsize < 1 << 32:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), None)  # without a filter: EFAULT, if it is known at all
    return ctypes.get_errno() == 14


def restrict() -> None:
    """Refuse the calls from now on, in this process and what it executes. Raises OSError.

    Needs "no new privileges".
    """
    steps = program(os.uname().machine, os.getpid())
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    whole = struct.pack("@HP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), whole):
        raise OSError(ctypes.get_errno(), "seccomp failed")


def program(machine: str, pid: int) -> list[Step]:
    """Return the filter for a machine, as `os.uname` names it, and the process that it is for."""
    column, architecture = _MACHINES[machine]
    steps = [_load(4), *_unless(_EQUAL, architecture, _KILL), _load(0), *_if(_FROM, _X32, _KILL)]
    for number in _numbers(_REFUSED, column).values():
        steps += _if(_EQUAL, number, _REFUSE)
    for number in _numbers(_UNKNOWN, column).values():
        steps += _if(_EQUAL, number, _MISSING)
    conditions = _conditions(pid)
    for name, number in _numbers(_SOME, column).items():
        steps += _if(_EQUAL, number, *conditions[name])
    return [*steps, *_if(_ABOVE, _NEWEST, _MISSING), _ALLOW]


def _numbers(calls: str, column: int) -> dict[str, int]:
    words = calls.split()
    found = zip(words[::3], words[1 + column :: 3], strict=True)
    return {name: int(number) for name, number in found if number != "-"}


def _conditions(pid: int) -> dict[str, list[Step]]:
    """Return the steps for each call that depends on its arguments; every path ends in a result."""
    return {
        "clone": [  # a thread, but no process
            _argument(0),
            *_if(_ANY_BIT, _NAMESPACES, _REFUSE),
            *_if(_ANY_BIT, _THREAD, _ALLOW),
            _REFUSE,
        ],
        "kill": _only(0, pid),
        "tgkill": _only(0, pid),
        "prctl": _only(0, *_NAMING),
        "prlimit64": [  # only to read its own limits: no other process, and no pointer to new limits
            _argument(0),
            *_unless(_EQUAL, 0, _REFUSE),
            _argument(2),
            *_unless(_EQUAL, 0, _REFUSE),
            _load(_offset(2) + 4),
            *_unless(_EQUAL, 0, _REFUSE),
            _ALLOW,
        ],
        "ioctl": _only(1, *_ASKING),
        "fcntl": [_argument(1), *_each(_SIGNALS, _REFUSE), _ALLOW],
        "open": _no_truncation(1),
        "openat": _no_truncation(2),
    }


def _no_truncation(number: int) -> list[Step]:
    """Refuse to truncate files that are not opened for writing, which old versions of Landlock allow."""
    bits = (_AND, 0, 0, _TRUNCATE | _WRITING)
    return [_argument(number), bits, *_each((_TRUNCATE, _TRUNCATE | _WRITING), _REFUSE), _ALLOW]


def _only(number: int, *values: int) -> list[Step]:
    return [_argument(number), *_each(values, _ALLOW), _REFUSE]


def _each(values: Iterable[int], then: Step) -> list[Step]:
    return [step for value in values for step in _if(_EQUAL, value, then)]


def _if(test: int, value: int, *then: Step) -> list[Step]:
    return [(test, 0, len(then), value), *then]


def _unless(test: int, value: int, *then: Step) -> list[Step]:
    return [(test, len(then), 0, value), *then]


def _load(offset: int) -> Step:
    """Load four bytes of seccomp_data: the call's number is at 0, the architecture at 4."""
    return (_LOAD, 0, 0, offset)


def _argument(number: int) -> Step:
    """Load the lower half of an argument: the kernel reads no more of an int."""
    return _load(_offset(number))


def _offset(number: int) -> int:
    return 16 + 8 * number
