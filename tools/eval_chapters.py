#!/usr/bin/env python3
"""Score svs's chapters against chapters by people: python tools/eval_chapters.py FILE... [--against SCORES].

A FILE holds one JSON object a line (or is such a file compressed by gzip), of either kind:

    id, domain         the recording, and what kind of recording it is
    sents              [[start, end, text], ...]: its sentences, times in seconds
    bounds             [s, ...]: where chapters begin, the first one left out
    titles             titles of those chapters, "" where there is none
    first_title        the title of the first chapter

or the meetings of eval_summary.py, which are spoken at 150 words a minute, domain `meetings`.

F1 counts a boundary as found when it lies within 15 seconds or two sentences of a true one, each true one
once. WindowDiff (Pevzner & Hearst 2002) is over sentences, with a window of half a true chapter's mean
length; the lower the better. The count error is the difference in the number of chapters, as a share of the
true number. `titles` is the F1 of content stems between svs's titles of the true chapters and those of
people, `own` the share of people's stems that svs's summaries of the true chapters have. Means over
recordings, with 95 % confidence intervals by bootstrap. To compare two versions, save the scores of one
(`--save`, with PYTHONPATH set to its folder) and give them to the other (`--against`): recordings are
compared pairwise.
"""

import argparse
import json
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from eval_summary import interval, read, to_content_stems, transcript

from svs.model.speech import Sentence
from svs.text.chapters import chapter_starts
from svs.text.cleaning import cleaned
from svs.text.ranking import best
from svs.text.sentences import sentences
from svs.text.titles import titles

NEAR, NEAR_SENTENCES = 15.0, 2
SHORT = 45.0  # seconds
OWN_WORDS, OWN_SENTENCES = 40, 2  # of a chapter's summary, as svs shows it
MEASURES = ("f1", "window_diff", "count_error", "short", "chapters", "true", "titles", "own")

Scores = dict[str, dict[str, Any]]
"""By recording: its domain and its measures; `titles` and `own` are missing where people gave no titles."""


@dataclass(frozen=True)
class Recording:
    """What was said, and where people begin its chapters."""

    id: str
    domain: str
    said: list[Sentence]
    starts: list[int]
    """Numbers of sentences; the first is 0."""
    titles: list[str]


def recording(found: dict[str, Any], number: int) -> Recording:
    """Return one line of a file."""
    if "utterances" in found:
        said = cleaned(sentences(transcript(found)), "en")
        lengths = [0.4 * len(utterance["text"].split()) for utterance in found["utterances"]]
        bounds = [sum(lengths[:first]) for first in found["chapters"] if first]
        return Recording(f"meeting {number}", "meetings", said, to_starts(said, bounds), [])
    said = cleaned([Sentence(*fields) for fields in found["sents"]], "en")
    starts = to_starts(said, found["bounds"])
    named = [found["first_title"], *found["titles"]] if len(starts) == len(found["bounds"]) + 1 else []
    return Recording(found["id"], found["domain"], said, starts, named)


def to_starts(said: Sequence[Sentence], bounds: Sequence[float]) -> list[int]:
    """Return the sentences at which chapters begin: those that begin nearest to the bounds."""
    begins = [sentence.start for sentence in said]
    found = {0}
    for bound in bounds:
        after = min(len(begins) - 1, bisect_left(begins, bound))
        found.add(min((max(0, after - 1), after), key=lambda number: abs(begins[number] - bound)))
    return sorted(found)


def measured(recording: Recording, *, titled: bool) -> dict[str, Any]:
    """Return the measures of one recording."""
    found = chapter_starts(recording.said, "en")
    times = [*(recording.said[number].start for number in found), recording.said[-1].end]
    result = {
        "domain": recording.domain,
        "f1": f1(recording, found),
        "window_diff": window_diff(recording.starts, found, len(recording.said)),
        "count_error": abs(len(found) - len(recording.starts)) / len(recording.starts),
        "short": sum(b - a < SHORT for a, b in pairwise(times)) / len(found),
        "chapters": len(found),
        "true": len(recording.starts),
    }
    if titled and any(recording.titles):
        result |= {"titles": alike_titles(recording), "own": in_own_summaries(recording)}
    return result


def f1(recording: Recording, found: Sequence[int]) -> float:
    """Return the F1 of the boundaries: the nearest pairs are matched first."""
    near = sorted(
        (abs(recording.said[ours].start - recording.said[true].start), ours, true)
        for ours in found[1:]
        for true in recording.starts[1:]
        if abs(ours - true) <= NEAR_SENTENCES
        or abs(recording.said[ours].start - recording.said[true].start) <= NEAR
    )
    matched: set[tuple[str, int]] = set()
    for _, ours, true in near:
        if not matched & {("ours", ours), ("true", true)}:
            matched |= {("ours", ours), ("true", true)}
    return len(matched) / max(1, len(found) + len(recording.starts) - 2)


def window_diff(true: Sequence[int], found: Sequence[int], size: int) -> float:
    """Return WindowDiff of two partings of so many sentences."""
    window = max(2, round(size / len(true) / 2))
    counts = np.zeros((2, size + 1), int)
    for row, starts in enumerate((true, found)):
        counts[row, np.array(starts) + 1] = 1
    counts = counts.cumsum(axis=1)[:, 1:]
    spans = counts[:, window:] - counts[:, :-window]
    return float((spans[0] != spans[1]).mean()) if spans.size else 0.0


def alike_titles(recording: Recording) -> float:
    """Return the mean F1 of content stems of svs's titles and people's, chapters without either left out."""
    scores = []
    for ours, theirs in zip(titles(true_parts(recording), "en"), recording.titles, strict=True):
        a, b = (Counter(to_content_stems(text)) for text in (ours, theirs))
        if b:
            scores.append(2 * (a & b).total() / (a.total() + b.total()))
    return float(np.mean(scores)) if scores else 0.0


def in_own_summaries(recording: Recording) -> float:
    """Return the mean share of content stems of people's titles in svs's summaries of the chapters."""
    scores = []
    for part, title in zip(true_parts(recording), recording.titles, strict=True):
        chosen = best(part, "en", words=OWN_WORDS, count=OWN_SENTENCES)
        said = {stem for sentence in chosen for stem in to_content_stems(sentence.text)}
        if wanted := {*to_content_stems(title)}:
            scores.append(len(said & wanted) / len(wanted))
    return float(np.mean(scores)) if scores else 0.0


def true_parts(recording: Recording) -> list[list[Sentence]]:
    """Return the sentences of each true chapter."""
    return [recording.said[a:b] for a, b in pairwise([*recording.starts, len(recording.said)])]


def table(scores: Scores, against: Scores) -> Iterator[str]:
    """Yield the lines of the table: a domain each, and beneath it the differences to other scores."""
    domains = defaultdict(list)
    for name, score in scores.items():
        domains[score["domain"]].append(name)
    yield f"{'domain':<14}{'n':>4}" + "".join(f"{measure:>22}" for measure in MEASURES)
    for domain, names in sorted(domains.items()):
        yield f"{domain:<14}{len(names):>4}" + row(scores, names)
        shared = [name for name in names if name in against]
        if shared:
            difference = {name: less(scores[name], against[name]) for name in shared}
            yield f"{'  before':<18}" + row(against, shared)
            yield f"{'  change':<18}" + row(difference, shared)


def less(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return by how much measures differ."""
    return {name: ours[name] - theirs[name] for name in MEASURES if name in ours and name in theirs}


def row(scores: Scores, names: Sequence[str]) -> str:
    """Return the means of some recordings with their confidence intervals."""
    cells = ""
    for measure in MEASURES:
        values = np.array([scores[name][measure] for name in names if measure in scores[name]])
        cells += f"{interval(values, 3) if values.size else '':>22}"
    return cells


def show(recording: Recording) -> Iterator[str]:
    """Yield svs's chapters of a recording, and people's."""
    yield f"\n# {recording.id} ({recording.domain})"
    found = chapter_starts(recording.said, "en")
    parts = [recording.said[a:b] for a, b in pairwise([*found, len(recording.said)])]
    ours = [(part[0].start, "  ", title) for part, title in zip(parts, titles(parts, "en"), strict=True)]
    names = recording.titles or [""] * len(recording.starts)
    theirs = [
        (recording.said[at].start, "= ", name) for at, name in zip(recording.starts, names, strict=True)
    ]
    for start, who, title in sorted([*ours, *theirs]):
        yield f"{who}{int(start) // 60:>3}:{int(start) % 60:02} {title}"


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1, help="use every so many-th recording only")
    parser.add_argument("--titles", action="store_true", help="score titles too")
    parser.add_argument("--save", type=Path, help="write the scores to this file")
    parser.add_argument("--against", type=Path, help="scores to compare with")
    parser.add_argument("--show", action="store_true", help="print the chapters instead of their scores")
    options = parser.parse_args()
    lines = [line for path in options.files for line in read(path)[:: options.every]]
    recordings = [recording(line, number) for number, line in enumerate(lines)]
    if options.show:
        sys.stdout.writelines(f"{line}\n" for recording in recordings for line in show(recording))
        return
    scores = {recording.id: measured(recording, titled=options.titles) for recording in recordings}
    if options.save:
        options.save.write_text(json.dumps(scores), encoding="utf-8")
    against = json.loads(options.against.read_text(encoding="utf-8")) if options.against else {}
    for line in table(scores, against):
        print(line)


if __name__ == "__main__":
    main()
