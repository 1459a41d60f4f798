"""Cleaning leaves out what nobody means, and never adds, moves or changes a word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.model.speech import Sentence
from svs.text.cleaning import clean, cleaned


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Um, the lens is, uh, very small.", "The lens is very small."),
        ("We we need we need the the lens.", "We need the lens."),
        ("It is made of it is made of of glass.", "It is made of glass."),
        ("Yeah, okay, so the lens is small.", "The lens is small."),
        ("Well, the lens is small.", "The lens is small."),
        ("You know, it is p plain glass, I mean, nothing else.", "It is plain glass, nothing else."),
        ("It is sort of heavy but kind of round.", "It is heavy but round."),
        ("we sell it, you know.", "We sell it."),
        ("We sell it, yeah.", "We sell it."),
        ("We sell it to ships, and, um,", "We sell it to ships"),
        ("This is good, right?", "This is good?"),
        ("With more glass we could Right.", "With more glass we could."),
        ("Mm-hmm.", ""),
        ("Yeah. Okay, so, uh...", ""),
    ],
)
def test_what_nobody_means_is_left_out(said, shown):
    assert clean(said, "en") == shown


@pytest.mark.parametrize(
    "said",
    [
        "So far nobody has seen it.",
        "Well known lenses are made of glass.",
        "Now the lens is clean.",
        "What kind of lens is this sort of glass for?",
        "You know that the people you know say what they mean.",
        "Do you know it?",
        "I mean it.",
        "It had had a flaw.",
        "Call nine nine nine or 5 5 5.",
        "Plan B needs a lens of 5 mm and x is y.",
        "It's okay, I think so, in an hour or so.",
        "iPhones and eBay are names.",
    ],
)
def test_what_is_meant_stays(said):
    assert clean(said, "en") == said


@pytest.mark.parametrize(
    ("language", "said", "shown"),
    [
        ("de", "Ja, also, die Linse ist ähm sehr sehr klein.", "Die Linse ist sehr klein."),
        ("de", "Er geht um das Haus.", "Er geht um das Haus."),
        ("de", "So viele Linsen, und, äh,", "So viele Linsen"),
        ("de", "Also hat der Rat die Linse gekauft.", "Also hat der Rat die Linse gekauft."),
        ("fr", "Euh, alors, la lentille est est petite, quoi.", "La lentille est petite."),
        ("fr", "Alors que il y a du verre.", "Alors que il y a du verre."),
        ("es", "Bueno, pues, la lente, o sea, es es pequeña, ¿vale?", "La lente, es pequeña?"),
        ("fi", "no niin no niin linssi on on pieni", "No niin linssi on pieni"),
        ("tr", "saat yavaş yavaş yavaş yavaş durur", "Saat yavaş yavaş durur"),
        ("tr", "iki mercek var", "\u0130ki mercek var"),
        ("hi", "धीरे धीरे रोशनी कम होती है।", "धीरे धीरे रोशनी कम होती है।"),
        ("zh", "我们我们今天讨论灯塔。", "我们我们今天讨论灯塔。"),
        ("und", "um la la turo um brilas", "Um la turo um brilas"),
    ],
)
def test_each_language_has_its_own_slips_or_none_but_repetitions(language, said, shown):
    assert clean(said, language) == shown


def test_the_exact_words_are_kept_beside_the_cleaned_ones():
    plain, slipped, empty = (
        Sentence(0, 1, "It is."),
        Sentence(1, 2, "So it it is.", suspect=True),
        Sentence(2, 3, "Um."),
    )
    assert cleaned([plain, slipped, empty], "en") == [
        plain,
        Sentence(1, 2, "It is.", suspect=True, said="So it it is."),
        empty,
    ]


PIECES = """
um uh so and yeah well, okay, you know know, i mean, sort of kind what the the, lens glass. is p B 5 nine nine
we need -- ... it? ich ähm ja, die euh alors que o sea no
"""
pieces = st.sampled_from(PIECES.split())


@given(st.lists(pieces, max_size=14).map(" ".join), st.sampled_from(["en", "de", "fr", "es", "hi", "und"]))
def test_cleaning_only_leaves_words_out_and_once_is_enough(said, language):
    shown = clean(said, language)
    assert clean(shown, language) == shown
    left = iter(re.findall(r"\w+", said.lower()))
    assert all(word in left for word in re.findall(r"\w+", shown.lower()))


@given(st.text(), st.sampled_from(["en", "de", "tr", "zh", "und"]))
def test_no_text_is_too_odd_to_clean(said, language):
    assert clean(clean(said, language), language) == clean(said, language)
