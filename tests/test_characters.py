"""What nobody sees is taken out of a text, and what shapes its letters stays."""

import unicodedata

import pytest

from svs.characters import without_unseen

HIDDEN = [
    *"\x00\x1b\x7f\x9b\xad\u061c\u200b\u200e\u202e\u2028\u2060\u2066\ufeff\uffff",
    "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all of this"),
    "".join(map(chr, range(0xE0100, 0xE01F0))),
    "\u200d\u200c\u200d\u200d",
]


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_what_hides_in_a_text_is_removed(hidden):
    assert without_unseen(f"pay{hidden}pal") == "paypal"
    assert without_unseen(f"é{hidden}é{hidden}") == "éé"


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👩‍❤️‍👨", "☎︎ ☎️", "a\nb\tc", "Zürich 灯塔"])
def test_what_a_script_or_an_emoji_needs_stays(text):
    assert without_unseen(text) == text


def test_no_format_character_of_unicode_stays_in_a_word_but_signs_that_are_drawn():
    formats = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Cf"]
    left = {c for c in formats if without_unseen(f"a{c}b") != "ab"}
    drawn = ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN")
    assert [c for c in left if not unicodedata.name(c).startswith(drawn)] == []
