"""While svs summarizes, no Python code in its processes reaches a network; afterwards it may."""

import json
import socket
import urllib.request

import pytest

from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store.jobs import JobStore
from svs.system import network

SUBTITLES = "1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n"


@pytest.fixture
def server():
    """Listen on the loopback interface, and return where."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()


@pytest.mark.parametrize(
    "attempt",
    [
        socket.create_connection,
        lambda address: socket.socket(socket.AF_INET6),
        lambda address: socket.getaddrinfo("localhost", 80),
        lambda address: socket.gethostbyname("localhost"),
        lambda address: urllib.request.urlopen(f"http://{address[0]}:{address[1]}", timeout=1),
    ],
)
def test_a_network_is_refused(server, attempt):
    with network.refused(), pytest.raises(OSError, match="no network while summarizing"):
        attempt(server)


def test_an_open_socket_is_refused_too(server):
    with socket.socket() as early, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        with network.refused():
            for use in (early.connect, early.bind, lambda where: datagrams.sendto(b"x", where)):
                with pytest.raises(network.NetworkRefusedError):
                    use(server)
        early.connect(server)


def test_within_the_machine_and_afterwards_all_is_as_usual(server):
    with network.refused():
        left, right = socket.socketpair()
        left.close()
        right.close()
    socket.create_connection(server).close()


def test_a_job_refuses_networks_while_it_runs_and_records_it(home, tmp_path, server):
    (tmp_path / "talk.srt").write_text(SUBTITLES)
    store = JobStore(home / "jobs")
    job = store.create(describe(tmp_path / "talk.srt"), Options())
    seen = []

    def report(event):
        with pytest.raises(network.NetworkRefusedError):
            socket.create_connection(server)
        seen.append(event.kind)

    run(job, store, report)
    assert "done" in seen
    assert store.load(job.id).offline
    socket.create_connection(server).close()


def test_the_job_says_so(svs, tmp_path):
    (tmp_path / "talk.srt").write_text(SUBTITLES)
    assert svs("summarize", "talk.srt").returncode == 0
    assert "blocked while it ran" in svs("jobs", "show", "last").stdout
    assert json.loads(svs("jobs", "show", "last", "--json").stdout)["job"]["offline"] is True
