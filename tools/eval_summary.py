#!/usr/bin/env python3
"""Score svs's summaries of transcripts against summaries by people: python tools/eval_summary.py FILE.

FILE holds one JSON object a line (or is such a file compressed by gzip):

    utterances  [{"speaker": str, "text": str}, ...]: what was said, in order
    reference   a summary by a person
    topics      [{"topic": str, "spans": [[first, last], ...]}, ...]: indices of utterances, both included
    chapters    [0, 19, ...]: the utterances at which a new topic begins

The utterances become a transcript as subtitles give one:
spoken one after the other at 150 words a minute, without times for words. Everything then is svs's own:
sentences, cleaning, ranking.

Scores are F1 in percent, the mean over all transcripts, with words stemmed by Porter's algorithm as is usual:
ROUGE-1, -2 and -L (Lin 2004), and ROUGE-1 over content words alone, for a summary may please ROUGE by
function words. LEAD is what was said first.

Chapters are held against those of the file by Pk (Beeferman et al. 1999) and WindowDiff (Pevzner & Hearst
2002), both the lower the better, over utterances, with a window of half a true chapter's mean length; even
ones are as many as svs's, of the same duration each.
"""

import argparse
import gzip
import json
import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import snowballstemmer

from svs.errors import SvsError
from svs.model.speech import Segment, Sentence, Transcript
from svs.stages.summarize import METHODS, summarize
from svs.text.chapters import chapter_starts
from svs.text.cleaning import cleaned
from svs.text.sentences import sentences
from svs.text.words import stop_words

SECONDS_A_WORD = 60 / 150
SCORES = ("ROUGE-1", "ROUGE-2", "ROUGE-L", "content")

Meeting = dict[str, Any]
Words = Sequence[str]
Case = tuple[int, str]
"""Words that a summary may have, and the method."""


def read(path: Path) -> list[Meeting]:
    """Return the objects of a file of JSON lines."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def transcript(meeting: Meeting) -> Transcript:
    """Return the utterances as svs would see them; empty ones are left out."""
    segments: list[Segment] = []
    clock = 0.0
    for utterance in meeting["utterances"]:
        end = clock + SECONDS_A_WORD * len(utterance["text"].split())
        if end > clock:
            segments.append(Segment(round(clock, 3), round(end, 3), utterance["text"]))
        clock = end
    return Transcript(engine="captions", model="", language="en", translated=False, segments=tuple(segments))


def summary(said: Sequence[Sentence], method: str, words: int) -> str:
    """Return the text of a summary by svs, or the first words of the meeting."""
    if method == "lead":
        return " ".join(" ".join(sentence.text for sentence in said).split()[:words])
    chosen = summarize(said, "en", method, f"{words}w")
    return " ".join(sentence.text for sentence in chosen.sentences)


@cache
def stem(word: str) -> str:
    """Return a word's stem; short words are their own."""
    return str(snowballstemmer.stemmer("porter").stemWord(word)) if len(word) > 3 else word


def to_stems(text: str) -> list[str]:
    """Return the stems of a text's words: runs of ASCII letters and digits, as in Google's ROUGE."""
    return [stem(word) for word in re.findall(r"[a-z0-9]+", text.lower())]


@cache
def function_words() -> frozenset[str]:
    """Return the stems that content scores leave out."""
    return frozenset(part for word in stop_words("en") for part in to_stems(word))


def to_content_stems(text: str) -> list[str]:
    """Return the stems of a text's words without function words."""
    return [word for word in to_stems(text) if word not in function_words()]


def f1(shared: int, ours: int, theirs: int) -> float:
    """Return the harmonic mean of precision and recall, in percent."""
    return 200 * shared / (ours + theirs) if shared else 0.0


def overlap(ours: Words, theirs: Words) -> float:
    """Return the F1 of two bags of words."""
    return f1((Counter(ours) & Counter(theirs)).total(), len(ours), len(theirs))


def common(ours: Words, theirs: Words) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(theirs) + 1)
    for word in ours:
        diagonal = 0
        for column, other in enumerate(theirs, 1):
            above = row[column]
            row[column] = diagonal + 1 if word == other else max(above, row[column - 1])
            diagonal = above
    return row[-1]


def score(text: str, reference: str) -> tuple[float, ...]:
    """Return the scores of one summary, in the order of `SCORES`."""
    ours, theirs = to_stems(text), to_stems(reference)
    content = ([word for word in words if word not in function_words()] for words in (ours, theirs))
    pairs = [[f"{a} {b}" for a, b in pairwise(words)] for words in (ours, theirs)]
    return (
        overlap(ours, theirs),
        overlap(*pairs),
        f1(common(ours, theirs), len(ours), len(theirs)),
        overlap(*content),
    )


def evaluate(meeting: Meeting, cases: Sequence[Case]) -> list[tuple[float, ...] | None]:
    """Return the scores of one meeting's summaries; None where a method fails."""
    said = sentences(transcript(meeting))
    found: list[tuple[float, ...] | None] = []
    for words, method in cases:
        try:
            found.append(score(summary(said, method, words), meeting["reference"]))
        except SvsError as error:
            print(error.message, file=sys.stderr)
            found.append(None)
    return found


def chapters(meeting: Meeting) -> list[float]:
    """Return Pk and WindowDiff of svs's chapters, of even ones, and how many there are of svs's and true."""
    said = cleaned(sentences(transcript(meeting)), "en")
    lengths = [SECONDS_A_WORD * len(one["text"].split()) for one in meeting["utterances"]]
    begin = [0.0, *accumulate(lengths)][:-1]
    found = [said[number].start for number in chapter_starts(said, "en")]
    even = [sum(lengths) * number / len(found) for number in range(len(found))]
    true = meeting["chapters"]
    ours, theirs = ([bisect_right(begin, start + 0.001) - 1 for start in starts] for starts in (found, even))
    both = (*apart(true, ours, len(begin)), *apart(true, theirs, len(begin)))
    return [*both, float(len(found)), float(len(true))]


def apart(true: Sequence[int], found: Sequence[int], size: int) -> tuple[float, float]:
    """Return Pk and WindowDiff of two partings of so many utterances, given by where parts begin."""
    window = max(2, round(size / len({0, *true}) / 2))
    pairs = [
        [sum(first < start <= first + window for start in starts) for first in range(size - window)]
        for starts in (true, found)
    ]
    wrong = [((a == 0) != (b == 0), a != b) for a, b in zip(*pairs, strict=True)]
    return fmean(one for one, _ in wrong), fmean(other for _, other in wrong)


def chapter_table(meetings: Sequence[Meeting]) -> Iterator[str]:
    """Yield the lines of the table of chapters' scores."""
    with ProcessPoolExecutor() as pool:
        pk, wd, even_pk, even_wd, found, true = map(fmean, zip(*pool.map(chapters, meetings), strict=True))
    yield f"{'chapters':<10}{'Pk':>8}{'WindowDiff':>12}{'number':>9}"
    yield f"{'svs':<10}{pk:>8.3f}{wd:>12.3f}{found:>9.1f}"
    yield f"{'even':<10}{even_pk:>8.3f}{even_wd:>12.3f}{found:>9.1f}"
    yield f"{'true':<10}{0:>8.3f}{0:>12.3f}{true:>9.1f}"


def table(meetings: Sequence[Meeting], cases: Sequence[Case]) -> Iterator[str]:
    """Yield the lines of the table of scores."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(partial(evaluate, cases=cases), meetings))
    yield f"{'words':>5}  {'method':<10}" + "".join(f"{name:>9}" for name in SCORES)
    for (words, method), scores in zip(cases, zip(*found, strict=True), strict=True):
        means = map(fmean, zip(*filter(None, scores), strict=True))
        yield f"{words:>5}  {method:<10}" + "".join(f"{mean:>9.2f}" for mean in means)


def show(meetings: Sequence[Meeting], cases: Sequence[Case]) -> Iterator[str]:
    """Yield what people and svs made of each meeting."""
    for meeting in meetings:
        yield f"\n# {meeting['reference']}"
        for words, method in cases:
            yield f"\n{words} {method}: {summary(sentences(transcript(meeting)), method, words)}"


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--methods", default=",".join(("lead", *METHODS)), help="such as auto,luhn,lead")
    parser.add_argument("--words", default="100,200", help="lengths of the summaries")
    parser.add_argument("--limit", type=int, help="use only so many transcripts, spread over the file")
    parser.add_argument("--chapters", action="store_true", help="score the chapters instead")
    parser.add_argument("--show", action="store_true", help="print the summaries instead of their scores")
    options = parser.parse_args()
    meetings = read(options.file)
    if options.limit:
        meetings = meetings[:: max(1, len(meetings) // options.limit)][: options.limit]
    cases = [
        (int(words), method) for words in options.words.split(",") for method in options.methods.split(",")
    ]
    if options.chapters:
        lines = chapter_table(meetings)
    else:
        lines = show(meetings, cases) if options.show else table(meetings, cases)
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
