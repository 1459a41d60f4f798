"""`svs jobs speakers`, and names in what svs prints and writes."""

import json
import os
import signal
import subprocess
import wave

import numpy as np
import pytest

from svs.media import ffmpeg, pcm

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


@pytest.fixture(scope="module")
def border(talk):
    """Return when the first sentence after 40 s begins."""
    return next(sentence["start"] for sentence in talk["sentences"] if sentence["start"] > 40) - 0.2


@pytest.fixture(scope="module")
def halves(talk_pcm, border):
    """Return two speakers' samples: the beginning of the talk up to a border, and what follows until 75 s."""
    samples = np.frombuffer(pcm.read_bytes(talk_pcm, 0, 75 * pcm.RATE), "<i2")
    first = np.arange(len(samples)) < border * pcm.RATE
    return samples * first, samples * ~first


def wav(path, *channels):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(pcm.RATE)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return path


def tracks(path, halves, *titles):
    """Make a recording of two tracks with titles."""
    sounds = [wav(path.with_name(f"{number}.wav"), half) for number, half in enumerate(halves)]
    tags = [f"-metadata:s:a:{number}" for number in range(2)]
    arguments = ["-i", str(sounds[0]), "-i", str(sounds[1]), "-map", "0", "-map", "1"]
    ffmpeg.run([*arguments, tags[0], f"title={titles[0]}", tags[1], f"title={titles[1]}", str(path)])
    return path


@pytest.mark.usefixtures("with_model")
def test_two_channels_are_two_speakers_that_can_be_named(svs, halves, border, listed, tmp_path):
    call = wav(tmp_path / "call.wav", *halves)
    result = json.loads(svs("summarize", call, "--speaker-names", "left=Anna", "--json").stdout)
    assert [(who["name"], who["how"]) for who in result["speakers"]] == [
        ("Anna", "channels"),
        ("right", "channels"),
    ]
    assert result["transcript"]["voices"] == "channels"
    assert "--channels mix" in result["notices"][0]
    for sentence in result["sentences"]:
        assert sentence["speaker"] == ("Anna" if sentence["start"] < border - 0.5 else "right")
    assert listed("2=Ben") == [(1, "Anna"), (2, "Ben")]
    assert "2  Ben  0:" in svs("jobs", "speakers", "last").stdout
    assert "from channels" in svs("jobs", "speakers", "last").stdout


@pytest.mark.slow
@pytest.mark.usefixtures("with_model")
def test_channels_that_are_mixed_say_what_the_talk_does(svs, halves, talk, word_error_rate, tmp_path):
    call = wav(tmp_path / "call.wav", *halves)
    said = [sentence["text"] for sentence in talk["sentences"] if sentence["end"] < 75]
    texts = []
    for how in ("mix", "split"):
        result = json.loads(svs("summarize", call, "--channels", how, "--json").stdout)
        assert ("speakers" in result) == (how == "split")
        texts.append([sentence["text"] for sentence in result["sentences"]])
        assert word_error_rate(said, texts[-1]) < 0.1
    assert svs("summarize", call, "--channels", "both").returncode == 2


@pytest.mark.slow
@pytest.mark.usefixtures("with_model")
def test_tracks_are_speakers_and_their_titles_do_not_steer_the_terminal(svs, halves, tmp_path):
    video = tracks(tmp_path / "obs.mkv", halves, "An\x1b]0;owned\x07na", "[b]Ben[/b] <i>")
    done = svs("summarize", video, "--track", "all", "-f", "html,vtt,md")
    assert r"\[b\]Ben" in done.stdout
    assert not set("\x1b\x07") & set(done.stdout + done.stderr)
    assert "<i>" not in (tmp_path / "obs.report.html").read_text()
    result = json.loads(svs("summarize", video, "--track", "all", "--json").stdout)
    assert [who["how"] for who in result["speakers"]] == ["tracks", "tracks"]
    assert {sentence["speaker"] for sentence in result["sentences"] if sentence["start"] > 40} == {
        "[b]Ben[/b] <i>"
    }


@pytest.mark.slow
@pytest.mark.usefixtures("with_model")
def test_a_later_job_takes_over_the_speakers_with_the_transcript(svs, halves, tmp_path):
    call = wav(tmp_path / "call.wav", *halves)
    first, again = (json.loads(svs("summarize", call, "-l", n, "--json").stdout) for n in ("3", "4"))
    assert first["transcript"] == again["transcript"]
    assert first["speakers"] == again["speakers"]


@pytest.mark.slow
@pytest.mark.usefixtures("with_model")
def test_a_call_that_is_killed_and_resumed_has_the_same_journal(svs, svs_command, halves, home, tmp_path):
    call = wav(tmp_path / "call.wav", *halves)
    svs("summarize", call)
    (whole,) = home.glob("jobs/*/transcript.jsonl")
    process = subprocess.Popen(
        [svs_command, "summarize", str(call), "--fresh", "--progress", "json", "--threads", "1"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process.stderr:
        next(line for line in process.stderr if '"line"' in line)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (partial,) = set(home.glob("jobs/*/transcript.jsonl")) - {whole}
    assert 1 < len(partial.read_bytes().splitlines()) < len(whole.read_bytes().splitlines())
    assert svs("jobs", "resume", "last").returncode == 0
    assert partial.read_bytes() == whole.read_bytes()
    assert not list(partial.parent.glob("*.pcm*"))
