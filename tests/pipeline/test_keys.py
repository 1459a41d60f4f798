"""Which options the result of each stage depends on: an option in a group is in that stage's key."""

import pytest
from msgspec.structs import replace

from svs.events import Stage
from svs.media.fingerprint import describe
from svs.model.job import (
    ExtractOptions,
    Job,
    LimitOptions,
    Options,
    OutputOptions,
    Plan,
    PlanOptions,
    StageRecord,
    SummarizeOptions,
    TranscribeOptions,
)
from svs.pipeline import keys
from svs.pipeline.run import run
from svs.store.jobs import JobStore

CREATED = "2026-11-25T10:00:00+00:00"
OTHER = {
    "encoding": "cp1251",
    "track": "2",
    "channels": "split",
    "start": 1.0,
    "end": 9.0,
    "translate": True,
    "prompt": "lenses",
    "hotwords": "Fresnel",
    "device": "cuda",
    "compute_type": "float32",
    "method": "luhn",
    "length": "3",
    "chapters": "2",
    "slides": "none",
}
"""A value that is not the default for every option that a stage's result depends on."""
GROUPS = (
    LimitOptions,
    PlanOptions,
    ExtractOptions,
    TranscribeOptions,
    SummarizeOptions,
    OutputOptions,
    Options,
)
FIELDS = {
    group: set(group.__struct_fields__) - set(base.__struct_fields__)
    for base, group in zip((Job, *GROUPS), GROUPS, strict=False)
}


@pytest.fixture
def job(tmp_path):
    file = tmp_path / "talk.mp4"
    file.write_bytes(b"talk")
    stages = {Stage.EXTRACT: StageRecord(key="k", started=CREATED, digest="d")}
    plan = Plan(engine="whisper", model="base", model_digest="b")
    return Job(
        id="20261125T100000-0000",
        source=describe(file),
        options=Options(),
        created=CREATED,
        plan=plan,
        stages=stages,
    )


def _keys(job):
    functions = (keys.extract_key, keys.transcript_key, keys.summary_key, keys.reuse_key)
    return [function(job) for function in functions]


def _changed(job, **options):
    """Return the keys that other options change."""
    names = ("extract", "transcript", "summary", "reuse")
    pairs = zip(names, _keys(job), _keys(replace(job, options=Options(**options))), strict=True)
    return {name for name, before, after in pairs if before != after}


@pytest.mark.parametrize("name", sorted(FIELDS[ExtractOptions]))
def test_an_extract_option_is_in_every_key(job, name):
    assert _changed(job, **{name: OTHER[name]}) == {"extract", "transcript", "summary", "reuse"}


def test_whose_the_extracted_files_are_is_in_the_transcript_key(job):
    record = replace(job.stages[Stage.EXTRACT], speakers=("left", "right"))
    other = replace(job, stages={Stage.EXTRACT: record})
    assert keys.transcript_key(other) != keys.transcript_key(job)


@pytest.mark.parametrize("name", sorted(FIELDS[TranscribeOptions]))
def test_a_transcribe_option_is_in_the_transcript_key(job, name):
    assert _changed(job, **{name: OTHER[name]}) == {"transcript", "summary", "reuse"}


@pytest.mark.parametrize("name", sorted(FIELDS[SummarizeOptions]))
def test_a_summarize_option_is_in_the_summary_key(job, name):
    assert _changed(job, **{name: OTHER[name]}) == {"summary"}


def test_every_option_is_in_a_stages_key_or_in_a_group_that_is_in_none():
    in_keys = FIELDS[ExtractOptions] | FIELDS[TranscribeOptions] | FIELDS[SummarizeOptions]
    in_none = FIELDS[LimitOptions] | FIELDS[PlanOptions] | FIELDS[OutputOptions] | FIELDS[Options]
    assert in_keys | in_none == set(Options.__struct_fields__)
    assert not in_keys & in_none
    assert set(OTHER) == in_keys


def test_limits_plan_options_and_outputs_are_in_no_key(job):
    changed = Options(
        max_duration=10.0,
        max_size=5,
        allow_formats=("smk",),
        threads=3,
        fresh=True,
        subtitles="never",
        engine="whisper",
        model="base",
        language="de",
        verbatim=True,
        speaker_names=(("1", "Anna"),),
        strip_tags=True,
        no_paths=True,
        force=True,
        formats=("md",),
        output_dir="/o",
        output_template="/o/{title}.{ext}",
        subtitle_width=30,
        embed="/o/c.mp4",
    )
    groups = (LimitOptions, PlanOptions, OutputOptions)
    unchanged = {n for n in changed.__struct_fields__ if getattr(changed, n) == getattr(Options(), n)}
    assert not unchanged & set().union(*(FIELDS[group] for group in groups))
    assert _keys(replace(job, options=changed)) == _keys(job)


@pytest.mark.parametrize("change", [{"model_digest": "x"}, {"engine": "captions"}, {"language": "de"}])
def test_the_plan_is_in_every_key_but_places_are_not(job, change):
    other = replace(job, plan=replace(job.plan, **change))
    assert all(a != b for a, b in zip(_keys(job), _keys(other), strict=True))
    moved = replace(job, plan=replace(job.plan, model_folder="/elsewhere"))
    assert _keys(job) == _keys(moved)


def test_what_the_words_are_made_with_is_in_no_key_before_the_words(job):
    other = replace(job, plan=replace(job.plan, made_with="cpu int8"))
    assert [a == b for a, b in zip(_keys(job), _keys(other), strict=True)] == [True, False, False, True]


def test_a_whole_transcript_needs_no_engine_when_its_run_was_killed_before_it_ended(home, tmp_path):
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n")
    store = JobStore(home / "jobs")
    job = store.create(describe(tmp_path / "talk.srt"), Options())
    expected = run(job, store)
    done = store.load(job.id)
    unfinished = replace(done.stages[Stage.TRANSCRIBE], finished=None)
    store.save(replace(done, status="running", stages={**done.stages, Stage.TRANSCRIBE: unfinished}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("svs.engines.load", None)
        assert run(store.load(job.id), store).summary == expected.summary


def test_a_job_begun_by_an_older_version_is_done_again_when_resumed(home, tmp_path):
    """Its keys are others, so that nothing of it is taken for a result of this version."""
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nA glass lens gathers its light.\n")
    store = JobStore(home / "jobs")
    job = store.create(describe(tmp_path / "talk.srt"), Options())
    expected = run(job, store).transcript
    begun = {stage: replace(record, key="0" * 64) for stage, record in store.load(job.id).stages.items()}
    store.save(replace(store.load(job.id), status="running", stages=begun))
    events = []
    assert run(store.load(job.id), store, events.append).transcript == expected
    assert not [event for event in events if event.kind == "reused"]
