"""What all tests share: a store of their own, the bundled talk, and the rule that CI skips nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jiwer
import pytest

import svs
from svs.media import ffmpeg
from svs.media.testvideo import make_test_video
from svs.models import carried as carried_models
from svs.models import installed

ASSETS = Path(svs.__file__).parent / "assets"
DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """Give each test an empty store, and no way to a model hub."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("FORCE_COLOR", "NO_COLOR", *(name for name in os.environ if name.startswith("SVS_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SVS_HOME", str(folder))
    monkeypatch.setenv("SVS_CONFIG", str(folder / "config.toml"))
    return folder


@pytest.fixture(scope="session", autouse=True)
def _usual_signals():
    """Have processes heed these also when the tests run under nohup or in the background: it is inherited."""
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


@pytest.fixture(params=["system", "packaged"] if shutil.which("ffmpeg") else ["packaged"])
def either_ffmpeg(request, tmp_path_factory, monkeypatch):
    """Run the test with the system's ffmpeg, if there is one, and with the one inside imageio-ffmpeg."""
    if request.param == "packaged":
        monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))


@pytest.fixture(scope="session")
def micro_whisper():
    """Return the folder of a tiny Whisper model that knows the bundled talk."""
    return DATA / "micro-whisper"


@pytest.fixture(scope="session")
def talk_pcm(tmp_path_factory):
    """Return the bundled talk as 16 kHz mono s16 PCM."""
    target = tmp_path_factory.mktemp("talk") / "talk.pcm"
    graph = ffmpeg.source(ASSETS / "talk.opus").output(ffmpeg.url(target), f="s16le", ac=1, ar=16000)
    ffmpeg.run(graph.get_args())
    return target


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
def talk_video(tmp_path_factory):
    """Return the test video with the whole talk."""
    video = tmp_path_factory.mktemp("video") / "talk.mp4"
    make_test_video(video, size=(160, 90), fps=2)
    return video


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
def _svs(svs_command, tmp_path):
    """Run svs as a user would, in an empty folder, and return what came of it."""

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
    """Fail in CI when a test was skipped: there, everything can run but what its kernel lacks."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and any("this kernel has no" not in str(report.longrepr) for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
