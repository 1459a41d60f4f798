"""Several machines: jobs run on the workers of a Dask cluster, each in a child process of its worker.

All machines share the store, which alone says what is done; a task carries a job's id and nothing else. A
worker is tested before it gets one: see `svs.jobs.machine`.
"""

import secrets
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from typing import TYPE_CHECKING

import svs
from svs.errors import SvsError
from svs.jobs import machine, scheduler
from svs.jobs.machine import Probe, Tested
from svs.jobs.scheduler import Address
from svs.model.job import Job
from svs.store.jobs import JobStore
from svs.system import locks
from svs.system.files import discard, store_errors, write_atomic

if TYPE_CHECKING:
    from distributed import Client, Future

_LOOK = 2.0  # seconds between two looks at which workers there are
_TIMEOUT = 30.0  # seconds for an answer of the cluster
_STALE = 7 * 86_400.0  # seconds after which what a killed process left is removed

Say = Callable[[str], None]
"""Shows a line to the user."""


@contextmanager
def connected(address: Address, store: JobStore, jobs: Sequence[Job], say: Say) -> Iterator["Cluster"]:
    """Yield the cluster on which these jobs can run. Raises SvsError if there is none."""
    with scheduler.connected(address) as client, _probe(store, jobs) as probe:
        yield Cluster(client, probe, say)


@contextmanager
def _probe(store: JobStore, jobs: Sequence[Job]) -> Iterator[Probe]:
    """Yield what the workers are tested with: files in the store, one of them locked."""
    token = secrets.token_hex(8)
    folder = store.root.parent / machine.FOLDER / token
    with store_errors("write", folder):
        folder.mkdir(mode=0o700, parents=True)
        for earlier in folder.parent.iterdir():
            if time.time() - earlier.stat().st_mtime > _STALE:
                discard(earlier)
        write_atomic(folder / machine.TOKEN, token.encode())
    try:
        with locks.hold(folder / machine.LOCK):
            yield machine.probe(token, store.root.parent, jobs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """The workers of a cluster that have passed the test: what `svs.jobs.queue` calls `Elsewhere`."""

    def __init__(self, client: "Client", probe: Probe, say: Say) -> None:
        """Test the workers. Raises SvsError if none of them can run jobs."""
        self._client, self._probe, self._say = client, probe, say
        self._tested: dict[str, Tested] = {}
        self._looked = 0.0
        self._mixed = self._stopping = self._killing = False
        self._number = 0
        self._remotes: list[Remote] = []
        if not self.room() and self._tested:
            raise SvsError("no worker of the cluster can run these jobs", "See above why.")
        if not self._tested:
            say("waiting for workers: none has connected to the scheduler yet")

    def room(self) -> int:
        """Return how many jobs run at a time: one for each worker. Raises SvsError without a scheduler."""
        if time.monotonic() - self._looked > _LOOK:
            self._look()
            self._looked = time.monotonic()
        return sum(not tested.problem for tested in self._tested.values())

    def _look(self) -> None:
        """Test the workers that are new, and forget those that are gone."""
        self.check()
        try:
            threads = self._client.nthreads()
        except OSError:
            self.check()  # else it is asked again
            return
        for address in self._tested.keys() - threads.keys():
            if not self._tested.pop(address).problem:
                self._say(f"the worker {address} is gone; if it ran a job, another one continues that")
        new = [address for address in threads if address not in self._tested]
        for address, tested in self._test(new).items():
            self._tested[address] = tested
            if tested.problem:
                self._say(f"not used: the worker {address} {tested.problem}. {tested.hint}")
        if any(not self._tested[address].problem for address in new if address in self._tested):
            self._submit_again()
        self._warn_if_mixed()

    def _submit_again(self) -> None:
        """Submit tasks again that no worker has.

        Dask looks for a worker when one connects, but not when that gets its resource after the test.
        """
        self._remotes = [remote for remote in self._remotes if remote.returncode is None]
        with suppress(OSError):  # then the scheduler is lost
            taken = {key for keys in self._client.processing().values() for key in keys}
            for remote in self._remotes:
                if remote.future.status == "pending" and remote.future.key not in taken:
                    remote.future = self.submit(remote.job_id)

    def _test(self, addresses: list[str]) -> dict[str, Tested]:
        """Test workers, and allow those that pass to take a job each."""
        if not addresses:
            return {}
        versions = self._run(addresses, metadata.version, "svs")
        same = [address for address, version in versions.items() if version == svs.__version__]
        found = self._run(same, machine.test, self._probe) if same else {}
        others = {a: _other_version(version) for a, version in versions.items() if a not in same}
        return others | {a: t if isinstance(t, Tested) else _crashed(t) for a, t in found.items()}

    def _run(
        self, workers: list[str], function: Callable[..., object], *arguments: object
    ) -> dict[str, object]:
        """Run a function on workers, outside of their tasks; return its results or errors."""
        try:
            results: dict[str, object] = self._client.run(
                function, *arguments, workers=workers, on_error="return", callback_timeout=_TIMEOUT
            )
        except TimeoutError:
            return {}  # they are asked again
        except OSError:
            self.check()
            return {}
        return results

    def _warn_if_mixed(self) -> None:
        kinds = Counter(tested.made_with for tested in self._tested.values() if not tested.problem)
        if len(kinds) > 1 and not self._mixed:
            self._mixed = True
            listed = "; ".join(f"{count} with {kind}" for kind, count in kinds.most_common())
            self._say(f"the workers differ: {listed}. A job that moves between them is transcribed again")

    def check(self) -> None:
        """Raise SvsError if the scheduler is lost."""
        if self._client.status != "running":
            raise SvsError(
                "the scheduler of the cluster is gone; what is done so far is kept",
                "Start it and its workers again, then go on with `svs jobs resume --all --cluster ADDRESS`.",
            )

    def start(self, job_id: str) -> "Remote":
        """Start a job on the next free worker."""
        self.check()
        self._remotes.append(Remote(self, job_id))
        return self._remotes[-1]

    def submit(self, job_id: str) -> "Future":
        """Submit a task that runs a job. Two for one job do no harm: the job's lock lets one of them work."""
        self._number += 1
        return self._client.submit(
            machine.run_job,
            job_id,
            self._probe.token,
            key=f"svs-{job_id}-{self._probe.token}-{self._number}",
            resources={self._probe.resource: 1},
            pure=False,
        )

    def stop(self, *, at_once: bool) -> None:
        """Have all workers end the jobs of this session."""
        if self._killing or (self._stopping and not at_once):
            return
        self._stopping, self._killing = True, at_once
        with suppress(Exception):  # without a scheduler, the jobs go on until their workers end
            self._client.run(
                machine.stop,
                self._probe.token,
                at_once=at_once,
                on_error="ignore",
                callback_timeout=_TIMEOUT,
            )


class Remote:
    """A job's process on a worker."""

    def __init__(self, cluster: Cluster, job_id: str) -> None:
        self._cluster, self.job_id = cluster, job_id
        self.future = cluster.submit(job_id)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs. Raises SvsError if the scheduler is lost."""
        if self.returncode is None:
            self._cluster.check()
            status = self.future.status
            if status == "error":  # it took several workers with it
                self.returncode = -signal.SIGKILL
            elif status == "finished":
                with suppress(TimeoutError):  # its worker has just ended: it is run again
                    self.returncode = self.future.result(timeout=_LOOK)
            elif status != "pending":
                self._cluster.check()
                self.returncode = -signal.SIGKILL
        return self.returncode

    def terminate(self) -> None:
        """Ask it to stop, and all others too."""
        self._cluster.stop(at_once=False)

    def kill(self) -> None:
        """End it at once, and all others too, unless it has ended."""
        if self.returncode is None:
            self._cluster.stop(at_once=True)


def _other_version(found: object) -> Tested:
    which = f"svs {found}" if isinstance(found, str) else "no svs"
    return Tested(f"has {which}, and here is svs {svs.__version__}", "Install the same version there.")


def _crashed(error: object) -> Tested:
    return Tested(f"could not be tested: {type(error).__name__}: {error}", "See its log.")
