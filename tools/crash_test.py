"""Kill svs at random moments, resume it, compare with an undisturbed run: python tools/crash_test.py KILLS.

A round is one video in an empty store: `svs summarize` is killed with its whole process group (SIGKILL), then
`svs jobs resume last` is killed, and so on until a run ends by itself. The files must then be those of the
undisturbed run: the transcript, the summary, every output byte for byte, and no other file or process.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice, pairwise
from pathlib import Path
from threading import Timer

import psutil
from empty_store import MICRO, SVS, environment, run_svs

PHASES = {
    "": "starting",
    "extract started": "extracting",
    "extract finished": "after extracting",
    "transcribe started": "transcribing",
    "transcribe finished": "after transcribing",
    "summarize started": "summarizing",
    "summarize finished": "writing the outputs",
    "done": "leaving",
}
"""What svs does after each of its events."""
MARKS = list(PHASES)
WEIGHTS = {"extract started": 2, "transcribe started": 4, "summarize started": 2, "summarize finished": 2}
"""Phases that are killed more often: those that write most."""

RESUME = ["jobs", "resume", "last"]
HUNG = 300  # seconds that no run takes
PATIENCE = 5  # seconds in which the children of a killed run must end


class Different(Exception):  # noqa: N818 - what this looks for
    """A run that was killed and resumed did not give what the undisturbed one gives."""


@dataclass(frozen=True)
class Aim:
    """When to kill: `delay` seconds after an event."""

    mark: str
    delay: float


@dataclass(frozen=True)
class Run:
    """How a run of svs ended."""

    code: int
    marks: dict[str, float]
    """The events that it reached, with the seconds since its start."""
    last_words: str

    @property
    def killed(self) -> bool:
        """Whether it did not end by itself."""
        return self.code == -signal.SIGKILL

    @property
    def mark(self) -> str:
        """The last event that it reached."""
        return list(self.marks)[-1]


def run(arguments: list[str], home: Path, aim: Aim | None = None) -> Run:
    """Run svs, and kill all of it when the aim's moment comes; a run that ends before that is left alone."""
    process = start(arguments, home)
    began = time.monotonic()
    killer, watchdog = (
        Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
        for seconds in (aim.delay if aim else 0, HUNG)
    )
    watchdog.start()
    marks: dict[str, float] = {}
    said: deque[str] = deque(maxlen=3)
    for mark in events(process, said):
        marks[mark] = time.monotonic() - began
        if aim and aim.mark == mark:
            killer.start()
    for timer in (killer, watchdog):  # before the process is waited for: until then its number is its own
        timer.cancel()
        if timer.is_alive():
            timer.join()
    if time.monotonic() - began > HUNG:
        raise Different(f"svs {arguments[0]} hung {PHASES[list(marks)[-1]]}")
    return Run(process.wait(), marks, "".join(said))


def start(arguments: list[str], home: Path) -> "subprocess.Popen[str]":
    """Start svs in a session of its own, with all that it leaves below one folder."""
    for folder in ("tmp", "user"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [*SVS, *arguments, "--progress", "json"],
        env=environment(home) | {"TMPDIR": str(home / "tmp"), "HOME": str(home / "user")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def events(process: "subprocess.Popen[str]", said: deque[str]) -> Iterator[str]:
    """Yield the events of a run that begin another phase, its start first, and keep its last lines."""
    yield ""
    assert process.stderr is not None
    with process.stderr:
        for line in process.stderr:
            said.append(line)
            with suppress(ValueError):  # a line that the kill has torn, or an error's message
                event = json.loads(line)
                kind = "finished" if event["kind"] == "reused" else event["kind"]
                mark = f"{event['stage']} {kind}" if event["stage"] else kind
                if mark in PHASES:
                    yield mark


class Subject:
    """One video and the options for it, with what an undisturbed run makes of it."""

    def __init__(self, folder: Path, options: list[str]) -> None:
        self.folder, self.options = folder, options
        home = folder / "undisturbed"
        began = time.monotonic()
        alone = run(self.summarize(home), home)
        if alone.code:
            raise Different(f"the undisturbed run failed: {alone.last_words}")
        times = [*(alone.marks[mark] for mark in MARKS), time.monotonic() - began]
        self.lengths = dict(zip(MARKS, (after - before for before, after in pairwise(times)), strict=True))
        self.expected = traces(home)
        self.journal = whole_lines(home)
        check_journal(self.journal)

    def summarize(self, home: Path) -> list[str]:
        """Return the command that begins a job."""
        video = str(self.folder / "talk.mp4")
        return ["summarize", video, "-f", "md,json,srt", "-o", str(home / "out"), *self.options]

    def aims(self, seed: int) -> list[Aim]:
        """Choose moments for one round: right after an event, or anywhere until the next."""
        chance = random.Random(seed)
        marks = chance.choices(MARKS, [WEIGHTS.get(mark, 1) for mark in MARKS], k=chance.randint(1, 7))
        marks.sort(
            key=lambda mark: MARKS.index(mark) or chance.uniform(0, len(MARKS))
        )  # each run has a start
        delays = [chance.uniform(0, self.lengths[mark]) for mark in marks]
        return [
            Aim(mark, chance.choice([0.0, delay]) if mark else delay)
            for mark, delay in zip(marks, delays, strict=True)
        ]


def play(subject: Subject, home: Path, aims: Iterable[Aim]) -> list[str]:
    """Play one round, with one aim for each run of svs, and return what it was at whenever it was killed."""
    arguments, kept = subject.summarize(home), b""
    pending = iter(aims)
    kills: list[str] = []
    while True:
        ended = run(arguments, home, next(pending, None))
        if ended.killed:
            kills.append(PHASES[ended.mark])
            await_the_end_of_all(home)
            kept = check_progress(subject.journal, kept, whole_lines(home))
            arguments = RESUME
        elif arguments == RESUME and "there is no job" in ended.last_words:  # killed before it was made
            arguments = subject.summarize(home)
        elif ended.code == 0 or (arguments == RESUME and "is already done" in ended.last_words):
            break
        else:
            raise Different(f"svs {' '.join(arguments[:2])} failed ({ended.code}): {ended.last_words}")
    compare(subject.expected, traces(home))
    return kills


def await_the_end_of_all(home: Path) -> None:
    """Wait for what a killed run left running, which must end by itself, and soon."""
    until = time.monotonic() + PATIENCE
    while left := list(processes(home)):
        if time.monotonic() > until:
            raise Different(f"these outlived a killed run: {left}")
        time.sleep(0.01)


def processes(home: Path) -> Iterator[psutil.Process]:
    """Yield the running processes that know this store: all children of svs inherit its environment."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("SVS_HOME") == str(home) and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def whole_lines(home: Path) -> bytes:
    """Return the complete lines of the job's transcript."""
    journals = list(home.glob("jobs/*/transcript.jsonl"))
    data = journals[0].read_bytes() if journals else b""
    return data[: data.rfind(b"\n") + 1]


def check_journal(journal: bytes) -> None:
    """Raise Different if a batch is there twice."""
    ends = [json.loads(line)["end"] for line in journal.splitlines()[1:]]
    if ends != sorted(set(ends)):
        raise Different(f"the transcript has the same batch twice: {ends}")


def check_progress(expected: bytes, before: bytes, after: bytes) -> bytes:
    """Return what is transcribed so far; raise Different if batches were lost or have changed."""
    if not after.startswith(before):
        raise Different(f"the transcript had {before.count(10)} lines, and now has {after.count(10)}")
    if not expected.startswith(after):
        raise Different(f"the transcript differs by line {after.count(10)}")
    return after


def traces(home: Path) -> dict[str, str]:
    """Return all files below a run's folder by their paths; what differs between any two runs is blanked."""
    jobs = [json.loads(path.read_bytes()) for path in sorted(home.glob("jobs/*/job.json"))]
    blanks = {str(home): "HOME"}
    for number, job in enumerate(jobs, start=1):
        blanks |= {job["id"]: f"ID-{number}", job["created"]: f"CREATED-{number}"}
    found = {}
    for path in sorted(home.rglob("*")):
        if path.match("jobs/.*.new") or path.match("jobs/.*.new/*"):
            continue  # a job whose creation was killed; it is removed an hour later
        if path.match("jobs/*/lease.*"):
            continue  # left by a process that was killed; the next one that holds the job removes it
        text = stable(path) if path.is_file() else ""
        name = str(path.relative_to(home))
        for value, blank in blanks.items():
            name, text = name.replace(value, blank), text.replace(value, blank)
        found[name] = text
    return found


def stable(path: Path) -> str:
    """Return a file's text without the times and costs of the run."""
    if path.name in ("progress.json", "events.jsonl"):
        return ""
    if path.name == "job.json":
        job = json.loads(path.read_bytes())
        for part in (job, *job["stages"].values()):
            for name in ("started", "finished", "seconds", "cpu", "amount", "metrics"):
                part.pop(name, None)
        return json.dumps(job, indent=2)
    return re.sub(r"(?m)^- Date: .*", "- Date: CREATED", path.read_text())


def compare(expected: dict[str, str], found: dict[str, str]) -> None:
    """Raise Different at the first thing that is not the same."""
    if expected.keys() != found.keys():
        lost, left = sorted(expected.keys() - found), sorted(found.keys() - expected)
        raise Different(f"lost: {', '.join(lost) or 'nothing'}; left over: {', '.join(left) or 'nothing'}")
    for name, text in expected.items():
        if text != found[name]:
            lines = unified_diff(text.splitlines(), found[name].splitlines(), "undisturbed", "resumed", n=0)
            raise Different("\n".join([f"{name} differs", *(line.rstrip() for line in islice(lines, 8))]))


def many_batches(model: Path) -> list[str]:
    """Return the options that make for many batches."""
    return ["--model", str(model)]


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kills", type=int, nargs="?", default=20, help="how many (20)")
    parser.add_argument("--model", type=Path, default=MICRO, help="a folder (the tests' micro model)")
    parser.add_argument("--duration", type=float, default=186.0, help="seconds of talk (all of it)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; then counted up")
    return parser.parse_args()


def main() -> None:
    """Play rounds until there were enough kills, and print where they were."""
    options = read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="svs-crash-"))
    began, seed, kills = time.monotonic(), options.seed, Counter[str]()
    video = ["--size", "160x90", "--fps", "2", "--duration", str(options.duration), str(folder / "talk.mp4")]
    run_svs(folder, "make-test-video", *video)
    try:
        subject = Subject(folder, many_batches(options.model))
        while kills.total() < options.kills:
            home = folder / f"round-{seed}"
            hits = play(subject, home, subject.aims(seed)[: options.kills - kills.total()])
            shutil.rmtree(home)
            print(f"seed {seed}: {', '.join(hits) or 'never killed'}", file=sys.stderr, flush=True)
            kills.update(hits)
            seed += 1
    except Different as difference:
        sys.exit(f"seed {seed}, see {folder}: {difference}")
    shutil.rmtree(folder)
    for phase in PHASES.values():
        print(f"{phase:<20} {kills[phase]:>4}")
    runs, seconds = seed - options.seed, time.monotonic() - began
    print(f"{kills.total()} kills, {runs} runs, all identical ({options.model.name}, {seconds:.0f} s)")


if __name__ == "__main__":
    main()
