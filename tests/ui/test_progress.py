"""The views of progress: bars, lines, JSON."""

import io
import json
import re

import pytest
from msgspec.structs import asdict, replace
from rich.console import Console

from svs.events import ProgressEvent, Stage, overall
from svs.ui.plain import JsonProgress, PlainProgress
from svs.ui.progress import RichProgress


def run_of_events():
    """Return the events of a job whose stages take 10 s, 40 s and 1 s."""
    found = []
    fractions = {}

    def event(kind, stage, unit, done=0.0):
        at = 1000.0 + len(found) / 4
        share = overall(fractions)
        found.append(
            ProgressEvent(
                job_id="j",
                stage=stage,
                kind=kind,
                done=done,
                total=200.0,
                unit=unit,
                overall=share,
                at=at,
                left=(20.0, 40.0),
            )
        )

    for stage, ticks, unit in (
        (Stage.EXTRACT, 40, "s"),
        (Stage.TRANSCRIBE, 160, "s"),
        (Stage.SUMMARIZE, 4, "steps"),
    ):
        event("started", stage, unit)
        for tick in range(1, ticks + 1):
            fractions[stage] = tick / ticks
            event("advanced", stage, unit, 200.0 * fractions[stage])
        event("finished", stage, unit, 200.0)
    found.append(replace(found[-1], stage=None, kind="done", overall=100.0))
    return found


def transcribing(kind, at, **more):
    """Return an event of the second stage."""
    return ProgressEvent(
        job_id="j", stage=Stage.TRANSCRIBE, kind=kind, at=float(at), unit="s", overall=20.0, **more
    )


def screen(bars, console):
    """Return what the bars show."""
    with console.capture() as captured:
        console.print(bars.screen())
    return captured.get()


def test_plain_lines_come_at_most_once_a_second_and_for_each_stage():
    out = io.StringIO()
    view = PlainProgress(out)
    events = run_of_events()
    for event in events:
        view(event)
    lines = out.getvalue().splitlines()
    assert len(lines) <= events[-1].at - events[0].at + 1 + len(Stage)
    for stage in Stage:
        assert any(f"] {stage}: done" in line for line in lines)
    assert any("5.0x real time" in line and "left" in line for line in lines if "transcribe" in line)
    assert not any("\x1b" in line for line in lines)


def test_plain_lines_of_the_same_percentage_come_every_ten_seconds():
    out = io.StringIO()
    view = PlainProgress(out)
    for second in range(41):
        view(transcribing("advanced", 1000 + second, done=10 + second / 1000))
    assert len(out.getvalue().splitlines()) == 5


def test_plain_lines_and_bars_say_what_a_stage_does_before_it_advances():
    out = io.StringIO()
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    plain, bars = PlainProgress(out), RichProgress(console)
    for view in (plain, bars):
        view(transcribing("started", 1000))
        view(transcribing("phase", 1001, message="loading [b]\x07"))
        view(transcribing("advanced", 1002, total=200.0))
    assert out.getvalue().splitlines()[0] == "[ 20 %] transcribe: loading [b]\\x07"
    assert "loading [b]\\x07" in screen(bars, console)
    bars(transcribing("advanced", 1003, done=10.0, total=200.0))
    assert "loading" not in screen(bars, console)


def test_the_newest_words_end_with_their_stage():
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    bars = RichProgress(console)
    bars(transcribing("started", 1000))
    bars(transcribing("line", 1001, message="bread rises"))
    assert "bread rises" in screen(bars, console)
    bars(transcribing("finished", 1002))
    assert "bread rises" not in screen(bars, console)


def test_the_end_says_how_long_it_took_and_the_words_are_gone():
    out = io.StringIO()
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    bars, plain = RichProgress(console), PlainProgress(out)
    for view in (bars, plain):
        view(replace(transcribing("started", 1000), stage=Stage.EXTRACT))
        view(transcribing("line", 1001, message="bread rises"))
        view(replace(transcribing("done", 1139), stage=None, overall=100.0))
    assert "in 2:19" in screen(bars, console)
    assert "bread" not in screen(bars, console)
    assert out.getvalue().splitlines()[-1] == "[100 %] done in 2:19"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("name", "value"), [("WT_SESSION", "x"), ("TERM_PROGRAM", "ghostty"), ("ConEmuANSI", "ON")]
)
def test_the_taskbar_shows_progress_where_the_terminal_knows_it(monkeypatch, name, value):
    for variable in ("WT_SESSION", "TERM_PROGRAM", "ConEmuANSI"):
        monkeypatch.delenv(variable, raising=False)
    assert taskbar(Terminal()) == []
    monkeypatch.setenv(name, value)
    assert taskbar(Terminal()) == ["1;20", "0;0"]
    assert taskbar(io.StringIO()) == []


def taskbar(file):
    """Return the states of the taskbar while a job is at 20 %."""
    with RichProgress(Console(file=file, width=80, force_terminal=True)) as bars:
        bars(transcribing("advanced", 1000, done=1.0))
        bars(transcribing("advanced", 1001, done=1.1))
    return re.findall(r"\x1b\]9;4;(\d;\d+)", file.getvalue())


def test_bars_count_the_time_left_down_between_two_events(monkeypatch):
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    bars = RichProgress(console)
    now = [500.0]
    monkeypatch.setattr("svs.ui.progress.time.monotonic", lambda: now[0])
    bars(transcribing("advanced", 1000, left=(40.0, 60.0)))
    assert "40-60 s left" in screen(bars, console)
    now[0] += 15
    assert "25-45 s left" in screen(bars, console)


def test_a_warning_cannot_forge_a_line():
    out = io.StringIO()
    PlainProgress(out)(
        ProgressEvent(job_id="j", stage=None, kind="warning", message="a\n[100 %]\x1b[2J", at=0.0)
    )
    assert out.getvalue() == "warning: a [100 %]\\x1b[2J\n"


def test_json_gives_every_event_with_its_overall_progress():
    out = io.StringIO()
    view = JsonProgress(out)
    events = run_of_events()
    for event in events:
        view(event)
    read = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [event["overall"] for event in read] == [event.overall for event in events]
    assert read[-1] == {**asdict(events[-1]), "left": [20.0, 40.0]}


def test_bars_show_stages_speed_time_left_and_the_newest_words():
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    events = run_of_events()
    words = ProgressEvent(
        job_id="j",
        stage=Stage.TRANSCRIBE,
        kind="line",
        message="bread\x07 [b]rises",
        overall=45.0,
        at=1020.0,
    )
    half = next(i for i, e in enumerate(events) if e.stage == Stage.TRANSCRIBE and e.done == 100.0)
    with RichProgress(console) as view:
        for event in [*events[: half + 1], words]:
            view(event)
    screen = console.file.getvalue().splitlines()[-6:]
    text = "\n".join(screen)
    assert "Extract" in text
    assert "20x real time" in text, "the speed of the whole first stage"
    assert "5.0x" in text
    assert "20-40 s left" in text
    assert "45 %" in text
    assert "bread\\x07 [b]rises" in text
