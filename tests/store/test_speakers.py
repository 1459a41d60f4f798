"""The names that the user gives to speakers: a layer over the transcript."""

import pytest
from msgspec.structs import replace

from svs.errors import StoreError, UsageError
from svs.model.speech import Segment, Sentence
from svs.outputs.shared import shares
from svs.store import speakers
from svs.store.speakers import in_all, parse, quotes, renamed, with_names
from tests.outputs.test_outputs import RESULT, conversation

ORIGINALS = ["SPEAKER_00", "SPEAKER_01", "SPEAKER_02"]


def names(*wishes, before=None):
    return list(renamed(ORIGINALS, before or {}, map(parse, wishes)).values())


def test_speakers_are_named_by_number_or_name_and_made_one():
    assert names("1=Anna") == ["Anna", "SPEAKER_01", "SPEAKER_02"]
    assert names("SPEAKER_01= Ben  B. ") == ["SPEAKER_00", "Ben B.", "SPEAKER_02"]
    assert names("1=Anna", "3=1") == ["Anna", "SPEAKER_01", "Anna"]
    assert names("3=1", "1=Anna") == ["Anna", "SPEAKER_01", "Anna"]
    assert names("Anna=Eve", before={"SPEAKER_00": "Anna"}) == ["Eve", "SPEAKER_01", "SPEAKER_02"]


def test_who_has_become_one_with_another_can_be_taken_out_again():
    merged = {"SPEAKER_00": "Anna", "SPEAKER_02": "Anna"}
    assert names("3=Carl", before=merged) == ["Anna", "SPEAKER_01", "Carl"]


@pytest.mark.parametrize("wish", ["4=Anna", "0=Anna", "Nobody=Anna", "1=9", f"{'9' * 5000}=Anna"])
def test_speakers_who_are_not_there_are_refused(wish):
    with pytest.raises(UsageError, match="there is no speaker"):
        names(wish)


@pytest.mark.parametrize("wish", ["Anna", "=Anna", "1=", "1= ", f"1={'a' * 61}"])
def test_what_is_no_name_is_refused(wish):
    with pytest.raises(UsageError):
        parse(wish)


def test_a_result_has_the_names_everywhere_and_the_numbers_stay():
    shown = with_names(conversation(), {"Ada": "Zoe"})
    assert [spoken.said_by for spoken in shown.sentences] == ["Zoe", "Ben & <b>Co</b>", "", "Zoe"]
    assert [spoken.said_by for spoken in shown.summary.sentences] == ["Zoe", "Zoe"]
    assert [(spoken.id, spoken.name, spoken.seconds) for spoken in shown.speakers] == [
        (1, "Zoe", 5.25),
        (2, "Ben & <b>Co</b>", 8.1),
    ]


def test_a_result_whose_speakers_have_all_become_one_lists_none():
    shown = with_names(conversation(), {"Ben & <b>Co</b>": "Ada"})
    assert not shown.speakers
    assert shown.sentences == RESULT.sentences
    assert in_all(conversation().sentences, {"Ada": "X", "Ben & <b>Co</b>": "X"}) == {}


def test_a_result_without_speakers_stays_as_it_is():
    assert with_names(RESULT, {}) is RESULT


def test_segments_have_the_names_too():
    found = conversation()
    transcript = replace(found.transcript, segments=(Segment(0.5, 3.25, "A lighthouse.", speaker="Ada"),))
    shown = with_names(replace(found, transcript=transcript), {"Ada": "Zoe"})
    assert shown.transcript.segments[0].speaker == "Zoe"


def test_quotes_are_clear_and_from_all_of_what_a_speaker_says():
    texts = (
        "Yes.",
        "The lamp of the old house is weak.",
        "No.",
        "Ships see it.",
        "Um.",
        "Doubt it all.",
        "Oh.",
    )
    said = tuple(Sentence(n, n + 1, text, suspect=n == 5, speaker="Ada") for n, text in enumerate(texts))
    assert [spoken.start for spoken in quotes(replace(conversation(), sentences=said))["Ada"]] == [1, 3, 4]


def test_names_are_kept_until_they_are_undone(tmp_path):
    assert speakers.load(tmp_path) is None
    speakers.save(tmp_path, {"Ada": "Zoe"})
    assert speakers.load(tmp_path) == {"Ada": "Zoe"}
    speakers.undo(tmp_path)
    assert speakers.load(tmp_path) is None


def test_damaged_names_are_said_with_the_way_out(tmp_path):
    (tmp_path / speakers.NAMES).write_text('{"Ada": 7}')
    with pytest.raises(StoreError, match="names") as caught:
        speakers.load(tmp_path)
    assert "--undo" in caught.value.hint


def test_many_speakers_take_no_longer_than_few():
    count = 50_000
    said = tuple(Sentence(n, n + 1, "Here I am.", speaker=f"Speaker {n}") for n in range(count))
    shown = with_names(replace(conversation(), sentences=said), {})
    assert len(shown.speakers) == len(shares(shown.speakers)) == len(quotes(shown)) == count
