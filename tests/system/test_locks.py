"""Locks: who holds one, who waits, and where they may lie."""

import fcntl
import os
import subprocess
import sys
import threading

import pytest

from svs.system import locks


def test_one_holds_a_lock_and_others_see_it(tmp_path):
    lock = tmp_path / "lock"
    assert not locks.held(lock)
    with locks.hold(lock):
        assert locks.held(lock)
        with pytest.raises(TimeoutError), locks.hold(lock):
            pass
    assert not locks.held(lock)


def test_whoever_only_looks_is_waited_for_however_long_it_looks(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "_CHECK_SECONDS", 0.0)
    lock = tmp_path / "lock"
    with lock.open("w") as looker:
        fcntl.flock(looker, fcntl.LOCK_SH)
        threading.Timer(0.1, fcntl.flock, (looker, fcntl.LOCK_UN)).start()
        with locks.hold(lock):
            assert locks.held(lock)


@pytest.mark.parametrize("there", [True, False])
def test_a_lock_that_is_a_link_is_not_followed(tmp_path, there):
    precious = tmp_path / "precious"
    if there:
        precious.write_text("mine")
    (tmp_path / "lock").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"), locks.hold(tmp_path / "lock"):
        pass
    with pytest.raises(OSError, match="symbolic links"):
        locks.held(tmp_path / "lock")
    assert precious.exists() == there


def test_the_system_knows_who_holds_a_lock(tmp_path):
    lock = tmp_path / "lock"
    looker = "import sys; open(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with (
        locks.hold(lock),
        subprocess.Popen(
            [sys.executable, "-c", looker, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other,
    ):
        other.stdout.readline()
        assert locks.held_by(lock, os.getpid())
        assert not locks.held_by(lock, other.pid), "it has it open, and no more"
        assert not locks.held_by(lock, 1)
        assert not locks.held_by(tmp_path / "other", os.getpid())
    assert not locks.held_by(lock, os.getpid())
    assert not locks.held_by(lock, other.pid)
