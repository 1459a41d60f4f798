"""Jobs on a Dask cluster: a scheduler and workers, as processes that speak TLS on loopback."""

import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from svs.errors import UsageError
from svs.jobs import machine
from svs.jobs.scheduler import Address
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store import lease
from svs.store.jobs import JobStore
from svs.system.codec import encode

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
OPTIONS = ("--model", "micro", "--threads", "1", "--end", "80")
PATCHES = {
    "version": "from importlib import metadata as m; usual = m.version\n"
    "m.version = lambda name: '0.0.9' if name == 'svs' else usual(name)\n",
    "locks": "from svs.system import locks; locks._is_free = lambda handle: True\n",
    "models": "import os, pathlib; from svs.models import installed\n"
    "installed.models_home = lambda: pathlib.Path(os.environ['OTHER_MODELS'])\n",
    "": "",
}
WORKER = "import sys; from distributed.cli.dask_worker import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Return the options of Dask and of svs for a certificate of an authority of our own."""
    folder = tmp_path_factory.mktemp("certificates")
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    for name, owner in (("ca", authority), ("node", key)):
        made = _certificate(name, owner, authority).public_bytes(serialization.Encoding.PEM)
        (folder / f"{name}.pem").write_bytes(made)
    pem, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "node.key").write_bytes(key.private_bytes(pem, plain, serialization.NoEncryption()))
    files = [folder / "ca.pem", folder / "node.pem", folder / "node.key"]
    names = ("--tls-ca-file", "--tls-cert", "--tls-key"), ("--cluster-ca", "--cluster-cert", "--cluster-key")
    return [[text for pair in zip(options, files, strict=True) for text in pair] for options in names]


def _certificate(name, owner, authority):
    today = dt.datetime.now(dt.UTC)
    subject, issuer = (x509.Name.from_rfc4514_string(f"CN={text}") for text in (name, "ca"))
    made = x509.CertificateBuilder(issuer, subject, owner.public_key(), x509.random_serial_number())
    made = made.not_valid_before(today - dt.timedelta(1)).not_valid_after(today + dt.timedelta(9))
    made = made.add_extension(x509.BasicConstraints(ca=name == "ca", path_length=None), critical=True)
    return made.sign(authority, hashes.SHA256())


class Cluster:
    """A scheduler and its workers; all of it ends with the test."""

    def __init__(self, folder, certificates, home):
        self.folder, self.home = folder, home
        self.dask, mine = certificates
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.url = f"tls://127.0.0.1:{free.getsockname()[1]}"
        self.options = ["--cluster", self.url, *mine]
        self.processes = []

    def start(self, *command, env=None):
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env or {})},
            )
        self.processes.append(process)
        return process

    def scheduler(self):
        place = self.url.removeprefix("tls://").split(":")
        address = ("--host", place[0], "--port", place[1], "--protocol", "tls")
        hidden = ("--dashboard-address", "127.0.0.1:0")
        return self.start("-m", "distributed.cli.dask_scheduler", *address, *hidden, *self.dask)

    def worker(self, *more, patch="", nanny=False, **environment):
        places = (
            "--host",
            "127.0.0.1",
            "--dashboard-address",
            "127.0.0.1:0",
            "--local-directory",
            self.folder,
        )
        return self.start(
            *("-c", PATCHES[patch] + WORKER) if patch else ("-m", "distributed.cli.dask_worker"),
            *(self.url, *places, *self.dask, *(more or ("--nthreads", "1"))),
            *(() if nanny else ("--no-nanny",)),
            env=environment,
        )

    def end(self):
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                for left in (*psutil.Process(process.pid).children(recursive=True), process):
                    left.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path, certificates, home, with_model):
    made = Cluster(tmp_path, certificates, home)
    made.scheduler()
    yield made
    made.end()


@pytest.fixture
def recordings(tmp_path, talk_video):
    """Return three recordings, whose bytes differ."""
    made = [tmp_path / f"talk{number}.mp4" for number in range(3)]
    for number, file in enumerate(made):
        file.write_bytes(talk_video.read_bytes() + bytes([number]))
    return made


@pytest.fixture
def local(svs, recordings, tmp_path, micro_whisper):
    """Return what a run on this machine gives for each recording: its transcript and summary."""
    home = tmp_path / "local"
    env = {**os.environ, "SVS_HOME": str(home)}
    assert svs("models", "add", micro_whisper, "--name", "micro", env=env).returncode == 0
    done = svs("summarize", *recordings, *OPTIONS, "-q", env=env)
    assert done.returncode == 0, done.stderr
    return _results(home)


def _results(home):
    """Return the words and the summary of every job, by the names of the recordings; all must be done."""
    store, found = JobStore(home / "jobs"), {}
    for job in store.jobs():
        folder = store.folder(job.id)
        assert job.status == "done"
        assert not list(folder.glob("lease.*"))
        found[job.source.name] = [
            (folder / name).read_bytes() for name in ("transcript.jsonl", "summary.json")
        ]
    return found


def _run(svs_command, *arguments):
    return subprocess.Popen(
        [svs_command, *map(str, arguments), "--progress", "none"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _begun(home, process):
    """Yield the id of each job as soon as its first batch is in its journal."""
    seen = set()
    while process.poll() is None:
        for journal in sorted(home.glob("jobs/*/transcript.jsonl")):
            if journal.parent.name not in seen and journal.read_bytes().count(b"\n") > 1:
                seen.add(journal.parent.name)
                yield journal.parent.name
        time.sleep(0.01)
    pytest.fail(process.stderr.read())


def _runner(home, job_id):
    return psutil.Process(JobStore(home / "jobs").progress(job_id).pid)


@pytest.mark.slow
def test_killed_workers_and_jobs_change_no_byte(svs_command, cluster, recordings, local, home):
    workers = [cluster.worker(nanny=True), cluster.worker(nanny=True)]
    with _run(svs_command, "summarize", *recordings, *OPTIONS, *cluster.options) as process:
        begun = _begun(home, process)
        _runner(home, next(begun)).kill()
        worker = _runner(home, next(begun)).parent()
        assert worker.parent().pid in [nanny.pid for nanny in workers]
        worker.kill()
        next(begun)
        workers[1].kill()  # the nanny: its worker ends with it
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert _results(home) == local


@pytest.mark.slow
def test_the_only_worker_goes_on_when_it_is_started_again(svs_command, cluster, recordings, home):
    cluster.worker(nanny=True)
    with _run(svs_command, "summarize", recordings[0], *OPTIONS, *cluster.options) as process:
        _runner(home, next(_begun(home, process))).parent().kill()
        said = process.stderr.read()
    assert process.returncode == 0, said


@pytest.mark.slow
def test_ctrl_c_stops_jobs_on_their_workers(svs_command, cluster, recordings, home):
    cluster.worker()
    with _run(svs_command, "summarize", recordings[0], *OPTIONS, *cluster.options) as process:
        job_id = next(_begun(home, process))
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130, said
    store = JobStore(home / "jobs")
    assert store.state(store.load(job_id)) == "interrupted"
    assert not list(store.folder(job_id).glob("lease.*"))


@pytest.mark.slow
def test_without_the_scheduler_what_is_done_is_kept(svs_command, svs, cluster, recordings, local, home):
    cluster.worker()
    with _run(svs_command, "summarize", *recordings[:2], *OPTIONS, *cluster.options) as process:
        next(_begun(home, process))
        cluster.processes[0].kill()
        said = process.stderr.read()
    assert process.returncode == 1
    assert "the scheduler of the cluster is gone; what is done so far is kept" in said
    cluster.scheduler()
    cluster.worker()
    resumed = svs("jobs", "resume", "--all", *cluster.options)
    assert resumed.returncode == 0, resumed.stderr
    assert _results(home) == {file.name: local[file.name] for file in recordings[:2]}


@pytest.mark.slow
def test_a_worker_that_cannot_run_jobs_is_named_and_not_used(
    svs, cluster, recordings, micro_whisper, tmp_path
):
    other = {"SVS_HOME": str(tmp_path / "elsewhere")}
    shutil.copytree(micro_whisper, tmp_path / "models" / "micro")
    weights = tmp_path / "models" / "micro" / "model.bin"
    weights.write_bytes(weights.read_bytes() + b"!")
    refused = {
        f"does not see the jobs in {cluster.home}": cluster.worker(**other),
        "has several threads": cluster.worker("--nthreads", "2"),
        "has svs 0.0.9, and here is svs ": cluster.worker(patch="version"),
        "does not see locks on the files in ": cluster.worker(patch="locks"),
        "cannot be used: there is no model named micro": cluster.worker(patch="models", OTHER_MODELS="none"),
        "has another model micro": cluster.worker(patch="models", OTHER_MODELS=str(weights.parents[1])),
    }
    _await_workers(cluster, len(refused))
    done = svs("summarize", recordings[0], *OPTIONS, *cluster.options)
    assert done.returncode == 1
    for problem in refused:
        assert f" {problem}" in done.stderr
    assert "no worker of the cluster can run these jobs" in done.stderr


def _await_workers(cluster, number):
    from distributed import Client, Security

    ca, cert, key = cluster.dask[1::2]
    security = Security(
        tls_ca_file=str(ca), tls_client_cert=str(cert), tls_client_key=str(key), require_encryption=True
    )
    with Client(cluster.url, security=security, set_as_default=False) as client:
        client.wait_for_workers(number, timeout=120)


@pytest.mark.slow
def test_a_job_that_is_cancelled_ends_until_it_is_resumed(svs_command, svs, cluster, recordings, home):
    cluster.worker()
    with _run(svs_command, "summarize", recordings[0], *OPTIONS, *cluster.options) as process:
        job_id = next(_begun(home, process))
        assert svs("jobs", "cancel", job_id).returncode == 0
        said = process.stderr.read()
    assert process.returncode == 1, said
    with subprocess.Popen([svs_command, "jobs", "run", job_id], stdin=subprocess.PIPE) as late:
        assert late.wait() == 1
    assert JobStore(home / "jobs").load(job_id).status == "cancelled"
    resumed = svs("jobs", "resume", job_id, *cluster.options)
    assert resumed.returncode == 0, resumed.stderr
    assert "1 done, 0 skipped, 0 failed" in resumed.stderr


@pytest.mark.slow
def test_all_of_it_listens_on_loopback_alone(cluster):
    cluster.worker()
    _await_workers(cluster, 1)
    started = [psutil.Process(process.pid) for process in cluster.processes]
    family = [*started, *(child for parent in started for child in parent.children(recursive=True))]
    sockets = [found for process in family for found in process.net_connections()]
    assert {found.laddr.ip for found in sockets if found.status == "LISTEN"} == {"127.0.0.1"}


def test_a_worker_removes_the_lease_that_a_killed_child_left(home, tmp_path):
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n")
    store = JobStore(home / "jobs")
    job = store.create(describe(tmp_path / "talk.srt"), Options())
    run(job, store)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    left = store.folder(job.id) / "lease.1"
    left.write_bytes(encode(replace(lease.own(), pid=ended.pid)))
    assert machine.run_job(job.id, "session") == 0
    assert not left.exists()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("tcp://10.0.0.7:8786", "is not encrypted"),
        ("node1:8786", "is not encrypted"),
        ("tls://node1:8786", "needs certificates"),
        ("ws://127.0.0.1:8786", "is not the address of a Dask scheduler"),
    ],
)
def test_a_connection_that_others_could_use_is_refused(url, message):
    with pytest.raises(UsageError, match=message):
        Address(url).check()


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786"])
def test_on_loopback_no_certificates_are_needed(url):
    Address(url).check()
