"""Language codes as Whisper, files and people write them."""

import pytest

from svs.languages import code, long_code, name


@pytest.mark.parametrize(
    ("short", "long"),
    [("en", "eng"), ("de", "deu"), ("zh", "zho"), ("no", "nor"), ("jw", "jav"), ("haw", "haw")],
)
def test_containers_get_three_letters_that_read_back(short, long):
    assert long_code(short) == long
    assert code(long) == short


@pytest.mark.parametrize("unknown", ["und", "", "xx", "??"])
def test_what_nobody_knows_is_und(unknown):
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
