"""Jobs of earlier versions that PocketSphinx transcribed: they stay readable, and unfinished ones end."""

import csv
import io
import json

import pytest

from svs.media.fingerprint import describe
from svs.store.jobs import JobStore
from svs.system.codec import encode

JOB_ID = "20261123T041400-7f3a"
SAID = "at the top of the tower a bright line"
HEADER = {
    "version": 1, "key": "k", "engine": "pocketsphinx", "model": "en-us", "language": "en", "rough": True,
    "translated": False, "offset": 0.0,
}  # fmt: skip
WORDS = [{"start": 9.8, "end": 10.1, "text": "at"}, {"start": 10.1, "end": 12.0, "text": "the"}]
BATCH = {
    "end": 12.0,
    "total": 12.0,
    "segments": [{"start": 9.8, "end": 12.0, "text": SAID, "words": WORDS, "suspect": False}],
}
SUMMARY = {
    "method": "auto",
    "length": "medium",
    "sentences": [{"start": 9.8, "end": 12.0, "text": SAID.capitalize(), "suspect": False, "said": SAID}],
    "chapters": [],
    "phrases": [],
}
STAGE = {"key": "k", "started": "2026-11-23T04:14:00+00:00", "finished": "2026-11-23T04:14:09+00:00"}
PLAN = {"engine": "pocketsphinx", "model": "en-us", "language": "en"}


@pytest.fixture
def old_job(home, tmp_path):
    """Write what an earlier version left of a job, with changes to its record; return the store."""

    def write(**changes):
        folder = home / "jobs" / JOB_ID
        folder.mkdir(parents=True)
        record = {
            "version": 1,
            "id": JOB_ID,
            "source": {"path": str(tmp_path / "talk.mp4"), "size": 1, "mtime_ns": 1, "fingerprint": "f"},
            "options": {"engine": "pocketsphinx"},
            "status": "done",
            "created": "2026-11-23T04:14:00+00:00",
            "finished": "2026-11-23T04:15:00+00:00",
            "title": "Lighthouses",
            "duration": 12.0,
            "plan": PLAN,
            "stages": dict.fromkeys(("extract", "transcribe", "summarize"), STAGE),
        }
        (folder / "job.json").write_text(json.dumps(record | changes))
        (folder / "transcript.jsonl").write_text(json.dumps(HEADER) + "\n" + json.dumps(BATCH) + "\n")
        (folder / "summary.json").write_text(json.dumps(SUMMARY))
        return JobStore(home / "jobs")

    return write


def test_a_done_job_is_listed_and_shown_with_a_warning(svs, old_job):
    old_job()
    (listed,) = json.loads(svs("jobs", "list", "--json").stdout)
    assert (listed["status"], listed["engine"]) == ("done", "pocketsphinx")
    assert "talk.mp4" in svs("jobs", "list").stdout
    shown = svs("jobs", "show", "last").stdout
    assert SAID.capitalize() in shown
    assert "gets many words wrong" in shown
    assert SAID in svs("jobs", "show", "last", "--transcript").stdout.lower()
    assert "pocketsphinx" in svs("jobs", "stats").stdout


def test_all_formats_of_a_done_job_are_exported_and_all_lines_are_doubted(svs, old_job, tmp_path):
    old_job()
    formats = "md,txt,html,json,srt,vtt,tsv,chapters.vtt,ffmetadata"
    done = svs("jobs", "export", "last", "-f", formats, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    texts = {file.name.partition(".")[2]: file.read_text() for file in (tmp_path / "out").iterdir()}
    assert len(texts) == 9
    for name in ("summary.md", "summary.txt", "report.html", "summary.json"):
        assert "gets many words wrong" in texts[name], name
    assert "Each sentence was said" not in texts["report.html"]
    result = json.loads(texts["summary.json"])
    assert [sentence["suspect"] for sentence in result["sentences"]] == [True]
    (row,) = csv.DictReader(io.StringIO(texts["transcript.tsv"]), delimiter="\t")
    assert row["suspect"] == "1"
    assert SAID in texts["transcript.srt"].lower()


def test_a_line_that_a_search_finds_in_it_is_doubted(svs, old_job):
    old_job()
    assert svs("jobs", "search", "bright").stdout.lower() == f"{JOB_ID.lower()}  0:09  (?) {SAID}\n"


@pytest.mark.parametrize("status", ["queued", "running", "failed", "cancelled"])
@pytest.mark.parametrize(
    "changes",
    [
        {"options": {"engine": "pocketsphinx"}, "plan": None, "stages": {}},
        {"options": {"engine": "auto"}, "stages": {"extract": STAGE}},
    ],
    ids=["wanted", "planned"],
)
def test_a_job_that_is_not_done_is_not_resumed(svs, with_model, old_job, status, changes):
    store = old_job(status=status, **changes)
    before = (store.folder(JOB_ID) / "job.json").read_bytes()
    refused = svs("jobs", "resume", "last")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "pocketsphinx, which svs no longer has" in refused.stderr
    assert "talk.mp4 again" in refused.stderr
    assert (store.folder(JOB_ID) / "job.json").read_bytes() == before


@pytest.mark.slow
def test_the_process_in_the_background_ends_although_it_stays_queued(svs_process, old_job):
    store = old_job(status="queued", options={"engine": "pocketsphinx"}, plan=None, stages={})
    assert svs_process("jobs", "work").returncode == 0
    assert (store.folder(JOB_ID) / "output.log").read_text().count("svs no longer has") == 1


@pytest.fixture
def source(talk_video, tmp_path):
    """Return a recording that is still there, as a job's record describes it."""
    (tmp_path / "talk.mp4").symlink_to(talk_video)
    return json.loads(encode(describe(tmp_path / "talk.mp4")))


def test_a_retry_forgets_nothing_of_a_job_that_wants_it(svs, with_model, old_job, source):
    store = old_job(status="failed", source=source)
    refused = svs("jobs", "retry", "last")
    assert refused.returncode == 2
    assert "pocketsphinx" in refused.stderr
    assert (store.folder(JOB_ID) / "transcript.jsonl").exists()


def test_a_retry_of_a_job_that_took_what_there_was_takes_whisper(svs, with_model, old_job, source):
    old_job(status="failed", source=source, options={"engine": "auto", "end": 12.0})
    done = svs("jobs", "retry", "last", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["transcript"]["engine"] == "whisper"


def test_it_cannot_be_asked_for_any_more(svs, home):
    refused = svs("summarize", "talk.mp4", "--engine", "pocketsphinx")
    assert refused.returncode == 2
    assert "captions" in refused.stderr
    assert not (home / "jobs").exists()
