"""Whatever is written can be read again: each field has its limits, and so has each record."""

import re
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect
from msgspec.structs import replace

from svs.errors import StoreError
from svs.events import ProgressEvent, Stage
from svs.media import ffmpeg
from svs.media.testvideo import make_test_video
from svs.model.job import Job, Options, Plan, Progress, StageRecord
from svs.model.media import Source
from svs.model.speech import Batch, Chapter, Summary
from svs.store.jobs import LARGEST_PROGRESS, JobStore
from svs.store.records import LARGEST_RECORD
from svs.store.transcript import Header
from svs.system.codec import decode, encode

ID = "20261123T041400-7f3a"
EXACT = (ID, "2026-11-23T04:14:00+00:00", "deu", "9999999w", "999")


@pytest.fixture
def store(tmp_path):
    return JobStore(tmp_path / "jobs")


@pytest.fixture
def job(store):
    return store.create(Source(path="/videos/talk.mp4", size=12, mtime_ns=34), Options())


TEXTS = (
    st.text(st.characters())
    | st.integers(0, 9000).map(lambda n: "\U0001f4a1" * n)
    | st.just("\x1b" * 900_000)
)
NUMBERS = st.floats() | st.integers(-(2**65), 2**65)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_saved_can_be_read(store, job, data):
    def drawn(**fields):
        return {name: data.draw(kind) for name, kind in fields.items() if data.draw(st.booleans())}

    source = replace(job.source, **drawn(path=TEXTS.map("/".__add__), size=NUMBERS, fingerprint=TEXTS))
    options = replace(
        job.options,
        **drawn(start=NUMBERS, prompt=TEXTS, model=TEXTS, embed=TEXTS, formats=st.lists(TEXTS).map(tuple)),
    )
    stage = replace(
        StageRecord(key="k", started=job.created), **drawn(key=TEXTS, seconds=NUMBERS, finished=TEXTS)
    )
    chapters = st.lists(st.builds(Chapter, start=NUMBERS, end=NUMBERS, title=TEXTS), max_size=600)
    changed = replace(
        job,
        source=source,
        options=options,
        stages={Stage.EXTRACT: stage},
        plan=Plan(engine="captions", chapters=tuple(data.draw(chapters))),
        **drawn(
            title=TEXTS,
            created=TEXTS | st.just("9999-12-31T23:59:59+00:00") | st.just("2026-02-30T00:00:00+00:00"),
            duration=NUMBERS,
            origin=TEXTS,
            outputs=st.lists(TEXTS).map(tuple),
            warnings=st.lists(TEXTS).map(tuple),
        ),
    )
    before = store.load(job.id)
    try:
        store.save(changed)
    except StoreError:
        changed = before
    assert store.load(job.id) == changed


def _text(kind, inner):
    if kind.pattern:
        return next(text for text in EXACT if re.search(kind.pattern, text))
    assert kind.max_length is not None, "a text without a limit"
    return "\U0001f4a1" * min(kind.max_length, 10_000)


def _number(kind, inner):
    assert None not in (kind.ge, kind.le), "a number without limits"
    return kind.le if isinstance(kind, inspect.IntType) else kind.le / 3


def _list(kind, inner):
    most = inner.keywords["items"] if kind.max_length is None else kind.max_length
    return [inner(kind.item_type)] * most


LARGEST = {
    inspect.StructType: lambda kind, inner: {field.name: inner(field.type) for field in kind.fields},
    inspect.DataclassType: lambda kind, inner: {field.name: inner(field.type) for field in kind.fields},
    inspect.StrType: _text,
    inspect.IntType: _number,
    inspect.FloatType: _number,
    inspect.LiteralType: lambda kind, inner: max(kind.values, key=len),
    inspect.EnumType: lambda kind, inner: max(kind.cls, key=len),
    inspect.DictType: lambda kind, inner: {key: inner(kind.value_type) for key in kind.key_type.cls},
    inspect.TupleType: lambda kind, inner: [inner(each) for each in kind.item_types],
    inspect.VarTupleType: _list,
    inspect.UnionType: lambda kind, inner: max(map(inner, kind.types), key=lambda one: len(encode(one))),
    inspect.BoolType: lambda kind, inner: False,
    inspect.NoneType: lambda kind, inner: None,
}


def _largest(kind, *, items):
    """Return the largest value that a field allows; a list without a limit has so many items."""
    return LARGEST[type(kind)](kind, partial(_largest, items=items))


@pytest.mark.parametrize(("kind", "limit"), [(Job, LARGEST_RECORD), (Progress, LARGEST_PROGRESS)])
def test_the_largest_record_that_its_fields_allow_can_be_read(kind, limit):
    record = decode(encode(_largest(inspect.type_info(kind), items=0)), kind)
    assert len(encode(record, indent=2)) < limit


@pytest.mark.parametrize("kind", [ProgressEvent, Header, Batch, Summary], ids=lambda kind: kind.__name__)
def test_every_text_and_number_of_a_record_has_a_limit(kind):
    assert decode(encode(_largest(inspect.type_info(kind), items=1)), kind)


def test_a_title_that_no_record_could_hold_loses_no_job(svs, home, tmp_path):
    video = tmp_path / "talk.mkv"
    make_test_video(video, size=(64, 64), fps=2, duration=2)
    titled = tmp_path / "titled.mkv"
    line = 250 * "\u706f" + "\\\n"  # ffmpeg 5 shows no more of one
    chapter = "[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=2\n"
    (tmp_path / "tags").write_text(f";FFMETADATA1\ntitle={1000 * line}\n{chapter}title={100 * line}\n")
    ffmpeg.run(
        ["-i", str(video), "-i", str(tmp_path / "tags"), "-map_metadata", "1", "-c", "copy", str(titled)]
    )
    titled.with_suffix(".srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nA tall tower.\n")
    done = svs("summarize", titled)
    assert done.returncode == 0, done.stderr
    job = JobStore(home / "jobs").load(svs("jobs", "path", "last").stdout.strip()[-len(ID) :])
    assert (len(job.title), job.title[-1]) == (300, "\u2026")
