"""Speech that is not in the transcript, and other languages, are found wherever a user may look.

Each job here was stopped after its transcript, whose journal the test has written.
"""

import json

import pytest
from msgspec.structs import replace

from svs.events import Stage
from svs.media.fingerprint import describe
from svs.model.job import Options, StageRecord
from svs.model.speech import Batch, Gap, Segment
from svs.pipeline import keys
from svs.pipeline import plan as planning
from svs.store import results, reuse
from svs.store import transcript as journal
from svs.store.jobs import JobStore
from svs.store.records import now
from svs.system.paths import jobs_home

SAID = (
    Segment(1.0, 5.0, "A lighthouse guides ships at night."),
    Segment(5.5, 11.0, "Its lamp is weak, so a glass lens gathers the light into a narrow beam."),
    Segment(11.5, 16.0, "The beam is seen for twenty miles."),
    Segment(40.0, 46.0, "Bees keep warm in winter by shaking their wings."),
)
GERMAN = (
    Segment(60.0, 64.0, "Ein Leuchtturm weist den Schiffen den Weg.", language="de"),
    Segment(64.5, 68.0, "Die Bienen halten sich im Winter warm.", language="de"),
)
LOSSY = Batch(90.0, 90.0, SAID, (Gap(17.0, 20.5), Gap(30.0, 31.5)), 40.0)
"""Of which an eighth was not understood."""
MARKS = ["[not understood 0:17-0:20]", "[not understood 0:30-0:31]"]
WARNING = "12.5 % of the speech was not understood, 0:05 in all: 0:17-0:20, 0:30-0:31."


@pytest.fixture
def stopped(talk_video, with_model):
    """Return a function that makes a job of the talk, stopped after a transcript of one batch."""
    store = JobStore(jobs_home())

    def make(batch, length="medium"):
        options = Options(length=length)
        job = store.create(describe(talk_video), options)
        plan = planning.plan(
            talk_video, options, planning.probe_source(talk_video, options), pytest.fail, print, print
        )
        job = replace(job, status="running", plan=plan, title="Talk", duration=90.0)
        for stage, key in (
            (Stage.EXTRACT, keys.extract_key),
            (Stage.TRANSCRIBE, keys.transcript_key),
        ):
            record = StageRecord(key=key(job), started=now(), finished=now(), seconds=1.0, amount=90.0)
            job = replace(job, stages={**job.stages, stage: record})
        header = journal.Header(
            key=keys.transcript_key(job),
            engine="whisper",
            model=plan.model,
            language="en",
            translated=False,
            offset=0.0,
        )
        store.save(job)
        journal.begin(store.folder(job.id) / results.TRANSCRIPT, header, [batch]).close()
        reuse.remember(store, keys.reuse_key(job), job.id)
        return job.id

    return make


def ended(svs, job_id):
    """Resume a job, and return what it says on stderr and its result."""
    done = svs("jobs", "resume", job_id, "--json")
    assert done.returncode == 0, done.stderr
    return done.stderr, json.loads(done.stdout)


def test_what_was_not_understood_is_in_the_result_and_warned_of(svs, stopped):
    found, result = ended(svs, stopped(LOSSY))
    assert f"warning: {WARNING}" in found
    assert result["warnings"] == [WARNING]
    assert result["transcript"]["gaps"] == [{"start": 17.0, "end": 20.5}, {"start": 30.0, "end": 31.5}]
    assert (result["transcript"]["speech"], result["transcript"]["coverage"]) == (40.0, 0.875)
    assert result["partial"] is False


def test_a_small_loss_is_shown_without_a_warning(svs, stopped):
    job_id = stopped(Batch(90.0, 90.0, SAID, (Gap(30.0, 31.5),), 100.0))
    found, result = ended(svs, job_id)
    assert "understood" not in found
    assert result["warnings"] == []
    assert "98.5 % of the speech; not understood: 0:30-0:31" in svs("jobs", "show", job_id).stdout


def test_a_whole_transcript_is_said_to_be_whole(svs, stopped):
    job_id = stopped(Batch(90.0, 90.0, SAID, (), 40.0))
    found, _ = ended(svs, job_id)
    assert "understood" not in found
    assert "100 % of the speech" in svs("jobs", "show", job_id).stdout


def test_gaps_are_shown_wherever_a_user_looks(svs, stopped, tmp_path):
    job_id = stopped(LOSSY)
    ended(svs, job_id)
    shown = svs("jobs", "show", job_id).stdout
    assert "87.5 % of the speech; not understood: 0:17-0:20, 0:30-0:31" in shown
    assert WARNING in shown
    assert WARNING in svs("jobs", "logs", job_id).stdout
    transcript = svs("jobs", "show", job_id, "--transcript").stdout
    done = svs("jobs", "export", job_id, "-f", "md,txt,html,srt,vtt,tsv", "-o", "out")
    assert done.returncode == 0, done.stderr
    files = {file.name.rpartition(".")[2]: file.read_text() for file in (tmp_path / "out").iterdir()}
    for text in (transcript, files["txt"], files["html"]):
        assert all(mark in text for mark in MARKS)
        assert text.index(SAID[2].text) < text.index(MARKS[0]) < text.index(MARKS[1])
        assert text.rindex(MARKS[1]) < text.rindex(SAID[3].text)
    for name in ("srt", "vtt", "tsv"):
        assert files[name].count("[not understood]") == 2
    assert WARNING in files["md"]


@pytest.mark.slow
def test_another_summary_of_the_transcript_warns_again(svs, stopped, talk_video):
    job_id = stopped(LOSSY)
    ended(svs, job_id)
    done = svs("summarize", talk_video, "--length", "1", "--json")
    assert f"Reusing the transcript of job {job_id}" in done.stderr
    assert done.stderr.count(WARNING) == 1
    assert json.loads(done.stdout)["warnings"] == [WARNING]
    record = json.loads(svs("jobs", "show", "last", "--json").stdout)["job"]
    assert record["warnings"] == [WARNING]
    assert (record["metrics"]["speech"], record["metrics"]["coverage"]) == (40.0, 0.875)


@pytest.mark.slow
def test_stats_have_the_coverage_of_all_speech(svs, stopped):
    ended(svs, stopped(LOSSY))
    ended(svs, stopped(Batch(90.0, 90.0, SAID, (), 120.0)))
    (row,) = json.loads(svs("jobs", "stats", "--json").stdout)
    assert row["coverage"] == 0.96875
    assert "96.9 %" in svs("jobs", "stats").stdout


def test_speech_without_any_words_is_not_called_silence(svs, stopped):
    done = svs("jobs", "resume", stopped(Batch(90.0, 90.0, (), (Gap(2.0, 40.0),), 38.0)))
    assert done.returncode == 3
    assert "none of the speech was understood" in done.stderr
    assert "100.0 % of the speech was not understood, 0:38 in all: 0:02-0:40." in done.stderr
    assert "--language" in done.stderr


def test_the_summary_is_of_the_main_language_and_the_others_are_named(svs, stopped):
    job_id = stopped(Batch(90.0, 90.0, SAID + GERMAN, (), 50.0), length="100%")
    found, result = ended(svs, job_id)
    (warning,) = result["warnings"]
    assert warning.startswith("German is spoken too, for 0:07 in all;")
    assert f"warning: {warning}" in found
    languages = {one["text"]: one["language"] for one in result["sentences"]}
    assert languages == {one.text: one.language for one in SAID + GERMAN}
    chosen = [one["text"] for one in result["summary"]["sentences"]]
    assert chosen == [one.text for one in SAID]
    assert not {"schiffen", "bienen"} & set(" ".join(result["summary"]["phrases"]).lower().split())
    assert GERMAN[1].text in svs("jobs", "show", job_id, "--transcript").stdout


def test_an_opening_in_another_language_does_not_make_it_the_main_one(svs, stopped):
    late = replace(GERMAN[1], start=5.0, end=88.0)
    opening = replace(SAID[0], end=4.0)
    _, result = ended(svs, stopped(Batch(90.0, 90.0, (opening, late), (), 50.0)))
    assert result["transcript"]["language"] == "de"
    assert [one["text"] for one in result["summary"]["sentences"]] == [GERMAN[1].text]
    assert result["warnings"][0].startswith("English is spoken too, for 0:03 in all;")
