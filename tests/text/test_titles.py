"""A title is in words that were said, sounds like a title, and is no other chapter's."""

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svs.model.speech import Sentence
from svs.text.titles import titles

TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())
SAID = [Sentence(s["start"], s["end"], s["text"]) for s in TALK["sentences"]]
PARTS = [
    [sentence for sentence, s in zip(SAID, TALK["sentences"], strict=True) if s["topic"] == n]
    for n in range(4)
]
FILLING = ("It went on like that for a while.", "Everybody was happy with how it went.")


def said(*texts):
    return [Sentence(5.0 * number, 5.0 * number + 4, text) for number, text in enumerate(texts)]


def title(*texts, language="en"):
    """Return the title of a part among two."""
    return titles([said(*texts), said("The river carries boats.")], language)[0]


def test_the_topics_of_the_talk_have_the_titles_that_it_announces():
    assert titles(PARTS, "en") == [
        "How a lighthouse guides ships at night",
        "How to keep bees alive through the winter",
        "Why bread rises",
        "How people predict the tides",
    ]


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("Okay, let's talk about sourdough starters.", "Sourdough starters"),
        ("So now we're going to look at the Roman water supply, which is old.", "Roman water supply"),
        ("The next topic is budget cuts.", "Budget cuts"),
        ("Well, what makes a bridge so strong?", "What makes a bridge so strong?"),
    ],
)
def test_what_is_announced_or_asked_at_the_beginning_is_the_title(opening, expected):
    assert title(opening, *FILLING, "Marble towers. Marble towers. Marble towers.") == expected


@pytest.mark.parametrize(
    "opening",
    [
        "Let's talk about it.",
        "What did I say just now?",
        "Let's look at some things here.",
        "Let's look at how I'm doing pottery.",
        "What?",
    ],
)
def test_what_tells_nothing_is_no_announcement(opening):
    assert title(opening, *["The water runs through the copper pipes."] * 3) == "Copper pipes"


def test_without_an_announcement_a_frequent_noun_phrase_is_the_title():
    texts = ("Copper pipes bend.", "We heat the copper pipes slowly.", "Such copper pipes last.", *FILLING)
    assert title(*texts) == "Copper pipes"


def test_what_is_said_first_is_preferred():
    golden, silver = (["We clean golden lenses.", *FILLING] * 2, ["We clean silver lamps.", *FILLING] * 2)
    assert title(*golden, *silver) == "Golden lenses"
    assert title(*silver, *golden) == "Silver lamps"


@pytest.mark.parametrize("word", ["things", "way", "really", "going", "five"])
def test_a_lone_vague_word_is_no_title(word):
    assert title(*[f"It is the {word}."] * 4).lower() != word


def test_without_a_noun_phrase_the_first_real_sentence_is_quoted():
    assert title("Yes.", "And so it was with him, and with her, and with them.") == (
        "\u201cAnd so it was with him, and with\u2026\u201d"
    )
    assert title("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a" * 20, language="th")[
        1:
    ].startswith("\u0e2a")
    assert len(title("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a" * 20, language="th")) < 50


def test_a_phrase_that_goes_on_is_not_cut_in_two():
    assert title(*["We climbed the tower of the lighthouse."] * 3) == "Tower of the lighthouse"


def test_no_two_parts_have_the_same_title():
    assert len(set(titles([PARTS[0]] * 4, "en"))) == 4


def test_where_nothing_is_said_there_is_no_title():
    assert titles([[], []], "en") == ["", ""]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.text(max_size=30), max_size=5), max_size=4),
    st.sampled_from(["en", "ja", "zh", "und"]),
)
def test_whatever_is_said_a_title_is_part_of_it(parts, language):
    found = titles([said(*texts) for texts in parts], language)
    for name, texts in zip(found, parts, strict=True):
        whole = " ".join(" ".join(texts).replace("\u2019", "'").split())
        assert not name or name.strip("\u201c\u201d\u2026")[1:] in whole
    assert len(set(filter(None, found))) == len(list(filter(None, found)))
