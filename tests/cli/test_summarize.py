"""`svs summarize`, as a user runs it."""

import json
import re
import shutil
import statistics
import subprocess

import pytest

from svs.media import ffmpeg

RECODED = {
    "talk.mkv": ["-c:a", "libopus", "-b:a", "48k"],
    "talk.mp3": ["-vn", "-ac", "2", "-ar", "48000"],
    "talk.mov": ["-c:a", "aac", "-ac", "2", "-ar", "48000"],
}
CAPTIONS = """1
00:00:01,000 --> 00:00:04,000
The first topic is how a lighthouse guides ships at night.

2
00:00:05,000 --> 00:00:09,000
A lighthouse is a tall tower that warns ships away from dangerous rocks.

3
00:00:10,000 --> 00:00:13,000
At the top of the tower a bright lamp burns through the night.
"""


@pytest.fixture
def captions(tmp_path):
    file = tmp_path / "meeting.srt"
    file.write_text(CAPTIONS)
    return file


def test_the_talk_becomes_what_was_said_with_its_times(svs, with_model, talk, talk_video, word_error_rate):
    done = svs("summarize", talk_video, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    heard = result["sentences"]
    assert word_error_rate([s["text"] for s in talk["sentences"]], [s["text"] for s in heard]) <= 0.05
    starts = [sentence["start"] for sentence in heard]
    off = [min(abs(s["start"] - start) for start in starts) for s in talk["sentences"]]
    assert statistics.median(off) <= 0.5
    assert {"engine": "whisper", "model": "micro"}.items() <= result["transcript"].items()
    said = {s["text"] for s in heard}
    assert result["summary"]["sentences"]
    chosen = {s["said"] or s["text"] for s in result["summary"]["sentences"]}
    assert chosen <= said, "a summary quotes"
    for topic in talk["topics"]:
        gists = [talk["sentences"][number]["text"] for number in topic["gist"]]
        assert any(word_error_rate([gist], [text]) < 0.2 for gist in gists for text in chosen), topic["title"]
    chapters = result["summary"]["chapters"]
    starts = [chapter["start"] for chapter in chapters]
    assert starts == pytest.approx([topic["start"] for topic in talk["topics"]], abs=3)
    assert [chapter["given"] for chapter in chapters] == [False] * 4


@pytest.mark.slow
@pytest.mark.parametrize("name", RECODED)
def test_other_containers_and_codecs_give_the_same_words(
    svs, with_model, talk, talk_video, tmp_path, word_error_rate, name
):
    ffmpeg.run(["-t", "24", "-i", str(talk_video), *RECODED[name], "-c:v", "copy", str(tmp_path / name)])
    done = svs("summarize", name, "--json")
    assert done.returncode == 0, done.stderr
    expected = [sentence["text"] for sentence in talk["sentences"] if sentence["end"] < 24]
    found = [sentence["text"] for sentence in json.loads(done.stdout)["sentences"]]
    assert word_error_rate(expected, found[: len(expected)]) <= 0.1


@pytest.mark.slow
def test_chapters_of_the_file_itself_are_taken_unless_the_user_objects(svs, tmp_path):
    small = ("--size", "32x32", "--fps", "2", "--audio", "silence", "--duration", "100")
    assert svs("make-test-video", "own.mp4", "--chapters", "--subtitles", *small).returncode == 0
    found = json.loads(svs("summarize", "own.mp4", "--json").stdout)["summary"]["chapters"]
    assert [chapter["title"] for chapter in found] == [
        "Lighthouses", "Bees in winter", "Why bread rises",
    ]  # fmt: skip
    assert all(chapter["given"] for chapter in found)
    shown = svs("summarize", "own.mp4")
    assert "Chapters: 3, from the recording" in shown.stdout
    assert "### " not in svs("summarize", "own.mp4", "--chapters", "none").stdout
    assert "Chapters: 2, by topic" in svs("summarize", "own.mp4", "--chapters", "2").stdout


def test_a_range_is_read_alone_and_its_times_are_those_of_the_recording(svs, with_model, talk, talk_video):
    done = svs("summarize", talk_video, "--json", "--start", "0:49.5", "--end", "1:34.5")
    result = json.loads(done.stdout)
    expected = [s for s in talk["sentences"] if 49.5 < s["start"] < 94]
    assert result["sentences"][0]["text"] == expected[0]["text"]
    assert result["sentences"][0]["start"] == pytest.approx(expected[0]["start"], abs=0.5)
    assert result["sentences"][-1]["end"] <= 94.5
    assert (result["start"], result["duration"]) == (49.5, pytest.approx(45, abs=0.1))


def test_subtitles_given_as_the_input_are_the_transcript(svs, captions):
    result = json.loads(svs("summarize", captions, "--json", "--language", "en").stdout)
    assert [s["start"] for s in result["sentences"]] == [1.0, 5.0, 10.0]
    assert "frame_rate" not in result
    assert result["transcript"]["engine"] == "captions"


@pytest.mark.slow
def test_embedded_subtitles_are_taken_unless_the_user_objects(svs, with_model, tmp_path):
    svs("make-test-video", "v.mkv", "--fps", "2", "--duration", "20", "--subtitles", "--audio", "silence")
    result = json.loads(svs("summarize", "v.mkv", "--json").stdout)
    assert result["transcript"]["engine"] == "captions"
    assert result["transcript"]["language"] == "en"
    assert result["sentences"][0]["text"] == "The first topic is how a lighthouse guides ships at night."
    refused = svs("summarize", "v.mkv", "--subtitles", "never")
    assert refused.returncode == 3
    assert "no speech" in refused.stderr


def test_a_sidecar_file_is_taken_and_cut_to_the_range(svs, captions, tmp_path):
    svs("make-test-video", "meeting.mp4", "--fps", "2", "--duration", "14", "--audio", "silence")
    result = json.loads(svs("summarize", "meeting.mp4", "--json", "--start", "4").stdout)
    assert result["transcript"]["model"] == "meeting.srt"
    assert result["frame_rate"] == 2.0
    assert [s["start"] for s in result["sentences"]] == [5.0, 10.0]


def test_a_recording_of_two_seconds_works_like_any_other(svs, with_model, talk_video, tmp_path):
    ffmpeg.run(["-ss", "0", "-t", "4", "-i", str(talk_video), "-vn", str(tmp_path / "short.wav")])
    result = json.loads(svs("summarize", "short.wav", "--json").stdout)
    assert result["summary"]["sentences"][0]["text"].startswith("The first topic")


def test_files_are_written_once_and_replaced_only_by_force(svs, captions, store, tmp_path):
    assert svs("summarize", captions, "-f", "md,srt").returncode == 0
    written = tmp_path / "meeting.summary.md"
    written.write_text("mine")
    again = svs("summarize", captions, "-f", "md")
    assert again.returncode == 2
    assert "meeting.summary.md" in again.stderr
    assert "--force" in again.stderr
    assert written.read_text() == "mine"
    assert len(store.ids()) == 1  # it was refused before there was a job
    assert svs("summarize", captions, "-f", "md", "--force").returncode == 0
    assert "lighthouse" in written.read_text()
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "meeting.srt", "meeting.summary.md", "meeting.transcript.srt",
    ]  # fmt: skip


def test_a_summary_leaves_fillers_out_unless_every_word_is_wanted(svs, captions, tmp_path):
    captions.write_text(CAPTIONS.replace("A lighthouse is", "So, um, a lighthouse is is"))
    cleaned, exact = "A lighthouse is a tall tower", "So, um, a lighthouse is is a tall tower"
    plain = svs("summarize", captions, "--length", "3").stdout
    assert cleaned in plain
    assert exact not in plain
    verbatim = svs("summarize", captions, "--length", "3", "--verbatim", "-f", "txt")
    assert exact in verbatim.stdout
    assert exact in (tmp_path / "meeting.summary.txt").read_text().partition("TRANSCRIPT")[0]
    assert exact in svs("jobs", "show", "last").stdout
    again = json.loads(svs("summarize", captions, "--length", "3", "--json").stdout)
    assert {one["text"][:28]: one["said"][:39] for one in again["summary"]["sentences"]}[cleaned] == exact


@pytest.mark.slow
def test_a_part_of_what_was_transcribed_is_cut_from_it(svs, with_model, talk_video):
    whole = json.loads(svs("summarize", talk_video, "--json").stdout)
    done = svs("summarize", talk_video, "--json", "--start", "60", "--end", "1:40", "--progress", "json")
    part = json.loads(done.stdout)
    reused = {
        event["stage"] for line in done.stderr.splitlines() if (event := json.loads(line))["kind"] == "reused"
    }
    assert {"extract", "transcribe"} <= reused
    assert (part["start"], part["duration"]) == (60.0, 40.0)
    inside = [s for s in whole["transcript"]["segments"] if 60 <= (s["start"] + s["end"]) / 2 < 100]
    found = part["transcript"]["segments"]
    assert [(s["text"], s["end"]) for s in found] == [(s["text"], s["end"]) for s in inside]
    assert found[0]["start"] == 60, "it begins with the part"
    again = svs("summarize", talk_video, "--json", "--start", "60", "--end", "1:40", "--length", "1")
    assert json.loads(again.stdout)["transcript"]["segments"] == found
    assert svs("jobs", "export", "last", "-f", "srt").returncode == 0


def test_stdout_has_the_summary_and_stderr_the_progress(svs, captions):
    done = svs("summarize", captions)
    assert done.stdout.startswith("# meeting\n")
    assert re.search(r"- \[0:\d\d\] .*lighthouse", done.stdout)
    assert [line for line in done.stderr.splitlines() if "summarize: done" in line]
    assert svs("summarize", captions, "-q").stderr == ""


def test_json_progress_is_measured_weighted_and_ends_at_100(svs, captions):
    events = [
        json.loads(line) for line in svs("summarize", captions, "--progress", "json").stderr.splitlines()
    ]
    overall = [event["overall"] for event in events]
    assert overall == sorted(overall)
    assert overall[-1] == 100 > overall[-2]
    assert [e["overall"] for e in events if e["kind"] == "finished"] == [20, 70, pytest.approx(99.9)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--length", "huge"], "huge"),
        (["--format", "pdf"], "pdf"),
        (["--method", "magic"], "magic"),
        (["--start", "soon"], "soon"),
        (["--start", "2:00", "--end", "1:00"], "--end"),
        (["--language", "klingonish"], "klingonish"),
        (["--threads", "-1"], "threads"),
    ],
)
def test_a_wrong_option_is_refused_before_a_job_is_made(svs, captions, home, arguments, message):
    done = svs("summarize", captions, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (home / "jobs").exists()


def test_a_missing_model_is_an_error_with_the_command_that_installs_it(svs, talk_video):
    done = svs("summarize", talk_video, "--model", "small")
    assert done.returncode == 4
    assert "svs models download small" in done.stderr


def test_the_same_input_gives_the_same_output(svs, captions):
    first, second = (json.loads(svs("summarize", captions, "--json").stdout) for _ in range(2))
    for result in (first, second):
        del result["job_id"], result["created"]
    assert first == second


@pytest.mark.slow
def test_summarizing_opens_no_connection(svs_command, talk_video, with_model, tmp_path):
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-qq", "-e", "trace=network", "-o", trace]
    command = [*strace, svs_command, "summarize", talk_video, "--end", "20"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    calls = [line for line in trace.read_text().splitlines() if "connect(" in line or "sendto(" in line]
    assert [line for line in calls if "AF_INET" in line or "AF_INET6" in line] == []


def test_a_broken_sidecar_file_is_said_and_ignored(svs, with_model, talk_video, tmp_path):
    (tmp_path / "talk.mp4").symlink_to(talk_video)
    (tmp_path / "talk.srt").write_text("rubbish")
    done = svs("summarize", tmp_path / "talk.mp4", "--json", "--end", "10")
    assert json.loads(done.stdout)["transcript"]["engine"] == "whisper"
    assert "talk.srt: it is ignored" in done.stderr
    assert svs("summarize", tmp_path / "talk.mp4", "--subtitles", "only").returncode == 3


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--max-size", "much"),
        ("--max-duration", "5 weeks"),
        ("--allow-format", "hls"),
        ("--allow-format", "bink,mlv"),
        ("--allow-format", "dvdvideo"),
        ("--allow-format", "a;b"),
    ],
)
def test_limits_that_make_no_sense_are_refused(svs, option, value):
    done = svs("summarize", "talk.mp4", option, value)
    assert done.returncode == 2
    assert value.split(",")[-1] in done.stderr


def test_the_report_has_a_picture_and_can_be_written_again_while_the_video_is_there(
    svs, with_model, talk_video, tmp_path
):
    video = tmp_path / "v" / "talk.mp4"
    video.parent.mkdir()
    shutil.copy(talk_video, video)
    done = svs("summarize", video, "--end", "20", "-f", "html,json", "-o", "out")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out" / "talk.report.html").read_text()
    assert "data:image/jpeg;base64," in written
    assert "jpeg" not in (tmp_path / "out" / "talk.summary.json").read_text()
    assert svs("jobs", "export", "last", "-f", "html", "-o", "again").returncode == 0
    assert (tmp_path / "again" / "talk.report.html").read_text() == written
    video.write_bytes(b"another file by now")
    assert svs("jobs", "export", "last", "-f", "html", "-o", "later").returncode == 0
    assert "data:image/jpeg" not in (tmp_path / "later" / "talk.report.html").read_text()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["my talk.mp4", "--json"], "To summarize it, run: svs summarize 'my talk.mp4' --json"),
        (["talk.opus", "--length", "short"], "To summarize it, run: svs summarize talk.opus --length short"),
        (["--length", "short", "talk.opus"], "To summarize it, run: svs summarize --length short talk.opus"),
        (["-"], "svs reads files, not its standard input: save the recording to a file first."),
        (
            ["https://youtu.be/x"],
            "svs reads files, not addresses: download it first, as with yt-dlp or curl.",
        ),
    ],
    ids=" ".join,
)
def test_a_recording_in_a_commands_place_is_told_where_it_belongs(svs, typed, hint):
    done = svs(*typed)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == hint


@pytest.mark.parametrize(
    "address", ["https://example.org/a b.mp4", "www.example.org/a", "youtube.com/watch?v=1"]
)
def test_an_address_is_shown_as_it_was_typed(svs, address):
    done = svs("summarize", address)
    assert done.returncode == 3
    assert f"there is no file {address}\n" in done.stderr
    assert "svs reads files, not addresses" in done.stderr


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--model", "no-such"], "there is no model named no-such"),
        (["--track", "7"], "has no audio track 7"),
        (["--language", "Klingon"], "Whisper does not know Klingon"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_cannot_be_used_is_refused_before_there_is_a_job(svs, home, options, complaint):
    svs("make-test-video", "talk.mp4", "--duration", "2", "--audio", "tone")
    done = svs("summarize", "talk.mp4", *options)
    assert done.returncode in (2, 3, 4)
    assert complaint in done.stderr
    assert not (home / "jobs").exists()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("https://example.org/talk.mp4", "svs reads files, not addresses: download it first"),
        ("-", "svs reads files, not its standard input"),
        ("notes.txt", "svs needs times: give it captions"),
        ("notes.json", "Give svs other captions, or the recording itself."),
    ],
)
@pytest.mark.parametrize("way", [[], ["--detach"]], ids=["", "detached"])
def test_what_is_no_recording_gets_advice_and_leaves_no_job(svs, home, tmp_path, typed, hint, way):
    for name in ("notes.txt", "notes.json"):
        (tmp_path / name).write_text('{"notes": 1}')
    done = svs("summarize", *way, "--", typed)
    assert done.returncode == 3
    assert hint in done.stderr
    assert not (home / "jobs").exists()


@pytest.mark.parametrize(
    "typed", ["en", "AUTO", "eng", "English", "iw", "jw", "zh-TW", "Greek", "Mandarin", "in", "fil"]
)
def test_languages_as_people_type_them(svs, captions, typed):
    done = svs("summarize", captions, "--language", typed, "--json")
    assert done.returncode == 0, done.stderr
    known = {"iw": "he", "jw": "jw", "zh-TW": "zh", "Greek": "el", "Mandarin": "zh", "in": "id", "fil": "tl"}
    assert json.loads(done.stdout)["transcript"]["language"] == known.get(typed, "en")


def test_an_encoding_that_is_named_is_taken_and_one_that_is_none_refused(svs, captions):
    captions.write_bytes("1\n00:00:01,000 --> 00:00:04,000\nÀ l'été, le phare.\n".encode("mac_roman"))
    unsure = svs("summarize", captions)
    assert unsure.returncode == 3
    assert "svs cannot determine the encoding of meeting.srt" in unsure.stderr
    done = svs("summarize", captions, "--encoding", "mac_roman", "--json")
    assert json.loads(done.stdout)["sentences"][0]["text"] == "À l'été, le phare."
    for wrong in ("mac", "hex", ""):
        refused = svs("summarize", captions, "--encoding", wrong)
        assert refused.returncode == 2
        assert f"there is no encoding '{wrong}'" in refused.stderr


def test_which_captions_are_taken_is_said_without_being_asked(svs, captions):
    svs("make-test-video", "meeting.mp4", "--duration", "14", "--audio", "silence")
    said = svs("summarize", "meeting.mp4").stderr.splitlines()
    assert "notice: The transcript comes from meeting.srt, not from the audio." in said


def test_lost_cues_are_told_here_and_in_the_result(svs, captions):
    captions.write_text(CAPTIONS + "\n4\n00:00:xx,000 --> 00:00:20,000\nLost.\n")
    done = svs("summarize", captions, "--json")
    loss = "1 of 4 cues in meeting.srt have no time that can be read: they are left out."
    assert f"warning: {loss}" in done.stderr.splitlines()
    assert json.loads(done.stdout)["warnings"] == [loss]
