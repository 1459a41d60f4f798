"""Sentences keep every word, once and in order, and know when they were said."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from svs.model.speech import Gap, Segment, Sentence, Transcript, Word
from svs.text.sentences import sentences


def heard(*segments, language="en", translated=False):
    return Transcript(
        engine="whisper", model="m", language=language, translated=translated, segments=segments
    )


def texts(*segments, language="en"):
    return [sentence.text for sentence in sentences(heard(*segments, language=language))]


def test_punctuation_makes_sentences_across_segments():
    found = sentences(
        heard(
            Segment(1.0, 3.0, "Dr. Smith came by at 3.30 p.m. and"),
            Segment(3.0, 5.0, "then he left. What did he want?"),
            Segment(5.5, 6.0, "Nobody knows!"),
        )
    )
    assert [sentence.text for sentence in found] == [
        "Dr. Smith came by at 3.30 p.m. and then he left.",
        "What did he want?",
        "Nobody knows!",
    ]
    assert (found[0].start, found[2].start, found[2].end) == (1.0, 5.5, 6.0)


def test_times_come_from_words_where_there_are_some():
    words = (Word(1.0, 1.5, " One."), Word(4.0, 4.4, " Two"), Word(4.4, 4.8, " three."))
    assert sentences(heard(Segment(1.0, 5.0, "One. Two three.", words))) == (
        Sentence(1.0, 1.5, "One."),
        Sentence(4.0, 4.8, "Two three."),
    )


def test_times_are_even_over_the_characters_where_there_are_no_words():
    first, second = sentences(heard(Segment(10.0, 20.0, "Abcd. Efgh.")))
    assert first.start == 10.0
    assert first.end == pytest.approx(10 + 10 * 5 / 11, abs=0.001)
    assert second.start == pytest.approx(10 + 10 * 6 / 11, abs=0.001)
    assert second.end == 20.0


def test_a_word_that_is_not_in_the_text_does_no_harm():
    words = (Word(1.0, 1.2, "Two"), Word(1.5, 1.7, "elephants"), Word(1.8, 2.0, "came."))
    assert sentences(heard(Segment(1.0, 2.0, "Two came.", words))) == (Sentence(1.0, 2.0, "Two came."),)


def test_a_long_silence_ends_a_sentence_without_a_full_stop():
    assert texts(
        Segment(0.0, 2.0, "It ends. And then we go to"), Segment(9.0, 11.0, "Welcome back to all of you.")
    ) == ["It ends.", "And then we go to", "Welcome back to all of you."]


def test_a_sentence_is_suspect_when_a_segment_that_it_touches_is():
    found = sentences(
        heard(
            Segment(0.0, 1.0, "This is fine. But this one"),
            Segment(1.0, 2.0, "is doubtful.", suspect=True),
            Segment(2.0, 3.0, "Fine again."),
        )
    )
    assert [sentence.suspect for sentence in found] == [False, True, False]


def test_every_sentence_of_a_suspect_segment_is_suspect():
    found = sentences(
        heard(Segment(0.0, 2.0, "One. Two. And", suspect=True), Segment(2.0, 4.0, "three. Four."))
    )
    assert [sentence.suspect for sentence in found] == [True, True, True, False]


def test_without_punctuation_pauses_make_sentences_of_ten_words_or_more():
    said = [f"{name} one two three four five" for name in "abcdef"]
    segments = [Segment(2.0 * i, 2.0 * i + 1.5, text) for i, text in enumerate(said)]
    assert texts(*segments) == [f"{said[i]} {said[i + 1]}" for i in (0, 2, 4)]


def test_without_punctuation_no_sentence_goes_on_across_a_long_pause():
    assert texts(Segment(0.0, 1.0, "so far so good"), Segment(3.5, 5.0, "and now to something else")) == [
        "so far so good",
        "and now to something else",
    ]


def test_without_punctuation_pauses_within_a_segment_count():
    said = list("abcdefghijkl")
    words = tuple(
        Word(i + (5.0 if i > 7 else 0.0), i + 0.9 + (5.0 if i > 7 else 0.0), w) for i, w in enumerate(said)
    )
    assert texts(Segment(0.0, 17.0, " ".join(said), words)) == ["a b c d e f g h", "i j k l"]


def test_without_punctuation_or_pause_forty_words_are_the_limit():
    found = texts(Segment(0.0, 60.0, " ".join(f"word{i}" for i in range(100))))
    assert [len(text.split()) for text in found] == [40, 40, 20]


@pytest.mark.parametrize(
    "line", ["ห้องสมุดใหม่จะอยู่ข้างตลาดซึ่งรถประจำทางจอด", "新的图书馆将建在市场旁边大多数公共汽车都在那里停车"]
)
def test_without_punctuation_or_spaces_segments_end_sentences(line):
    segments = [Segment(5.0 * i, 5.0 * i + 5, line) for i in range(6)]
    assert texts(*segments) == [line] * 6


def test_a_run_of_lost_punctuation_is_cut_at_pauses():
    well = [Segment(float(i), i + 1.0, "All is well here today.") for i in range(10)]
    lost = [Segment(10.0 + i, 11.0 + i, "and so on and so forth it goes on") for i in range(15)]
    found = texts(*well, *lost)
    assert found[:10] == ["All is well here today."] * 10
    assert [len(text.split()) for text in found[10:]] == [18] * 7 + [9]


def test_languages_without_spaces_are_joined_without_any():
    assert texts(
        Segment(0.0, 1.0, "今天天气"),
        Segment(1.0, 2.0, "很好。我们用 Python"),
        Segment(2.0, 3.0, "very good 的。"),
        language="zh",
    ) == ["今天天气很好。", "我们用 Python very good 的。"]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("hi", "यह पहला वाक्य है। यह दूसरा वाक्य है।", 2),
        ("ur", "یہ پہلا جملہ ہے\u06d4 کیا یہ دوسرا ہے؟", 2),
        ("ja", "今日は晴れです。明日は雨です。", 2),
        ("jw", "Iki siji. Iki loro.", 2),
        ("und", "Ünü — 😀 eins. Und zwei.", 2),
        ("no such language", "One here. Two here.", 2),
    ],
)
def test_full_stops_of_other_scripts(language, text, count):
    found = texts(Segment(0.0, 9.0, text), language=language)
    assert len(found) == count
    assert " ".join(found).replace(" ", "") == text.replace(" ", "")


def test_a_translation_is_cut_as_english():
    found = sentences(heard(Segment(0, 2, "I met Mr. Hall. He left."), language="hy", translated=True))
    assert [sentence.text for sentence in found] == ["I met Mr. Hall.", "He left."]


def test_overlapping_subtitles_keep_their_own_times():
    found = sentences(heard(Segment(0.0, 900.0, "A sign on the wall."), Segment(2.0, 4.0, "Who wrote that?")))
    assert [(sentence.start, sentence.end) for sentence in found] == [(0.0, 2.0), (2.0, 4.0)]


def test_what_is_no_unicode_is_kept_where_it_is():
    text = "It is \udcff here. \ud83d\udca9? So it is."
    assert " ".join(texts(Segment(0.0, 4.0, text))) == text


def test_no_sentence_goes_on_across_a_gap():
    said = heard(
        Segment(60.0, 64.0, "It is late. And then we went to the"),
        Segment(66.0, 69.0, "which nobody had seen before"),
        Segment(69.2, 71.0, "that day."),
    )
    assert [sentence.text for sentence in sentences(said)] == [
        "It is late.",
        "And then we went to the which nobody had seen before that day.",
    ]
    assert [
        (sentence.end, sentence.text) for sentence in sentences(replace(said, gaps=(Gap(64.1, 65.9),)))[1:]
    ] == [
        (64.0, "And then we went to the"),
        (71.0, "which nobody had seen before that day."),
    ]


def test_without_punctuation_no_sentence_goes_on_across_a_gap():
    said = heard(Segment(0.0, 1.0, "so far so good"), Segment(2.6, 5.0, "and now to something else"))
    assert len(sentences(said)) == 1
    found = sentences(replace(said, gaps=(Gap(0.0, 0.0), Gap(1.0, 2.6), Gap(5.0, 9.0))))
    assert [sentence.text for sentence in found] == ["so far so good", "and now to something else"]


def test_no_sentence_goes_on_from_one_language_into_another():
    found = sentences(
        heard(
            Segment(0.0, 2.0, "As they say in Berlin,"),
            Segment(2.0, 4.0, "das kam am 3. Mai", language="de"),
            Segment(4.0, 5.0, "in die Stadt. Wirklich.", language="de"),
            Segment(5.0, 6.0, "and so on."),
        )
    )
    assert [(sentence.text, sentence.language) for sentence in found] == [
        ("As they say in Berlin,", None),
        ("das kam am 3. Mai in die Stadt.", "de"),  # by German rules: in English, "3." ends a sentence
        ("Wirklich.", "de"),
        ("and so on.", None),
    ]


def test_a_translation_is_in_one_language():
    said = (Segment(0.0, 2.0, "We met and"), Segment(2.0, 4.0, "talked a while.", language="fr"))
    found = sentences(heard(*said, language="de", translated=True))
    assert [(sentence.text, sentence.language) for sentence in found] == [
        ("We met and talked a while.", None)
    ]


def test_nothing_said_is_no_sentence():
    assert sentences(heard()) == ()
    assert sentences(heard(Segment(0.0, 1.0, " \n "))) == ()


words_said = st.text(st.sampled_from("abcxyzéßжяהא中的はไกက។,.?!。…'\"-3"), min_size=1, max_size=9)


@st.composite
def transcripts(draw):
    clock, segments = 0.0, []
    for said in draw(st.lists(st.lists(words_said, max_size=20), max_size=12)):
        start = clock + draw(st.sampled_from([0.0, 0.2, 0.5, 2.5, 60.0]))
        pace = draw(st.sampled_from([0.0, 0.1, 0.7]))
        times = [(start + i * pace, start + (i + 0.8) * pace) for i in range(len(said))]
        clock = start + len(said) * pace
        words = (
            tuple(Word(*time, text) for time, text in zip(times, said, strict=True))
            if draw(st.booleans())
            else ()
        )
        language = draw(st.sampled_from([None, None, "de"]))
        segments.append(Segment(start, clock, " ".join(said), words, draw(st.booleans()), language))
        clock -= draw(st.sampled_from([0.0, 0.0, 0.3])) if clock > start + 0.3 else 0.0
    lost = draw(st.lists(st.floats(0, 100).map(lambda start: Gap(start, start + 2)), max_size=2))
    whole = heard(*segments, language=draw(st.sampled_from(["en", "zh", "th", "fr", "und"])))
    return replace(whole, gaps=tuple(sorted(lost, key=lambda gap: gap.start)))


@given(transcripts())
def test_every_word_once_in_order_and_at_its_time(transcript):
    found = sentences(transcript)
    said = [word for segment in transcript.segments for word in segment.text.split()]
    assert "".join("".join(s.text for s in found).split()) == "".join(said)
    if all(word.isascii() for word in said):
        assert [word for sentence in found for word in sentence.text.split()] == said
    assert all(sentence.text == sentence.text.strip() != "" for sentence in found)
    assert all(sentence.start <= sentence.end for sentence in found)
    assert all(sentence.start <= other.start for sentence, other in pairwise(found))
    if found:
        spoken = [segment for segment in transcript.segments if segment.text.strip()]
        assert spoken[0].start - 0.001 <= found[0].start
        assert found[-1].end <= spoken[-1].end + 0.001


def test_a_sentence_ends_where_the_speaker_changes():
    found = sentences(
        heard(
            Segment(0.0, 2.0, "The lamp is weak and so", speaker="Ada"),
            Segment(2.0, 4.0, "a lens is needed", speaker="Ada"),
            Segment(4.0, 6.0, "but who pays. I ask.", speaker="Ben"),
            Segment(6.0, 8.0, "nobody does.", speaker="Ada"),
            Segment(8.0, 9.0, "(somebody coughs)"),
        )
    )
    assert [(spoken.said_by, spoken.text) for spoken in found] == [
        ("Ada", "The lamp is weak and so a lens is needed"),
        ("Ben", "but who pays."),
        ("Ben", "I ask."),
        ("Ada", "nobody does."),
        ("", "(somebody coughs)"),
    ]


def test_a_speaker_who_is_the_only_one_known_changes_nothing():
    plain = Segment(0.0, 2.0, "The lamp is weak and so"), Segment(2.0, 4.0, "a lens is needed. It is.")
    named = replace(plain[0], speaker="Ada"), plain[1]
    assert sentences(heard(*named)) == sentences(heard(*plain))


AT_ONCE = (
    Segment(0.0, 2.0, "The lamp is weak and so", speaker="Ada"),
    Segment(1.0, 3.0, "I see what", speaker="Ben"),
    Segment(2.0, 4.0, "a lens is needed. Well?", speaker="Ada"),
    Segment(3.0, 5.0, "you mean.", speaker="Ben"),
)


def test_who_has_a_voice_of_their_own_goes_on_while_another_speaks():
    found = sentences(replace(heard(*AT_ONCE), voices="channels"))
    assert [(spoken.start, spoken.said_by, spoken.text) for spoken in found] == [
        (0.0, "Ada", "The lamp is weak and so a lens is needed."),
        (1.0, "Ben", "I see what you mean."),
        (found[2].start, "Ada", "Well?"),
    ]
    assert (found[1].end, found[2].end) == (5.0, 4.0)


@given(transcripts(), st.lists(st.sampled_from(["left", "right"]), max_size=12))
def test_every_word_of_each_voice_once_in_order(transcript, speakers):
    named = tuple(
        replace(segment, speaker=speaker)
        for segment, speaker in zip(transcript.segments, speakers, strict=False)
    )
    found = sentences(replace(transcript, segments=named, voices="channels"))
    for speaker in {segment.speaker for segment in named} if len(set(speakers)) > 1 else ():
        said = "".join("".join(s.text.split()) for s in named if s.speaker == speaker)
        names = {speaker} if len({segment.speaker for segment in named}) > 1 else {""}
        assert "".join("".join(s.text.split()) for s in found if s.said_by in names) == said
    assert all(first.start <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("language", "lines", "found"),
    [
        ("en", ["Select it, click", "Yeah, some more."], ["Select it, click", "Yeah, some more."]),
        ("en", ["Select it, click Yeah, some more."], ["Select it, click", "Yeah, some more."]),
        ("en", ["We see the lamp", "The lens is here."], ["We see the lamp", "The lens is here."]),
        ("en", ["the window is closed And then it opens."], ["the window is closed", "And then it opens."]),
        ("en", ["We see the lamp that we use."], ["We see the lamp that we use."]),
        ("en", ["We see the lamp", "Fresnel made."], ["We see the lamp Fresnel made."]),
        ("en", ["It is okay, because", "I'm here."], ["It is okay, because I'm here."]),
        ("en", ["She read", "Why We Fight again."], ["She read", "Why We Fight again."]),
        ("en", ["She read Why We Fight again."], ["She read Why We Fight again."]),
        ("en", ["THEY READ IT", "AND SO DO WE."], ["THEY READ IT AND SO DO WE."]),
        ("fr", ["La lampe est faible", "Mais elle brille."], ["La lampe est faible", "Mais elle brille."]),
        ("de", ["Wir sehen, was", "Sie sehen."], ["Wir sehen, was Sie sehen."]),
    ],
)
def test_a_capital_begins_a_sentence_where_nothing_else_asks_for_it(language, lines, found):
    segments = [Segment(float(at), at + 1.0, line) for at, line in enumerate(lines)]
    assert texts(Segment(-9.0, -5.0, "It is here."), *segments, language=language)[1:] == found


@pytest.mark.parametrize("stop", ["", "."])
def test_a_sentence_ends_at_a_mark_of_another_speaker_without_a_name(stop):
    said = (
        Segment(0.0, 2.0, f"The lamp is weak{stop} and so"),
        Segment(2.0, 4.0, f"a lens is needed{stop}", turn=True),
    )
    assert texts(*said)[-1] == f"a lens is needed{stop}"
