"""What all tests share: a store of their own, the bundled talk, and the rule that CI skips nothing."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import hypothesis
import jiwer
import pytest
from filelock import FileLock

import svs
from svs.cli import app
from svs.media import ffmpeg
from svs.media.testvideo import make_test_video
from svs.models import carried as carried_models
from svs.models import installed
from svs.store.jobs import JobStore
from svs.ui import terminal

hypothesis.settings.register_profile("svs", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("svs")
ASSETS = Path(svs.__file__).parent / "assets"
DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """Give each test an empty store, and no way to a model hub; slides are left to the tests of slides."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("FORCE_COLOR", "NO_COLOR", *(name for name in os.environ if name.startswith("SVS_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SVS_HOME", str(folder))
    monkeypatch.setenv("SVS_CONFIG", str(folder / "config.toml"))
    monkeypatch.setenv("SVS_SLIDES", "none")
    return folder


@pytest.fixture
def store(home):
    """Return the jobs of the test's home."""
    return JobStore(home / "jobs")


@pytest.fixture(scope="session", autouse=True)
def _usual_signals():
    """Have processes react to these also under nohup or in the background: to ignore them is inherited."""
    usual = {signal.SIGHUP: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def hidden_packages(tmp_path_factory):
    """Hide the packages that carry models: a test has no model but those that it asks for."""
    folder = tmp_path_factory.mktemp("hidden")
    for package in (*carried_models.packages("base"), *carried_models.packages("tiny.en")):
        empty = folder / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
        empty.mkdir()
        (empty / "METADATA").write_text(f"Name: {package.name}\nVersion: {package.version}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        yield folder


@pytest.fixture
def carried(hidden_packages, monkeypatch):
    """Have the packages that carry base and tiny.en, as they are installed for the tests."""
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(hidden_packages)])
    seen = os.environ["PYTHONPATH"].split(os.pathsep)
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join(entry for entry in seen if entry != str(hidden_packages))
    )
    if carried_models.names() != ["base", "tiny.en"]:
        pytest.skip("the packages with models are not installed: use scripts/test")


@pytest.fixture(scope="session", autouse=True)
def _usual_umask():
    """Have what tests make be changed by its owner alone: svs refuses a folder of its own that others may."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="session")
def micro_whisper():
    """Return the folder of a tiny Whisper model that knows the bundled talk."""
    return DATA / "micro-whisper"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Return a function that makes a file, once for all processes that run the tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    def made(name, make):
        with FileLock(folder / f"{name}.lock"):
            if not (folder / name).exists():
                unfinished = folder / f"unfinished-{name}"
                make(unfinished)
                unfinished.rename(folder / name)
        return folder / name

    return made


@pytest.fixture(scope="session")
def talk_pcm(made_once):
    """Return the bundled talk as 16 kHz mono s16 PCM."""

    def make(target):
        graph = ffmpeg.source(ASSETS / "talk.opus").output(ffmpeg.url(target), f="s16le", ac=1, ar=16000)
        ffmpeg.run(graph.get_args())

    return made_once("talk.pcm", make)


@pytest.fixture(scope="session")
def word_error_rate():
    """Return the word error rate of heard sentences against those said, without case and punctuation."""

    def plain(sentences):
        return " ".join(re.findall(r"[a-z']+", " ".join(sentences).lower()))

    return lambda said, heard: jiwer.wer(plain(said), plain(heard))


@pytest.fixture(scope="session")
def talk():
    """Return what is said in the bundled talk, with its times."""
    return json.loads((ASSETS / "talk.json").read_text())


@pytest.fixture(scope="session")
def talk_video(made_once):
    """Return the test video with the whole talk."""
    return made_once("talk.mp4", lambda target: make_test_video(target, size=(160, 90), fps=2))


@pytest.fixture
def with_model(home, micro_whisper):
    """Install the micro model, as on a machine without a network."""
    installed.add(micro_whisper, "micro")


@pytest.fixture(scope="session")
def svs_command():
    """Return the installed command."""
    command = shutil.which("svs")
    assert command, "svs is not installed: use scripts/test"
    return command


@pytest.fixture(name="svs")
def _svs(tmp_path):
    """Run svs in this process, in an empty folder; returns what `svs_process` would, and sooner.

    With `typed`, svs believes that it is on a terminal where somebody types this.
    """

    def run(*arguments, cwd=tmp_path, env=None, typed=None):
        stream = io.TextIOWrapper if typed is None else _Terminal
        stdin, stdout, stderr = (stream(io.BytesIO(), "utf-8", write_through=True) for _ in range(3))
        stdin.buffer.write((typed or "").encode())
        stdin.seek(0)
        with (
            _own_process_state(),
            mock.patch.dict(os.environ, env or {}, clear=env is not None),
            mock.patch.object(sys, "argv", ["svs", *map(str, arguments)]),
            mock.patch.object(sys, "stdin", stdin),
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(stdout),
            contextlib.redirect_stderr(stderr),
            pytest.raises(SystemExit) as ended,
        ):
            app.main()
        printed, said = (stream.buffer.getvalue().decode() for stream in (stdout, stderr))
        return subprocess.CompletedProcess(arguments, ended.value.code or 0, printed, said)

    return run


class _Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


@contextlib.contextmanager
def _own_process_state():
    """Give svs consoles of its own, and undo what `main` does to its process."""
    umask, on_term = os.umask(0), signal.getsignal(signal.SIGTERM)
    os.umask(umask)
    _forget_consoles()
    try:
        yield
    finally:
        _forget_consoles()
        os.umask(umask)
        signal.signal(signal.SIGTERM, on_term)


def _forget_consoles():
    """Have svs look again at the streams and the environment, which it does once in a process."""
    terminal.stdout.cache_clear()
    terminal.stderr.cache_clear()


@pytest.fixture
def svs_process(svs_command, tmp_path):
    """Run svs in a process of its own, in an empty folder, where a process matters."""

    def run(*arguments, cwd=tmp_path, **options):
        return subprocess.run(
            [svs_command, *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=240,
            **options,
        )

    return run


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Fail in CI when a test was skipped that can run there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or not reporter:
        return
    cannot = ("this kernel has no", *([] if shutil.which("ffmpeg") else ["no system ffmpeg"]))
    for report in reporter.stats.get("skipped", []):
        if not any(reason in str(report.longrepr) for reason in cannot):
            reporter.ensure_newline()
            reporter.write_line(f"CI must run {report.nodeid}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
