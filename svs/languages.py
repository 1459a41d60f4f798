"""Language codes: files write three letters in two ways, Whisper and we write two."""

import re
from functools import cache

_WHISPER_OWN = {"jv": "jw", "cmn": "zh", "nb": "no", "fil": "tl"}
_FORMER = {"iw": "he", "jw": "jv", "in": "id", "ji": "yi", "mo": "ro", "sh": "sr"}
_IN_FILE_NAMES = {"chs": "zh", "cht": "zh", "cn": "zh", "cz": "cs", "jp": "ja", "ua": "uk"}
_IN_WORDS = {
    "cantonese": "yue",
    "farsi": "fa",
    "haitian creole": "ht",
    "letzeburgesch": "lb",
    "mandarin": "zh",
    "moldavian": "ro",
    "moldovan": "ro",
    "myanmar": "my",
    "nynorsk": "nn",
    "occitan": "oc",
    "pashto": "ps",
    "sinhalese": "si",
    "deutsch": "de",
    "español": "es",
    "français": "fr",
    "italiano": "it",
    "greek": "el",
    "malay": "ms",
    "nepali": "ne",
    "punjabi": "pa",
    "swahili": "sw",
    "castilian": "es",
    "flemish": "nl",
    "valencian": "ca",
}
_ALSO = _FORMER | _IN_FILE_NAMES | _IN_WORDS
"""Codes and names that people and programs write, beside ISO's."""
_SCRIPTS = (
    ("ja", "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"),
    ("ko", "\uac00-\ud7af"),
    ("zh", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"),
    ("th", "\u0e00-\u0e7f"),
    ("he", "\u0590-\u05ff\ufb1d-\ufb4f"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("hy", "\u0530-\u058f"),
    ("ka", "\u10a0-\u10ff\u1c90-\u1cbf"),
    ("bn", "\u0980-\u09ff"),
    ("pa", "\u0a00-\u0a7f"),
    ("gu", "\u0a80-\u0aff"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
    ("si", "\u0d80-\u0dff"),
    ("lo", "\u0e80-\u0eff"),
    ("bo", "\u0f00-\u0fff"),
    ("my", "\u1000-\u109f"),
    ("am", "\u1200-\u137f"),
    ("km", "\u1780-\u17ff"),
)
"""The scripts that one language has to itself among those that Whisper knows, or nearly so."""
_KANA = 0.1  # of the letters: so much of a Japanese text is in kana at least, and of no Chinese one


@cache
def long_code(short: str) -> str:
    """Return the three letters that containers write: `deu` for `de`; `und` when nobody knows."""
    from pycountry import languages

    short = "jv" if short == "jw" else short  # Whisper's own name for Javanese
    language = languages.get(alpha_2=short) if len(short) == 2 else languages.get(alpha_3=short)
    return str(language.alpha_3) if language else "und"


@cache
def code(tag: str) -> str:
    """Return a tag's short code: `ger`, `deu`, `de-AT` and `German` are `de`; empty when unknown."""
    from pycountry import languages

    tag = tag.strip().replace("_", "-").partition("-")[0].lower()
    tag = _ALSO.get(tag, tag)
    if not tag or tag == "und":
        return ""
    kind = {2: "alpha_2", 3: "alpha_3"}.get(len(tag), "name")
    language = languages.get(**{kind: tag}) or (languages.get(bibliographic=tag) if len(tag) == 3 else None)
    if language is None:
        return ""
    short = str(getattr(language, "alpha_2", language.alpha_3))
    return _WHISPER_OWN.get(short, short)


def by_script(text: str) -> str:
    """Return the language whose script most letters of a text are in; empty for scripts of many languages."""
    letters = sum(map(str.isalpha, text))
    if not letters:
        return ""
    shares = {code: len(re.findall(f"[{script}]", text)) / letters for code, script in _SCRIPTS}
    if shares["ja"] > _KANA and shares["ja"] + shares["zh"] > 1 / 2:
        return "ja"
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > 1 / 2 else ""


@cache
def name(short: str) -> str:
    """Return a language's English name: `German` for `de`; of one that nobody knows, its code."""
    from pycountry import languages

    long = long_code(short)
    language = None if long == "und" else languages.get(alpha_3=long)
    return re.sub(r" \(.*\)", "", language.name) if language else short
