"""A store that was tampered with: no other job is harmed, nothing is signalled, or written elsewhere."""

import copy
import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svs.errors import StoreError, SvsError
from svs.jobs import actions
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store import results
from svs.store.jobs import JobStore
from svs.store.records import LARGEST_RECORD, Damaged
from svs.ui import listing, tables
from svs.ui.terminal import stdout

FUZZ = Path(__file__).parents[2] / "tools" / "fuzz.py"
CUES = "1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n"
POISON = [
    None, True, -1, 0, 1, 2**31, 2**70, 10**400, -0.5, 1e300, float("nan"), float("inf"), "", "\0", "..",
    "../../elsewhere", "/dev/null", "/", "1", "x" * 10_000, "\x1b[2J", "\udcff", [], [[]], {}, {"x": {}},
    "20261123T000000-0000", "9999-12-31T23:59:59+00:00", "2026-11-23T00:00:00", "done", "running",
]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a store: one job is half done, and another one whole."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "talk.srt").write_text(CUES)
    store = JobStore(folder / "home" / "jobs")
    for _ in range(2):
        made = store.create(
            describe(folder / "talk.srt"), Options(formats=("md",), output_dir=f"{folder}/out", force=True)
        )
        run(made, store)
    return folder


@pytest.fixture(scope="module")
def records(place):
    """Return what the files of the newest job hold."""
    store = JobStore(place / "home" / "jobs")
    folder = store.folder(store.ids()[0])
    lines = (folder / "transcript.jsonl").read_text().splitlines()
    whole = {
        name: json.loads((folder / name).read_text())
        for name in ("job.json", "progress.json", "summary.json")
    }
    whole["progress.json"]["process_started"] = 0.0  # of a process that has ended
    return whole | {"transcript.jsonl": [json.loads(line) for line in lines]}


def _leaves(value, way=()):
    """Yield the way to every part of a record."""
    if way:
        yield way
    for key, part in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _leaves(part, (*way, key))


def _replaced(record, way, poison):
    record = copy.deepcopy(record)
    part = record
    for key in way[:-1]:
        part = part[key]
    part[way[-1]] = poison
    return record


def _write(folder, name, record):
    lines = record if name.endswith("l") else [record]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))


def _snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_poisoned_record_harms_nothing_else(place, records, monkeypatch, data):
    store = JobStore(place / "home" / "jobs")
    newest, other = store.ids()
    folder = store.folder(newest)
    name = data.draw(st.sampled_from(sorted(records)))
    way = data.draw(st.sampled_from(list(_leaves(records[name]))))
    unfinished = {**records["job.json"], "status": "running", "stages": {}}
    for file in records:
        _write(folder, file, unfinished if file == "job.json" else records[file])
    poison = data.draw(st.sampled_from(POISON))
    _write(
        folder,
        name,
        _replaced(
            unfinished
            if name == "job.json" and way[0] in unfinished and way[0] != "stages"
            else records[name],
            way,
            poison,
        ),
    )
    before = _snapshot(store.folder(other))
    signalled = _watch_signals(monkeypatch)
    for act in (_look, _cancel, _resume):
        with suppress(SvsError):
            act(store, newest)
    assert not signalled
    after = _snapshot(place)
    assert {path: after[path] for path in before} == before
    known = {place / "talk.srt", place / "out" / "talk.summary.md", *(place / "home").rglob("*")}
    assert set(after) <= known


def _watch_signals(monkeypatch):
    """Return the list of all signals that are sent from now on, and send none."""
    sent = []
    monkeypatch.setattr(psutil.Process, "kill", sent.append)
    monkeypatch.setattr(signal, "pidfd_send_signal", lambda *arguments: sent.append(arguments), raising=False)
    return sent


def _look(store, job_id):
    """Do what all commands do that only look."""
    for job in store.jobs():
        state = None if isinstance(job, Damaged) else store.state(job)
        shown = "".join(listing.text([listing.Listed(job, state, store.progress(job.id))]))
        assert "\x1b" not in shown
        if state is not None:
            with stdout().capture() as shown:
                stdout().print(tables.job_details(job, state, "", store.progress(job.id)))
            assert "\x1b" not in shown.get()
            assert job.finished is None or listing.local(job.finished)
    list(actions.jobs_to_prune(store, actions.PruneRule(keep=1)))
    results.load(store.load(job_id), store.folder(job_id))


def _cancel(store, job_id):
    with store.hold(job_id):  # as if it were running
        actions.cancel(store, job_id, at_once=True)


def _resume(store, job_id):
    run(store.load(job_id), store)


@pytest.mark.parametrize("pid", [1, 0, -1, -9, 2**31, 2**70])
def test_no_process_is_killed_that_a_record_only_claims_to_be_svs(place, records, monkeypatch, pid):
    store = JobStore(place / "home" / "jobs")
    newest, _ = store.ids()
    _write(store.folder(newest), "job.json", {**records["job.json"], "status": "running"})
    _write(store.folder(newest), "progress.json", {**records["progress.json"], "pid": pid})
    killed = _watch_signals(monkeypatch)
    with store.hold(newest), pytest.raises(StoreError, match="nothing was killed"):
        actions.cancel(store, newest, at_once=True)
    assert not killed


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize(
    "name", ["job.json", "progress.json", "transcript.jsonl", "summary.json", "lock", "events.jsonl"]
)
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_of_ours_is_neither_followed_nor_waited_for(svs, home, tmp_path, name, kind):
    (tmp_path / "talk.srt").write_text(CUES)
    assert svs("summarize", "talk.srt").returncode == 0
    store = JobStore(home / "jobs")
    job_id = store.resolve("last")
    target = store.folder(job_id) / name
    target.unlink()
    precious = tmp_path / "precious"
    precious.write_text("mine")
    {"link": lambda: target.symlink_to(precious), "pipe": lambda: os.mkfifo(target), "folder": target.mkdir}[
        kind
    ]()
    for act in (_look, _resume, lambda store, _: store.remove(job_id)):
        with suppress(SvsError):
            act(store, job_id)
    assert precious.read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_job_that_is_a_link_is_shown_as_damaged_and_left_alone(svs, home, tmp_path):
    (tmp_path / "talk.srt").write_text(CUES)
    assert svs("summarize", "talk.srt").returncode == 0
    store = JobStore(home / "jobs")
    job_id = store.resolve("last")
    store.folder(job_id).rename(tmp_path / "elsewhere")
    store.folder(job_id).symlink_to(tmp_path / "elsewhere")
    before = _snapshot(tmp_path / "elsewhere")
    assert "is a link" in svs("jobs", "list").stdout
    for command in ("rm", "resume", "cancel", "retry"):
        refused = svs("jobs", command, job_id)
        assert refused.returncode == 5
        assert "link" in refused.stderr
    assert _snapshot(tmp_path / "elsewhere") == before


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_whatever_the_umask_only_the_owner_may_read(svs_command, svs, home, tmp_path):
    (tmp_path / "talk.srt").write_text(CUES)
    before = os.umask(0)
    try:
        assert svs("summarize", "talk.srt", "-f", "md", "-o", "out").returncode == 0
    finally:
        os.umask(before)
    for path in (*home.rglob("*"), *(tmp_path / "out").rglob("*"), tmp_path / "out"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_record_of_another_job_is_damage(place, records):
    store = JobStore(place / "home" / "jobs")
    newest, other = store.ids()
    _write(store.folder(newest), "job.json", {**records["job.json"], "id": other})
    assert store.read(newest).problem == "job.json: it belongs to another job"
    assert store.read(other).id == other


def test_a_file_too_large_to_be_one_is_not_read(place, records):
    store = JobStore(place / "home" / "jobs")
    newest, _ = store.ids()
    for file in records:
        _write(store.folder(newest), file, records[file])
        with (store.folder(newest) / file).open("a") as opened:
            opened.write(" " * LARGEST_RECORD)  # still JSON
    assert store.read(newest).problem == "job.json: it is too large"
    assert store.progress(newest) is None


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_store_that_others_may_read_is_reported(svs, home, tmp_path):
    (tmp_path / "talk.srt").write_text(CUES)
    home.chmod(0o755)
    done = svs("summarize", "talk.srt")
    assert done.returncode == 0
    assert f"warning: {home} can be read by other users; run `chmod 700" in done.stderr
    assert "open to other users" in svs("doctor").stdout
    home.chmod(0o700)
    assert "other users" not in svs("summarize", "talk.srt", "--fresh").stderr


@pytest.mark.slow
def test_a_short_fuzzing_finds_no_crash():
    done = subprocess.run(
        [sys.executable, FUZZ, "0.05", "7"], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "no crash" in done.stdout
