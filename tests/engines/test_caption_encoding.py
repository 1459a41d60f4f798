"""Caption files in the encodings of the world: read right, or said to be unsure; never guessed."""

import json
import re
from pathlib import Path

import pytest

from svs.engines.caption_encoding import decode

TEXTS = json.loads((Path(__file__).parents[1] / "data/languages.json").read_text()) | {
    "el": "Σήμερα θα μιλήσουμε για τη νέα βιβλιοθήκη της πόλης μας. Το παλιό κτίριο έκλεισε. Ευχαριστώ πολύ.",
    "he": "היום נדבר על הספרייה החדשה של העיר שלנו. הבניין הישן נסגר כי הגג דלף בגשם. תודה רבה לכם.",
    "ko": "오늘은 새로운 도서관에 대해 이야기하겠습니다. 사람들은 책을 가져왔습니다. 감사합니다.",
    "pl": "Dzisiaj porozmawiamy o nowej bibliotece w naszym mieście. Ludzie przynieśli do szkoły ponad "
    "dziewięć tysięcy książek. Stary budynek został zamknięty, ponieważ dach przepuszczał deszcz.",
    "cs": "V dnešní přednášce si povíme o nové knihovně v našem městě. Lidé přinesli do školy více než "
    "devět tisíc knih. Stará budova byla zavřena, protože střechou pršelo dovnitř.",
    "lt": "Šiandien kalbėsime apie naują mūsų miesto biblioteką. Senasis pastatas buvo uždarytas, nes lijo.",
}
LEGACY = [
    *(("zh", "gb18030"), ("zh", "big5"), ("ja", "cp932"), ("ja", "euc_jp"), ("ja", "iso2022_jp")),
    *(("ko", "cp949"), ("ru", "cp1251"), ("ru", "koi8_r"), ("ru", "cp866"), ("el", "cp1253")),
    *(("pl", "cp1250"), ("pl", "iso8859_2"), ("tr", "cp1254"), ("he", "cp1255"), ("ar", "cp1256")),
    *(("de", "cp850"), ("fr", "cp850"), ("es", "cp850"), ("de", "mac_roman"), ("fr", "mac_roman")),
    *(("es", "mac_roman"), ("fr", "iso8859_15"), ("cs", "cp1250"), ("cs", "iso8859_2")),
    *(("th", "cp874"), ("de", "cp1252"), ("fr", "cp1252"), ("es", "cp1252"), ("fi", "cp1252")),
]


def srt(text, encoding):
    """Return a SubRip file of a text, as bytes and as what they say."""
    lines = [line for line in re.split(r"(?<=[.!?。])\s*", text) if line]
    cues = [f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{line}\n" for n, line in enumerate(lines)]
    data = "\n".join(cues).encode(encoding, "ignore")
    return data, data.decode(encoding)


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
@pytest.mark.parametrize("hinted", [False, True], ids=["", "language known"])
def test_older_encodings_are_found_out(language, encoding, hinted):
    data, text = srt(TEXTS[language], encoding)
    assert decode(data, language if hinted else None) == text


def test_a_language_is_a_hint_where_the_text_alone_is_unsure():
    data, text = srt(TEXTS["lt"], "cp1257")
    assert decode(data, "lt") == text
    assert decode(data) is None


@pytest.mark.parametrize(
    ("language", "encoding", "hint"), [("ru", "cp1251", "de"), ("ja", "cp932", "en"), ("de", "cp1252", "ru")]
)
def test_a_wrong_hint_does_no_harm(language, encoding, hint):
    data, text = srt(TEXTS[language], encoding)
    assert decode(data, hint) == text


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2", "cp852", "mac_latin2"])
@pytest.mark.parametrize("hint", [None, "cs", "pl", "de"])
def test_a_short_text_is_right_or_unsure(encoding, hint):
    text = "1\n00:00:01,000 --> 00:00:04,000\nV dnešní přednášce se to dozvíme.\n"
    assert decode(text.encode(encoding), hint) in (None, text)


def test_rivals_that_fit_alike_are_unsure():
    said = b"Das ist \x84 Haus und wir haben das nicht gesehen."  # a quotation mark, or a letter
    data = b"1\n00:00:01,000 --> 00:00:02,000\n" + said
    assert decode(data) is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("language", ["ru", "zh", "ja", "ar", "de"])
def test_utf16_without_its_mark_is_read(language, encoding):
    data, text = srt(TEXTS[language] * 3, encoding)
    assert decode(data) == text


def test_an_encoding_that_is_told_is_taken():
    data, text = srt(TEXTS["fr"], "mac_roman")
    assert decode(data, None, "mac_roman") == text


@pytest.mark.parametrize("data", [bytes(range(128, 256)) * 20, b"\x8d\x9e\xff\xfa one \xc1\xc2 two"])
def test_what_no_language_explains_is_unsure(data):
    assert decode(data) is None
