"""Compare transcripts with references: word errors, and when utterances begin."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer

BY_CHARACTERS = ("ja", "zh", "yue", "th", "lo", "km", "my", "ko")
"""Languages without spaces, or, as Korean, with spaces that writers choose: characters are compared."""
NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "  # noqa: SIM905
        "sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: str(number)
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
TITLES = {"mr": "mister", "mrs": "missus", "dr": "doctor"}
FIRST_WORDS = 3
"""An utterance's start counts as found if a segment begins with one of so many words."""

Said = tuple[float | None, str]
"""When it begins in seconds, if that is known, and the text."""


@dataclass(frozen=True)
class Reference:
    """What is said in a recording, in order; the language is a code such as en."""

    language: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Score:
    """Words or characters, and errors of the utterances' starts in seconds (None: not found)."""

    words: int
    substituted: int
    lost: int
    invented: int
    suspect: int
    starts: tuple[float | None, ...]

    @property
    def errors(self) -> int:
        """Return the number of words that are wrong."""
        return self.substituted + self.lost + self.invented


def read_references(path: Path) -> dict[str, Reference]:
    """Return the references of a file in the format of refs.json, by the recordings' names."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: to_reference(entry) for name, entry in entries.items() if isinstance(entry.get("text"), str)
    }


def to_reference(entry: dict[str, Any]) -> Reference:
    """Return the reference that an entry of refs.json holds."""
    utterances = [(part["start"], part["text"]) for part in entry.get("utterances", ())]
    return Reference(entry["language"], tuple(utterances or [(None, entry["text"])]))


def to_words(text: str, language: str) -> list[str]:
    """Return what is compared: lower-case words without punctuation, or characters.

    English numbers become digits, one a word: "twenty-one" and "21" are 2 1, "one oh" and "10" are 1 0.
    """
    text = re.sub(r"['’ʼ`]", "", unicodedata.normalize("NFKC", text)).casefold()  # noqa: RUF001 - apostrophes
    text = "".join(mark if unicodedata.category(mark)[0] in "LMN" else " " for mark in text)
    if language in BY_CHARACTERS:
        return list(text.replace(" ", ""))
    words = text.split()
    if language == "en":
        words = in_digits([TITLES.get(word, word) for word in words])
    return [part for word in words for part in (word if word.isdigit() else [word])]


def in_digits(words: Sequence[str]) -> list[str]:
    """Return English words with numbers below 100 in digits."""
    found: list[str] = []
    tens = False
    for word in words:
        number = NUMBERS.get(word, word)
        if tens and len(number) == 1 and number in "123456789":
            found[-1] = found[-1][0] + number
        elif word in {"oh", "o"} and found and found[-1].isdigit():
            found.append("0")
        else:
            found.append(TENS[word] + "0" if word in TENS else number)
        tens = word in TENS
    return found


def laid_out(parts: Iterable[Said], language: str) -> tuple[list[str], dict[int, float]]:
    """Return the words of all parts, and the times of those that begin a part, by index."""
    words: list[str] = []
    begins: dict[int, float] = {}
    for start, text in parts:
        found = to_words(text, language)
        if found and start is not None:
            begins[len(words)] = start
        words += found
    return words, begins


def score(reference: Reference, segments: Sequence[dict[str, Any]]) -> Score:
    """Return how far segments (start, end, text, suspect) are from the reference."""
    language = reference.language
    said, true_begins = laid_out(reference.said, language)
    transcribed, begins = laid_out([(part["start"], part["text"]) for part in segments], language)
    compared = jiwer.process_words(" ".join(said), " ".join(transcribed))
    places = {
        chunk.ref_start_idx + step: chunk.hyp_start_idx + step
        for chunk in compared.alignments[0]
        if chunk.type == "equal"
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx)
    }
    return Score(
        words=len(said),
        substituted=compared.substitutions,
        lost=compared.deletions,
        invented=compared.insertions,
        suspect=sum(len(to_words(part["text"], language)) for part in segments if part.get("suspect")),
        starts=tuple(start_error(first, start, places, begins) for first, start in true_begins.items()),
    )


def start_error(first: int, start: float, places: dict[int, int], begins: dict[int, float]) -> float | None:
    """Return how far from its true start, in seconds, a segment begins with an utterance's first words."""
    for step in range(FIRST_WORDS):
        place = places.get(first + step)
        if place is not None:
            near = [begins[index] for index in range(place - step, place + 1) if index in begins]
            if near:
                return min(abs(begin - start) for begin in near)
    return None


def alignment(reference: Reference, segments: Sequence[dict[str, Any]]) -> str:
    """Return both texts, one above the other, with marks where they differ."""
    said, _ = laid_out(reference.said, reference.language)
    transcribed, _ = laid_out([(None, part["text"]) for part in segments], reference.language)
    compared = jiwer.process_words(" ".join(said), " ".join(transcribed))
    return jiwer.visualize_alignment(compared, show_measures=False, line_width=120)
