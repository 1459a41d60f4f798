"""`svs jobs`, as a user runs it."""

import json
import re

import pytest
from msgspec.structs import replace

from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.ui import listing

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"


@pytest.fixture
def video(tmp_path):
    file = tmp_path / "talk [b].srt"
    file.write_text(CAPTIONS)
    return file


@pytest.fixture
def job(svs, video):
    return json.loads(svs("summarize", video, "--json").stdout)["job_id"]


def test_every_run_is_listed_newest_first_also_failed_ones(svs, job, video):
    svs("summarize", video, "--start", "9:00:00")
    jobs = json.loads(svs("jobs", "list", "--json").stdout)
    assert [entry["status"] for entry in jobs] == ["failed", "done"]
    assert jobs[1]["id"] == job
    assert jobs[1]["progress"] == 100
    assert "for that time" in jobs[0]["error"]
    table = svs("jobs", "list").stdout.splitlines()
    assert "talk [b].srt" in table[2]
    assert len(svs("jobs", "list", "-n", "1").stdout.splitlines()) == 2
    assert json.loads(svs("jobs", "list", "--status", "done", "--json").stdout) == jobs[1:]


def test_the_list_says_when_how_long_with_which_files_and_what(svs, job):
    head, line = svs("jobs", "list").stdout.splitlines()
    assert head.split() == ["JOB", "STATUS", "WHEN", "LENGTH", "FILES", "TITLE"]
    assert re.search(rf"^{job}  done +(today|yesterday) \d\d:\d\d +0:\d\d +talk \[b\]\.srt$", line)


def test_earlier_runs_of_a_recording_that_is_done_are_counted_with_the_last(svs, job, video):
    last = json.loads(svs("summarize", video, "--json", "-f", "md").stdout)["job_id"]
    other = video.with_name("other.srt")
    other.write_text(CAPTIONS)
    svs("summarize", other)
    _, first, second = svs("jobs", "list").stdout.splitlines()
    assert "other" in first
    assert re.search(rf"^{last} .* md +talk \[b\]\.srt \(2 runs\)$", second)
    assert len(svs("jobs", "list", "--all").stdout.splitlines()) == 4
    assert len(svs("jobs", "list", "--ids").stdout.splitlines()) == 3
    svs("summarize", other, "--start", "9:00:00")
    assert [line.split()[1] for line in svs("jobs", "list").stdout.splitlines()[1:]] == [
        "failed",
        "done",
        "done",
    ]


@pytest.mark.parametrize("command", [("jobs", "show", "last"), ("jobs", "stats"), ("doctor",)])
def test_no_line_in_a_pipe_is_filled_up_with_spaces(svs_process, job, command):
    lines = svs_process(*command).stdout.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_no_jobs_is_said_on_stderr(svs):
    done = svs("jobs", "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert "svs summarize" in done.stderr


def test_show_has_the_job_and_its_summary(svs, job):
    shown = svs("jobs", "show", "last").stdout
    assert job in shown
    assert "glass lens" in shown
    labels = [
        label for line in shown.splitlines() for label in line.split()[:1] if label in ("Engine", "Date")
    ]
    assert labels == ["Engine"]  # no fact is shown twice
    record = json.loads(svs("jobs", "show", job[-4:], "--json").stdout)
    assert record["status"] == "done"
    assert record["result"]["summary"]["sentences"]
    assert "glass lens" in svs("jobs", "show", job, "--transcript").stdout


def test_without_paths_json_names_files_without_their_folders(svs, video, tmp_path, home):
    options = ["--no-paths", "-f", "json", "-o", tmp_path / "out", "--json"]
    shown = svs("summarize", video, *options).stdout
    written = (tmp_path / "out" / "talk [b].summary.json").read_text()
    assert json.loads(shown)["source"] == json.loads(written)["source"] == video.name
    kept = svs("jobs", "show", "last", "--json").stdout
    svs("summarize", video, "-f", "html", "-o", tmp_path / "two")
    assert str(tmp_path) in svs("jobs", "show", "last", "--json").stdout
    asked = svs("jobs", "show", "last", "--json", "--no-paths").stdout
    assert json.loads(asked)["job"]["source"]["path"] == video.name
    svs("jobs", "export", "last", "-f", "json", "--no-paths", "-o", tmp_path / "three")
    exported = (tmp_path / "three" / "talk [b].summary.json").read_text()
    svs("summarize", video, "--start", "9:00:00", "--no-paths")
    failed = svs("jobs", "show", "last", "--json").stdout
    assert video.name in json.loads(failed)["job"]["error"]["message"]
    for text in (shown, written, kept, asked, exported, failed):
        assert str(tmp_path) not in text
        assert str(home) not in text


def test_show_says_why_a_job_failed_and_what_to_do(svs, video):
    svs("summarize", video, "--start", "9:00:00")
    shown = svs("jobs", "show", "last").stdout
    assert "for that time" in shown
    assert "Check --start and --end" in shown


def test_export_writes_any_format_later_without_the_video(svs, job, video, tmp_path):
    video.unlink()
    done = svs("jobs", "export", job, "-f", "vtt,tsv", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    files = done.stdout.split("\n")[:-1]
    assert [file.rpartition(".")[2] for file in files] == ["vtt", "tsv"]
    assert "glass lens" in (tmp_path / "out" / "talk [b].transcript.vtt").read_text()
    assert svs("jobs", "export", job, "-f", "vtt", "-o", tmp_path / "out").returncode == 2


def test_path_and_rm(svs, job, home):
    folder = svs("jobs", "path", "last").stdout.strip()
    assert folder == str(home / "jobs" / job)
    done = svs("jobs", "rm", job, "nothing")
    assert done.returncode == 5
    assert "nothing" in done.stderr
    assert list((home / "jobs").iterdir()) == []


def test_a_damaged_record_is_listed_with_its_folder_and_breaks_nothing(svs, job, home, video):
    (home / "jobs" / job / "job.json").write_text("{")
    assert svs("summarize", video).returncode == 0
    table = svs("jobs", "list").stdout
    assert "damaged" in table
    assert str(home / "jobs" / job) in table
    assert "done" in table
    assert svs("jobs", "show", job).returncode == 5


@pytest.mark.parametrize("reference", ["nothing", "../..", ""])
def test_a_job_that_is_not_there_is_exit_5(svs, job, reference):
    done = svs("jobs", "show", reference)
    assert done.returncode == 5
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("how", [(), ("--json",), ("--ids",)], ids=["columns", "json", "ids"])
def test_a_long_list_is_printed_in_parts(svs, store, video, monkeypatch, how):
    for status in ("done", "queued", "failed", "done", "running"):
        store.save(replace(store.create(describe(video), Options()), status=status))
    whole = svs("jobs", "list", "--all", *how)
    monkeypatch.setattr(listing, "_PART", 2)
    assert [line.split() for line in svs("jobs", "list", "--all", *how).stdout.splitlines()] == [
        line.split() for line in whole.stdout.splitlines()
    ]
    assert len(whole.stdout) > len(store.ids()) * len(store.ids()[0])


def test_running_jobs_are_listed_first(svs, store, video):
    old, live, waiting = (store.create(describe(video), Options()).id for _ in range(3))
    store.save(replace(store.load(live), status="running"))
    with store.hold(live):
        assert svs("jobs", "list", "--ids").stdout.split() == [live, waiting, old]
        assert svs("jobs", "list", "-n", "1").stdout.splitlines()[1].startswith(f"{live}  running")
    assert svs("jobs", "list", "--ids").stdout.split() == [waiting, live, old]


def test_a_list_of_unfinished_jobs_reads_no_others(svs, store, video):
    done, queued, broken = (store.create(describe(video), Options()) for _ in range(3))
    for job, status in ((done, "done"), (broken, "running")):
        store.save(replace(job, status=status))
    store.unfinished_ids()
    (store.folder(done.id) / "job.json").write_text("{")
    for status, job in (("queued", queued), ("interrupted", broken)):
        assert svs("jobs", "list", "--status", status, "--ids").stdout.split() == [job.id]
    assert svs("jobs", "list", "--status", "damaged", "--ids").stdout.split() == [done.id]
