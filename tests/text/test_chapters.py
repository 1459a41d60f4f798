"""Chapters begin where the topic changes."""

import json
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.model.speech import Segment, Sentence, Transcript
from svs.text.chapters import chapter_starts
from svs.text.sentences import sentences

DATA = Path(__file__).parents[1] / "data"
LIBRARY, BEES = (json.loads((DATA / name).read_text()) for name in ("languages.json", "bees.json"))
TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())
SAID = [Sentence(s["start"], s["end"], s["text"]) for s in TALK["sentences"]]
TOPICS = [
    number for number, s in enumerate(TALK["sentences"]) if number % 10 == 0 and s["topic"] == number / 10
]

WORDS = st.lists(
    st.sampled_from(["moon", "tide", "wave", "bread", "yeast", "dough", "next", "okay", "the", "潮汐", "шл"])
)


def in_a_row(texts, gaps=()):
    """Return sentences of four seconds, some seconds after each other."""
    clock, said = 0.0, []
    for number, text in enumerate(texts):
        clock += gaps[number] if number < len(gaps) else 0.3
        said.append(Sentence(clock, clock + 4, text))
        clock += 4
    return said


def without_pauses(said):
    return in_a_row([sentence.text for sentence in said])


def test_a_short_talk_that_pauses_between_its_topics_has_a_chapter_for_each():
    assert chapter_starts(SAID, "en") == TOPICS == [0, 10, 20, 30]


def test_pauses_are_enough_in_a_language_without_cues():
    assert chapter_starts(SAID, "und") == TOPICS


def test_words_alone_show_where_topics_change():
    assert chapter_starts(without_pauses(SAID), "en", 4) == pytest.approx(TOPICS, abs=1)


def test_a_pause_within_a_topic_of_one_vocabulary_makes_no_chapter():
    text = "the tide rises with the moon, storms push water over walls, harbors measure waves"
    same = in_a_row([text] * 40, gaps=[0.3] * 20 + [3.0])
    assert chapter_starts(same, "en") == [0]


def test_cue_words_draw_a_boundary():
    texts = [f"some words number {chr(97 + n)} about nothing much" for n in range(24)]
    cued = [*texts[:13], "Thank you, let us move on to the next item now", *texts[13:]]
    assert chapter_starts(in_a_row(cued), "en", 2) == [0, 13]


def test_a_chapter_begins_with_a_new_slide_nearby_where_the_words_change_too():
    said = without_pauses(SAID)
    (start,) = chapter_starts(said, "en", 2)[1:]
    assert 10 < start < 40
    for other in (start - 1, start + 2):
        assert chapter_starts(said, "en", 2, [said[other].start + 1.5])[1] in (other, start)
    moved = {chapter_starts(said, "en", 2, [one.start])[1] for one in said[start - 4 : start + 5]}
    assert len(moved) > 1
    assert chapter_starts(said, "en", 2, [said[start - 9].start, said[start + 9].start])[1] == start


def test_slides_alone_make_no_chapters():
    bread = [one.text for one in SAID[20:30]]
    said = in_a_row(bread * 6)
    assert chapter_starts(said, "en", None, [one.start for one in said[::7]]) == [0]


def test_two_topics_make_two_chapters_and_one_makes_one():
    tides, bread = ([sentence.text for sentence in SAID[first : first + 10]] for first in (30, 20))
    for times in (3, 8, 30):
        said = in_a_row(tides * times + bread * times)
        assert chapter_starts(said, "en") == pytest.approx([0, 10 * times], abs=1)
        assert chapter_starts(in_a_row(tides * 2 * times), "en") == [0]


@pytest.mark.parametrize("language", LIBRARY)
def test_two_topics_are_found_in_every_language(language):
    segments: list[Segment] = []
    for text in (LIBRARY[language], BEES[language]):  # two minutes each
        lines = text.split() if language == "th" else [text]  # Thai has no full stops
        for line in lines:
            start = segments[-1].end if segments else 0.0
            segments.append(Segment(start, start + 120.0 / len(lines), line))
    said = sentences(
        Transcript(engine="captions", model="", language=language, translated=False, segments=tuple(segments))
    )
    starts = [said[number].start for number in chapter_starts(said, language)]
    assert min(abs(start - 120.0) for start in starts) <= 20.0
    assert len(starts) <= 3


def test_fewer_chapters_where_nobody_wrote_full_stops():
    texts = [f"Topic{n // 20} item{n} and topic{n // 20} matter{n // 20}." for n in range(240)]
    bare = in_a_row([text.rstrip(".") for text in texts])
    assert 1 < len(chapter_starts(bare, "en")) < len(chapter_starts(in_a_row(texts), "en"))


def test_a_long_recording_has_no_chapter_under_a_minute():
    said = in_a_row([sentence.text for first in TOPICS for sentence in SAID[first : first + 10] * 3])
    times = [*(said[number].start for number in chapter_starts(said, "en")), said[-1].end]
    assert len(times) > 3
    assert all(b - a >= 60 for a, b in pairwise(times))


@given(st.lists(st.tuples(WORDS, st.floats(0, 1e4)), max_size=40), st.none() | st.integers(1, 50))
def test_whatever_is_said_chapters_follow_each_other_and_none_is_empty(said, count):
    sentences = in_a_row([" ".join(words) for words, _ in said], [gap for _, gap in said])
    starts = chapter_starts(sentences, "en", count)
    assert starts[:1] == [0] * bool(said)
    assert all(a < b for a, b in pairwise(starts))
    assert all(0 <= number < len(said) for number in starts)
    if count:
        assert len(starts) <= count


def test_a_count_gives_that_many_chapters():
    for count in (1, 2, 7, 40):
        assert len(chapter_starts(SAID, "en", count)) == count
    assert len(chapter_starts(SAID, "en", 100)) == len(SAID)
