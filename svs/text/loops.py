"""Texts that repeat the same words in a row, as Whisper does where it is lost."""

import re

_LOOP = 4  # times the same segment, one after the other


def in_loop(texts: list[str]) -> list[bool]:
    """Say of each text whether it is one of several that repeat the same words in a row."""
    plain = [" ".join(plain_words(text)) for text in texts]
    marks = [False] * len(plain)
    first = 0
    for index in range(1, len(plain) + 1):
        if index == len(plain) or plain[index] != plain[first]:
            if index - first >= _LOOP:
                marks[first + 1 : index] = [True] * (index - first - 1)
            first = index
    return marks


def plain_words(text: str) -> list[str]:
    """Return the words of a text, without case and punctuation."""
    return re.findall(r"\w+", text.lower())
