"""A summary gets its chapters and key phrases."""

import json
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from svs import outputs
from svs.model.speech import Chapter, Result, Segment, Sentence, Transcript
from svs.stages.outline import outline
from svs.stages.summarize import summarize
from svs.text.sentences import sentences

TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())
SAID = [Sentence(s["start"], s["end"], s["text"]) for s in TALK["sentences"]]
LANGUAGES = json.loads((Path(__file__).parents[1] / "data/languages.json").read_text())


def outlined(said, wanted="auto", given=(), language="en"):
    return outline(summarize(said, language, "auto", "medium"), said, language, wanted, given)


def spans(found):
    return [(chapter.start, chapter.end) for chapter in found.chapters]


def test_the_talk_has_its_four_topics_each_with_a_summary_of_its_own():
    found = outlined(SAID)
    ends = [*(topic["start"] for topic in TALK["topics"][1:]), SAID[-1].end]
    assert spans(found) == [(t["start"], end) for t, end in zip(TALK["topics"], ends, strict=True)]
    for chapter, topic in zip(found.chapters, TALK["topics"], strict=True):
        assert not chapter.given
        assert 1 <= len(chapter.sentences) <= 2
        assert all(chapter.start <= sentence.start < chapter.end for sentence in chapter.sentences)
        gists = {TALK["sentences"][number]["text"] for number in topic["gist"]}
        shown = {*chapter.sentences, *found.sentences}
        assert gists & {sentence.said or sentence.text for sentence in shown}
    assert found.phrases


def test_the_choice_of_sentences_is_that_without_chapters():
    assert outlined(SAID, "none").sentences == outlined(SAID, "7").sentences == outlined(SAID).sentences


@pytest.mark.parametrize(("wanted", "count"), [("none", 0), ("1", 1), ("7", 7), ("AUTO", 4)])
def test_the_user_says_how_many(wanted, count):
    assert len(outlined(SAID, wanted).chapters) == count


def test_chapters_of_the_recording_go_before_guessed_ones_but_not_before_a_number():
    given = [Chapter(start=0.0, end=60.0, title="One"), Chapter(start=60.0, end=500.0, title="Two")]
    found = outlined(SAID, given=given)
    assert spans(found) == [(SAID[0].start, 60.0), (60.0, SAID[-1].end)]
    assert [(sentence.title, sentence.given) for sentence in found.chapters] == [("One", True), ("Two", True)]
    assert all(sentence.sentences for sentence in found.chapters)
    assert not any(sentence.given for sentence in outlined(SAID, "3", given).chapters)
    assert not outlined(SAID, "none", given).chapters


def test_where_nothing_sets_parts_apart_there_are_none():
    assert not outlined(
        [Sentence(4.0 * i, 4.0 * i + 3, "Thank you for the flowers.") for i in range(500)]
    ).chapters


times = st.floats(0, 300)


@given(st.lists(st.tuples(times, times, st.text(max_size=5)), max_size=8))
def test_whatever_the_recording_says_its_chapters_tile_what_was_said(given):
    chapters = [Chapter(start=start, end=end, title=title) for start, end, title in given]
    found = spans(outlined(SAID[:5], given=chapters))
    assert all(a < b for a, b in found)
    assert all(end == start for (_, end), (start, _) in pairwise(found))
    if found:
        assert (found[0][0], found[-1][1]) == (SAID[0].start, SAID[4].end)


def test_what_the_engine_doubts_is_quoted_nowhere():
    doubted = [Sentence(s.start, s.end, s.text, suspect=number % 10 == 1) for number, s in enumerate(SAID)]
    found = outlined(doubted)
    quoted = {sentence.start for chapter in found.chapters for sentence in chapter.sentences}
    assert not quoted & {sentence.start for sentence in doubted if sentence.suspect}


def test_sentences_in_other_languages_are_in_a_chapter_and_never_quoted():
    german = [replace(said, text=f"Und {said.text}", language="de") for said in SAID[20:]]
    found = outlined(SAID[:20] + german, "3")
    quoted = [sentence for chapter in found.chapters for sentence in chapter.sentences]
    assert quoted
    assert not any(sentence.language for sentence in [*quoted, *found.sentences])
    assert found.chapters[-1].end == SAID[-1].end


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_summary_chapters_and_every_output(language):
    segment = Segment(0.0, 200.0, LANGUAGES[language])
    transcript = Transcript(
        engine="captions", model="", language=language, translated=False, segments=(segment,)
    )
    said = sentences(transcript)
    found = outlined(said, "2", language=language)
    assert len(said) > 5
    assert 1 <= len(found.sentences) < len(said)
    assert {sentence.said or sentence.text for sentence in found.sentences} <= {
        sentence.text for sentence in said
    }
    assert len(found.chapters) == 2
    whole = LANGUAGES[language].lower()
    assert all(phrase.lower() in whole for phrase in found.phrases)
    assert all(sentence.title.strip("\u201c\u2026\u201d").lower() in whole for sentence in found.chapters)
    assert all(sentence.title for sentence in found.chapters)
    result = Result(
        job_id="20261123T000000-0000",
        title="Talk",
        source="/talk.srt",
        created="2026-11-23T00:00:00+00:00",
        duration=200.0,
        start=0.0,
        partial=False,
        warnings=(),
        summary=found,
        transcript=transcript,
        sentences=tuple(said),
    )
    for name in outputs.FORMATS:
        assert outputs.render(result, name)
