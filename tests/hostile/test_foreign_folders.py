"""What another user owns or may change is not relied on: svs's folders, a job's, the config file."""

import os

import pytest

from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.store.jobs import JobStore

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
CUES = "1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n"
OTHER = 65534


def _give_away(path):
    os.chown(path, OTHER, -1)


CHANGES = [
    pytest.param(
        _give_away,
        "belongs to another user",
        id="owner",
        marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away"),
    ),
    pytest.param(lambda path: path.chmod(0o720), "can be changed by other users", id="group"),
    pytest.param(lambda path: path.chmod(0o702), "can be changed by other users", id="others"),
    pytest.param(lambda path: path.chmod(0o1777), "can be changed by other users", id="all"),
]


def _listed(folder):
    return sorted(folder.rglob("*"))


@pytest.mark.parametrize(("change", "problem"), CHANGES)
@pytest.mark.parametrize("name", ["", "jobs", "transcripts", "unfinished", "queue", "watched"])
def test_a_store_that_others_may_change_is_refused(svs, home, tmp_path, name, change, problem):
    (tmp_path / "talk.srt").write_text(CUES)
    folder = home / name
    folder.mkdir(mode=0o700, exist_ok=True)
    change(folder)
    before = _listed(home)
    for command in (["summarize", "talk.srt"], ["jobs", "list"], ["jobs", "resume", "--all"]):
        refused = svs(*command)
        assert (refused.returncode, refused.stdout) == (5, ""), refused.stderr
        assert f"{folder} {problem}" in " ".join(refused.stderr.split())
        assert f"chmod 700 {folder}" in refused.stderr
    assert _listed(home) == before
    checked = svs("doctor")
    assert checked.returncode == 4
    assert problem in checked.stdout


@pytest.mark.parametrize(("change", "problem"), CHANGES)
@pytest.mark.parametrize("name", ["", "models"])
def test_models_that_others_may_change_are_refused(svs, home, micro_whisper, name, change, problem):
    (home / "models").mkdir(mode=0o700)
    change(home / name)
    for command in (["list"], ["add", micro_whisper, "--name", "micro"], ["path", "micro"]):
        refused = svs("models", *command)
        assert (refused.returncode, refused.stdout) == (5, ""), refused.stderr
        assert problem in refused.stderr
    assert svs("doctor").returncode == 4


@pytest.mark.parametrize(("change", "problem"), CHANGES)
def test_a_job_that_others_may_change_is_shown_as_damaged_and_left_alone(
    svs, home, tmp_path, change, problem
):
    (tmp_path / "talk.srt").write_text(CUES)
    store = JobStore(home / "jobs")
    job = store.create(describe(tmp_path / "talk.srt"), Options())
    change(store.folder(job.id))
    assert f"its folder {problem}" in svs("jobs", "list").stdout
    before = _listed(home)
    for command in ("rm", "resume", "cancel", "retry", "show"):
        refused = svs("jobs", command, job.id)
        assert (refused.returncode, refused.stdout) == (5, "")
        assert problem in refused.stderr
    assert _listed(home) == before


@pytest.mark.parametrize(("change", "problem"), CHANGES)
def test_a_config_file_that_others_may_change_is_refused(svs, home, tmp_path, change, problem):
    (tmp_path / "talk.srt").write_text(CUES)
    config = home / "config.toml"
    config.write_text('length = "1"\n')
    change(config)
    for command in (["summarize", "talk.srt"], ["config", "show"]):
        refused = svs(*command)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert f"{config} {problem}" in " ".join(refused.stderr.split())
    assert svs("jobs", "list").returncode == 0, "only what uses it complains"


def test_no_config_file_may_be_named_too(svs, monkeypatch):
    monkeypatch.setenv("SVS_CONFIG", os.devnull)
    assert svs("config", "show").returncode == 0
