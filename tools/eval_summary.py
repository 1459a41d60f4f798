#!/usr/bin/env python3
"""Score svs's summaries against people's: python tools/eval_summary.py FILE_OR_FOLDER [--against SCORES].

A FILE holds one meeting a line as a JSON object (or is such a file compressed by gzip):

    utterances  [{"speaker": str, "text": str}, ...]: what was said, in order
    reference   a summary by a person
    topics      [{"topic": str, "spans": [[first, last], ...]}, ...]: indices of utterances, both included
    chapters    [0, 19, ...]: the utterances at which a new topic begins

The utterances become a transcript as subtitles give one: spoken one after the other at 150 words a minute,
without times for words. Everything then is svs's own: sentences, cleaning, ranking. Scores are F1 in percent,
with words stemmed by Porter's algorithm as is usual: ROUGE-1, -2 and -L (Lin 2004), and ROUGE-1 over content
words alone, for a summary may please ROUGE by function words. LEAD is what was said first.

A FOLDER holds lectures as VT-SSum (public repository Dod-o/VT-SSum, arXiv 2106.05606) does, a JSON file each:

    summarization  {clip: {"is_summarization_sample": bool, "summarization_data": [{"sent", "label"}, ...]}}

A clip is what is said over one slide; the label of a sentence is 1 where the slide says it. The score is the
F1 of svs's three best sentences of each clip.

Means are over recordings, with 95 % confidence intervals by bootstrap. To compare two versions, save the
scores of one (`--save`, with PYTHONPATH set to its folder) and give them to the other (`--against`).
eval_chapters.py scores chapters.
"""

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import snowballstemmer

from svs.errors import SvsError
from svs.model.speech import Segment, Sentence, Transcript
from svs.stages.summarize import METHODS, summarize
from svs.text.sentences import sentences
from svs.text.tokens import count_words
from svs.text.words import stop_words

SECONDS_A_WORD = 60 / 150
BEST = 3  # sentences of a clip
DRAWS = 2000  # of a bootstrap
SCORES = ("ROUGE-1", "ROUGE-2", "ROUGE-L", "content")

Meeting = dict[str, Any]
Words = Sequence[str]
Case = tuple[int, str]
"""Words that a summary may have, and the method."""
Scores = dict[str, dict[str, float]]
"""By measure and recording."""
Item = TypeVar("Item")


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


def lecture(path: Path) -> dict[str, float]:
    """Return the F1 of a lecture's clips, by number."""
    clips = json.loads(path.read_text(encoding="utf-8"))["summarization"].values()
    found: dict[str, float] = {}
    for number, clip in enumerate(clips):
        data = [sentence for sentence in clip["summarization_data"] if count_words(sentence["sent"])]
        if clip["is_summarization_sample"] and data:
            said = [Sentence(4.0 * at, 4.0 * at + 4, sentence["sent"]) for at, sentence in enumerate(data)]
            chosen = summarize(said, "en", "auto", str(BEST)).sentences
            hits = sum(data[round(sentence.start / 4)]["label"] for sentence in chosen)
            labels = sum(sentence["label"] for sentence in clip["summarization_data"])
            found[f"{path.stem} {number}"] = f1(hits, min(BEST, len(clip["summarization_data"])), labels)
    return found


def lectures(folder: Path, limit: int | None) -> Scores:
    """Return the scores of a folder's lectures."""
    paths = spread_over(sorted(folder.glob("*.json")), limit)
    return {"lectures, F1 of 3": {name: score for path in paths for name, score in lecture(path).items()}}


def meetings(path: Path, cases: Sequence[Case], limit: int | None) -> Scores:
    """Return the scores of a file's meetings."""
    found: Scores = {f"{words} {method:<8} {name}": {} for words, method in cases for name in SCORES}
    for number, meeting in enumerate(spread_over(read(path), limit)):
        for (words, method), scores in zip(cases, evaluate(meeting, cases), strict=True):
            for name, value in zip(SCORES, scores or (), strict=False):
                found[f"{words} {method:<8} {name}"][str(number)] = value
    return found


def spread_over(items: Sequence[Item], limit: int | None) -> Sequence[Item]:
    """Return so many items, spread over all."""
    return items[:: max(1, len(items) // limit)][:limit] if limit else items


def table(scores: Scores, against: Scores) -> Iterator[str]:
    """Yield a line for each score: the mean, that of the other version, and the difference."""
    yield f"{'':<26}{'n':>6}{'':>4}{'mean':<24}{'before':<24}{'change':<24}"
    for name, values in scores.items():
        others = against.get(name, {})
        shared = [key for key in values if key in others]
        cells = interval(np.array(list(values.values())), 2)
        if shared:
            cells = f"{cells:<24}{interval(np.array([others[key] for key in shared]), 2):<24}"
            cells += interval(np.array([values[key] - others[key] for key in shared]), 2)
        yield f"{name:<26}{len(values):>6}    {cells}"


def interval(values: "np.ndarray[Any, np.dtype[np.float64]]", digits: int) -> str:
    """Return a mean with its 95 % confidence interval."""
    draws = np.random.default_rng(1).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return f"{values.mean():.{digits}f} [{low:.{digits}f},{high:.{digits}f}]"


def show(path: Path, cases: Sequence[Case], limit: int | None) -> Iterator[str]:
    """Yield what people and svs made of each meeting."""
    for meeting in spread_over(read(path), limit):
        yield f"\n# {meeting['reference']}"
        for words, method in cases:
            yield f"\n{words} {method}: {summary(sentences(transcript(meeting)), method, words)}"


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("path", type=Path, help="a file of meetings or a folder of lectures")
    parser.add_argument("--methods", default="auto", help=f"of {', '.join(('lead', *METHODS))}")
    parser.add_argument("--words", default="100,200", help="lengths of the summaries of meetings")
    parser.add_argument("--limit", type=int, help="use only so many recordings, spread over all")
    parser.add_argument("--save", type=Path, help="write the scores to this file")
    parser.add_argument("--against", type=Path, help="scores to compare with")
    parser.add_argument("--show", action="store_true", help="print summaries of meetings instead")
    options = parser.parse_args()
    cases = [
        (int(words), method) for words in options.words.split(",") for method in options.methods.split(",")
    ]
    if options.show:
        sys.stdout.writelines(f"{line}\n" for line in show(options.path, cases, options.limit))
        return
    folder = options.path.is_dir()
    scores = lectures(options.path, options.limit) if folder else meetings(options.path, cases, options.limit)
    if options.save:
        options.save.write_text(json.dumps(scores), encoding="utf-8")
    for line in table(scores, json.loads(options.against.read_text("utf-8")) if options.against else {}):
        print(line)


if __name__ == "__main__":
    main()
