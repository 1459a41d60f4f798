"""The choice says most in few words: never too long, never twice, never what is doubted, always in order."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.errors import Cancelled
from svs.model.speech import Segment, Sentence, Transcript
from svs.text.ranking import best
from svs.text.sentences import sentences
from svs.text.tokens import count_words

LANGUAGES = json.loads((Path(__file__).parents[1] / "data/languages.json").read_text())
TOPIC = (
    "The lighthouse lens gathers the light of the lamp.",
    "The lamp of the lighthouse stands behind a lens.",
    "Ships see the light of the lighthouse for many miles.",
    "Bread needs flour, water and some yeast.",
    "Sailors count the flashes of the lighthouse lamp.",
    "Paint dries slowly on wooden garden fences.",
)


def said(*texts, pauses=()):
    """Return sentences of four seconds, with two seconds of silence after those in `pauses`."""
    found, clock = [], 0.0
    for number, text in enumerate(texts):
        found.append(Sentence(clock, clock + 4.0, text))
        clock += 6.0 if number in pauses else 4.5
    return found


def texts(chosen):
    return [sentence.text for sentence in chosen]


def first_of(*texts, pauses=()):
    """Return which of these is chosen first when other things are said before and after."""
    others = [f"Page {number} tells of umbrella {number * 7} once more again." for number in range(60)]
    sentences = said(*others, *texts, "Nothing else is written in this old book.", pauses=pauses)
    for count in range(1, len(sentences)):
        chosen = {sentence.text for sentence in best(sentences, "en", count=count)} & set(texts)
        if chosen:
            return chosen.pop()
    return None


def test_what_the_text_is_about_comes_before_what_is_said_by_the_way():
    chosen = texts(best(said(*TOPIC), "en", count=4))
    assert TOPIC[3] not in chosen
    assert TOPIC[5] not in chosen


def test_what_is_short_or_empty_of_content_comes_last():
    small = ("The lighthouse lamp.", "It is as it was and so it will be.")
    sentences = said(small[0], *TOPIC, small[1])
    assert not set(small) & set(texts(best(sentences, "en", count=6)))
    assert set(small) <= set(texts(best(sentences, "en")))
    assert texts(best(said(*small), "en", count=1))  # better than nothing


def test_what_has_been_said_already_comes_later():
    start = "Golden lenses guide very distant ships."
    repeating, new = "Golden lenses guide ships very strangely.", "Marble towers adorn roads very strangely."
    never = "You and your marble towers adorn distant roads."  # makes `new` as common as `repeating`
    others = [f"Page {number} tells of umbrella {number * 7} once more again." for number in range(40)]
    sentences = said(start, *others, never, repeating, new, "The end has come for this book.")
    order = []
    for count in range(1, len(sentences)):
        order += [text for text in texts(best(sentences, "en", count=count)) if text not in order]
    assert order.index(start) < order.index(new) < order.index(repeating)


def test_no_text_is_chosen_twice():
    assert texts(best(said(*[TOPIC[0]] * 500), "en", count=5)) == [TOPIC[0]]


def test_doubted_sentences_are_never_chosen():
    doubted = [Sentence(s.start, s.end, s.text, suspect=i % 2 == 0) for i, s in enumerate(said(*TOPIC))]
    assert texts(best(doubted, "en")) == list(TOPIC[1::2])
    assert best([s for s in doubted if s.suspect], "en") == []
    assert best([], "en") == []


def test_a_sentence_near_the_beginning_counts_more():
    alike = [f"Item {chr(97 + i) * 3} costs {i + 11} silver coins today." for i in range(20)]
    assert texts(best(said(*alike), "en", count=1)) == alike[:1]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Lenses must become cheaper for buyers.", "Lenses did become cheaper for buyers."),
        ("We gather light across very wide harbours.", "They gather light across very wide harbours."),
    ],
)
def test_english_cue_words_raise_and_pointing_words_lower_the_score(better, worse):
    assert first_of(better, worse) == better
    assert first_of(worse, better) == better


def test_where_words_are_limited_the_shorter_counts_more_else_what_names_more():
    short, long = (
        "Golden lenses gather very strange lights.",
        "Silver lenses gather, so to say, very strange lights of towers indeed.",
    )
    assert first_of(short, long) == first_of(long, short) == long
    for pair in (short, long), (long, short):
        (chosen,) = best(said(*pair), "en", words=count_words(long))
        assert chosen.text == short


def test_what_begins_a_topic_counts_more_than_what_goes_on_with_it():
    golden, silver = "Golden lenses gather very strange lights.", "Silver towers gather very strange lights."
    others = [" ".join(f"{word}{number}" for word in ("bread", "hive", "tide")) for number in range(60)]
    others = [f"{text} are with some." for text in others]
    before, after = "So is it with silver towers built.", "So is it with golden lenses built."
    spoken = said(*others[:50], before, silver, *others[50:], golden, after)
    order = [{*texts(best(spoken, "en", count=count))} & {golden, silver} for count in range(1, 60)]
    assert next(filter(None, order)) == {golden}


def test_what_ends_before_a_pause_counts_more():
    golden, silver = "Golden lenses gather very strange lights.", "Silver lenses gather very strange lights."
    assert first_of(golden, silver) == golden
    assert first_of(golden, silver, pauses={61}) == silver


def test_a_limit_of_words_is_never_passed():
    shortest = min(TOPIC, key=count_words)
    assert texts(best(said(TOPIC[0] * 30, shortest), "en", words=9)) == [shortest]
    for words in range(1, 30):
        found = best(said(*TOPIC), "en", words=words)
        assert 1 <= sum(count_words(text) for text in texts(found)) <= words


def test_where_no_sentence_fits_the_best_one_is_cut_short_and_kept_whole_beside():
    (found,) = best(said(TOPIC[0]), "en", words=3)
    assert (found.text, found.said) == ("The lighthouse lens\u2026", TOPIC[0])
    (spaceless,) = best(said("灯塔帮助船只在夜里找到港口的方向。"), "zh", words=3)
    assert spaceless.text == "灯塔帮助船只\u2026"


def test_a_question_is_chosen_only_with_its_answer():
    question, answer = (
        "Why do golden lenses guide very distant ships?",
        "Golden lenses bundle the light of lamps.",
    )
    sentences = said(*TOPIC[3:], question, answer, *TOPIC[3:])
    for count in range(1, 6):
        chosen = texts(best(sentences, "en", count=count))
        assert question not in chosen or answer in chosen
    assert best(said(TOPIC[0], question), "en", words=15) == said(TOPIC[0])


def test_no_choice_begins_with_a_pronoun_that_leans_on_another_sentence():
    leaning = "They gather the light of the lighthouse lamp for ships."
    sentences = said("Okay.", leaning, *TOPIC)
    for count in range(1, 6):
        assert texts(best(sentences, "en", count=count))[0] != leaning
    assert texts(best(said("Okay.", leaning), "en", words=20)) == [leaning]  # better than nothing


@pytest.mark.parametrize(
    "greeting",
    [
        "Hello everybody and welcome to our lighthouse lamp lens lecture.",
        "Thank you so much for the lighthouse lamp and lens pictures.",
        "Can you see my lighthouse lamp and lens pictures now?",
    ],
)
def test_greetings_are_never_quoted_while_there_is_anything_else(greeting):
    assert greeting not in texts(best(said(greeting, *TOPIC), "en", words=500))
    assert texts(best(said("Okay?", "Hello.", TOPIC[3]), "en", words=50)) == [TOPIC[3]]


@pytest.mark.parametrize(
    ("whole", "piece"),
    [
        ("We gather golden lenses across wide harbours.", "With golden lenses across very wide harbours."),
        ("We gather golden lenses across wide harbours.", "We gather golden lenses across wide and"),
        ("Golden lenses gather light across harbours.", "The next topic is golden lenses across harbours."),
        ("Golden lenses gather light across harbours.", "These gather golden light across harbours."),
    ],
    ids=["no verb", "open end", "agenda", "dangling"],
)
def test_whole_sentences_are_preferred(whole, piece):
    assert first_of(whole, piece) == whole
    assert first_of(piece, whole) == whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_gives_a_summary_about_its_topic(language):
    heard = Segment(0.0, 90.0, LANGUAGES[language])
    if language == "th":  # who puts no full stops: captions give a line each
        lines = LANGUAGES["th"].split()
        segments = tuple(Segment(8.0 * i, 8.0 * i + 6, line) for i, line in enumerate(lines))
    else:
        segments = (heard,)
    whole = sentences(
        Transcript(engine="captions", model="", language=language, translated=False, segments=segments)
    )
    assert len(whole) >= 10
    size = sum(count_words(sentence.text) for sentence in whole)
    found = best(whole, language, words=size / 3)
    assert size / 5 <= sum(count_words(sentence.text) for sentence in found) <= size / 3
    assert min(map(len, texts(found))) > min(map(len, texts(whole)))  # not the "thank you"
    library = {
        "en": "librar", "de": "Bücherei", "fr": "bibliothèque", "es": "biblioteca", "ru": "библиотек",
        "ar": "مكتبة", "hi": "पुस्तकालय", "zh": "图书", "ja": "図書", "th": "ห้องสมุด", "tr": "ütüphane",
        "fi": "kirjasto",
    }[language]  # fmt: skip
    assert sum(library in text for text in texts(found)) * 2 >= len(found)


def test_a_choice_that_takes_long_can_be_stopped():
    ticks = []

    def tick():
        ticks.append(len(ticks))
        if len(ticks) == 4:
            raise Cancelled("stop", "")

    with pytest.raises(Cancelled):
        best(said(*TOPIC), "en", count=len(TOPIC), tick=tick)


some_words = st.lists(
    st.sampled_from(["a", "lens", "lamp", "you", "the", "must", "tide", "12", "灯塔", "में", "..."]),
    max_size=12,
)
some_sentences = st.lists(st.tuples(some_words.map(" ".join), st.booleans()), max_size=20)


@given(some_sentences, st.sampled_from(["en", "zh", "hi", "und"]), st.integers(1, 60), st.integers(1, 9))
def test_whatever_is_said_the_choice_keeps_its_promises(pairs, language, words, count):
    heard = [Sentence(3.0 * i, 3.0 * i + 2, text, suspect=doubt) for i, (text, doubt) in enumerate(pairs)]
    found = best(heard, language, words=words, count=count)
    assert {sentence.said or sentence.text for sentence in found} <= {
        sentence.text for sentence in heard if not sentence.suspect
    }
    assert all(a.start < b.start for a, b in pairwise(found))
    assert len(set(texts(found))) == len(found) <= count
    assert sum(count_words(text) for text in texts(found)) <= words
    assert bool(found) == any(count_words(s.text) for s in heard if not s.suspect)
