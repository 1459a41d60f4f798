"""Transcripts corrected by hand: opened in an editor, checked, kept beside the original, summarized again."""

import json
import os

import pytest

CAPTIONS = """1
00:00:01,000 --> 00:00:04,000
The lamp alone is week, so a glass lens gathers its light.

2
00:00:05,000 --> 00:00:09,000
Tides rise twice a day, because the moon pulls at the sea.
"""


@pytest.fixture
def job(svs, tmp_path):
    (tmp_path / "talk.srt").write_text(CAPTIONS)
    return json.loads(svs("summarize", "talk.srt", "--json").stdout)["job_id"]


@pytest.fixture
def edit(svs, tmp_path):
    """Run `svs jobs edit` with an editor that replaces a text by another."""

    def run(before, after, code=0):
        program = tmp_path / "an editor"
        program.write_text(f"#!/bin/sh\nsed -i 's/{before}/{after}/' \"$2\"\nexit {code}\n")
        program.chmod(0o755)
        return svs("jobs", "edit", "last", env={**os.environ, "EDITOR": f"'{program}' --wait"})

    return run


def transcript(svs):
    return svs("jobs", "show", "last", "--transcript").stdout


def test_a_correction_is_in_the_transcript_the_summary_and_later_files(svs, job, edit, home, tmp_path):
    done = edit("week", "weak")
    assert done.returncode == 0, done.stderr
    assert "lamp alone is weak" in done.stdout
    assert "is weak" in transcript(svs)
    assert svs("jobs", "export", "last", "-f", "md,srt").returncode == 0
    assert "is weak" in (tmp_path / "talk.summary.md").read_text()
    original = home / "jobs" / job / "transcript.original.jsonl"
    assert "is week" in original.read_text()
    edit("weak", "bright")
    assert "is week" in original.read_text(), "it is the first one that is kept"


def test_a_cue_can_be_removed_and_the_others_stay_as_they_are(svs, job, edit):
    before = json.loads(svs("jobs", "show", "last", "--json").stdout)["result"]["transcript"]["segments"]
    assert edit("^The lamp.*", "").returncode == 0
    after = json.loads(svs("jobs", "show", "last", "--json").stdout)["result"]["transcript"]["segments"]
    assert after == before[1:]


def test_nothing_changes_without_a_change_or_when_the_editor_fails(svs, job, edit):
    before = transcript(svs)
    assert "nothing was changed" in edit("no such words", "x").stderr
    assert edit("week", "weak", code=1).returncode == 1
    assert transcript(svs) == before


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("^.*[a-z].*", "", "no words"), ("00:00:01,000 --", "00:00:11,000 --", "not in order")],
)
def test_what_is_no_transcript_is_refused_and_kept_as_a_copy(svs, job, edit, home, before, after, said):
    kept = transcript(svs)
    done = edit(before, after)
    assert (done.returncode, said in done.stderr) == (2, True)
    assert transcript(svs) == kept
    assert (home / "jobs" / job / "corrected.srt").exists()


def test_without_an_editor_that_is_said(svs, job):
    done = svs("jobs", "edit", "last", env={**os.environ, "EDITOR": "/no/editor"})
    assert done.returncode == 4
    assert "EDITOR" in done.stderr


def test_names_that_the_user_gave_stay_beside_the_transcript(svs, edit, tmp_path):
    (tmp_path / "call.vtt").write_text(
        "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Anna>The lamp alone is week, so a lens gathers its light.\n\n"
        "00:05.000 --> 00:09.000\n<v Ben>Tides rise twice a day, because the moon pulls at the sea.\n"
    )
    svs("summarize", "call.vtt")
    svs("jobs", "speakers", "last", "2=Berta")
    assert edit("week", "weak").returncode == 0
    assert "Berta: Tides rise" in transcript(svs)
    listed = json.loads(svs("jobs", "speakers", "last", "--undo", "--json").stdout)
    assert [entry["speaker"]["name"] for entry in listed] == ["Anna", "Ben"]
