"""The summary quotes what was said, in its order, at the length that was asked for."""

import json
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from svs.errors import InputError, UsageError
from svs.model.speech import Sentence
from svs.stages.summarize import METHODS, summarize
from svs.text.tokens import count_words

TALK = json.loads(resources.files("svs").joinpath("assets/talk.json").read_text())
SAID = [Sentence(s["start"], s["end"], s["text"]) for s in TALK["sentences"]]


def summary(sentences, *, language="en", method="auto", length="5"):
    return summarize(sentences, language, method, length)


def exact(sentences):
    """Return sentences as they were said, to find them again."""
    return [
        Sentence(sentence.start, sentence.end, sentence.said or sentence.text, sentence.suspect)
        for sentence in sentences
    ]


def words(sentences):
    return sum(count_words(sentence.text) for sentence in sentences)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_quotes_in_the_order_of_the_talk(method):
    found = summary(SAID, method=method)
    assert len(found.sentences) == 5
    assert exact(found.sentences) == [sentence for sentence in SAID if sentence in exact(found.sentences)]
    assert (found.method, found.length) == (method, "5")
    assert found == summary(SAID, method=method)


@pytest.mark.parametrize("method", [method for method in METHODS if method not in ("auto", "lexrank")])
def test_the_best_is_what_others_say_too(method):
    alike = [
        "A lighthouse lamp guides ships.",
        "The lamp guides ships at night, and a lighthouse has a lamp.",
        "Ships need a lighthouse.",
    ]
    others = [
        "Umbrellas sing.",
        "Paint dries slowly.",
        "Bread rises.",
        "Rain falls on grass.",
        "Dogs bark loudly.",
    ]
    said = [Sentence(i, i + 1, text) for i, text in enumerate(others[:3] + alike + others[3:])]
    assert summary(said, method=method, length="1").sentences[0].text in alike


def test_lexrank_takes_the_sentence_in_the_middle_of_the_others():
    texts = [
        "Umbrellas sing.",
        "Cats purr.",
        "Dogs bark.",
        "Cats, dogs, birds, mice.",
        "Birds fly.",
        "Mice hide.",
    ]
    said = [Sentence(i, i + 1, text) for i, text in enumerate([*texts, "Paint dries.", "Bread rises."])]
    assert summary(said, length="1", method="lexrank").sentences == (said[3],)


def test_what_the_talk_is_about_is_preferred():
    off_topic = Sentence(200.0, 203.0, "Purple umbrellas sing quietly backwards.")
    for method in ("auto", "lexrank"):
        assert off_topic not in summary([*SAID, off_topic], length="10", method=method).sentences


def test_the_usual_summary_of_the_talk_has_the_gist_of_each_topic():
    chosen = {sentence.text for sentence in exact(summary(SAID, method="auto", length="medium").sentences)}
    for topic in TALK["topics"]:
        assert chosen & {TALK["sentences"][number]["text"] for number in topic["gist"]}, topic["title"]


def test_fillers_are_left_out_and_the_exact_words_kept():
    said = [Sentence(0, 4, "So, um, the the lighthouse warns ships, you know."), Sentence(5, 6, "It works.")]
    shown = Sentence(0, 4, "The lighthouse warns ships.", said=said[0].text)
    for method in METHODS:
        assert summary(said, method=method, length="9").sentences == (shown, said[1])


@pytest.mark.parametrize(
    ("length", "count"), [("1", 1), ("7", 7), ("40", 40), ("5000", 40), ("10%", 4), ("1%", 1), ("100%", 40)]
)
def test_a_number_or_share_of_sentences(length, count):
    assert len(summary(SAID, length=length).sentences) == count


@pytest.mark.parametrize("method", METHODS)
def test_a_number_of_words_is_a_limit_and_is_used(method):
    assert 90 <= words(summary(SAID, length="120w", method=method).sentences) <= 120


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        (
            [
                "Red foxes jump over seven lazy brown dogs.",
                "Nine tall ships sail past eleven small green islands.",
                "Music plays.",
            ],
            [0],
        ),
        (
            [
                "Red foxes jump often.",
                "Nine tall ships sail past eleven small green islands.",
                "Music plays.",
            ],
            [0, 2],
        ),
    ],
)
def test_short_sentences_fill_a_gap_only_while_much_is_missing(texts, chosen):
    said = [
        Sentence(i, i + 1, text) for i, text in enumerate(texts)
    ]  # alike in nothing: the first is the best
    assert summary(said, length="10w", method="lexrank").sentences == tuple(said[i] for i in chosen)


@pytest.mark.parametrize("method", METHODS)
def test_a_limit_below_every_sentence_cuts_one_short(method):
    (found,) = summary(SAID, length="3w", method=method).sentences
    assert words([found]) == 3
    assert found.text.endswith("\u2026")
    assert found.said.startswith(found.text[1:-1], 1) or found.text[1:-1] in found.said


def test_named_lengths_grow_with_the_recording_but_slowly():
    sizes = {name: words(summary(SAID, length=name).sentences) for name in ("short", "medium", "long")}
    assert 45 <= sizes["short"] <= 60 < 90 <= sizes["medium"] <= 120 < 187 <= sizes["long"] <= 250
    hour, day = ([Sentence(s.start * n, s.end * n, s.text) for s in SAID] for n in (20, 480))
    assert words(summary(hour, length="medium").sentences) <= 120
    assert 200 < words(summary(day, length="medium").sentences) <= 120 * 24**0.25


def test_a_named_length_is_at_most_half_of_what_was_said():
    assert words(summary(SAID[:6], length="long").sentences) <= words(SAID[:6]) / 2


def test_an_unknown_method_is_refused():
    with pytest.raises(UsageError, match="no method 'magic'"):
        summary(SAID, method="magic")


def test_doubtful_sentences_are_never_quoted():
    doubtful = [Sentence(s.start, s.end, s.text, suspect=i % 2 == 0) for i, s in enumerate(SAID)]
    chosen = summary(doubtful, length="100%").sentences
    assert len(chosen) == 20
    assert not any(sentence.suspect for sentence in chosen)


def test_sentences_in_another_language_are_never_quoted():
    mixed = [replace(said, language="de") if i % 2 == 0 else said for i, said in enumerate(SAID)]
    chosen = summary(mixed, length="100%").sentences
    assert len(chosen) == 20
    assert not any(sentence.language for sentence in chosen)


@pytest.mark.parametrize("said", [[], [Sentence(0, 1, "♪ ...")]])
def test_no_speech_is_said_so(said):
    with pytest.raises(InputError, match="no speech was found") as refused:
        summary(said)
    assert refused.value.exit_code == 3
    assert refused.value.hint


def test_nothing_but_doubtful_sentences_is_said_so():
    with pytest.raises(InputError, match="doubts every sentence"):
        summary([Sentence(0, 1, "Thanks for watching.", suspect=True)])


ODD = {
    "one sentence": ["Only this was said."],
    "one word": ["Yes."],
    "two sentences alike in nothing": ["Cats purr.", "Rain falls."],
    "stop words alone": ["It is.", "It was.", "And so it is."],
    "a single letter each": ["a", "b", "c"],
    "one stem": ["run", "Running!", "runs.", "ran run"],
    "numbers": ["1", "2 2", "3 3 3"],
    "signs between words": ["♪", "Hello there.", "...", "Hello again."],
    "a very long sentence": ["lighthouse shines " * 3000, "A lamp."],
    "three words": ["Yes thank you"],
    "fillers alone": ["Um.", "Yeah, okay."],
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("texts", ODD.values(), ids=ODD)
@pytest.mark.parametrize("length", ["medium", "2"])
def test_odd_texts_are_summarized_by_every_method(method, texts, length):
    said = [Sentence(i, i + 1, text) for i, text in enumerate(texts)]
    chosen = summary(said, method=method, length=length).sentences
    assert 1 <= len(chosen) <= 2
    assert set(exact(chosen)) <= set(said)


@pytest.mark.parametrize("method", METHODS)
def test_a_repeated_sentence_has_the_time_of_its_first_occurrence(method):
    twice = [
        *SAID,
        *(Sentence(sentence.start + 200, sentence.end + 200, sentence.text) for sentence in SAID[::2]),
    ]
    starts = [sentence.start for sentence in summary(twice, method=method, length="20").sentences]
    assert starts == sorted(starts)
    assert starts[-1] < 200


@pytest.mark.parametrize("method", METHODS)
def test_the_same_sentence_many_times_is_quoted_once(method):
    said = [Sentence(i, i + 1, "Thank you very much for the flowers.") for i in range(500)]
    assert summary(said, method=method, length="12").sentences == (said[0],)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("zh", ["我们今天讨论灯塔。", "灯塔帮助船只。", "面包需要酵母。"]),
        ("th", ["วันนี้เราพูดเรื่องประภาคาร", "ประภาคารช่วยเรือ", "ขนมปังใช้ยีสต์"]),
        ("hi", ["आज हम प्रकाशस्तंभ की बात करेंगे।", "प्रकाशस्तंभ जहाजों की मदद करता है।", "रोटी को खमीर चाहिए।"]),
        ("yue", ["我哋今日講燈塔。", "燈塔幫船。", "麵包要酵母。"]),
        ("jw", ["Mercusuar iku dhuwur.", "Mercusuar nulungi kapal.", "Roti butuh ragi."]),
        ("und", ["La turo brilas.", "La turo helpas.", "Pano kreskas."]),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_other_languages_and_scripts(method, language, texts):
    said = [Sentence(i, i + 1, text) for i, text in enumerate(texts)]
    assert len(summary(said, language=language, method=method, length="2").sentences) == 2


@settings(max_examples=60)
@given(
    st.lists(st.text("ab cдع中ก'.!1\u200d", max_size=12), min_size=1, max_size=8),
    st.sampled_from(METHODS),
    st.sampled_from(["en", "th", "de", "und"]),
    st.sampled_from(["short", "3", "50%", "9w"]),
)
def test_no_text_is_too_odd(texts, method, language, length):
    said = [Sentence(i, i + 1, text.strip()) for i, text in enumerate(texts)]
    if any(count_words(text) for text in texts):
        assert summary(said, language=language, method=method, length=length).sentences
    else:
        with pytest.raises(InputError):
            summary(said, language=language, method=method, length=length)
