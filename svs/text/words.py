"""Words for ranking, in every language that Whisper knows: what a word is, what to skip, what is the same."""

from collections.abc import Callable
from functools import cache

from svs.languages import by_script
from svs.text import tokens

_LIKE = {"nn": "no", "yue": "zh", "bs": "hr"}
"""Languages without a list of stop words, and a near relative that has one."""

_SAMPLE = 2000  # words are enough to recognize a language
_FEWEST, _SHARE = 4, 0.1  # different stop words, and their share, below which it is unknown

_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

_SPOKEN = (
    "thing things really basically actually probably maybe guess talk talking talked thanks thank okay "
    "yeah ok yes just like kind sort know think mean got get getting go going gonna wanna want see say "
    "said saying something anything everything stuff lot bit right well way good hmm let lets let's cause "
    "cuz people one two also now then here there even still much many though whether look looking come "
    "coming make sure put take need would could might will shall don't can't won't didn't doesn't isn't "
    "wasn't aren't haven't hasn't couldn't wouldn't shouldn't it's that's there's what's i'm you're we're "
    "topic topics um uh erm hm hmm mm mhm mm-hmm uh-huh huh yep "
    "they're he's she's i've we've you've they've i'd you'd we'd i'll you'll we'll "
)


class Tokenizer:
    """The words of a text, in the form that sumy asks for; sumy's own needs NLTK's data from the network."""

    def to_words(self, text: str) -> tuple[str, ...]:
        """Return the words in lower case; a script without spaces gives its pairs of characters."""
        return tokens.to_words(text)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words that say nothing by themselves; empty where no list is known."""
    import stopwordsiso
    from sumy.utils import get_stop_words

    language = _LIKE.get(language, language)
    try:
        found = get_stop_words(language)
    except LookupError:
        found = stopwordsiso.stopwords(
            language
        )  # wider than sumy's: its English one has "research" and "home"
    return frozenset(word.lower().replace("\u2019", "'") for word in found)


def spoken_words(language: str) -> frozenset[str]:
    """Return what is said much, and says as little as stop words, in speech alone; empty where no list is."""
    return frozenset(_SPOKEN.split()) if language == "en" else frozenset()


def guess_language(text: str) -> str:
    """Return the language of a text, by its script or its stop words; `und` when neither shows it."""
    import stopwordsiso

    if language := by_script(text[:_SAMPLE]):
        return language
    words = {word for word in tokens.to_words(text)[:_SAMPLE] if not word.isdigit()}  # some lists have digits
    found = {code: len(words & stopwordsiso.stopwords(code)) for code in stopwordsiso.langs()}
    best = max(sorted(found), key=found.__getitem__)
    unique = list(found.values()).count(found[best]) == 1
    return best if unique and found[best] >= max(_FEWEST, len(words) * _SHARE) else "und"


@cache  # several modules look at the same words
def stemmer(language: str) -> Callable[[str], str]:
    """Return what cuts a word of this language to its stem; words stay as they are where nothing can."""
    import snowballstemmer

    name = _STEMMERS.get(language)
    if name not in snowballstemmer.algorithms():
        return str
    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    return cache(stem)
