"""`svs jobs speakers`, and names in what svs prints and writes."""

import json

import pytest

CAPTIONS = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v SPEAKER_00>The lighthouse lamp is weak, so a glass lens gathers its light into a beam.

00:00:05.500 --> 00:00:09.000
<v SPEAKER_01>Who pays for the glass lens and the lamp of the lighthouse?

00:00:09.500 --> 00:00:12.000
<v SPEAKER_02>The ships pay for the lens when they reach the harbour.
"""


@pytest.fixture
def video(tmp_path):
    file = tmp_path / "talk.vtt"
    file.write_text(CAPTIONS)
    return file


@pytest.fixture
def listed(svs):
    """Return a function from the arguments of `svs jobs speakers last` to the speakers' numbers and names."""

    def run(*arguments):
        found = json.loads(svs("jobs", "speakers", "last", *arguments, "--json").stdout)
        return [(spoken["speaker"]["id"], spoken["speaker"]["name"]) for spoken in found]

    return run


def test_speakers_are_listed_with_time_and_quotes(svs, video):
    svs("summarize", video)
    shown = svs("jobs", "speakers", "last").stdout
    assert "1  SPEAKER_00  0:04, 40 %, from captions" in shown
    assert "0:05  Who pays for the glass lens and the lamp of the lighthouse?" in shown


def test_names_are_in_all_that_svs_shows_until_they_are_undone(svs, video, listed, tmp_path):
    svs("summarize", video)
    before = svs("jobs", "show", "last", "--json").stdout
    assert listed("1=Anna", "3=1") == [(1, "Anna"), (2, "SPEAKER_01")]
    assert "Anna: The ships pay" in svs("jobs", "show", "last", "--transcript").stdout
    assert "Anna: The ships pay" in svs("jobs", "search", "ships").stdout
    svs("jobs", "export", "last", "-f", "srt,json", "-o", tmp_path / "out")
    assert "Anna: The ships pay" in (tmp_path / "out/talk.transcript.srt").read_text()
    written = json.loads((tmp_path / "out/talk.summary.json").read_text())
    assert [spoken["speaker"] for spoken in written["sentences"]] == ["Anna", "SPEAKER_01", "Anna"]
    assert listed("3=Carl") == [(1, "Anna"), (2, "SPEAKER_01"), (3, "Carl")]
    assert listed("--undo") == [(1, "SPEAKER_00"), (2, "SPEAKER_01"), (3, "SPEAKER_02")]
    assert svs("jobs", "show", "last", "--json").stdout == before


def test_speakers_are_named_when_a_job_starts(svs, video, listed):
    done = svs("summarize", video, "--speaker-names", "1=Anna,SPEAKER_01=Ben, 9=Eve")
    assert "Anna: The lighthouse" in done.stdout
    assert "9=Eve" in done.stdout
    assert listed("3=Carl") == [(1, "Anna"), (2, "Ben"), (3, "Carl")]
    assert listed("--undo")[0] == (1, "Anna")


def test_names_are_no_words_of_summary_and_phrases(svs, tmp_path):
    file = tmp_path / "talk.vtt"
    file.write_text(CAPTIONS.replace("SPEAKER_00", "Zebedee").replace("SPEAKER_01", "Quasimodo"))
    result = json.loads(svs("summarize", file, "--json").stdout)
    summary = json.dumps(result["summary"]["phrases"]) + "".join(
        spoken["text"] + spoken["said"] for spoken in result["summary"]["sentences"]
    )
    assert "zebedee" not in summary.lower()
    assert "quasimodo" not in summary.lower()
    assert [spoken["speaker"] for spoken in result["sentences"]] == ["Zebedee", "Quasimodo", "SPEAKER_02"]


def test_one_speaker_is_as_none(svs, tmp_path):
    outputs = []
    for name in ("SPEAKER_01", ""):
        file = tmp_path / "talk.vtt"
        said = CAPTIONS
        for number in range(3):
            said = said.replace(f"<v SPEAKER_0{number}>", f"<v {name}>" if name else "")
        file.write_text(said)
        svs("summarize", file, "-f", "md,txt,srt,vtt,tsv", "-o", tmp_path / f"out{name}")
        texts = [f.read_text() for f in sorted((tmp_path / f"out{name}").iterdir())]
        outputs.append(
            ["\n".join(line for line in text.splitlines() if "Date" not in line) for text in texts]
        )
    assert outputs[0] == outputs[1]
    assert "Fewer than two speakers" in svs("jobs", "speakers", "last").stderr


def test_a_name_does_not_steer_the_terminal(svs, video):
    svs("summarize", video, "--speaker-names", "1=\x1b]0;owned\x07[b]Eve\u202e")
    shown = [("speakers", "last"), ("show", "last"), ("show", "last", "--transcript"), ("search", "lamp")]
    for arguments in shown:
        done = svs("jobs", *arguments)
        assert "Eve" in done.stdout
        assert not set("\x1b\x07\u202e") & set(done.stdout + done.stderr)
    refused = svs("jobs", "speakers", "last", "\x1b[2J=Anna")
    assert "\x1b" not in refused.stderr


@pytest.mark.parametrize("wish", ["7=Anna", "Anna", "1="])
def test_a_wrong_wish_changes_nothing(svs, video, listed, wish):
    svs("summarize", video)
    before = listed()
    refused = svs("jobs", "speakers", "last", wish)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert listed() == before
