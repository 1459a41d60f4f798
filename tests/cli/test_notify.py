"""Notifications: a mail and a webhook arrive; what refuses or hangs harms nothing; no secret is repeated."""

import contextlib
import json
import os
import pty
import re
import socket
import subprocess
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest
from aiosmtpd.controller import Controller

from svs.errors import UsageError
from svs.jobs import notify
from svs.media.fingerprint import describe
from svs.model.job import Options

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's
SECRET = "s3cr3t-t0ken"
SENTENCE = "The lamp alone is weak, so a glass lens gathers its light."
CAPTIONS = f"1\n00:00:01,000 --> 00:00:04,000\n{SENTENCE}\n"


@pytest.fixture
def video(tmp_path):
    file = tmp_path / "talk.srt"
    file.write_text(CAPTIONS)
    return file


class Webhook(BaseHTTPRequestHandler):
    """Keeps what it gets; answers with 500 as often as it is found to."""

    def do_POST(self):
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.paths.append(self.path)
        status = 500 if len(self.server.got) <= self.server.refusals else 200
        self.send_response(status)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def webhook():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    server.got, server.paths, server.refusals = [], [], 0
    server.url = f"json://127.0.0.1:{server.server_port}/{SECRET}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class Mailbox:
    """Keeps the mail that it gets."""

    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.got.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"mailto://127.0.0.1:{port}?from=svs@example.org&to=me@example.org&mode=insecure"
    yield box
    controller.stop()


@pytest.fixture
def silent():
    """Return a server that takes connections and never says a word, until it is let go."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(60)
    yield server
    server.close()


def url_of(server, more=""):
    return f"json://127.0.0.1:{server.getsockname()[1]}/{SECRET}{more}"


def test_a_mail_and_a_webhook_have_name_status_and_duration_alone(svs, video, webhook, mailbox):
    done = svs("summarize", video, "--notify", webhook.url, "--notify", mailbox.url)
    assert done.returncode == 0
    assert "warning" not in done.stderr
    (mail,), (post,) = mailbox.got, webhook.got
    assert mail["subject"] == "svs: talk.srt done"
    assert re.search(r"talk.srt: done after 0:0\d", mail.get_body().get_content())
    assert re.fullmatch(r"talk.srt: done after 0:0\d", post["message"])
    assert "lamp" not in f"{post}{mail}"


def test_a_failed_job_notifies_too_and_prints_its_error_once(svs, video, webhook):
    done = svs("summarize", video, "--start", "9:00:00", "--notify", webhook.url)
    assert done.returncode == 3
    assert done.stderr.count("for that time") == 1
    assert webhook.got[0]["title"] == "svs: talk.srt failed"


def test_a_resumed_job_notifies_the_addresses_in_the_config_file(svs, video, webhook, store, home):
    store.create(describe(video), Options())
    config = home / "config.toml"
    config.write_text(f'notify = "{webhook.url}"\n')
    config.chmod(0o600)
    assert svs("jobs", "resume", "last").returncode == 0
    assert webhook.got[0]["title"] == "svs: talk.srt done"


@pytest.mark.slow
def test_it_is_tried_again_when_a_server_stumbles(svs, video, webhook):
    webhook.refusals = 1
    done = svs("summarize", video, "--notify", webhook.url)
    assert len(webhook.got) == 2
    assert "warning" not in done.stderr


@pytest.mark.slow
def test_a_notification_that_fails_is_a_warning_and_the_result_is_whole(svs, video, silent, home):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        refused = url_of(unused)
        hanging = url_of(silent, "?rto=0.2&cto=0.2")
        done = svs("summarize", video, "--json", "--notify", refused, "--notify", hanging)
    assert done.returncode == 0
    assert json.loads(done.stdout)["summary"]["sentences"][0]["text"] == SENTENCE
    assert done.stderr.count("warning: the notification to json://127.0.0.1 failed") == 2
    assert_kept_secret(done.stderr, home)


@pytest.mark.slow
def test_nobody_waits_for_a_server_that_hangs(silent, monkeypatch):
    """It would wait a minute for an answer, and then try again."""
    monkeypatch.setattr(notify, "_TIMEOUT", 3)
    assert notify.Notifier([url_of(silent, "?rto=60&cto=60")]).send("title", "body") == ["json://127.0.0.1"]
    connection, _ = silent.accept()
    while connection.recv(4096):
        pass  # up to the end of whoever sent it
    connection.close()
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.accept()


def assert_kept_secret(said, home):
    assert SECRET not in said
    for file in home.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_detached_process_shows_its_addresses_to_nobody(svs_process, video, silent, home):
    environment = {**os.environ, "SVS_NOTIFY": url_of(silent, "?rto=60&cto=60")}
    started = svs_process("summarize", video, "--detach", env=environment)
    job_id = started.stdout.strip()
    connection, _ = silent.accept()
    shown = [
        process.info["cmdline"] for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"]
    ]
    connection.close()
    assert any(job_id in command for command in shown)
    assert not any(SECRET in part for command in shown for part in command)
    assert_kept_secret(started.stderr, home)


@pytest.mark.parametrize("address", [f"foo://{SECRET}", f"{SECRET}", f"json://:{SECRET}@"])
def test_an_address_that_is_not_understood_is_refused_at_once_and_not_repeated(svs, video, home, address):
    done = svs("summarize", video, "--notify", address)
    assert (done.returncode, done.stdout) == (2, "")
    assert "invalid notification URL" in done.stderr
    assert SECRET not in done.stderr
    assert not (home / "jobs").exists()


def test_two_addresses_of_one_kind_are_both_notified(webhook):
    with pytest.raises(UsageError):
        notify.Notifier([webhook.url, "x"])
    assert notify.Notifier([webhook.url, f"{webhook.url}/2"]).send("title", "body") == []
    assert sorted(webhook.paths) == [f"/{SECRET}", f"/{SECRET}/2"]


@pytest.mark.slow
def test_without_the_extra_it_says_how_to_get_it(svs_process, video, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "apprise.py").write_text("raise ImportError")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "none")}
    done = svs_process("summarize", video, "--notify", "json://127.0.0.1", env=environment)
    assert done.returncode == 4
    assert "pip install apprise" in done.stderr
    belled = svs_process("summarize", video, "--notify", "bell", "-q", env=environment)
    assert (belled.returncode, belled.stderr) == (0, ""), "no terminal, no bell"


def test_the_bell_rings_on_a_terminal(svs_command, video):
    leader, terminal = pty.openpty()
    command = [svs_command, "summarize", video, "--notify", "bell", "--progress", "none"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal's end
            while got := os.read(leader, 4096):
                shown += got
    os.close(leader)
    assert process.returncode == 0
    assert shown == b"\a\x1b]0;svs: talk.srt done\x1b\\"


def test_the_first_sentence_is_sent_only_on_request_and_no_name_steers_who_reads_it(svs, video, webhook):
    hostile = video.rename(Path(video.parent, "a\x1b]0;b\a\n\u202e.srt"))
    svs("summarize", hostile, "--notify-content", env={**os.environ, "SVS_NOTIFY": webhook.url})
    assert webhook.got[0]["title"] == "svs: a\\x1b\uff3d0;b\\x07\\n\\u202e.srt done"
    assert webhook.got[0]["message"].endswith(SENTENCE)


def test_nothing_said_calls_people_or_makes_links_where_a_notification_is_read(svs, video, webhook):
    video.write_text(
        CAPTIONS.replace(SENTENCE, "@everyone and &lt;@1&gt; see <b>this</b>: (https://evil.com/x).")
    )
    hostile = video.rename(video.with_name("@here [x](y) <@1>.srt"))
    svs("summarize", hostile, "--notify-content", env={**os.environ, "SVS_NOTIFY": webhook.url})
    (post,) = webhook.got
    assert not re.search(r"[@\[\]<>]|//", post["title"] + post["message"])
    assert "Everyone and" in post["message"]
    assert "here" in post["title"]
