"""The journal: what was heard is never lost, and never taken for something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs import journal
from svs.engines.interface import Batch
from svs.errors import StoreError
from svs.model import Segment, Word

HEADER = journal.Header(key="k", engine="whisper", model="m", language="en", translated=False, offset=10.0)
times = st.floats(0, 1e5).map(lambda t: round(t, 3))
segments = st.builds(Segment, times, times, st.text(), st.just(()), st.booleans())
batches = st.lists(st.builds(Batch, times, times, st.lists(segments, max_size=3).map(tuple)), max_size=4)


@given(heard=batches, torn=st.integers(0, 200))
def test_whatever_is_torn_off_the_end_only_the_last_line_is_lost(tmp_path_factory, heard, torn):
    path = tmp_path_factory.mktemp("j") / "transcript.jsonl"
    journal.begin(path, HEADER)
    for batch in heard:
        journal.add(path, batch)
    assert journal.read(path, "k") == (HEADER, heard)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - torn])
    header, rest = journal.read(path, "k")
    lost = data[len(data) - torn :].count(b"\n") if torn else 0
    expected = heard[: len(heard) - lost] if lost <= len(heard) else []
    assert rest == expected
    assert header == (HEADER if lost <= len(heard) else None)


def test_another_key_is_another_transcript(tmp_path):
    path = tmp_path / "transcript.jsonl"
    journal.begin(path, HEADER, [Batch(1.0, 2.0, ())])
    assert journal.read(path, "other") == (None, [])
    assert journal.read(tmp_path / "none", "k") == (None, [])


def test_damage_in_the_middle_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "transcript.jsonl"
    journal.begin(path, HEADER, [Batch(1.0, 2.0, ())])
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    with pytest.raises(StoreError, match=r"transcript\.jsonl is damaged"):
        journal.read(path, "k")


def test_times_are_counted_from_the_start_of_the_recording():
    segment = Segment(1.0, 2.0, "Hello.", (Word(1.0, 1.5, "Hello."),))
    found = journal.transcript(HEADER, [Batch(3.0, 3.0, (segment,))]).segments[0]
    assert (found.start, found.end, found.words[0].start) == (11.0, 12.0, 11.0)
