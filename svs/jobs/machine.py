"""What a worker of a cluster does: a test of its machine, and jobs, each in a child process."""

import asyncio
import os
import platform
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING

from svs.errors import StoreError, SvsError
from svs.jobs import child
from svs.media.fingerprint import describe, identity
from svs.model.job import Job, Options
from svs.model.media import Source
from svs.models import installed
from svs.pipeline.plan import best_model
from svs.store.jobs import JobStore
from svs.store.lease import Lease
from svs.system import locks
from svs.system.files import read_plain, write_atomic
from svs.system.paths import home, jobs_home

if TYPE_CHECKING:
    from distributed import Worker

FOLDER = "cluster"
"""The folder in svs's own for what workers are tested with: a folder for each session."""
TOKEN, LOCK = "token", "lock"
_RECORDINGS = 20  # of different folders, that each worker looks for before it gets a job
_LARGEST = 1000  # bytes

_children: dict[str, tuple[str, Popen[bytes]]] = {}
"""The jobs that this worker runs, with their session and their process."""
_stopped: set[str] = set()
"""The sessions whose jobs are not to be started any more."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What workers are tested for."""

    token: str
    home: str
    """svs's own folder on the machine that asks."""
    recordings: tuple[Source, ...]
    models: tuple[tuple[str, str], ...]
    """Names or folders, and fingerprints of the weights; empty for models in packages, which svs checks."""
    options: Options

    @property
    def resource(self) -> str:
        """What a worker has one of after the test."""
        return f"job-{self.token}"


@dataclass(frozen=True, slots=True)
class Tested:
    """What a worker's test has found."""

    problem: str = ""
    """What is wrong, to be said of the worker; empty if it can run jobs."""
    hint: str = ""
    made_with: str = ""


def probe(token: str, own_home: Path, jobs: Sequence[Job]) -> Probe:
    """Return what these jobs need of a worker. Raises SvsError for models that are not on this machine."""
    folders = {Path(job.source.path).parent: job.source for job in jobs}
    models = dict(_models(jobs))
    options = jobs[0].options if jobs else Options()
    return Probe(token, str(own_home), tuple(folders.values())[:_RECORDINGS], tuple(models.items()), options)


def _models(jobs: Sequence[Job]) -> Iterator[tuple[str, str]]:
    for options in {
        (job.options.model, job.options.language, job.options.translate): job.options for job in jobs
    }.values():
        model = installed.find(options.model) if options.model else best_model(options)
        if model:
            yield options.model or model.name, _digest(model)


def _digest(model: installed.Model) -> str:
    return "" if model.carried else describe(model.folder / "model.bin").fingerprint


async def test(wanted: Probe, dask_worker: "Worker") -> Tested:
    """Test this machine; a worker that passes may take one job at a time."""
    if dask_worker.state.nthreads != 1:
        return Tested("has several threads", "Start it with --nthreads 1: it runs one job at a time.")
    try:
        tested = await asyncio.to_thread(_test, wanted)
    except SvsError as error:
        return Tested(f"cannot be used: {error.message}", error.hint)
    if not tested.problem:
        await dask_worker.set_resources(**{wanted.resource: 1})
    return tested


def _test(wanted: Probe) -> Tested:
    from svs.engines.whisper import made_with

    problem = _store_problem(wanted) or _recording_problem(wanted) or _model_problem(wanted)
    return problem or Tested(made_with=made_with(wanted.options))


def _store_problem(wanted: Probe) -> Tested | None:
    folder = home() / FOLDER / wanted.token
    try:
        seen = read_plain(folder / TOKEN, _LARGEST).decode() == wanted.token
    except (OSError, ValueError):
        seen = False
    if not seen:
        return Tested(
            f"does not see the jobs in {wanted.home}: its own folder is {home()}",
            "Share that folder, and start the worker with SVS_HOME set to it.",
        )
    try:
        os.close(os.open(folder / TOKEN, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        pass
    else:
        return Tested("creates files that exist", "Its file system cannot be used: take NFS, for example.")
    if not locks.held(folder / LOCK):
        return Tested(
            f"does not see locks on the files in {home()}",
            "Mount the folder so that locks reach all machines: NFS does unless it is mounted with nolock or "
            "local_lock, bindfs with --enable-lock-forwarding; sshfs cannot.",
        )
    own = folder / f"{platform.node()}-{os.getpid()}"
    try:
        own.mkdir(mode=0o700)
        Lease(own).release()
        write_atomic(own / "renamed", b"")
        (own / "renamed").unlink()
    except (OSError, TimeoutError) as error:
        return Tested(f"cannot write to {home()}: {error}", "Check its permissions.")
    return None


def _recording_problem(wanted: Probe) -> Tested | None:
    for source in wanted.recordings:
        if source.fingerprint and identity(describe(Path(source.path))) != identity(source):
            return Tested(f"does not see {source.path}", "Share the recordings under the same path.")
    return None


def _model_problem(wanted: Probe) -> Tested | None:
    for name, digest in wanted.models:
        model = installed.find(name)
        if digest and not model.carried and _digest(model) != digest:
            return Tested(f"has another model {name}", "Install the same one: `svs models add`.")
    return None


def run_job(job_id: str, session: str) -> int:
    """Run a job in a child process, and return its exit code. It ends with this worker."""
    if session in _stopped:
        return 128 + signal.SIGTERM
    store = JobStore(jobs_home())
    with child.start(store, job_id) as process:
        _children[job_id] = (session, process)
        try:
            return process.wait()
        finally:
            del _children[job_id]
            with suppress(StoreError), store.hold(job_id):
                pass  # so that other machines need not wait until the lease of a killed child expires


def stop(session: str, *, at_once: bool) -> None:
    """Ask the jobs of a session to stop, or kill them."""
    _stopped.add(session)
    for owner, process in list(_children.values()):
        if owner == session:
            with suppress(OSError):
                if at_once:
                    process.kill()
                else:
                    process.terminate()
