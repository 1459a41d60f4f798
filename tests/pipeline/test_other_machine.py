"""A job that one machine began and another one finishes."""

import pytest
from msgspec.structs import replace

from svs.errors import MissingError, Stopped
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.pipeline.run import run
from svs.store.jobs import JobStore

pytestmark = pytest.mark.slow

OPTIONS = Options(model="micro", threads=1, end=60.0, fresh=True)


@pytest.fixture
def store(home, with_model):
    return JobStore(home / "jobs")


@pytest.fixture
def stopped(store, talk_video):
    return _stopped(store, talk_video)


def _stopped(store, talk_video):
    """Return a job that was stopped after its first batch."""
    job = store.create(describe(talk_video), OPTIONS)

    def stop():
        path = store.folder(job.id) / "transcript.jsonl"
        if path.exists() and path.read_bytes().count(b"\n") > 1:
            raise Stopped("stopped")

    with pytest.raises(Stopped):
        run(job, store, stop=stop)
    return store.load(job.id)


def _resumed(store, job, **changes):
    """Resume a job with changes of its plan; return its transcript, where it began, and what was said."""
    store.save(replace(job, plan=replace(job.plan, **changes)))
    events = []
    run(store.load(job.id), store, events.append)
    begun = [event.done for event in events if (event.stage, event.kind) == ("transcribe", "started")]
    said = [event.message for event in events if event.kind == "notice"]
    return (store.folder(job.id) / "transcript.jsonl").read_bytes(), *begun, said


def test_with_other_libraries_the_transcript_begins_again(store, talk_video):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svs.engines.whisper.made_with", lambda options: "cpu int8 vax")
        stopped = _stopped(store, talk_video)
    words, begun, said = _resumed(store, stopped)
    assert begun == 0
    assert "the job was begun with cpu int8 vax; here is cpu int8" in said[0]
    undisturbed = store.create(describe(talk_video), OPTIONS)
    run(undisturbed, store)
    assert words == (store.folder(undisturbed.id) / "transcript.jsonl").read_bytes()


def test_with_the_same_libraries_and_the_model_elsewhere_it_goes_on(store, stopped):
    _, begun, said = _resumed(store, stopped, model_folder="/elsewhere/models/micro")
    assert begun > 0
    assert not said


def test_another_model_of_the_same_name_is_refused(store, stopped):
    with pytest.raises(MissingError, match="is not the one that the job began with"):
        _resumed(store, stopped, model_digest="another")


def test_the_audio_is_in_the_scratch_folder_and_gone_afterwards(store, talk_video, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    monkeypatch.setenv("SVS_SCRATCH", str(scratch))
    stopped = _stopped(store, talk_video)
    assert (scratch / stopped.id / "audio.pcm").stat().st_size == 60 * 16_000 * 2
    assert not list(store.folder(stopped.id).glob("audio*"))
    words, begun, _ = _resumed(store, stopped)
    assert begun > 0
    assert not list(scratch.iterdir())
    monkeypatch.delenv("SVS_SCRATCH")
    undisturbed = store.create(describe(talk_video), OPTIONS)
    run(undisturbed, store)
    assert words == (store.folder(undisturbed.id) / "transcript.jsonl").read_bytes()
