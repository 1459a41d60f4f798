"""A queue and all its processes are killed again and again: what is resumed gives the same bytes."""

import json
import os
import subprocess
from contextlib import suppress

import psutil
import pytest

from svs.store import results
from svs.store.jobs import JobStore

OPTIONS = ("--model", "micro", "--threads", "1", "--end", "40")
KILLS = (2, 30, 5, 60)
"""After how many events of a run."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")]


@pytest.fixture
def shelf(talk_video, tmp_path):
    """Return a folder with three recordings and one that is broken."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("one.mp4", "two.mp4", "three.mp4"):
        (folder / name).write_bytes(talk_video.read_bytes() + name.encode())
    (folder / "bad.mp4").write_text("rubbish")
    return folder


def kill_after(count, command):
    """Start a command, and kill it with all its processes after so many events."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(count):
            process.stderr.readline()
        tree = [process, *psutil.Process(process.pid).children(recursive=True)]
        for member in tree:
            with suppress(psutil.NoSuchProcess):  # Linux has ended it with its parent
                member.kill()
        psutil.wait_procs(tree[1:], timeout=30)


def contents(store):
    """Return what the jobs have said and chosen, by the names of their recordings."""
    jobs = [store.load(job_id) for job_id in store.ids()]
    files = {job.source.name: store.folder(job.id) for job in jobs if job.status == "done"}
    assert len(files) == len(jobs) - 1
    return {
        name: [(folder / file).read_bytes() for file in (results.TRANSCRIPT, results.SUMMARY)]
        for name, folder in files.items()
    }


def test_a_killed_queue_goes_on_and_gives_the_same(svs_command, svs_process, shelf, with_model, home):
    store = JobStore(home / "jobs")
    options = (*OPTIONS, "--jobs", "2", "--progress", "json")
    kill_after(KILLS[0], [svs_command, "summarize", shelf, *options])
    resume = ("jobs", "resume", "--all", "--jobs", "2", "--progress", "json")
    for count in KILLS[1:]:
        kill_after(count, [svs_command, *resume])
    resumed = svs_process(*resume, "--json")
    assert all(json.loads(line)["sentences"] for line in resumed.stdout.splitlines())
    found = contents(store)
    assert len(found) == 3
    assert all(store.load(job_id).crashes == 0 for job_id in store.ids())
    again = svs_process("summarize", shelf, *options, "--fresh")
    assert again.returncode == 1
    for job_id in store.ids()[4:]:
        store.remove(job_id)
    assert contents(store) == found
