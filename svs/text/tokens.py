"""What a word is, in any script: the one thing that sentences and words both need to know."""

import re
from functools import lru_cache
from unicodedata import category

_WITHOUT_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Thai and Lao, Burmese, Khmer, Kana, Han: scripts that put no spaces between words."""
_RUN = re.compile(f"[{_WITHOUT_SPACES}]+")
_RUN_OR_MARK = re.compile(f"[{_WITHOUT_SPACES}\u3000-\u303f\uff00-\uffef]")
_REMEMBERED = 50_000  # sentences whose words several modules ask for
_IN_WORDS = frozenset("'-\u200c\u200d")  # joiners are letters' neighbours in Persian and Indic scripts
_LONG_WORDS = re.compile(
    "[\u0e00-\u109f\u1780-\u17ff]"
)  # an alphabet: about four characters a word, else two


@lru_cache(_REMEMBERED)
def to_words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case; a script without spaces gives its pairs of characters.

    No dictionary knows where words end in all of these languages, and pairs do well for comparing sentences.
    """
    if not _RUN.search(text):
        return tuple(_letters(text))
    words: list[str] = []
    for word in _letters(text):
        words.extend(_RUN.sub(" ", word).split())
        for run in _RUN.findall(word):
            words.extend(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return tuple(words)


@lru_cache(_REMEMBERED)
def count_words(text: str) -> int:
    """Return how many words a text has; an estimate for scripts without spaces."""
    if not _RUN.search(text):
        return len(to_words(text))
    count = 0
    for word in _letters(text):
        count += len(_RUN.sub(" ", word).split())
        count += sum(-(-len(run) // (4 if _LONG_WORDS.match(run) else 2)) for run in _RUN.findall(word))
    return count


def shortened(text: str, words: int) -> str:
    """Return a text's first words, at most so many, and an ellipsis; the whole text where it is no longer."""
    if count_words(text) <= words:
        return text
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    if count_words(text[: ends[0]]) > words:  # no spaces to cut at
        ends = list(range(1, len(text)))
    low, high = 0, len(ends) - 1
    while low < high:  # the number of words grows with the length
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_words(text[: ends[middle]]) <= words else (low, middle - 1)
    return text[: ends[low]].rstrip(" ,;:.!?") + "\u2026"


def joiner(left: str, right: str) -> str:
    """Return what separates two pieces of speech: a space, or nothing within a script without spaces."""
    return "" if _RUN_OR_MARK.match(left[-1:]) and _RUN_OR_MARK.match(right[:1]) else " "


def _letters(text: str) -> list[str]:
    """Return the stretches of letters, marks and digits; `\\w` would cut Indic words at their vowel signs."""
    kept = text.lower().replace("\u2019", "'").translate(_KEPT)
    return [word for piece in kept.split() if (word := piece.strip("'-\u200c\u200d"))]


class _Kept(dict[int, str]):
    """What becomes of each character, for `str.translate`: looked up once, for texts are long."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kept = category(character)[0] in "LMN" or character in _IN_WORDS
        self[code] = character if kept else " "
        return self[code]


_KEPT = _Kept()
