"""What goes on when whoever started it has gone."""

import os
import stat

import psutil

from svs.jobs import launch


def test_svs_runs_in_a_session_of_its_own_and_writes_to_the_log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "typer.py").write_text("raise SystemExit('the wrong typer')")
    log = tmp_path / "output.log"
    log.write_text("before\n")
    process = launch.start(["jobs", "show", "last"], log)
    assert os.getsid(process.pid) == process.pid
    assert process.wait(30) == 5
    assert log.read_text().startswith("before\nsvs: there is no job 'last'")


def test_the_log_is_its_owners_alone(tmp_path):
    log = tmp_path / "output.log"
    assert launch.start(["--version"], log).wait(30) == 0
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert psutil.Process().children() == []
