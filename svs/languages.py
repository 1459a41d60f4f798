"""Language codes: files write three letters in two ways, Whisper and we write two."""

from functools import cache

_WHISPER_OWN = {"jv": "jw", "cmn": "zh", "nb": "no"}


@cache
def code(tag: str) -> str:
    """Return a tag's short code: `ger`, `deu`, `de-AT` and `German` are `de`; empty when unknown."""
    import pycountry

    tag = tag.strip().replace("_", "-").partition("-")[0].lower()
    if not tag or tag == "und":
        return ""
    try:
        language = pycountry.languages.lookup(tag)
    except LookupError:
        return ""
    short = str(getattr(language, "alpha_2", language.alpha_3))
    return _WHISPER_OWN.get(short, short)
