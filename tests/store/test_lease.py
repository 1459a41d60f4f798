"""The lease of a job: whose it is, and when another may take it."""

import subprocess
import sys

import psutil
import pytest
from msgspec.structs import replace

from svs.model.speech import Batch
from svs.store import lease, transcript
from svs.store.lease import Lease
from svs.system.codec import encode

HEADER = transcript.Header(key="k", engine="whisper", model="m", language="en", translated=False, offset=0.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Have a minute pass soon."""
    monkeypatch.setattr(lease, "_EXPIRED", 0.2)
    monkeypatch.setattr(lease, "_LOOK", 0.05)


def left(folder, number=1, **changes):
    """Leave the lease of another process in a folder."""
    path = folder / f"lease.{number}"
    path.write_bytes(encode(replace(lease.own(), **changes)))
    return path


def test_a_released_lease_leaves_nothing(tmp_path):
    held = Lease(tmp_path)
    assert lease.holder(tmp_path) == lease.own()
    assert not held.is_lost()
    held.release()
    assert not list(tmp_path.iterdir())


def test_the_next_lease_takes_the_place_of_the_one_before(tmp_path):
    first = Lease(tmp_path)
    second = Lease(tmp_path, 1)
    assert first.is_lost()
    assert not second.is_lost()
    first.release()
    assert [file.name for file in tmp_path.iterdir()] == ["lease.2"]
    second.release()


def test_a_lease_of_the_same_number_is_not_ones_own(tmp_path):
    held = Lease(tmp_path)
    left(tmp_path, pid=1)
    assert held.is_lost()
    held.release()
    assert lease.holder(tmp_path).pid == 1


def test_only_one_process_gets_the_next_number(tmp_path):
    first = Lease(tmp_path)
    with pytest.raises(TimeoutError):
        Lease(tmp_path)
    assert not first.is_lost()
    first.release()


def test_the_lease_of_a_process_that_has_ended_here_is_free_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "_EXPIRED", None)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left(tmp_path, pid=ended.pid)
    assert not lease.is_held(tmp_path)
    lease.await_free(tmp_path)


def test_the_lease_of_another_process_here_is_never_free(tmp_path):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        left(tmp_path, pid=other.pid, process_started=psutil.Process(other.pid).create_time())
        assert lease.is_held(tmp_path)
        with pytest.raises(TimeoutError):
            lease.await_free(tmp_path)
        other.stdin.close()


def test_the_lease_of_another_machine_is_free_when_it_is_not_renewed(tmp_path):
    left(tmp_path, machine="another")
    assert lease.is_held(tmp_path)
    Lease(tmp_path, lease.await_free(tmp_path)).release()
    assert not list(tmp_path.iterdir())


def test_the_lease_of_another_machine_is_kept_by_renewing_it(tmp_path, monkeypatch):
    monkeypatch.setattr(lease, "_EXPIRED", 1000.0)
    monkeypatch.setattr(lease, "_RENEWED", 0.05)
    held, here = Lease(tmp_path), replace(lease.own(), machine="another")
    monkeypatch.setattr(lease, "own", lambda: here)
    with pytest.raises(TimeoutError):
        lease.await_free(tmp_path)
    held.release()


def test_what_is_added_to_a_journal_after_another_began_is_not_in_that(tmp_path):
    path = tmp_path / "transcript.jsonl"
    known = [Batch(1.0, 3.0, ())]
    with transcript.begin(path, HEADER, known) as earlier, transcript.begin(path, HEADER, known) as later:
        transcript.add(path, earlier, Batch(2.0, 3.0, ()))
        transcript.add(path, later, Batch(2.0, 3.0, ()))
        transcript.add(path, earlier, Batch(3.0, 3.0, ()))
    assert transcript.read(path, "k") == (HEADER, [Batch(1.0, 3.0, ()), Batch(2.0, 3.0, ())])
