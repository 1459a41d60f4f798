"""The job store: folders, records, locks, and what is said of damaged ones."""

import os
import shutil
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from svs.errors import StoreError, UsageError
from svs.events import ProgressEvent, Stage
from svs.model.job import Options, Progress, StageRecord
from svs.model.media import Source
from svs.store.jobs import JobStore
from svs.store.records import LARGEST_RECORD, Damaged
from svs.system.codec import encode

ID = "20261123T041400-7f3a"

SOURCE = Source(path="/videos/talk.mp4", size=12, mtime_ns=34)


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "svs" / "jobs")


@pytest.fixture
def job(store):
    return store.create(SOURCE, Options())


def test_a_job_reads_back_as_it_was_saved(store, job):
    stages = {Stage.EXTRACT: StageRecord(key="k", started=job.created, seconds=1.5)}
    changed = replace(job, stages=stages, outputs=("/a/b.md",), warnings=("half of it",))
    store.save(changed)
    assert store.load(job.id) == changed


@pytest.mark.parametrize("kind", ["file", "folder", "link", "locked"])
@pytest.mark.parametrize(
    "name", [".x.new", ".x.removed", f".{ID}.new", f".{ID}.removed", f".{ID}-0a1b2c3d.removed"]
)
def test_strays_in_the_store_block_no_job_and_only_those_of_svs_go(store, job, tmp_path, name, kind):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").touch()
    stray = store.root / name
    {
        "file": lambda: stray.write_text("old"),
        "link": lambda: stray.symlink_to(precious),
        "folder": stray.mkdir,
        "locked": stray.mkdir,
    }[kind]()
    with ExitStack() as stack:
        if kind == "locked":  # nothing in it can be removed
            (stray / "stuck").touch()
            stack.enter_context(pytest.MonkeyPatch.context()).setattr(os, "unlink", _unlink)
        os.utime(stray, (0, 0), follow_symlinks=False)
        made = store.create(SOURCE, Options())
    store.remove(job.id)
    left = {made.id, name} if "x" in name or kind in ("file", "link") else {made.id}
    assert {entry.name for entry in store.root.iterdir()} == left
    assert (precious / "file").exists()


def test_what_another_process_sweeps_while_it_is_removed_is_removed(store, job, monkeypatch):
    usual, made = Path.rename, []

    def rename(path, target):
        usual(path, target)
        if target.suffix == ".removed":
            made.append(JobStore(store.root).create(SOURCE, Options()).id)  # which sweeps

    monkeypatch.setattr(Path, "rename", rename)
    store.remove(job.id)
    assert {entry.name for entry in store.root.iterdir()} == set(made) != set()


def _unlink(path, *, usual=os.unlink, **options):
    if path == "stuck":
        raise PermissionError(13, "Permission denied")
    usual(path, **options)


def test_a_name_that_is_no_unicode_survives_the_record(store):
    path = os.fsdecode(b"/videos/\xff\xfe.mp4")
    assert store.load(store.create(replace(SOURCE, path=path), Options()).id).source.path == path


def test_ids_sort_by_time_and_are_never_given_twice(store):
    ids = [store.create(SOURCE, Options()).id for _ in range(30)]
    assert len(set(ids)) == 30
    assert store.ids() == ids[::-1]


def test_everything_is_readable_by_its_owner_alone(store, job):
    event = ProgressEvent(job_id=job.id, stage=None, kind="done", at=0.0)
    store.log(event)
    with store.hold(job.id):
        pass
    for path in [store.root, *store.root.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_job_is_found_by_last_and_by_any_unique_part(store, job):
    assert store.resolve("last") == store.resolve(job.id) == store.resolve(job.id[-4:]) == job.id
    assert store.resolve(job.id[:10]) == job.id
    store.create(SOURCE, Options())
    with pytest.raises(StoreError, match="2 jobs match"):
        store.resolve(job.id[:8])


@pytest.mark.parametrize("reference", ["", "..", "../..", "/etc", "x" * 300, "\0", "nothing"])
def test_what_is_no_id_never_becomes_a_path(store, job, reference):
    with pytest.raises(StoreError):
        store.resolve(reference)
    with pytest.raises(UsageError):
        store.folder(reference)


def test_a_running_job_that_no_process_holds_was_interrupted(store, job):
    running = replace(job, status="running")
    store.save(running)
    assert store.state(running) == "interrupted"
    with store.hold(job.id):
        assert store.state(running) == "running"
    store.save(replace(job, status="done"))
    assert store.state(running) == "done", "it ended after its record was read"


def test_a_job_is_held_by_one_process_only(store, job):
    script = (
        "import sys; from pathlib import Path; from svs.store.jobs import JobStore\n"
        "store = JobStore(Path(sys.argv[1]))\n"
        "with store.hold(sys.argv[2]):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, store.root, job.id], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline().strip() == b"held"
        progress = Progress(
            pid=other.pid, process_started=0.0, stage=None, done=0.0, total=None, overall=0.0, at=0.0
        )
        store.write_progress(job.id, progress)
        with pytest.raises(StoreError, match=f"being run by process {other.pid}"), store.hold(job.id):
            pass
        with pytest.raises(StoreError, match="being run by"):
            store.remove(job.id)
        other.kill()
    with store.hold(job.id):
        pass
    store.remove(job.id)
    assert store.ids() == []
    assert list(store.root.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"{", "job.json"),
        (b"[]", "job.json"),
        (b'{"version": 1}', "required field"),
        (b'{"version": 99}', "newer svs"),
        (b"\xff\xfe", "job.json"),
        (b"[" * 100_000, "nested"),
        (b" " * (LARGEST_RECORD + 1), "too large"),
    ],
)
def test_a_damaged_record_is_shown_and_left_alone(store, job, data, problem):
    other = store.create(SOURCE, Options())
    record = store.folder(job.id) / "job.json"
    record.write_bytes(data)
    found = store.read(job.id)
    assert isinstance(found, Damaged)
    assert problem in found.problem
    with pytest.raises(StoreError, match="damaged"):
        store.load(job.id)
    assert store.read(other.id) == other
    assert record.read_bytes() == data


def test_a_record_of_another_job_is_damaged(store, job):
    other = store.create(SOURCE, Options())
    (store.folder(job.id) / "job.json").write_bytes(encode(other))
    assert isinstance(store.read(job.id), Damaged)


def test_a_failed_write_leaves_the_record_and_nothing_else(store, job, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.save(replace(job, status="done"))
    monkeypatch.undo()
    assert store.load(job.id) == job
    assert [file.name for file in store.folder(job.id).iterdir()] == ["job.json"]


def test_unfinished_jobs_are_found_without_reading_the_others(store, job, monkeypatch):
    assert store.unfinished_ids() == [job.id]  # all were read, once
    later, ended = (store.create(SOURCE, Options()) for _ in range(2))
    store.save(replace(later, status="running"))
    store.save(replace(ended, status="done"))
    read = []
    monkeypatch.setattr(store, "read", lambda job_id, usual=store.read: read.append(job_id) or usual(job_id))
    assert [found.id for found in store.unfinished()] == [job.id, later.id] == read
    store.save(replace(ended, status="queued"))
    store.remove(job.id)
    assert [found.id for found in store.unfinished()] == [later.id, ended.id]


def test_unfinished_jobs_of_an_earlier_version_are_found(store, job):
    store.save(replace(store.create(SOURCE, Options()), status="done"))
    shutil.rmtree(store.root.parent / "unfinished")
    assert [found.id for found in store.unfinished()] == [job.id]
    other = store.create(SOURCE, Options())
    assert [found.id for found in store.unfinished()] == [job.id, other.id]
