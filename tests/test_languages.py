"""Language codes as Whisper, files and people write them."""

import pytest

from svs.languages import by_script, code, long_code, name


@pytest.mark.parametrize(
    ("short", "long"),
    [("en", "eng"), ("de", "deu"), ("zh", "zho"), ("no", "nor"), ("jw", "jav"), ("haw", "haw")],
)
def test_containers_get_three_letters_that_read_back(short, long):
    assert long_code(short) == long
    assert code(long) == short


@pytest.mark.parametrize("unknown", ["und", "", "xx", "??"])
def test_an_unknown_language_is_und(unknown):
    assert long_code(unknown) == "und"


@pytest.mark.parametrize(
    ("short", "english"),
    [
        ("de", "German"),
        ("jw", "Javanese"),
        ("sw", "Swahili"),
        ("yue", "Yue Chinese"),
        ("xx", "xx"),
        ("und", "und"),
    ],
)
def test_languages_have_english_names(short, english):
    assert name(short) == english


@pytest.mark.parametrize(
    ("tag", "short"),
    [
        *(("iw", "he"), ("jw", "jw"), ("in", "id"), ("zh-Hans", "zh"), ("chs", "zh"), ("jp", "ja")),
        *(("ua", "uk"), ("Mandarin", "zh"), ("Greek", "el"), ("Punjabi", "pa"), ("GERMAN", "de")),
        *(("Farsi", "fa"), ("Haitian Creole", "ht"), ("Letzeburgesch", "lb"), ("Moldavian", "ro")),
        *(("Deutsch", "de"), ("Français", "fr"), ("Español", "es"), ("Italiano", "it")),
    ],
)  # fmt: skip
def test_former_codes_and_usual_names_are_known(tag, short):
    assert code(tag) == short


def test_every_name_that_whisper_has_is_known():
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    known = set(_LANGUAGE_CODES)
    own = "pashto cantonese myanmar occitan nynorsk sinhalese moldovan panjabi burmese valencian castilian"
    assert {code(word) for word in own.split()} <= known


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我们的城市 OK", "zh"),
        ("私たちの町には図書館", "ja"),
        ("図書館カード", "ja"),
        ("우리 마을의 도서관", "ko"),
        ("ห้องสมุดของเมือง", "th"),
        ("הספרייה החדשה", "he"),
        ("νέα βιβλιοθήκη", "el"),
        ("நூலகம்", "ta"),
        ("новая библиотека", ""),
        ("The angle α is β", ""),
        ("12:30", ""),
    ],
)  # fmt: skip
def test_a_script_of_one_language_identifies_it(text, language):
    assert by_script(text) == language
