"""Chapters alone: what a player and ffmpeg read is what was written, whatever the titles are."""

import html
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.console import Console

from svs.model.speech import Chapter, Result, Sentence, Summary, Transcript
from svs.outputs import render
from svs.outputs.shared import PARTIAL, line
from svs.ui.result import summary_view

GOLDEN = Path(__file__).parent.parent / "golden"
CHAPTERS = (
    Chapter(start=0.4, end=61.25, title="Lamp and lens"),
    Chapter(start=61.25, end=3599.9996, title="Tides & harbours; C# = 50 \\ <b>--> 1"),
    Chapter(start=3599.9996, end=360_000.5, title="灯塔 — überall", given=True),
)
RESULT = Result(
    job_id="20261123T041400-7f3a",
    title="Lighthouses; how = they work",
    source="/videos/light_houses.mp4",
    created="2026-11-23T04:14:00+00:00",
    duration=360_001.0,
    start=0.0,
    partial=False,
    warnings=(),
    summary=Summary(
        method="auto", length="medium", sentences=(Sentence(1.0, 2.0, "It shines."),), chapters=CHAPTERS
    ),
    transcript=Transcript(engine="whisper", model="small", language="en", translated=False, segments=()),
    sentences=(),
)
TIME = r"(\d{2,}):([0-5]\d):([0-5]\d\.\d{3})"


def titled(*titles):
    chapters = tuple(Chapter(start=n, end=n + 1, title=title) for n, title in enumerate(titles))
    return replace(RESULT, summary=replace(RESULT.summary, chapters=chapters))


def without_chapters(**changes):
    return replace(titled(), **changes)


def cues(text):
    """Read WebVTT as its specification says: blocks apart by empty lines, the first one `WEBVTT`."""
    head, *blocks = text.removesuffix("\n").split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        if block.startswith("NOTE "):
            continue
        times, *payload = block.split("\n")
        match = re.fullmatch(f"{TIME} --> {TIME}", times)
        (title,) = payload
        assert not set("<>") & set(title)
        h, m, s, hh, mm, ss = map(float, match.groups())
        found.append((h * 3600 + m * 60 + s, hh * 3600 + mm * 60 + ss, html.unescape(title)))
    return found


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """Have ffprobe read what it takes for chapters."""
    file = tmp_path_factory.mktemp("chapters") / "chapters.txt"
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("no system ffmpeg, which brings ffprobe")

    def probe(text):
        file.write_text(text, encoding="utf-8")
        command = [
            ffprobe,
            "-v",
            "error",
            "-f",
            "ffmetadata",
            "-show_chapters",
            "-show_format",
            "-of",
            "json",
        ]
        done = subprocess.run([*command, file], capture_output=True, encoding="utf-8", check=True)
        assert done.stderr == ""
        return json.loads(done.stdout)

    return probe


def with_summaries():
    """Return the result as svs makes it: chapters with sentences of their own, and key phrases."""
    own = (Sentence(70.0, 72.0, "The moon pulls."), Sentence(80.0, 82.0, "A *storm* pushes."))
    chapters = (RESULT.summary.chapters[0], replace(CHAPTERS[1], sentences=own), CHAPTERS[2])
    chosen = (*RESULT.summary.sentences, own[1], Sentence(3700.0, 3702.0, "It ends."))
    return replace(
        RESULT,
        summary=replace(RESULT.summary, chapters=chapters, sentences=chosen, phrases=("tides", "C#")),
    )


def test_the_terminal_emphasizes_titles_alone():
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
    console.print(summary_view(with_summaries()))
    assert re.search(r"\x1b\[1mLamp and lens", console.file.getvalue())
    assert not re.search(r"\x1b\[1m(It shines|It ends)", console.file.getvalue())


def test_the_terminal_shows_the_summary_under_its_chapters():
    console = Console(file=io.StringIO(), width=80)
    console.print(summary_view(with_summaries()))
    shown = console.file.getvalue()
    parts = (
        "It shines.",
        "1:01  Tides & harbours",
        "A *storm* pushes.",
        "59:59  灯塔 — überall",
        "It ends.",
    )
    places = [shown.index(text) for text in parts]
    assert places == sorted(places)
    assert not re.search(r"\n\s*\n\s*\n.*Lamp", shown), "one empty line is enough"


@pytest.mark.parametrize("name", ["md", "txt", "chapters.txt", "chapters.vtt", "ffmetadata"])
def test_chapters_are_as_they_were_looked_at(name):
    assert render(with_summaries(), name) == (GOLDEN / f"lecture.{name}").read_text(encoding="utf-8")


def test_a_player_reads_times_and_titles():
    assert cues(render(RESULT, "chapters.vtt")) == [
        (0.4, 61.25, CHAPTERS[0].title),
        (61.25, 3600.0, CHAPTERS[1].title),
        (3600.0, 360_000.5, CHAPTERS[2].title),
    ]


def test_youtube_gets_a_line_for_each_chapter_and_the_first_at_zero():
    assert render(RESULT, "chapters.txt").splitlines() == [
        f"0:00 {CHAPTERS[0].title}",
        f"1:01 {CHAPTERS[1].title}",
        f"59:59 {CHAPTERS[2].title}",
    ]


def test_ffmpeg_reads_times_and_titles(probed):
    found = probed(render(RESULT, "ffmetadata"))
    assert found["format"]["tags"]["title"] == RESULT.title
    assert [(one["time_base"], one["start"], one["end"]) for one in found["chapters"]] == [
        ("1/1000", 400, 61_250),
        ("1/1000", 61_250, 3_600_000),
        ("1/1000", 3_600_000, 360_000_500),
    ]
    assert [one["tags"]["title"] for one in found["chapters"]] == [one.title for one in CHAPTERS]


def plain(title):
    return " ".join(line(title).split())


def as_ffmpeg_can(title):
    """Return a title as FFMETADATA1 can say it: none ends in a backslash."""
    return f"{title} " if title.endswith("\\") else title


odd = st.text(st.sampled_from("ab =;#\\\n\r\t[]<>&\"'-:%{}é灯\x00\x1b\u2028\u202e\udcff"), max_size=12)


@settings(max_examples=15)  # each one starts ffprobe
@given(st.lists(odd, min_size=1, max_size=5))
def test_ffmpeg_reads_every_title_as_it_is_on_one_line(probed, titles):
    found = probed(render(replace(titled(*titles), title="".join(titles)), "ffmetadata"))
    shown = [plain(title) or f"Chapter {number}" for number, title in enumerate(titles, start=1)]
    assert [one["tags"]["title"] for one in found["chapters"]] == list(map(as_ffmpeg_can, shown))
    whole = as_ffmpeg_can(plain("".join(titles)))
    assert found["format"].get("tags", {}).get("title", "") == whole


@given(st.lists(odd, min_size=1, max_size=5))
def test_a_player_reads_every_title_as_it_is_on_one_line(titles):
    shown = [plain(title) or f"Chapter {number}" for number, title in enumerate(titles, start=1)]
    assert [title for *_, title in cues(render(titled(*titles), "chapters.vtt"))] == shown


def test_a_result_without_chapters_is_one_with_the_recordings_title(probed):
    result = without_chapters(start=60.0, duration=30.0)
    assert cues(render(result, "chapters.vtt")) == [(60.0, 90.0, RESULT.title)]
    (only,) = probed(render(result, "ffmetadata"))["chapters"]
    assert (only["start"], only["end"], only["tags"]["title"]) == (60_000, 90_000, RESULT.title)


def test_a_chapter_never_ends_before_it_begins(probed):
    chapter = Chapter(start=9.0, end=3.0, title="Damaged")
    result = replace(RESULT, summary=replace(RESULT.summary, chapters=(chapter,)))
    assert cues(render(result, "chapters.vtt")) == [(9.0, 9.0, "Damaged")]
    assert probed(render(result, "ffmetadata"))["chapters"][0]["end"] == 9000


@pytest.mark.parametrize(("name", "mark"), [("chapters.vtt", "NOTE "), ("ffmetadata", "; ")])
def test_what_is_not_to_be_trusted_is_labelled_in_a_comment(name, mark, probed):
    text = render(replace(RESULT, partial=True), name)
    assert [row for row in text.splitlines() if row.startswith(mark)] == [mark + PARTIAL]
    assert "\n" + mark not in render(RESULT, name)
    assert len(cues(text) if name == "chapters.vtt" else probed(text)["chapters"]) == len(CHAPTERS)
