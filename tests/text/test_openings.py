"""A sentence that opens a topic sounds like it."""

import pytest

from svs.model.speech import Sentence
from svs.text.openings import openings


def said(*texts, pause=0.3):
    """Return sentences of four seconds; the last one comes after another pause."""
    times = [4.3 * number for number in range(len(texts))]
    times[-1] += pause - 0.3
    return [Sentence(time, time + 4, text) for time, text in zip(times, texts, strict=True)]


PLAIN = ("The lens bends light.", "The lamp burns oil.", "The tower stands still.")


@pytest.mark.parametrize(
    "opening", ["Now the tower stands still.", "Let's look at towers now.", "Okay, the tower stands still."]
)
def test_cue_words_speak_for_a_beginning(opening):
    assert openings(said(*PLAIN[:2], opening), "en")[-1] > openings(said(*PLAIN), "en")[-1] + 0.2


def test_cue_words_are_known_in_english_only():
    assert openings(said(*PLAIN[:2], "Now the tower stands."), "fi")[-1] == pytest.approx(
        openings(said(*PLAIN[:2], "Qwx the tower stands."), "fi")[-1]
    )


def test_and_at_the_beginning_speaks_against_one():
    assert (
        openings(said(*PLAIN[:2], "And a tower stands still."), "en")[-1] < openings(said(*PLAIN), "en")[-1]
    )


def test_a_long_pause_speaks_for_a_beginning_in_every_language():
    for language in ("en", "ja", "und"):
        near, far = openings(said(*PLAIN), language), openings(said(*PLAIN, pause=3.0), language)
        assert far[-1] > near[-1]
        assert far[-1] > far[1]


def test_an_answer_is_no_beginning_but_its_question_is():
    asked = openings(said(PLAIN[0], "Is the lamp oil?", PLAIN[2]), "und")
    plain = openings(said(PLAIN[0], "Is the lamp oil.", PLAIN[2]), "und")
    assert asked[1] > plain[1]
    assert asked[2] < plain[2]
