"""One of the many processes that `test_concurrency` sets on one store: `crowd.py ROLE NUMBER FOLDER`.

It says `ready`, waits for its standard input to end, does what its role says, and prints what came of it
as JSON. Most roles go on until there is a file `over`.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from svs.errors import Cancelled, StoreError, UsageError
from svs.jobs import actions
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store.jobs import JobStore

FOLDER = Path(sys.argv[3])
OVER = FOLDER / "over"
LASTING = FOLDER / "lasting.srt"
STOPPED = FOLDER / "stopped.srt"
SOURCE = FOLDER / "talk.srt"
HELD, GONE = "is being run by", "there is no job"
STORE = JobStore(FOLDER / "home" / "jobs")
RANDOM = random.Random(sys.argv[2])


def main():
    role = globals()[sys.argv[1]]
    if role is not last:
        _say("ready")
        sys.stdin.read()
    _say(json.dumps(role()))


def _say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def last():
    """Run a job that does not end before all is over; returns its id."""
    ready = []

    def stop():
        if not ready:
            ready.append(True)
            _say("ready")
        while not OVER.exists():
            time.sleep(0.02)

    return run(STORE.create(describe(LASTING), Options()), STORE, stop=stop).job_id


def work():
    """Run a few jobs, and go on with those that were cancelled; returns what became of each."""
    outcomes = {}
    for _ in range(2):
        job = STORE.create(describe(SOURCE), Options(fresh=True))
        outcomes[job.id] = _run(job)
        if outcomes[job.id] == "cancelled" and RANDOM.random() < 0.5:
            try:
                outcomes[job.id] = _run(STORE.load(job.id))
            except StoreError:
                outcomes[job.id] = "gone"
    return outcomes


def _run(job):
    while True:
        try:
            run(job, STORE)
        except Cancelled:
            return "cancelled"
        except StoreError as error:
            if GONE in error.message:
                return "gone"
            if HELD not in error.message:  # by who cancels it, for a moment
                raise
        else:
            return "done"


def command():
    """Summarize as a user does; returns how that ended."""
    done = subprocess.run(["svs", "summarize", SOURCE], check=False, capture_output=True, text=True)
    assert done.returncode in (0, 1, 5), done.stderr  # it may be cancelled, or removed before it runs
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def watch():
    """List all jobs again and again; returns how often."""

    def jobs():
        for job in STORE.jobs():
            yield job.id, STORE.state(job), job.source.path, 0.0

    return _watch(jobs)


def watch_command():
    """List all jobs again and again as a user does; returns how often."""

    def jobs():
        done = subprocess.run(
            ["svs", "jobs", "list", "--all", "--json"], check=True, capture_output=True, text=True
        )
        entries = json.loads(done.stdout)
        return [(e["id"], e["status"], e.get("source", ""), e.get("progress", 0.0)) for e in entries]

    return _watch(jobs)


def _watch(jobs):
    before, gone, count = {}, set(), 0
    while not OVER.exists():
        now = {}
        for job_id, state, source, progress in jobs():
            assert job_id not in now, f"{job_id} is listed twice"
            assert job_id not in gone, f"{job_id} came back"
            now[job_id] = (state, progress, source)
            _check(job_id, now[job_id], before.get(job_id, ("queued", 0.0, source)))
        sources = [Path(source) for _, _, source in now.values()]
        assert sources.count(LASTING) == 3 or OVER.exists(), "a running job is missing"
        assert sources.count(STOPPED) == 1, "an interrupted job is missing"
        gone |= before.keys() - now.keys()
        before, count = now, count + 1
    return count


def _check(job_id, now, before):
    """Check what is said of a job against what was said of it a moment before."""
    state, progress, source = now
    if Path(source) == STOPPED:
        assert state == "interrupted", f"nobody runs {job_id}, and it is {state}"
    else:
        assert state in ("queued", "running", "done", "cancelled"), f"{job_id} is {state}"
    if Path(source) == LASTING:
        assert state == "running" or OVER.exists(), f"{job_id} runs, and it is {state}"
    assert before[0] != "done" or state == "done", f"{job_id} was done, and is {state}"
    assert state != "queued" or before[0] == "queued", f"{job_id} was {before[0]}, and is queued"
    assert progress >= before[1], f"{job_id} fell from {before[1]} to {progress} %"


def cancel():
    """Cancel a job that is not done, now and then; returns how often that succeeded."""
    count = 0
    while not OVER.exists():
        for job in STORE.jobs():
            if Path(job.source.path) == SOURCE and RANDOM.random() < 0.1:
                try:
                    actions.cancel(STORE, job.id)
                    count += 1
                except (StoreError, UsageError):
                    pass  # it has ended, begun, or gone meanwhile
        time.sleep(RANDOM.random())
    return count


def remove():
    """Remove jobs in any state; returns which. One that runs is refused."""
    removed = []
    while not OVER.exists():
        for job_id in RANDOM.sample(ids := STORE.ids(), min(3, len(ids))):
            job = STORE.read(job_id)
            if getattr(job, "source", None) and Path(job.source.path) == STOPPED:
                continue
            try:
                STORE.remove(job_id)
                removed.append(job_id)
            except StoreError as error:
                if HELD not in error.message and GONE not in error.message:
                    raise
        time.sleep(RANDOM.random())
    return removed


def prune():
    """Remove old jobs, again and again; returns which."""
    removed = []
    while not OVER.exists():
        for job_id in list(actions.jobs_to_prune(STORE, actions.PruneRule(keep=3, status="done"))):
            try:
                STORE.remove(job_id)
                removed.append(job_id)
            except StoreError as error:
                if GONE not in error.message:
                    raise
        time.sleep(RANDOM.random())
    return removed


def prune_command():
    """Remove cancelled jobs as a user does, again and again; returns which."""
    removed = []
    while not OVER.exists():
        done = subprocess.run(
            ["svs", "jobs", "prune", "--status", "cancelled", "--keep", "2"],
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 5), done.stderr  # 5: it was resumed meanwhile
        assert "Traceback" not in done.stderr, done.stderr
        removed += done.stdout.split()
    return removed


def rival():
    """Try to run what runs already; returns what was said."""
    job = next(job for job in STORE.jobs() if Path(job.source.path) == LASTING)
    try:
        run(job, STORE)
    except StoreError as error:
        return [job.id, error.exit_code, error.message]
    return [job.id, 0, "it ran"]


if __name__ == "__main__":
    os.umask(0o077)
    main()
