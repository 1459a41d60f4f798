"""The encoding of a caption file: named by the user, marked in it, or detected; nothing is guessed."""

import re
from contextlib import suppress

from svs.text.words import guess_language

_BY_LANGUAGE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("ru", "uk", "bg", "be", "mk", "kk"), ("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5")
    ),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "ro", "sq"), ("cp1250", "iso8859_2", "cp852")),
    **dict.fromkeys(("lt", "lv", "et"), ("cp1257", "iso8859_13", "iso8859_4")),
    **dict.fromkeys(("tr", "az"), ("cp1254",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256", "iso8859_6")),
    **dict.fromkeys(("zh", "yue"), ("gb18030", "big5", "big5hkscs")),
    "sr": ("cp1251", "cp1250", "iso8859_5", "iso8859_2"),
    "el": ("cp1253", "iso8859_7"),
    "he": ("cp1255", "iso8859_8"),
    "yi": ("cp1255",),
    "ja": ("cp932", "euc_jp", "iso2022_jp", "shift_jis_2004", "euc_jis_2004"),
    "ko": ("cp949", "johab", "iso2022_kr"),
    "th": ("cp874",),
    "vi": ("cp1258",),
}
"""The encodings that files of a language have been written in, the usual ones first."""
_WESTERN = ("cp1252", "cp850", "mac_roman", "iso8859_15")
_LETTERS = {
    "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "pl": "ąćęłńóśźż",
    "hu": "áéíóöőúüű",
    "sl": "čšž",
    "hr": "čćđšž",
    "bs": "čćđšž",
    "ro": "ăâîșțşţ",
    "sq": "çë",
    "de": "äöüß",
    "nl": "éëïöüèê",
    "fr": "àâæçéèêëîïôœùûü",
    "es": "áéíñóúü¿¡",
    "it": "àèéìòù",
    "pt": "àáâãçéêíóôõúü",
    "ca": "àçèéíïòóúü·",
    "gl": "áéíñóúü¿¡",
    "sv": "åäöé",
    "fi": "åäö",
    "da": "åæøé",
    "no": "åæøéèêòóô",
    "nn": "åæøéèêòóô",
    "is": "áðéíóúýþæö",
}
"""The letters outside ASCII that languages are written with, where encodings have other letters for them."""
_WESTERN_LETTERS = "àáâãäåæçèéêëìíîïðñòóôõöøœùúûüýþÿß"
"""Those of the other languages that are written in western encodings."""
_MARKS = frozenset("«»„“”\u2018\u2019\u2013—…°€©♪£§")
_BIG_WITHIN = re.compile(r"(?<=[^\W\d_A-ZÀ-Þ])[À-Þ]")
_IN_WORDS = re.compile(r"(?<=[^\W\d_])[^\w\s'\u2019.,:/&\u2026\u3000-\u303f\uff00-\uffef-](?=[^\W\d_])")
"""A sign between two letters, where few texts have one, and texts in the wrong encoding many."""
_MOST_STRANGE = 0.5  # of what is not ASCII
_CLOSE = 1.25  # times as many strange letters as in the best text
_ALL = tuple(dict.fromkeys(name for names in (*_BY_LANGUAGE.values(), ("cp1252",)) for name in names))


def decode(data: bytes, language: str | None = None, encoding: str | None = None) -> str | None:
    """Return the text of a file, or None when its encoding is unsure; `language` is a hint, if known."""
    if encoding:
        return data.decode(encoding, "replace")
    text = _unicode(data)
    return text if text is not None else _legacy(data, language)


def _unicode(data: bytes) -> str | None:
    """Return the text of a file in UTF-8 or UTF-16; None when it is in neither."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    head = data[:1000]
    nulls = head[::2].count(0), head[1::2].count(0)
    if max(nulls) > max(len(head) // 20, 10 * min(nulls)):  # UTF-16: of each ASCII letter, on the same side
        return data.decode("utf-16-le" if nulls[1] > nulls[0] else "utf-16-be", "replace")
    if b"\x1b$" in head:  # ISO 2022, which uses the letters of ASCII
        return None
    text = data.decode("utf-8-sig", "replace")
    strange = sum(letter > "\x7f" for letter in text)
    return text if text.count("\ufffd") <= strange // 4 else None


def _legacy(data: bytes, language: str | None) -> str | None:
    """Return the text of a file in an older encoding; None when it is not clear in which.

    It is clear when the text is in a language that is known, and the encoding one of that language's.
    """
    if language and (found := _in_language(data, language)):
        return found
    best = _best(data, _ALL)
    guess = best[1] if best else guess_language(data.decode("latin-1"))
    return None if guess == "und" else _in_language(data, guess)


def _in_language(data: bytes, language: str) -> str | None:
    """Return the text of a file in that of a language's encodings which fits best, if any clearly does."""
    if letters := _LETTERS.get(language, "" if language in _BY_LANGUAGE else _WESTERN_LETTERS):
        text = _fitting(data, _usual(language), frozenset(letters) | _MARKS)
        return text if text and guess_language(text) in ("und", language) else None
    found = _best(data, _usual(language))
    return found[0] if found and found[1] in ("und", language) else None


def _fitting(data: bytes, encodings: tuple[str, ...], letters: frozenset[str]) -> str | None:
    """Return the text with the fewest strange letters; None where another has about as few."""
    texts = set[str]()
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            texts.add(data.decode(encoding))
    ranked = sorted((_strange(text, letters), text) for text in texts)
    if not ranked or ranked[0][0] > _MOST_STRANGE * sum(letter > "\x7f" for letter in ranked[0][1]):
        return None
    return None if ranked[1:] and ranked[1][0] <= ranked[0][0] * _CLOSE else ranked[0][1]


def _strange(text: str, letters: frozenset[str]) -> int:
    """Return how many signs and letters are not a language's own, or not in their place."""
    strange = sum(letter > "\x7f" and letter.lower() not in letters for letter in text)
    return strange + len(_IN_WORDS.findall(text)) + len(_BIG_WITHIN.findall(text))


def _usual(language: str) -> tuple[str, ...]:
    return _BY_LANGUAGE.get(language, _WESTERN)


def _best(data: bytes, encodings: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the text in that of some encodings that gives the least nonsense, and its language.

    Returns None when it is nonsense in all of them.
    """
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=list(encodings), enable_fallback=False)
    best = min(matches, key=lambda match: len(_IN_WORDS.findall(str(match))), default=None)
    if best is None:
        return None
    return str(best), guess_language(str(best))
