"""Language codes: files write three letters in two ways, Whisper and we write two."""

import re
from functools import cache

_WHISPER_OWN = {"jv": "jw", "cmn": "zh", "nb": "no"}


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
    if not tag or tag == "und":
        return ""
    kind = {2: "alpha_2", 3: "alpha_3"}.get(len(tag), "name")
    language = languages.get(**{kind: tag}) or (languages.get(bibliographic=tag) if len(tag) == 3 else None)
    if language is None:
        return ""
    short = str(getattr(language, "alpha_2", language.alpha_3))
    return _WHISPER_OWN.get(short, short)


@cache
def name(short: str) -> str:
    """Return a language's English name: `German` for `de`; of one that nobody knows, its code."""
    from pycountry import languages

    long = long_code(short)
    language = None if long == "und" else languages.get(alpha_3=long)
    return re.sub(r" \(.*\)", "", language.name) if language else short
