"""Key phrases are what the recording is about, in words that were said."""

import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.model.speech import Sentence
from svs.text.phrases import key_phrases

TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())
SAID = [Sentence(s["start"], s["end"], s["text"]) for s in TALK["sentences"]]


def said(*texts):
    return [Sentence(5.0 * number, 5.0 * number + 4, text) for number, text in enumerate(texts)]


def test_phrases_have_the_words_as_spoken_and_share_none():
    found = key_phrases(
        said("Public Health Wales decides.", "Ask Public Health Wales about sugar.", "No sugar!"), "en"
    )
    assert found == ("Public Health Wales", "sugar")


def test_key_phrases_are_what_the_talk_is_about():
    found = " ".join(key_phrases(SAID, "en"))
    assert {"bees", "dough", "tide"} <= set(found.split())


def test_no_phrase_crosses_punctuation():
    for text in ("moon, tide", "moon. Tide", '"moon" tide', "moon (tide)", "moon \u2013 tide"):
        assert all(
            "tide" not in phrase.lower() or phrase.lower() == "tide"
            for phrase in key_phrases(said(text, text), "en")
        )


@pytest.mark.parametrize(
    ("text", "language", "phrase"),
    [
        ("\u8a55\u4fa1\u5831\u544a\u3092\u898b\u307e\u3059\u3002", "ja", "\u8a55\u4fa1\u5831\u544a"),
        ("\u30c7\u30fc\u30bf\u306f\u5927\u304d\u3044\u3002", "ja", "\u30c7\u30fc\u30bf"),
        (
            "\u092e\u0927\u0941\u092e\u0915\u094d\u0916\u0940 \u092a\u093e\u0932\u0928",
            "hi",
            "\u092e\u0927\u0941\u092e\u0915\u094d\u0916\u0940 \u092a\u093e\u0932\u0928",
        ),
    ],
    ids=["kanji", "katakana", "hindi"],
)
def test_scripts_of_other_kinds(text, language, phrase):
    assert phrase in " ".join(key_phrases(said(text, text, text), language))


def test_where_nothing_says_anything_there_are_none():
    assert key_phrases(said("and so on", "and so on"), "en") == ()
    assert key_phrases(said("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a"), "th") == ()


def test_english_phrases_are_noun_phrases():
    texts = (
        "We quickly open the red door.",
        "Then quickly open the red door.",
        "They open the red door early.",
    )
    assert key_phrases(said(*texts), "en") == ("red door",)


@given(st.lists(st.text(max_size=30), max_size=9), st.sampled_from(["en", "ja", "zh", "und"]))
def test_whatever_is_said_a_phrase_is_part_of_it(texts, language):
    whole = " ".join(" ".join(texts).split())
    assert all(phrase in whole for phrase in key_phrases(said(*texts), language))
