"""What cannot be understood alone is known as such."""

import pytest

from svs.text.quotable import announces, begins_with_pronoun, is_fragment, is_greeting, leans_back, sums_up


@pytest.mark.parametrize(
    "text",
    [
        "For the training of the neural net.",
        "The lens gathers the light of the",
        "Is a good lens for ships.",
        "The short amount of time thing.",
        "A low-pass filter at ten hertz.",
        "Options for materials, plastic, rubber.",
        "The requirements and the target market.",
        "Another beep to stop the meeting.",
        "Interpreted input, undifferentiated parse.",
        "The buttons that we need for the remote.",
        "All the light we need.",
        "Because the biggest problem with lenses is finding them.",
        "If you go to the settings of the lamp.",
        "What most sailors say.",
    ],
)
def test_what_has_no_verb_or_an_open_end_is_a_fragment(text):
    assert is_fragment(text, "en")
    assert not is_fragment(text, "de")  # known for English only


@pytest.mark.parametrize(
    "text",
    [
        "The lens gathers light.",
        "With a lens it is brighter.",
        "Is a lens needed?",
        "In fog it's dark.",
        "They magnify the light.",
        "That's a good lens.",
        "The lamp produces heat and the lens gathers it.",
        "The council agreed to pay.",
        "Mr Ada Hall presented new lenses.",
        "The buttons that we need are red.",
        "All the light we need comes from a lamp.",
        "If you clean it, the lens works.",
        "What we found is a lens.",
        "Imagine the light of a lamp.",
        "Recompute the sum of the lenses.",
        "Lenses bundle the light.",
        "Other lamps of this size become hot.",
        "In order to see that we need a lamp.",
        "The keeper's lamp is weak.",
    ],
)
def test_a_whole_sentence_is_none(text):
    assert not is_fragment(text, "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello and welcome to the harbour.", "en"),
        ("Can you see my screen?", "en"),
        ("I'm Ada Hall, I'm the Project Manager.", "en"),
        ("My name is Ada and I will be giving this presentation to kick the whole project off.", "en"),
        ("Vielen Dank.", "de"),
        ("ありがとうございました。", "ja"),
        ("谢谢大家。", "zh"),
    ],
)
def test_greetings_and_thanks(text, language):
    assert is_greeting(text, language)


def test_a_long_sentence_that_thanks_says_something_besides():
    assert not is_greeting(
        "Sie dankten dem Rat mit vielen Dank sagenden Briefen für das neue Haus am Markt.", "de"
    )
    assert not is_greeting("The harbour welcomes ships.", "en")
    assert not is_greeting("The manager is in the harbour.", "en")
    assert not is_greeting("Ships find the harbour thanks to its light.", "en")
    report = "of the harbour for the figures on every ship that came in last year"
    assert not is_greeting(f"Welcome to the yearly report {report}.", "en")
    assert is_greeting(f"And thank you to the captain {report}.", "en")


def test_announcements():
    assert announces("The first topic is how a lighthouse works.", "en")
    assert announces("Let's move on to the budget.", "en")
    assert not announces("The first lighthouse was built of stone.", "en")


def test_what_points_to_the_sentence_before():
    assert leans_back("It turns the lens.", "en")
    assert leans_back("That\u2019s why ships wait.", "en")
    assert not leans_back("There are many ships.", "en")
    assert not leans_back("Items cost money.", "en")
    assert begins_with_pronoun("That\u2019s why ships wait.", "en")
    assert not begins_with_pronoun("This lens is a good one.", "en")
    assert not begins_with_pronoun("That one is good.", "en")


def test_what_sums_up():
    assert sums_up("In short, the lens works.")
    assert sums_up("Kurz gesagt, es geht.")
    assert sums_up("总之图书馆开放。")
    assert not sums_up("In shorts he ran.")
