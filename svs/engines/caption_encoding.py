"""The encoding of a caption file: named by the user, marked in it, or detected; nothing is guessed."""

import re

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
_WESTERN = ("cp1252",)
_IN_WORDS = re.compile(r"(?<=[^\W\d_])[^\w\s'\u2019.,:/&\u2026\u3000-\u303f\uff00-\uffef-](?=[^\W\d_])")
"""A sign between two letters, where few texts have one, and texts in the wrong encoding many."""
_ALL = tuple(dict.fromkeys(name for names in (*_BY_LANGUAGE.values(), _WESTERN) for name in names))


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
    if head.count(0) > len(head) // 4:  # half of UTF-16's bytes, in western text
        return data.decode(
            "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be", "replace"
        )
    if b"\x1b$" in head:  # ISO 2022, which uses the letters of ASCII
        return None
    text = data.decode("utf-8-sig", "replace")
    strange = sum(letter > "\x7f" for letter in text)
    return text if text.count("\ufffd") <= strange // 4 else None


def _legacy(data: bytes, language: str | None) -> str | None:
    """Return the text of a file in an older encoding; None when it is not clear in which.

    It is clear when the text is in a language that is known, and the encoding one of that language's.
    """
    if language and (found := _best(data, _usual(language))) and found[1] in ("und", language):
        return found[0]
    found = _best(data, _ALL)
    if found is None or found[1] == "und":
        return None
    sure = _best(data, _usual(found[1]))
    return sure[0] if sure and sure[1] == found[1] else None


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
