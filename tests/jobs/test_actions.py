"""Cancel, retry, clean up, resume, and reuse: what a user does to jobs that are there."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from svs.errors import Cancelled, InputError, StoreError, UsageError
from svs.events import Stage
from svs.jobs import actions
from svs.media.fingerprint import describe
from svs.model.job import Options, OutputOptions, Plan, StageRecord
from svs.pipeline.run import run
from svs.ui.dashboard import commands

SAID = "The lamp alone is weak, so a glass lens gathers its light."
HEARD = ("--model", "micro", "--end", "12")


@pytest.fixture
def captions(tmp_path):
    file = tmp_path / "lens.srt"
    file.write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{SAID}\n")
    return file


@pytest.fixture
def make(store, captions):
    """Make a job in a state, as old as wanted."""

    def make(state="queued", *, days=0, source=captions, **options):
        job = store.create(describe(source), Options(**options))
        created = datetime.now(UTC) - timedelta(days=days)
        job = replace(
            job,
            created=created.isoformat(timespec="seconds"),
            status="running" if state == "interrupted" else state,
        )
        store.save(job)
        if days:  # its id is as old
            old_id = f"{created:%Y%m%dT%H%M%S}{job.id[-5:]}"
            store.folder(job.id).rename(store.folder(old_id))
            job = replace(job, id=old_id)
            store.save(job)
        return job

    return make


# Cancel


@pytest.mark.parametrize("state", ["queued", "interrupted"])
def test_a_job_that_nobody_runs_is_cancelled_at_once(store, make, state):
    job = make(state)
    actions.cancel(store, job.id)
    after = store.load(job.id)
    assert after.status == "cancelled"
    assert after.finished is not None


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_job_that_has_ended_is_not_cancelled(svs, store, make, state):
    job = make(state)
    with pytest.raises(UsageError, match="cannot be cancelled"):
        actions.cancel(store, job.id)
    assert store.load(job.id) == job


def test_a_running_job_ends_at_its_next_step_when_it_is_cancelled(store, make):
    job = make()
    steps = []

    def stop():
        if not steps:
            actions.cancel(store, job.id)
        steps.append(store.state(store.load(job.id)))

    with pytest.raises(Cancelled, match="was cancelled") as caught:
        run(job, store, stop=stop)
    assert steps == ["running"]
    assert job.id in caught.value.hint
    assert store.load(job.id).status == "cancelled"
    assert run(store.load(job.id), store).summary.sentences[0].text == SAID
    assert store.load(job.id).status == "done"


def test_a_job_that_is_cancelled_before_it_begins_does_not_begin(store, make):
    job = make()
    actions.cancel(store, job.id)
    with pytest.raises(Cancelled):
        run(job, store)
    assert store.load(job.id).status == "cancelled"


def test_a_job_that_another_process_has_done_meanwhile_stays_done(store, make):
    job = make(formats=("md",))
    run(job, store)
    with pytest.raises(Cancelled, match="already done"):
        run(job, store)
    assert store.load(job.id).status == "done"


def test_cancel_goes_on_after_one_that_it_cannot_cancel(svs, make):
    done, queued = make("done"), make()
    asked = svs("jobs", "cancel", done.id, "nothing", queued.id)
    assert asked.returncode == 2
    assert f"job {done.id} is done: it cannot be cancelled" in asked.stderr
    assert "there is no job 'nothing'" in asked.stderr
    assert f"cancelled {queued.id}" in asked.stderr


def test_what_is_done_to_a_removed_job_does_not_bring_it_back(store, make):
    job = make("interrupted")
    store.remove(job.id)
    for act in (
        lambda: actions.cancel(store, job.id),
        lambda: actions.retry(store, job.id),
        lambda: store.remove(job.id),
        lambda: run(job, store),
    ):
        with pytest.raises(StoreError, match="there is no job"):
            act()
    store.state(job)
    assert list(store.root.iterdir()) == []


def test_a_job_that_is_just_starting_is_asked_to_stop(store, make):
    job = make("failed")
    with store.hold(job.id):  # as a process does that has not yet recorded that it runs
        assert actions.cancel(store, job.id) is False
        assert store.asked_to_cancel(job.id)


def test_a_cancel_marker_from_before_a_run_does_not_stop_it_but_a_new_one_does(store, make):
    job = make()
    store.ask_to_cancel(job.id)
    os.utime(store.folder(job.id) / "cancel", (0, 0))
    assert run(job, store).sentences
    late = make()

    def ask_when_held(event):
        if event.kind == "started":
            store.ask_to_cancel(late.id)

    with pytest.raises(Cancelled):
        run(late, store, ask_when_held)
    assert not store.asked_to_cancel(late.id)


@pytest.mark.slow
def test_a_running_job_is_not_resumed_removed_or_retried(svs, store, make):
    job = make("interrupted")
    with store.hold(job.id):
        for command in ("rm", "retry", "resume"):
            refused = svs("jobs", command, job.id)
            assert refused.returncode == 5
            assert f"job {job.id} is being run by" in refused.stderr
        assert svs("jobs", "prune", "--older-than", "0h").stdout == ""
        assert store.load(job.id) == job


def test_what_a_killed_removal_has_left_goes_with_the_next(store, make):
    job, other = make(), make()
    store.folder(job.id).rename(store.root / f".{job.id}.removed")
    store.remove(other.id)
    assert list(store.root.iterdir()) == []


def test_what_killed_runs_left_beside_the_files_goes_with_their_job(svs, make, captions, tmp_path):
    folders = [captions.parent, tmp_path / "out", tmp_path / "copies"]
    beside = make("failed")
    job = make("failed", formats=("md",), output_dir=str(folders[1]), embed=str(folders[2] / "copy.mp4"))
    for folder in folders:
        folder.mkdir(exist_ok=True)
        for owner in (job, beside):
            (folder / f".svs.{owner.id}0123abcd.part").touch()
        (folder / "mine.part").touch()
    assert svs("jobs", "rm", job.id, beside.id).returncode == 0
    left = [
        {file.name for file in folder.glob("*.part")} | {file.name for file in folder.glob(".*.part")}
        for folder in folders
    ]
    others = {f".svs.{beside.id}0123abcd.part", "mine.part"}
    assert left == [{f".svs.{job.id}0123abcd.part", "mine.part"}, others, others]


# Retry


@pytest.mark.parametrize("state", ["failed", "cancelled", "interrupted"])
def test_retry_removes_all_results_and_keeps_source_and_options(store, make, state):
    job = make(state, length="3", method="luhn")
    folder = store.folder(job.id)
    for name in ("audio.pcm", "transcript.jsonl", "summary.json", "progress.json", "cancel"):
        (folder / name).write_text("old")
    record = StageRecord(key="k", started=job.created, finished=job.created)
    store.save(replace(job, stages={Stage.EXTRACT: record}, plan=Plan(engine="captions"), warnings=("old",)))
    fresh = actions.retry(store, job.id)
    assert (fresh.id, fresh.options, fresh.source, fresh.created) == (
        job.id,
        job.options,
        job.source,
        job.created,
    )
    assert (fresh.status, fresh.stages, fresh.plan, fresh.warnings) == ("queued", {}, None, ())
    assert store.load(job.id) == fresh
    assert {file.name for file in folder.iterdir()} <= {"job.json", "lock", "events.jsonl"}


@pytest.mark.parametrize("state", ["queued", "done"])
def test_retry_refuses_a_job_that_has_not_failed(svs, store, make, state):
    job = make(state)
    with pytest.raises(UsageError, match=state):
        actions.retry(store, job.id)
    assert store.load(job.id) == job


def test_retry_runs_a_failed_job_with_the_same_options(svs, make, store, tmp_path):
    make("failed", length="1", formats=("txt",))
    again = svs("jobs", "retry", "last", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["summary"]["length"] == "1"
    assert SAID in (tmp_path / "lens.summary.txt").read_text()
    assert len(store.ids()) == 1
    assert svs("jobs", "retry", "last").returncode == 2


# A source that has changed or is gone


def _change(file):
    file.write_text(file.read_text() + "\n")


@pytest.mark.parametrize(("happens", "message"), [(_change, "has changed"), (os.unlink, "no longer exists")])
def test_a_source_that_is_not_what_it_was_is_refused_and_nothing_is_lost(
    svs, store, make, captions, happens, message
):
    job = make("cancelled")
    known = store.folder(job.id) / "transcript.jsonl"
    known.write_text("hours of work\n")
    before = captions.read_bytes()
    happens(captions)
    retried = svs("jobs", "retry", job.id)
    assert (retried.returncode, known.read_text()) == (3, "hours of work\n")
    assert message in retried.stderr
    with pytest.raises(InputError, match=message):
        actions.retry(store, job.id)
    resumed = svs("jobs", "resume", job.id)
    assert resumed.returncode == 3
    assert message in resumed.stderr
    assert len(resumed.stderr.splitlines()) == 2
    assert store.load(job.id).status == "failed"
    captions.write_bytes(before)
    known.unlink()
    assert svs("jobs", "resume", job.id).returncode == 0


def test_subtitles_beside_a_recording_are_read_as_they_were_when_they_were_chosen(store, make, recording):
    beside = recording.with_suffix(".srt")
    cues = (
        f"00:0{n // 60}:{n % 60:02},000 --> 00:0{n // 60}:{n % 60 + 4:02},000\n{SAID}\n"
        for n in range(0, 180, 5)
    )
    beside.write_text("\n".join(cues))
    job = make(source=recording)

    def change(event):
        if event.kind == "started" and event.stage == Stage.EXTRACT:
            beside.write_text(beside.read_text().replace("weak", "bright"))

    with pytest.raises(InputError, match=r"recording\.srt has changed since the job began"):
        run(job, store, change)


def test_a_source_whose_words_are_all_there_is_not_needed(svs, store, make, captions):
    job = make()
    run(job, store)
    done = store.load(job.id)
    stages = {stage: done.stages[stage] for stage in (Stage.EXTRACT, Stage.TRANSCRIBE)}
    store.save(replace(done, status="running", finished=None, stages=stages))
    (store.folder(job.id) / "summary.json").unlink()
    captions.unlink()
    resumed = svs("jobs", "resume", "last", "--progress", "json")
    assert resumed.returncode == 0, resumed.stderr
    assert SAID in resumed.stdout
    events = [json.loads(line) for line in resumed.stderr.splitlines()]
    assert [event["stage"] for event in events if event["kind"] == "reused"] == ["extract", "transcribe"]
    assert [event["stage"] for event in events if event["kind"] == "started"] == ["summarize"]


# Go on with all


def test_resume_all_takes_interrupted_and_queued_jobs_and_goes_on_after_an_error(
    svs, store, make, captions, tmp_path
):
    gone = tmp_path / "gone.srt"
    gone.write_text(captions.read_text())
    first, failing, last = make("interrupted"), make("interrupted", source=gone), make("queued")
    others = [make(state) for state in ("failed", "cancelled", "done")]
    gone.unlink()
    done = svs("jobs", "resume", "--all")
    assert done.returncode == 1
    assert done.stdout.count(SAID) == 2
    assert f"{gone} no longer exists" in done.stderr
    states = [store.load(job.id).status for job in (first, failing, last)]
    assert states == ["done", "failed", "done"]
    assert [store.load(job.id) for job in others] == others


def test_resume_all_with_nothing_to_do_is_no_failure(svs, make):
    make("failed")
    assert svs("jobs", "resume", "--all").returncode == 0


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_stopped_job_that_is_queued_again_goes_on(svs, store, make, state):
    job = replace(make(state), finished="2026-11-26T04:00:00+00:00")
    store.save(job)
    store.ask_to_cancel(job.id)
    assert actions.requeue(store, job.id) == replace(job, status="queued", finished=None)
    assert svs("jobs", "resume", "--all").returncode == 0
    assert store.load(job.id).status == "done"


def test_a_job_that_is_done_is_not_queued_again(store, make):
    job = make("done")
    with pytest.raises(UsageError, match="done"):
        actions.requeue(store, job.id)
    assert store.load(job.id) == job


def test_resume_needs_to_know_which(svs, make):
    make("interrupted")
    assert svs("jobs", "resume").returncode == 2
    assert svs("jobs", "resume", "last", "--all").returncode == 2


def test_progress_goes_on_where_it_was(store, make):
    job = make()
    events = []

    def stop():
        if events and events[-1].overall >= 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(job, store, events.append, stop)
    reached = store.progress(job.id).overall
    again = []
    run(store.load(job.id), store, again.append)
    assert reached >= 70
    assert again[0].overall >= reached
    assert again[-1].overall == 100


# Clean up


@pytest.fixture
def old(make):
    """Return jobs of all ages and states, the oldest first."""
    states = ("done", "failed", "interrupted", "cancelled", "queued", "done")
    return [make(state, days=days) for state, days in zip(states, (50, 40, 30, 20, 10, 0), strict=True)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--older-than", "25d"], [2, 1, 0]),
        (["--older-than", "5w"], [1, 0]),
        (["--older-than", "470h"], [3, 2, 1, 0]),
        (["--older-than", "99999w"], []),
        (["--keep", "2"], [2, 1, 0]),
        (["--keep", "9"], []),
        (["--keep", "4", "--older-than", "25d"], [0]),
        (["--status", "done"], [5, 0]),
        (["--status", "done", "--keep", "1"], [0]),
        (["--status", "interrupted"], [2]),
        (["--status", "cancelled", "--older-than", "30d"], []),
    ],
)
def test_prune_removes_ended_jobs_and_prints_their_ids(svs, store, old, arguments, expected):
    ids = [job.id for job in old]
    wanted = [ids[index] for index in expected]
    tried = svs("jobs", "prune", *arguments, "--dry-run")
    assert (tried.returncode, tried.stdout.split()) == (0, wanted)
    assert store.ids() == ids[::-1]
    done = svs("jobs", "prune", *arguments)
    assert (done.returncode, done.stdout.split()) == (0, wanted)
    assert set(store.ids()) == set(ids) - set(wanted)


def test_prune_leaves_running_and_damaged_jobs_alone(svs, store, make):
    running, damaged = make("interrupted", days=99), make("done", days=99)
    (store.folder(damaged.id) / "job.json").write_text("{")
    with store.hold(running.id):
        done = svs("jobs", "prune", "--older-than", "1d")
    assert (done.returncode, done.stdout) == (0, "")
    assert set(store.ids()) == {running.id, damaged.id}


@pytest.mark.parametrize(
    "arguments", [[], ["--older-than", "soon"], ["--older-than", "-1d"], ["--status", "running"]]
)
def test_prune_refuses_what_might_remove_too_much(svs, store, old, arguments):
    assert svs("jobs", "prune", *arguments).returncode == 2
    assert len(store.ids()) == len(old)


# Export


@pytest.mark.slow
def test_all_ways_to_export_a_report_give_the_same_bytes(svs, store, recording, with_model, tmp_path):
    done = svs("summarize", recording, *HEARD, "-f", "html", "-o", tmp_path / "job", "-q")
    assert done.returncode == 0, done.stderr
    assert svs("jobs", "export", "last", "-f", "html", "-o", tmp_path / "command").returncode == 0
    options = OutputOptions(formats=("html",), output_dir=str(tmp_path / "dashboard"))
    commands.export(store, store.resolve("last"), options)
    reports = {name: (tmp_path / name).glob("*.html") for name in ("job", "command", "dashboard")}
    texts = [file.read_bytes() for files in reports.values() for file in files]
    assert b"data:image/jpeg" in texts[0]
    assert texts == texts[:1] * 3


# Reuse


@pytest.fixture
def recording(talk_video, tmp_path):
    return Path(shutil.copy2(talk_video, tmp_path / "recording.mp4"))


@pytest.fixture(scope="module")
def heard_once(svs_command, talk_video, micro_whisper, tmp_path_factory):
    """Have the recording transcribed once, and return the store with that job, and its result."""
    folder = tmp_path_factory.mktemp("heard")
    environment = {**os.environ, "SVS_HOME": str(folder)}
    for arguments in (
        ("models", "add", micro_whisper, "--name", "micro"),
        ("summarize", talk_video, *HEARD, "--json", "-q"),
    ):
        done = subprocess.run([svs_command, *arguments], env=environment, check=True, stdout=subprocess.PIPE)
    return folder, json.loads(done.stdout)


@pytest.fixture
def heard(heard_once, home):
    """Return the result of an earlier job that is in the store."""
    shutil.copytree(heard_once[0], home, dirs_exist_ok=True)
    return heard_once[1]


def _summarize(svs, recording, *options):
    """Summarize it again; return the job's record and the events."""
    done = svs("summarize", recording, *HEARD, "--progress", "json", *options)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stderr.splitlines()]
    return json.loads(svs("jobs", "show", "last", "--json").stdout), events


def _stages(events, kind):
    return [event["stage"] for event in events if event["kind"] == kind]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["recording.mp4", "renamed.mkv", "moved/recording.mp4"])
def test_the_transcript_of_a_known_recording_is_reused(svs, recording, heard, tmp_path, name):
    now = tmp_path / name
    now.parent.mkdir(exist_ok=True)
    recording.rename(now)
    shown, events = _summarize(svs, now, "--length", "1", "--method", "luhn", "--threads", "2")
    assert _stages(events, "reused") == ["extract", "transcribe"]
    assert _stages(events, "started") == ["summarize"]
    assert [e["message"] for e in events if e["kind"] == "notice"] == [
        f"Reusing the transcript of job {heard['job_id']}; --fresh transcribes again."
    ]
    assert shown["job"]["origin"] == heard["job_id"]
    assert shown["result"]["source"] == str(now)
    assert len(shown["result"]["summary"]["sentences"]) == 1
    for name in ("transcript", "sentences", "duration", "start", "partial", "warnings"):
        assert shown["result"][name] == heard[name]


@pytest.mark.slow
def test_a_damaged_recording_stays_partial_when_its_transcript_is_reused(svs, store, recording, heard):
    warning = "the end is missing"
    origin = store.load(heard["job_id"])
    store.save(replace(origin, partial=True, warnings=(warning,)))
    shown, events = _summarize(svs, recording, "--length", "1")
    assert _stages(events, "reused") == ["extract", "transcribe"]
    assert (shown["result"]["partial"], shown["result"]["warnings"]) == (True, [warning])


def test_extracted_audio_that_has_changed_is_extracted_again(store, recording, with_model):
    job = store.create(describe(recording), Options(end=12.0))
    events = []

    def stop():
        if events and events[-1].stage == Stage.TRANSCRIBE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(job, store, events.append, stop)
    audio = store.folder(job.id) / "audio.pcm"
    audio.write_bytes(bytes(audio.stat().st_size))
    again = []
    assert run(store.load(job.id), store, again.append).sentences
    assert "reused" not in {event.kind for event in again}


def test_what_was_taken_over_stays_when_its_origin_is_removed(svs, recording, heard):
    first, _ = _summarize(svs, recording, "--length", "1")
    assert svs("jobs", "rm", heard["job_id"]).returncode == 0
    assert json.loads(svs("jobs", "show", "last", "--json").stdout)["result"] == first["result"]


@pytest.mark.parametrize("command", [["rm", "{}"], ["prune", "--status", "done"]])
def test_nothing_is_left_of_a_removed_job(svs, heard, make, home, command):
    notes = home / "transcripts"
    (note,) = notes.iterdir()
    assert note.read_text() == heard["job_id"]
    other = make()
    (notes / ("0" * 64)).write_text(other.id)
    (notes / "mine").write_text(heard["job_id"])
    assert svs("jobs", *(word.format(heard["job_id"]) for word in command)).returncode == 0
    assert {file.name for file in notes.iterdir()} == {"0" * 64, "mine"}
    assert not [path for path in home.rglob("*") if heard["job_id"] in path.name]


@pytest.mark.slow
def test_the_notice_names_the_job_whose_transcript_is_reused(svs, recording, heard):
    done = svs("summarize", recording, *HEARD)
    assert f"Reusing the transcript of job {heard['job_id']}" in done.stderr
    assert heard["job_id"] not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("options", [["--fresh"], ["--end", "11"], ["--prompt", "Lenses."]], ids=" ".join)
def test_options_in_the_transcript_key_transcribe_again(svs, recording, heard, options):
    shown, events = _summarize(svs, recording, *options)
    assert _stages(events, "reused") == []
    assert "transcribe" in _stages(events, "started")
    assert shown["job"]["origin"] is None


def _grow(file):
    then = file.stat().st_mtime_ns
    with file.open("ab") as end:
        end.write(bytes(8))
    os.utime(file, ns=(then, then))


def _alter(file):
    then = file.stat().st_mtime_ns
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(then, then))


def test_a_recording_with_another_date_is_the_same(svs, recording, heard):
    os.utime(recording, ns=(0, 0))
    shown, events = _summarize(svs, recording)
    assert "transcribe" in _stages(events, "reused")
    assert shown["job"]["origin"] == heard["job_id"]


@pytest.mark.slow
@pytest.mark.parametrize("change", [_grow, _alter])
def test_a_changed_recording_is_transcribed_again(svs, recording, heard, change):
    change(recording)
    shown, events = _summarize(svs, recording)
    assert "transcribe" in _stages(events, "started")
    assert shown["job"]["origin"] is None


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["removed", "damaged", "retried"])
def test_a_transcript_that_is_gone_is_made_again(svs, store, recording, heard, loss):
    origin = heard["job_id"]
    if loss == "removed":
        assert svs("jobs", "rm", origin).returncode == 0
    elif loss == "damaged":
        (store.folder(origin) / "transcript.jsonl").write_text("{\n")
    else:
        store.save(replace(store.load(origin), status="failed"))
        actions.retry(store, origin)
    shown, events = _summarize(svs, recording)
    assert "transcribe" in _stages(events, "started")
    assert shown["job"]["origin"] is None
    assert shown["result"]["transcript"] == heard["transcript"]
