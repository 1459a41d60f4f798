"""Tags, chapters, subtitle tracks and cues of a recording are text from strangers: shown, never obeyed."""

import csv
import io
import json
import os
import re

import pysubs2
import pytest
from markdown_it import MarkdownIt

from svs.media import ffmpeg

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
EVIL = "\x1b]0;pwned\x07\x1b[2J\x9b2J\u202e\u2066[/red][bold]x[/]\u2028\x7f\u200b\xad\ufeff\U000e0041{0}%s"
CUES = [
    f"The lens gathers {EVIL} its light.",
    "=cmd|' /C calc'!A0 opens the lighthouse door.",
    "@SUM(1+1)*cmd is what the keeper of the lighthouse wrote.",
    "It ends. 00:00:09,000 --> 00:00:10,000 And a forged cue follows it here.",
    "WEBVTT NOTE STYLE ::cue { color: red } were written on the old door.",
    "<script>alert(1)</script> and <img src=http://127.0.0.1:9/x onerror=alert(1)> were there.",
    "[click here](javascript:alert(1)) was said to the keeper of the light.",
    "![picture](http://127.0.0.1:9/x.png) hung on the wall of the tower.",
    "{\\an8}{\\p1}m 0 0 l 100 100 was drawn in the sand by the waves.",
    "evil.com/login and //evil.com and www.evil.com were painted on the wall.",
    "{{ 7 * 7 }} and {% include '/etc/passwd' %} and %% hidden %% were in the sand.",
    "# A heading **bold** `code` | table | <!-- comment --> $math$ end of it.",
]


@pytest.fixture
def recording(silent, tmp_path):
    """Return a recording with all of that in its tags, chapters and subtitle track."""
    cues = [
        f"{n}\n00:00:{4 * n:02},000 --> 00:00:{4 * n + 3:02},000\n{cue}\n"
        for n, cue in enumerate(CUES, start=1)
    ]
    (tmp_path / "cues.srt").write_text("\n".join(cues))
    chapters = [f"[CHAPTER]\nTIMEBASE=1/1\nSTART={n}\nEND={n + 1}\ntitle={_escape(EVIL)}\n" for n in range(3)]
    (tmp_path / "meta.txt").write_text(f";FFMETADATA1\ntitle={_escape(EVIL)}\n" + "".join(chapters))
    video = tmp_path / "talk.mkv"
    inputs = ["-i", silent, "-i", tmp_path / "cues.srt", "-i", tmp_path / "meta.txt"]
    tags = [
        "-metadata:s:s:0",
        f"title={EVIL}",
        "-metadata:s:s:0",
        "language=en",
        "-metadata",
        f"artist={EVIL}",
    ]
    ffmpeg.run([*map(str, inputs), "-map_metadata", "2", *tags, "-c:a", "copy", "-c:s", "srt", str(video)])
    for made in ("cues.srt", "meta.txt"):
        (tmp_path / made).unlink()
    return video


def _escape(text):
    return "".join(f"\\{c}" if c in "=;#\\\n" else c for c in text)


@pytest.mark.slow
def test_what_a_recording_says_is_shown_and_does_nothing(
    on_terminal, svs, assert_harmless, recording, tmp_path
):
    formats = "md,txt,html,json,srt,vtt,tsv"
    code, shown = on_terminal("summarize", "talk.mkv", "-f", formats, "-o", "out", "-l", "100%", "-v")
    assert code == 0, shown
    assert "pwned" in shown
    assert_harmless(shown, drawn=True)
    for arguments in (["jobs", "show", "last"], ["jobs", "show", "last", "--transcript"], ["jobs", "list"]):
        assert_harmless(on_terminal(*arguments)[1], drawn=True)
    quiet = svs("summarize", "talk.mkv", "-l", "50%", "-v")
    assert_harmless(quiet.stdout + quiet.stderr)
    files = {file.suffix: file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir()}
    for text in files.values():
        assert_harmless(text)
    _check_markdown(files[".md"])
    _check_subtitles(files[".srt"], files[".vtt"])
    _check_table(files[".tsv"])
    _check_page(files[".html"])
    assert files[".json"].isascii()
    assert "pwned" in json.loads(files[".json"])["title"]


def _check_markdown(text):
    page = MarkdownIt("gfm-like").render(text)  # which makes links of bare addresses too
    page = re.sub(r'<a (id="|href="#)chapter-\d+">', "", page)  # the contents are links of our own
    for live in ("<script", "<img", "<a ", "<!--", "<strong>", "<code>"):
        assert live not in page
    assert page.count("<h1>") == 1


def _check_page(text):
    for live in ("<script>alert", "<img", "<!--"):
        assert live not in text
    assert "&lt;!-- comment --&gt;" in text


def _check_subtitles(srt, vtt):
    for text, kind in ((srt, "srt"), (vtt, "vtt")):
        assert text.count("-->") == len(pysubs2.SSAFile.from_string(text, format_=kind))
        assert "\nNOTE" not in text
        assert "\nSTYLE" not in text


def _check_table(text):
    rows = list(csv.reader(io.StringIO(text), delimiter="\t"))
    assert {len(row) for row in rows} == {5}
    assert not any(row[2].startswith(("=", "+", "-", "@")) for row in rows)


@pytest.mark.parametrize("cue", CUES, ids=ascii)
def test_a_cue_alone_is_shown_and_does_nothing(svs, assert_harmless, tmp_path, cue):
    (tmp_path / "talk.srt").write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{cue}\n")
    done = svs("summarize", "talk.srt", "--progress", "json", "-v")
    assert done.returncode in (0, 3), done.stderr  # of a drawing, or a forged cue, nothing is left to quote
    assert_harmless(done.stdout + done.stderr)
