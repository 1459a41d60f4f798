"""What the dashboard shows, and what its keys do."""

import asyncio
import os
import re
import shlex
import unicodedata
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual import events

from svs.jobs import speakers
from svs.media.fingerprint import describe
from svs.model.job import Metrics, Options
from svs.model.speech import Gap
from svs.pipeline.run import run
from svs.store import order
from svs.store.index import Watcher
from svs.store.jobs import JobStore
from svs.ui.dashboard.app import Dashboard
from svs.ui.dashboard.dialogs import KEYS
from svs.ui.dashboard.screen import Jobs

pytestmark = pytest.mark.slow
WIDE = (150, 36)
CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light.\n"


@pytest.fixture
def stopped(store, tmp_path):
    """Make a job that can be resumed, or retried: its process has been killed."""
    file = tmp_path / "bees.srt"
    file.write_text(CAPTIONS)
    job = store.create(describe(file), Options())
    store.save(replace(job, status="running"))
    return job


# What is shown


def test_the_newest_job_is_on_top_and_chosen(see, some):
    async def steps(view):
        names = ["live", "next", "Lecture 7", "gone", "unwanted", "cut off"]
        assert [name in row for name, row in zip(names, view.rows, strict=False)] == [True] * 6
        assert view.rows[0].startswith("▌ ● running")
        assert view.chosen == some["running"].id

    see(steps)


def test_a_failed_job_shows_its_error_and_hint(see, some):
    async def steps(view):
        await view.press("down", "down", "down")
        await view.until("/videos/gone.mp4 is gone")
        await view.until("Put the file back.")

    see(steps)


def test_a_running_job_shows_its_stages_its_speed_and_its_last_words(see, some, make):
    async def steps(view):
        detail = view.text.partition("Transcript")[2]
        for shown in ("50 %", "9.3x", "50-80 s left", "load 93 %", "memory 790 MB", "“where the light is”"):
            assert shown in detail
        make.progress(some["running"], 61, done=480, line="of a lens")
        await view.settle()
        assert "61 %" in view.rows[0]
        await view.until("80 %")
        await view.until("“of a lens”")
        make.progress(some["running"], 61, phase="loading the \x1bmodel")
        await view.until("loading the \\x1bmodel")

    see(steps)


def test_options_outputs_and_costs_are_shown(see, make):
    options = Options(length="8", model="small", formats=("md", "srt"), translate=True)
    make.done(options=options, outputs=("/videos/talk.summary.md",), warnings=("The end is missing.",))

    async def steps(view):
        await view.until("model small, translate yes, length 8, formats")
        await view.until("md,srt")
        for shown in ("! The end is missing.", "/videos/talk.summary.md", "14x real time", "80.0 s"):
            assert shown in view.text

    see(steps, size=WIDE)


def test_the_charts_add_up_the_speeds_of_the_running_jobs(see, make, store):
    jobs = [make.running(), make.running()]

    async def steps(view):
        view.jobs._sampled = 0.0
        await view.settle()
        await view.until("Speed 18.6x")
        await view.until("Load 78 %")
        assert "cpu 78 %  mem 41 %" in view.lines[0]

    with store.hold(jobs[0].id), store.hold(jobs[1].id):
        see(steps)


def test_jobs_that_come_go_and_end_are_seen_and_the_choice_stays(see, some, make, store):
    async def steps(view):
        await view.press("down", "down")
        new = store.create(some["done"].source, Options())
        newest = store.folder(new.id).rename(store.folder("20991231T000000-0000"))
        store.save(replace(new, id=newest.name))
        store.remove(some["failed"].id)
        store.save(replace(some["running"], status="done"))
        await view.settle()
        assert view.chosen == some["done"].id
        assert view.rows[3].startswith("▌ ✓ done")
        assert "✓ done" in view.rows[1]
        assert "gone.mp4" not in view.text
        assert "✓ 2 done" in view.lines[0]

    see(steps)


def test_a_job_that_ends_while_it_is_watched_shows_its_summary(see, stopped, store):
    async def steps(view):
        await view.press("2")
        await view.until("There is no summary yet.")
        await asyncio.to_thread(run, store.load(stopped.id), store)
        await view.settle()
        assert "✓ done" in view.rows[0]
        await view.until("glass lens")

    see(steps)


def test_a_damaged_record_is_shown_and_can_be_removed(see, some, store):
    async def steps(view):
        await view.press("end")
        assert "! damaged" in view.rows[-1]
        await view.until("job.json is empty")
        assert some["damaged"].id in view.text
        await view.press("d", "y")
        assert "damaged" not in view.text

    see(steps)
    assert not store.folder(some["damaged"].id).exists()


HOSTILE = "[red]\x1b[2J\x9b31m\x07\u202elive[b]\n\tx\udcff.mp4"


@pytest.mark.parametrize("size", [(80, 24), WIDE])
def test_nothing_from_outside_steers_the_terminal_or_is_markup(see, make, store, size):
    job = make.done(
        HOSTILE, said=[f"{HOSTILE} [/] was said"] * 30, warnings=(HOSTILE,), outputs=(f"/{HOSTILE}",)
    )
    failed = make.failed(HOSTILE)
    store.save(replace(failed, source=replace(failed.source, fingerprint="of what it was")))
    (store.folder(make(HOSTILE).id) / "job.json").write_text('{"version": 1, "id": "\\u001b[2J"}')

    async def steps(view):
        async def check(*keys):
            await view.press(*keys)
            for strip in view.strips:
                for segment in strip:
                    assert segment.control is None
                    assert not [c for c in segment.text if unicodedata.category(c) in ("Cc", "Cs", "Zl")]
                    assert "\u202e" not in segment.text

        await check("home")
        await view.until("[red]\\x1b[2J")
        await check("2")
        await check("3")
        await check("f")
        await view.type("was said")
        await check("enter")
        await check("n")
        await view.until("2 of ")
        await check("escape", "1", "enter", "pagedown")
        await check("escape", "d")
        await view.until("[red]\\x1b[2J")
        await check("n", "down")
        before = view.text.count("[red]\\x1b[2J")
        await check("R")  # it cannot: the recording is gone
        assert view.text.count("[red]\\x1b[2J") == before + 1
        await check("end")

    see(steps, size)
    assert store.read(job.id).status == "done"


# Many jobs


class Counting(JobStore):
    """A store that notes whose records are read."""

    reads = 0

    def read(self, job_id):
        self.reads += 1
        return super().read(job_id)


def test_of_ten_thousand_jobs_only_those_are_read_that_are_shown_then_the_rest_once(see, make, store):
    for name in ("talk.mp4", "needle.mp4"):
        oldest = make.done(name)
    record = (store.folder(oldest.id) / "job.json").read_text()
    for number in range(10_000):
        folder = store.root / f"20250101T{number:06}-0000"
        folder.mkdir()
        (folder / "job.json").write_text(record.replace(oldest.id, folder.name).replace("needle", "talk"))
    watched = Counting(store.root)

    async def steps(view):
        await view.until("✓ 10,002 done")
        assert watched.reads <= 10_002 + 2
        await view.press("end")
        assert view.chosen == "20250101T000000-0000"
        await view.press("/")
        await view.type("needle")
        assert len(view.rows) == 1
        assert watched.reads <= 10_002 + 4

    see(steps, watched=watched)


def test_at_first_only_the_jobs_on_the_screen_are_read(make, store):
    for _ in range(60):
        make()
    watched = Counting(store.root)

    async def main():
        app = Dashboard(Watcher(watched))
        app.get_default_screen().sweep = lambda: None
        async with app.run_test() as pilot:
            await pilot.pause()
            assert 0 < watched.reads <= app.size.height
            assert app.screen.query_one("#jobs").chosen

    asyncio.run(main())


# Going about


def test_the_filter_narrows_as_one_types_and_escape_clears_it(see, some):
    async def steps(view):
        await view.press("/")
        await view.type("mp4 f")
        assert [row.split()[-1] for row in view.rows] == ["gone.mp4", "off.mp4"]
        await view.type("ail")
        assert len(view.rows) == 1
        assert view.chosen == some["failed"].id
        await view.type("xyz")
        assert view.rows == []
        await view.press("escape")
        assert len(view.rows) == 7

    see(steps)


def test_the_filter_can_be_given_and_jobs_leave_it_as_they_change(see, some, store):
    async def steps(view):
        assert len(view.rows) == 1
        store.save(replace(some["queued"], status="cancelled"))
        await view.settle()
        assert view.rows == []

    see(steps, wanted="queued")


def test_keys_move_the_choice_and_the_view(see, make):
    ids = [make(f"{n}.mp4").id for n in range(50)]
    keys_and_rows = [("j j k", 1), ("end", 49), ("up", 48), ("home", 0), ("pagedown", 6), ("G", 49), ("g", 0)]

    async def steps(view):
        for keys, row in keys_and_rows:
            await view.press(*keys.split())
            assert view.chosen == ids[row], keys
            assert any(line.startswith("▌") for line in view.rows)

    see(steps)


def test_a_click_chooses(see, some):
    async def steps(view):
        await view.pilot.click("#jobs", offset=(10, 3))
        await view.settle()
        assert view.chosen == some["failed"].id

    see(steps)


def test_tabs_show_the_summary_and_the_transcript(see, make):
    make.done(said=[f"Sentence {n}." for n in range(40)])

    async def steps(view):
        await view.press("2", "enter")
        await view.until("Sentence 2.")
        await view.press("escape", "right", "enter", "end")
        await view.until("Sentence 39.")
        await view.press("escape", "left", "left")
        assert "14x real time" not in view.text
        await view.until("Extract")

    see(steps)


def test_a_transcript_names_who_speaks_also_after_somebody_has_named_them(see, make, store):
    job = make.done()
    make.hear(job, ["It is dark.", "So it is.", "And cold."], speakers=("Ada", "[b]Ben\x1b[2J"))

    async def steps(view):
        await view.press("3", "enter")
        await view.until("Ada: It is dark.")
        await view.until("[b]Ben[2J: So it is.")
        speakers.name(store, job.id, [("1", "Zoe")])
        await view.until("Zoe: And cold.")

    see(steps)


def test_zoom_gives_the_job_the_whole_screen_and_escape_takes_it_back(see, some):
    async def steps(view):
        await view.press("enter")
        assert "STATUS" not in view.text
        assert some["running"].id in view.text
        await view.press("escape")
        await view.until("STATUS")

    see(steps)


def test_a_transcript_is_searched(see, make):
    said = ["Nothing here."] * 30
    said[7], said[22] = "A Glass lens.", "The light [of] the lens."
    make.done(said=said)

    async def steps(view):
        await view.press("enter", "f")
        await view.type("LENS")
        await view.until("1 of 2")
        await view.until("A Glass lens.")
        await view.press("enter")
        await view.press("n")
        await view.until("2 of 2")
        await view.until("The light [of]")
        await view.press("n")
        await view.until("1 of 2")
        await view.press("N")
        await view.until("2 of 2")
        await view.press("/")
        await view.type("[of] x")
        await view.until("no match")

    see(steps)


def test_the_transcript_of_a_running_job_grows_and_its_end_is_followed(see, some, make):
    job = some["running"]
    make.hear(job, [f"Sentence {n}." for n in range(40)])

    async def steps(view):
        await view.press("3", "enter", "end")
        await view.until("Sentence 39.")
        make.hear(job, [f"Sentence {n}." for n in range(80)])
        await view.settle()
        await view.until("Sentence 79.")

    see(steps)


def test_gaps_are_shown_in_a_transcript_whole_or_not(see, make):
    done = make.done(metrics=Metrics(coverage=0.987, speech=480.0))
    running = make.running()
    for job in (done, running):
        make.hear(job, [f"Sentence {n}." for n in range(40)], gaps=(Gap(64.5, 81.5),))

    async def steps(view):
        await view.until("98.7 % of the speech")
        for choice in ("home", "down"):
            await view.press(choice, "3")
            await view.until("1:04  [not understood 1:04-1:21]")
            assert re.search(r"Sentence 12\..*not understood.*Sentence 13\.", view.text, re.DOTALL)

    see(steps, size=(150, 60))


def test_a_damaged_transcript_is_shown_as_damaged(see, make, store):
    job = make.done()
    (store.folder(job.id) / "transcript.jsonl").write_text("{\n{\n")

    async def steps(view):
        await view.press("2")
        await view.until("is damaged")

    see(steps)


def test_help_names_every_key(see, some):
    keys = " ".join(key for key, _ in KEYS)
    shown = {"slash": "/", "question_mark": "?", "delete": "Delete", "escape": "Esc", "enter": "Enter"}
    named = {"left": "←", "right": "→", "ctrl+c": "Ctrl-C"}
    for binding in Jobs.BINDINGS:
        for key in binding.key.split(","):
            assert (shown | named).get(key, key) in keys.split()

    async def steps(view):
        await view.press("?")
        await view.until("retry: start it from the beginning")
        await view.press("escape")
        assert "retry: start it from the beginning" not in view.text

    see(steps)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_the_dashboard_ends(see, some, key):
    async def steps(view):
        view.app.post_message(events.Key(key, None))
        await view.pilot.pause()
        assert not view.app.is_running

    see(steps)


# Doing


def test_only_what_fits_the_job_is_offered(see, some):
    async def steps(view):
        offered = {}
        for state in some:
            foot = view.lines[-1]
            offered[state] = "".join(key for key in "crReo" if f" {key} " in foot)
            await view.press("down")
        assert offered == {
            "running": "co",
            "queued": "cro",
            "done": "eo",
            "failed": "rRo",
            "cancelled": "rRo",
            "interrupted": "crRo",
            "damaged": "o",
        }

    see(steps)


def test_cancel(see, some, store):
    async def steps(view):
        await view.press("c")
        await view.until(f"asked {some['running'].id} to stop")
        await view.press("down", "c")
        assert "⊘ cancelled" in view.rows[1]

    see(steps)
    assert store.asked_to_cancel(some["running"].id)
    assert store.load(some["queued"].id).status == "cancelled"


@pytest.mark.parametrize("status", ["running", "failed", "cancelled"])
def test_a_resumed_job_is_taken_from_the_queue(see, stopped, store, status):
    store.save(replace(stopped, status=status))

    async def steps(view):
        await view.press("r")
        await view.until("✓ 1 done")

    see(steps)
    assert store.load(stopped.id).status == "done"


def test_a_resumed_job_waits_while_the_queue_is_paused(see, stopped, store):
    order.pause(store, paused=True)

    async def steps(view):
        await view.press("r")
        await view.until("The queue is paused")
        assert "queued" in view.rows[0]
        order.pause(store, paused=False)
        await view.until("✓ 1 done")

    see(steps)


def test_a_resume_that_fails_is_shown(see, stopped, store):
    async def steps(view):
        with store.hold(stopped.id):
            await view.press("r")
            await view.until("is being run by")

    store.save(replace(stopped, status="cancelled"))
    see(steps, size=WIDE)


def test_retry_works_once_the_recording_is_back(see, stopped, store, tmp_path):
    file = tmp_path / "bees.srt"
    moved = file.rename(tmp_path / "moved.srt")

    async def steps(view):
        await view.press("R")
        await view.until("no longer exists")
        moved.rename(file)
        await view.press("R")
        await view.until("✓ 1 done")

    see(steps)
    assert store.load(stopped.id).status == "done"


def test_remove_asks(see, some, store):
    async def steps(view):
        await view.press("down", "d")
        await view.until("Remove this job?")
        await view.until("next.mp4")
        await view.press("n")
        assert store.folder(some["queued"].id).exists()
        await view.press("delete", "enter")  # the first button keeps it
        assert store.folder(some["queued"].id).exists()
        await view.press("d", "y")
        assert "next.mp4" not in view.rows[1]

    see(steps)
    assert not store.folder(some["queued"].id).exists()


def test_a_running_job_is_not_removed(see, some, store):
    async def steps(view):
        await view.press("d", "y")
        await view.until("is being run by")

    see(steps, size=WIDE)
    assert store.folder(some["running"].id).exists()


def test_export_writes_the_chosen_formats_where_one_likes(see, make, tmp_path, monkeypatch):
    make.done("Lecture 7.mp4")
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.chdir(folder)

    async def steps(view):
        await view.press("e", *["down"] * 4, "space", "tab", "enter")
        await view.until("wrote")
        await view.press("e", "tab", "enter")
        await view.until("--force")
        (folder / "Lecture 7.summary.md").write_text("old")
        await view.press("e", "end", "space", "tab", "tab", "tab", "enter")
        await view.press("e", "space", "tab", "enter")
        await view.until("Choose a format")
        await view.press("escape", "e", "escape")

    see(steps, size=WIDE)
    assert sorted(file.name for file in folder.iterdir()) == [
        "Lecture 7.summary.md",
        "Lecture 7.transcript.srt",
    ]
    assert "lighthouse" in (folder / "Lecture 7.summary.md").read_text()


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Return the file to which the desktop's opener writes what it was to open."""
    opened = tmp_path / "opened"
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {shlex.quote(str(opened))}\n')
    opener.chmod(0o755)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return opened


def test_open_shows_the_folder_in_the_file_manager(see, some, store, opened):
    async def steps(view):
        await view.press("o")
        await view.until("opened")

    see(steps, size=WIDE)
    assert opened.read_text() == str(store.folder(some["running"].id))


def test_without_a_file_manager_the_path_of_the_folder_is_shown(see, some, store, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))

    async def steps(view):
        await view.press("o")
        await view.until("there is no program to open")

    see(steps, size=WIDE)


def test_b_opens_the_report_and_writes_it_first_if_it_is_not_there(see, some, store, opened):
    async def steps(view):
        await view.press("b")
        assert not opened.exists(), "a running job has no report"
        await view.press("down", "down", "b")
        await view.until("opened")

    see(steps, size=WIDE)
    report = Path(opened.read_text())
    assert report.parent == store.folder(some["done"].id)
    assert "lighthouse" in report.read_text()


def test_the_summary_of_a_failed_job_says_why(see, some):
    async def steps(view):
        await view.press("down", "down", "down", "2")
        await view.until("Put the file back.")

    see(steps)


def test_the_summary_is_copied_as_text(see, some):
    async def steps(view):
        await view.press("down", "down", "Y")
        await view.until("copied the summary")
        assert "lighthouse" in view.app.clipboard

    see(steps, size=WIDE)


def test_copy_puts_the_id_on_the_clipboard(see, some):
    async def steps(view):
        await view.press("y")
        assert view.app.clipboard == some["running"].id

    see(steps)


def test_an_unreadable_store_is_reported_and_read_again(see, some, store):
    async def steps(view):
        elsewhere = store.root.rename(store.root.with_name("elsewhere"))
        store.root.write_text("no folder")
        await view.settle()
        assert "cannot read" in view.lines[0]
        store.root.unlink()
        elsewhere.rename(store.root)
        await view.settle()
        assert "✓ 1 done" in view.lines[0]

    see(steps)
