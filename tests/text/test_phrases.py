"""Titles and key phrases are words that were said."""

import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.model.speech import Sentence
from svs.text.phrases import key_phrases, titles

TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())
SAID = [Sentence(s["start"], s["end"], s["text"]) for s in TALK["sentences"]]
PARTS = [[one for one, s in zip(SAID, TALK["sentences"], strict=True) if s["topic"] == n] for n in range(4)]


def said(*texts):
    return [Sentence(5.0 * number, 5.0 * number + 4, text) for number, text in enumerate(texts)]


def test_a_title_is_said_in_its_part_and_sets_it_apart():
    found = titles(PARTS, "en")
    for title, part in zip(found, PARTS, strict=True):
        assert 2 <= len(title.split()) <= 5
        assert title[0].isupper()
        assert any(title.lower() in one.text.lower() for one in part)
        others = [one.text.lower() for other in PARTS if other is not part for one in other]
        assert not any(title.lower() in text for text in others)
    assert "ighthouse" in found[0]
    assert "bees" in found[1]
    assert "read" in found[2]
    assert "tides" in found[3]


def test_no_two_parts_have_the_same_title():
    assert len(set(titles([PARTS[0]] * 3, "en"))) == 3


def test_phrases_have_the_words_as_spoken_and_share_none():
    found = key_phrases(
        said("Public Health Wales decides.", "Ask Public Health Wales about sugar.", "No sugar!"), "en"
    )
    assert found == ("Public Health Wales", "sugar")


def test_key_phrases_are_what_the_talk_is_about():
    found = " ".join(key_phrases(SAID, "en"))
    assert {"bees", "bread", "tide"} <= set(found.split())


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


def test_where_nothing_says_anything_there_is_no_title():
    assert titles([said("and so on"), []], "en") == ["", ""]
    assert key_phrases(said("\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a"), "th") == ()


@given(st.lists(st.lists(st.text(max_size=30), max_size=5), max_size=4), st.sampled_from(["en", "ja", "und"]))
def test_whatever_is_said_a_title_is_part_of_it(parts, language):
    sentences = [said(*texts) for texts in parts]
    for title, texts in zip(titles(sentences, language), parts, strict=True):
        assert not title or any(title[1:] in " ".join(text.split()) for text in texts)
