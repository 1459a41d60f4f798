"""Words, stop words and stems, for every language that Whisper knows."""

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES as WHISPER

from svs.text.tokens import count_words, joiner, to_words
from svs.text.words import Tokenizer, guess_language, stemmer, stop_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don\u2019t stop, it's 3 o'clock!", ("don't", "stop", "it's", "3", "o'clock")),
        ("well-known -- 'quoted' —", ("well-known", "quoted")),
        ("हिन्दी में", ("हिन्दी", "में")),
        ("تمرین می\u200cکنم.", ("تمرین", "می\u200cکنم")),
        ("Straße ÉTÉ", ("straße", "été")),
        ("我们喜欢猫。", ("我们", "们喜", "喜欢", "欢猫")),
        ("用 Python3 好", ("用", "python3", "好")),
        ("한국어 문장", ("한국어", "문장")),
        ("... !? ♪", ()),
        ("", ()),
    ],
)
def test_words_of_a_text(text, words):
    assert to_words(text) == words
    assert Tokenizer().to_words(text) == words


@pytest.mark.parametrize(
    ("text", "count"),
    [("Two words.", 2), ("我们喜欢猫。", 3), ("สวัสดีครับ", 3), ("use 猫 now", 3), ("♪", 0), ("", 0)],
)
def test_number_of_words(text, count):
    assert count_words(text) == count


def test_pieces_of_speech_are_joined_as_their_script_does():
    assert joiner("one", "two") == " "
    assert joiner("今天。", "明天") == ""
    assert joiner("用", "Python") == " "
    assert joiner("한국어", "문장") == " "


@pytest.mark.parametrize("language", [*WHISPER, "und", "", "no such language"])
def test_every_language_has_stop_words_and_a_stemmer_or_does_without(language):
    assert all(word == word.lower() for word in stop_words(language))
    assert isinstance(stemmer(language)("word"), str)


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "the"),
        ("de", "und"),
        ("zh", "我们"),
        ("yue", "我们"),
        ("no", "og"),
        ("nn", "og"),
        ("bs", "ili"),
        ("ru", "это"),
    ],
)
def test_common_words_are_stop_words(language, word):
    assert word in stop_words(language)


def test_english_stop_words_leave_what_carries_meaning():
    assert not {"research", "home", "information", "problem"} & stop_words("en")


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "lighthouse", "lighthouses"),
        ("de", "katze", "katzen"),
        ("nn", "båt", "båten"),
        ("ru", "книга", "книги"),
    ],
)
def test_stems_bring_forms_of_a_word_together(language, one, other):
    stem = stemmer(language)
    assert stem(one) == stem(other)


SAID = {
    "en": "The first topic is how a lighthouse guides ships at night and why they need it.",
    "de": "Das ist ein sehr langer Satz, den wir hier nur zum Testen geschrieben haben.",
    "fr": "Je ne sais pas ce que vous voulez dire, mais c'est très bien pour nous.",
    "sv": "Jag vet inte vad du menar med det, men det är mycket bra för oss.",
    "pt": "Eu não sei o que você quer dizer com isso, mas está muito bom para nós.",
    "ru": "Я не знаю, что вы хотите этим сказать, но это очень хорошо для нас.",
    "ja": "それが何を意味するのか分かりませんが、私たちにとってはとても良いことです。",
    "ar": "لا أعرف ماذا تقصد بذلك ولكن هذا جيد جدا بالنسبة لنا",
    "und": "Xylograph quixotic brzm vltava 1234 krrt.",
}


@pytest.mark.parametrize("language", SAID)
def test_a_language_is_known_by_its_stop_words(language):
    assert guess_language(SAID[language]) == language


@pytest.mark.parametrize("text", ["que de la no se", "no no no no no no no no no no", "en de la no que"])
def test_what_several_languages_have_or_one_word_repeated_tells_none(text):
    assert guess_language(text) == "und"
