"""The table of `eval_speech.py`."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from speech_scores import BY_CHARACTERS, Reference, Score
from speech_systems import Run

COLUMNS = (
    f"{'file':<22} {'system':<8}{'WER %':>7}{'words':>7}{'subst':>6}{'lost':>6}{'inv':>5}{'susp':>5}"
    f"{'start':>7}{'max':>6}{'found':>9}{'cpu s':>8}{'wall s':>8}{'MiB':>6}"
)

Scored = tuple[Run, Score]


def line(name: str, system: str, scored: Sequence[Scored], mark: str = "") -> str:
    """Return a line of the table for runs taken together."""
    words, substituted, lost, invented, suspect, errors = (
        sum(getattr(each, field) for _, each in scored)
        for field in ("words", "substituted", "lost", "invented", "suspect", "errors")
    )
    rate = f"{100 * errors / words:.1f}" if words else "-"
    starts = [start for _, each in scored for start in each.starts]
    found = [start for start in starts if start is not None]
    begin = f"{fmean(found):>7.2f}{max(found):>6.2f}" if found else f"{'':>13}"
    begin += f"{f'{len(found)}/{len(starts)}':>9}" if starts else f"{'':>9}"
    processor, wall = (
        sum(getattr(each, f"{kind}_seconds") for each, _ in scored) for kind in ("processor", "wall")
    )
    peak = max(each.peak_mib for each, _ in scored)
    return (
        f"{name:<22} {system:<8}{rate:>7}{f'{words}{mark}':>7}{substituted:>6}{lost:>6}"
        f"{invented:>5}{suspect:>5}{begin}{processor:>8.1f}{wall:>8.1f}{peak:>6.0f}"
    )


def unit(reference: Reference) -> str:
    """Return the mark of a recording's unit: c for characters, nothing for words."""
    return "c" if reference.language in BY_CHARACTERS else ""


def group(reference: Reference) -> str:
    """Return the name of the total that a recording counts in."""
    if not any(text for _, text in reference.said):
        return "NOTHING SAID"
    return "CHARACTERS" if unit(reference) else "WORDS"


def totals(scored: Sequence[Scored], references: dict[str, Reference]) -> Iterator[str]:
    """Yield a line for each system and group of recordings, with how many they are."""
    systems = dict.fromkeys(each.system for each, _ in scored)
    for name, mark in (("WORDS", ""), ("CHARACTERS", "c"), ("NOTHING SAID", "")):
        members = [each for each in scored if group(references[each[0].file]) == name]
        for system in systems if members else ():
            own = [each for each in members if each[0].system == system]
            yield line(f"{name} ({len(own)} files)", system, own, mark)


def better(scored: Sequence[Scored]) -> Iterator[str]:
    """Yield where another system makes fewer errors than svs."""
    ours = {each.file: scores.errors for each, scores in scored if each.system == "svs"}
    for each, scores in scored:
        if scores.errors < ours.get(each.file, 0):
            yield f"{each.file}: {each.system} has {scores.errors} errors, svs {ours[each.file]}"
