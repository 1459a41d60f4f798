"""The journal: what was transcribed is never lost, and never taken for something else."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from svs.errors import StoreError
from svs.model.speech import Batch, Gap, Segment, Word
from svs.store import transcript

HEADER = transcript.Header(key="k", engine="whisper", model="m", language="en", translated=False, offset=10.0)
times = st.floats(0, 1e5).map(lambda t: round(t, 3))
languages = st.sampled_from([None, "de", "haw"])
segments = st.builds(Segment, times, times, st.text(), st.just(()), st.booleans(), languages)
gaps = st.lists(st.builds(Gap, times, times), max_size=2).map(tuple)
batches = st.lists(
    st.builds(Batch, times, times, st.lists(segments, max_size=3).map(tuple), gaps, times),
    max_size=4,
    unique_by=lambda batch: batch.end,
).map(lambda found: sorted(found, key=lambda batch: batch.end))


@given(heard=batches, torn=st.integers(0, 200))
def test_whatever_is_torn_off_the_end_only_the_last_line_is_lost(tmp_path_factory, heard, torn):
    path = tmp_path_factory.mktemp("j") / "transcript.jsonl"
    with transcript.begin(path, HEADER) as journal:
        for batch in heard:
            transcript.add(path, journal, batch)
    assert transcript.read(path, "k") == (HEADER, heard)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - torn])
    header, rest = transcript.read(path, "k")
    lost = data[len(data) - torn :].count(b"\n") if torn else 0
    expected = heard[: len(heard) - lost] if lost <= len(heard) else []
    assert rest == expected
    assert header == (HEADER if lost <= len(heard) else None)


def test_a_batch_is_on_the_disk_when_it_is_added(tmp_path, monkeypatch):
    path, synced = tmp_path / "transcript.jsonl", []
    with transcript.begin(path, HEADER) as journal:
        monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_size))
        for number in (1, 2):
            transcript.add(path, journal, Batch(float(number), 2.0, ()))
            assert synced[number - 1 :] == [path.stat().st_size]


def test_another_key_is_another_transcript(tmp_path):
    path = tmp_path / "transcript.jsonl"
    transcript.begin(path, HEADER, [Batch(1.0, 2.0, ())]).close()
    assert transcript.read(path, "other") == (None, [])
    assert transcript.read(tmp_path / "none", "k") == (None, [])


def test_batches_that_do_not_end_later_are_damage_of_two_processes(tmp_path):
    path = tmp_path / "transcript.jsonl"
    transcript.begin(path, HEADER, [Batch(end, 9.0, ()) for end in (1.0, 2.0, 2.0, 9.0)]).close()
    with pytest.raises(StoreError, match="a batch that ends at 2"):
        transcript.read(path)
    assert [batch.end for batch in transcript.read_prefix(path, "k")[1]] == [1.0, 2.0]


def test_damage_in_the_middle_is_an_error_that_names_the_file(tmp_path):
    path = tmp_path / "transcript.jsonl"
    transcript.begin(path, HEADER, [Batch(1.0, 2.0, ())]).close()
    path.write_bytes(path.read_bytes() + b"rubbish\n")
    with pytest.raises(StoreError, match=r"transcript\.jsonl is damaged"):
        transcript.read(path, "k")


def test_times_are_counted_from_the_start_of_the_recording():
    segment = Segment(1.0, 2.0, "Hello.", (Word(1.0, 1.5, "Hello."),))
    found = transcript.transcript(HEADER, [Batch(3.0, 3.0, (segment,))]).segments[0]
    assert (found.start, found.end, found.words[0].start) == (11.0, 12.0, 11.0)


def test_gap_times_include_the_offset_and_coverage_is_that_of_all_batches():
    batches = [
        Batch(30.0, 90.0, (), (Gap(1.0, 3.0), Gap(20.0, 21.5)), 20.0),
        Batch(60.0, 90.0, (), (), 12.0),
        Batch(90.0, 90.0, (), (Gap(61.0, 65.5),), 8.0),
    ]
    found = transcript.transcript(HEADER, batches)
    assert found.gaps == (Gap(11.0, 13.0), Gap(30.0, 31.5), Gap(71.0, 75.5))
    assert (found.speech, found.coverage) == (40.0, 0.8)


def test_coverage_is_unknown_where_nobody_measured_the_speech():
    assert transcript.transcript(HEADER, [Batch(3.0, 3.0, ())]).coverage is None
    assert transcript.transcript(HEADER, [Batch(3.0, 3.0, (), (), 2.0)]).coverage == 1.0
    assert transcript.transcript(HEADER, [Batch(3.0, 3.0, (), (Gap(0.0, 3.0),), 2.0)]).coverage == 0.0


def test_a_journal_without_gaps_and_languages_can_be_read(tmp_path):
    path = tmp_path / "transcript.jsonl"
    transcript.begin(path, HEADER).close()
    with path.open("a") as file:
        file.write('{"end":4.0,"total":4.0,"segments":[{"start":1.0,"end":2.0,"text":"Hello."}]}\n')
    found = transcript.transcript(*transcript.read(path, "k"))
    assert [(one.text, one.language) for one in found.segments] == [("Hello.", None)]
    assert (found.gaps, found.coverage) == ((), None)


def languages_of(*segments, first="en"):
    found = transcript.transcript(replace(HEADER, language=first), [Batch(90.0, 90.0, segments)])
    return found.language, [segment.language for segment in found.segments]


def test_the_main_language_is_the_one_spoken_longest():
    english, german = Segment(0.0, 20.0, "Hello."), Segment(20.0, 60.0, "Guten Tag.", language="de")
    assert languages_of(english, german) == ("de", ["en", None])
    assert languages_of(english, replace(german, end=39.0)) == ("en", [None, "de"])
    assert languages_of(english, replace(german, suspect=True)) == ("en", [None, "de"])
    assert languages_of(replace(english, language="en")) == ("en", [None])


def test_a_segment_of_unknown_language_is_not_foreign():
    said = Segment(0.0, 1.0, "Hm."), Segment(1.0, 9.0, "Guten Tag.", language="de")
    assert languages_of(*said, first="und") == ("de", [None, None])


def test_a_journal_of_a_newer_version_is_refused_before_anything_in_it_is_read(tmp_path):
    path = tmp_path / "transcript.jsonl"
    path.write_bytes(b'{"version": 99, "key": {"of": "another type"}}\n{"end": "likewise"}\n')
    for read in (transcript.read, transcript.read_prefix):
        with pytest.raises(StoreError, match="newer svs"):
            read(path, "k")


def test_a_loop_over_several_batches_is_suspect():
    said = [Batch(30.0 * n + 30, 150.0, (Segment(30.0 * n, 30.0 * n + 5, "So it goes."),)) for n in range(5)]
    found = transcript.transcript(HEADER, said)
    assert [segment.suspect for segment in found.segments] == [False, True, True, True, True]
    captions = transcript.transcript(replace(HEADER, engine="captions"), said)
    assert not any(segment.suspect for segment in captions.segments)


def test_what_several_say_at_once_is_in_time_order_whichever_batch_it_is_in():
    left = Segment(2.0, 6.0, "I ask you.", speaker="left"), Segment(7.0, 9.0, "Yes?", speaker="left")
    right = (Segment(1.0, 3.0, "Well.", speaker="right"),)
    said = [Batch(8.0, 20.0, left, (Gap(6.0, 8.0),)), Batch(20.0, 20.0, right, (Gap(4.0, 6.0),))]
    found = transcript.transcript(replace(HEADER, voices="channels"), said)
    assert [segment.text for segment in found.segments] == ["Well.", "I ask you.", "Yes?"]
    assert [gap.start for gap in found.gaps] == [14.0, 16.0]
    assert found.voices == "channels"


def test_a_loop_is_one_speakers_own():
    texts = [("left", "So it goes."), ("right", "Yes.")] * 4
    said = [
        Batch(10.0 * n + 10, 80.0, (Segment(10.0 * n, 10.0 * n + 5, text, speaker=speaker),))
        for n, (speaker, text) in enumerate(texts)
    ]
    found = transcript.transcript(replace(HEADER, voices="channels"), said)
    assert [segment.suspect for segment in found.segments] == [False, False] + [True] * 6
    agreed = [replace_text(batch, "Yes.") for batch in said[:4]]
    assert not any(
        s.suspect for s in transcript.transcript(replace(HEADER, voices="channels"), agreed).segments
    )


def replace_text(batch, text):
    segments = tuple(replace(segment, text=text) for segment in batch.segments)
    return replace(batch, segments=segments)
