"""Downloads, from a small hub on this machine: they go on where they stopped; what is wrong is refused."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from svs.errors import SvsError, UsageError
from svs.models import installed as models
from svs.models.carried import copy
from svs.models.catalog import KNOWN
from svs.models.download import fetch
from svs.system.paths import models_home

LOOSE = "distil-large-v2"
"""A known model of which nobody has published what its files must be: any model can be served for it."""


class Hub(ThreadingHTTPServer):
    """Serves one model as the hub does: a list of files with hashes, and the files by a redirect."""

    def __init__(self, folder, name):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repo, self.revision = KNOWN[name].repo, KNOWN[name].revision
        self.announced = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.announced["README.md"] = b"Not wanted."
        self.served = dict(self.announced)
        self.requests = []
        self.breaks = []  # after how many bytes the next answers for model.bin break off
        self.knows_ranges = True

    def handle_error(self, request, client_address):
        """Say nothing: clients leave early here."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def asked_for(self, name):
        return [headers.get("Range") for path, headers in self.requests if path.endswith(f"/cdn/{name}")]

    def entry(self, name):
        data = self.announced[name]
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        entry = {"rfilename": name, "size": len(data), "blobId": blob}
        if name == "model.bin":
            entry["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 132}
        return entry


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, self.headers))
        repo, revision = self.server.repo, self.server.revision
        if self.path.startswith(f"/api/models/{repo}/revision/{revision}"):
            files = [self.server.entry(name) for name in self.server.announced]
            self.answer(json.dumps({"id": repo, "sha": revision, "siblings": files}).encode())
        elif self.path.startswith(f"/{repo}/resolve/{revision}/"):
            self.send_response(302)
            self.send_header("Location", f"/cdn/{self.path.rpartition('/')[2]}")
            self.end_headers()
        elif self.path.startswith("/cdn/"):
            self.send_file(self.path.removeprefix("/cdn/"))
        else:
            self.send_error(404)

    def send_file(self, name):
        data = self.server.served[name]
        begin = 0
        if self.server.knows_ranges and (wanted := self.headers.get("Range")):
            begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        stop = self.server.breaks.pop(0) if name == "model.bin" and self.server.breaks else None
        self.answer(data[begin:], 206 if begin else 200, stop)

    def answer(self, data, status=200, stop=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:stop])

    def log_message(self, *arguments):
        pass


@contextmanager
def serving(folder, name, monkeypatch):
    with Hub(folder, name) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def hub(micro_whisper, monkeypatch):
    """Serve the micro model as one that nothing pins."""
    with serving(micro_whisper, LOOSE, monkeypatch) as server:
        yield server


@pytest.fixture
def known_hub(carried, tmp_path, monkeypatch):
    """Serve tiny.en, all of which svs pins."""
    copied = tmp_path / "tiny.en"
    copied.mkdir()
    copy("tiny.en", copied)
    with serving(copied, "tiny.en", monkeypatch) as server:
        yield server


def download(name=LOOSE, on_progress=lambda done, total: None):
    return models.download(name, lambda model, folder: fetch(model, folder, on_progress))


def assert_complete(model, hub):
    there = {path.name for path in model.folder.iterdir()}
    assert there == {*hub.announced, "SHA256SUMS"} - {"README.md"}
    assert (model.folder / "model.bin").read_bytes() == hub.announced["model.bin"]
    assert models.ready(model.folder, pytest.fail) == model


def test_a_download_brings_the_files_and_reports_progress(hub):
    found = []
    model = download(on_progress=lambda done, total: found.append((done, total)))
    assert_complete(model, hub)
    assert models.installed() == (model,)
    size = sum(len(data) for name, data in hub.announced.items() if name != "README.md")
    assert {total for _, total in found} == {size}
    assert [done for done, _ in found] == sorted(done for done, _ in found)
    assert found[-1] == (size, size)
    assert [path.name for path in models_home().iterdir() if not path.name.endswith(".lock")] == [LOOSE]
    assert model.verified == "no"


def test_what_is_installed_is_not_asked_for_again(hub):
    download()
    hub.requests.clear()
    download()
    assert hub.requests == []


def test_an_interrupted_download_goes_on_where_it_stopped(hub):
    def interrupt(done, total):
        if done > 1_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(on_progress=interrupt)
    assert models.installed() == ()
    assert_complete(download(), hub)
    _, again = hub.asked_for("model.bin")
    assert int(again.removeprefix("bytes=").removesuffix("-")) > 900_000
    assert len(hub.asked_for("config.json")) == 1


def test_a_broken_connection_is_taken_up_again(hub):
    hub.breaks = [500_000, 600_000]
    assert_complete(download(), hub)
    assert hub.asked_for("model.bin") == ["bytes=0-", "bytes=500000-", "bytes=1100000-"]


def test_a_hub_that_ignores_ranges_starts_again(hub):
    hub.breaks = [500_000]
    hub.knows_ranges = False
    assert_complete(download(), hub)


def test_a_network_that_goes_away_leaves_what_came(hub):
    hub.breaks = [500_000, 0]
    with pytest.raises(SvsError, match="cannot download") as failure:
        download()
    assert "svs models add FOLDER" in failure.value.hint
    assert models.installed() == ()
    assert_complete(download(), hub)
    assert hub.asked_for("model.bin")[-1] == "bytes=500000-"


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_corrupted_file_is_refused(hub, name):
    data = hub.announced[name]
    hub.served[name] = data[:-1] + bytes([data[-1] ^ 1])
    with pytest.raises(SvsError, match=f"{name} is corrupt"):
        download()
    assert models.installed() == ()
    hub.served[name] = data
    assert_complete(download(), hub)


def test_a_file_that_is_too_long_is_refused(hub):
    hub.served["config.json"] += b" "
    with pytest.raises(SvsError, match=r"config\.json is corrupt"):
        download()


def test_a_file_that_is_too_short_is_refused(hub):
    hub.served["config.json"] = hub.served["config.json"][:-1]
    with pytest.raises(SvsError, match=r"config\.json"):
        download()
    assert models.installed() == ()


def test_a_repository_without_a_tokenizer_is_refused(hub):
    del hub.announced["tokenizer.json"]
    with pytest.raises(SvsError, match=r"has no tokenizer\.json"):
        download()
    assert models.installed() == ()


def test_a_repository_that_is_gone(hub):
    with pytest.raises(SvsError, match="cannot download Systran/faster-whisper-medium"):
        download("medium")
    assert models.installed() == ()


def test_no_network(monkeypatch):
    with pytest.raises(SvsError, match="cannot download") as failure:
        download()
    assert failure.value.exit_code == 1
    assert "Check the network" in failure.value.hint


def test_something_that_is_no_hub(hub, monkeypatch):
    monkeypatch.setattr(Handler, "do_GET", lambda self: self.answer(b"<html>Please log in</html>"))
    with pytest.raises(SvsError, match="does not answer like a model hub"):
        download()


def test_a_download_sends_no_token_and_no_cookie(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download()
    assert not any("hf_secret" in str(headers) or headers.get("Cookie") for _, headers in hub.requests)


def test_only_known_models_are_downloaded(hub):
    with pytest.raises(UsageError, match="no model named Systran/faster-whisper-tiny"):
        download("Systran/faster-whisper-tiny")
    assert hub.requests == []


def test_what_an_interrupted_download_left_can_be_removed(hub):
    hub.breaks = [500_000, 0]
    with pytest.raises(SvsError):
        download()
    models.remove(LOOSE)
    assert [path.name for path in models_home().iterdir()] == [f".{LOOSE}.lock"]


def test_a_folder_takes_the_place_of_a_download_that_was_given_up(hub, micro_whisper):
    hub.breaks = [500_000, 0]
    with pytest.raises(SvsError):
        download()
    assert_complete(models.add(micro_whisper, LOOSE), hub)


def test_a_file_of_the_pinned_sums_is_verified(known_hub):
    model = download("tiny.en")
    assert_complete(model, known_hub)
    assert model.verified == "yes"


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_what_a_hub_announces_is_not_enough(known_hub, name):
    data = known_hub.announced[name]
    changed = data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]
    known_hub.announced[name] = known_hub.served[name] = changed  # a hub that was broken into
    with pytest.raises(SvsError, match=name):
        download("tiny.en")
    assert models.installed() == ()
    if name == "model.bin":
        assert known_hub.asked_for(name) == []  # it has announced another sum


def test_another_size_than_the_pinned_one_is_refused_at_once(known_hub):
    known_hub.announced["tokenizer.json"] += b" "
    with pytest.raises(SvsError, match=r"another tokenizer\.json of tiny\.en than the one that svs knows"):
        download("tiny.en")
    assert known_hub.asked_for("model.bin") == []


def test_a_crafted_file_is_refused_after_the_download(hub):
    crafted = json.loads(hub.announced["config.json"]) | {"suppress_ids_begin": [2**31 - 1]}
    hub.announced["config.json"] = hub.served["config.json"] = json.dumps(crafted).encode()
    with pytest.raises(SvsError, match="names tokens that are not in its vocabulary"):
        download()
    assert models.installed() == ()


def test_the_command_says_where_from_and_where_to(hub, svs):
    done = svs("models", "download", LOOSE)
    assert (done.returncode, done.stdout) == (0, f"{models_home() / LOOSE}\n")
    assert f"Downloading {LOOSE} from {hub.url}: 3 MB" in done.stderr
    assert f"{LOOSE} is installed." in done.stderr
