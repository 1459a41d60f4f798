"""Whatever `svs summarize` is given: a sentence says what is wrong with which file, and nothing is left."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from svs.media import ffmpeg
from svs.store.jobs import JobStore

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names and files of POSIX")
RECORD = {"job.json", "events.jsonl", "lock", "progress.json"}
"""What a job keeps that has finished no stage."""
PROGRESS = ("[", "notice: ", "warning: ")
"""How lines begin that tell of progress, off a terminal."""
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\ngood.ts\n#EXT-X-ENDLIST\n"
SESSION = (
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=audio 5004 RTP/AVP 96\na=rtpmap:96 L16/8000\n"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory, talk_video, micro_whisper):
    """A folder with one of each: good recordings, and all that is none."""
    folder = tmp_path_factory.mktemp("files")
    excerpt = ["-t", "20", "-i", str(talk_video), "-c", "copy"]
    for name in ("whole.mkv", "good.ts", "late.mp4"):  # an .mp4 has its index last, if nothing is asked for
        ffmpeg.run([*excerpt, str(folder / name)])
    ffmpeg.run([*excerpt, "-movflags", "+faststart", str(folder / "good.mp4")])
    ffmpeg.run([*excerpt, "-an", str(folder / "mute.mp4")])
    ffmpeg.run(["-f", "lavfi", "-i", "anullsrc=r=16000", "-t", "3", str(folder / "silent.wav")])
    ffmpeg.run(["-f", "lavfi", "-i", "testsrc=s=32x32", "-frames:v", "1", str(folder / "picture.png")])
    for name, original in (("picture.mp4", "picture.png"), ("captioned.mp4", "good.mp4")):
        shutil.copy(folder / original, folder / name)
    for name, whole in (("cut.mp4", "late.mp4"), ("half.mp4", "good.mp4"), ("half.mkv", "whole.mkv")):
        data = (folder / whole).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("Just a text.\n" * 50)
    (folder / "rubbish.mp4").write_bytes(bytes(range(256)) * 40)
    (folder / "hls.mp4").write_text(PLAYLIST)
    (folder / "concat.mp4").write_text("ffconcat version 1.0\nfile good.ts\n")
    (folder / "sdp.mp4").write_text(SESSION)
    (folder / "captioned.srt").write_bytes(bytes(range(256)) * 10)
    (folder / "captions.vtt").write_text("WEBVTT\n\nNOTE nothing is said\n")
    (folder / "folder.mp4").mkdir()
    os.mkfifo(folder / "pipe.mp4")
    shutil.copytree(micro_whisper, folder / "no-tokenizer", ignore=shutil.ignore_patterns("tokenizer.json"))
    return folder


@pytest.fixture
def refused(svs, files, home):
    """Summarize what cannot be, check all that is the same for everything bad, and return what is said."""

    def check(*arguments, code=3, kept=frozenset(), cwd=files, run=svs, job=True):
        before = _listed(cwd)
        done = run("summarize", *arguments, cwd=cwd)
        said = [line for line in done.stderr.splitlines() if not line.startswith(PROGRESS)]
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert said[0].startswith("svs: ")
        assert 2 <= len(said) <= 3, "what is wrong, and what to do"
        assert "Traceback" not in done.stderr
        assert not CONTROL.search(done.stderr)
        assert _listed(cwd) == before
        if job:
            _check_record(JobStore(home / "jobs"), code, kept)
        else:
            assert not (home / "jobs").exists(), "nothing was begun"
        return "\n".join(said)

    return check


def _listed(folder):
    return sorted(folder.rglob("*"))


def _check_record(store, code, kept):
    (job_id,) = store.ids()
    job = store.load(job_id)
    assert job.status == "failed"
    assert job.error is not None
    assert job.error.exit_code == code
    left = {file.name for file in store.folder(job_id).iterdir()}
    assert left - kept <= RECORD
    assert list(store.root.iterdir()) == [store.folder(job_id)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.mp4", "there is no file {}"),
        ("folder.mp4", "{} is a folder"),
        ("pipe.mp4", "{} is not a regular file"),
        ("/dev/zero", "{} is not a regular file"),
        ("empty.mp4", "{} is empty"),
        ("text.mp4", "{} is not a recording but a playlist, a picture, a text"),
        ("rubbish.mp4", "{} is not a recording but a playlist, a picture, a text"),
        ("hls.mp4", "{} is not a recording but a playlist"),
        ("concat.mp4", "{} is not a recording but a playlist"),
        ("sdp.mp4", "{} is not a recording but a playlist"),
        ("picture.png", "{} is not a recording but a playlist, a picture"),
        ("picture.mp4", "{} is not a recording but a playlist, a picture"),
        ("cut.mp4", "{} is cut off or damaged: moov atom not found"),
        ("mute.mp4", "{} has no audio track"),
    ],
)
def test_what_is_no_recording_is_refused(refused, with_model, files, name, said):
    assert refused(name, job=name == "mute.mp4").startswith(f"svs: {said.format(files / name)}")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "no Whisper model is installed"),
        (["--engine", "whisper"], "svs models download base"),
        (["--language", "fr"], "no Whisper model that knows fr is installed"),
    ],
    ids=lambda value: " ".join(value) or "nothing" if isinstance(value, list) else "",
)
def test_a_missing_model_is_an_error_that_names_it(refused, options, said):
    assert said in refused("good.mp4", *options, code=4)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--track", "9"], 3, "good.mp4 has no audio track 9"),
        (["--track", "fr"], 3, "good.mp4 has no audio track fr"),
        (["--start", "1:00"], 3, "good.mp4 ends at 0:20, before --start 1:00"),
        (["--subtitles", "only"], 3, "no subtitle file beside"),
        (["--model", "huge"], 4, "there is no model named huge"),
        (["--model", "small"], 4, "svs models download small"),
        (["--model", "./no-tokenizer"], 4, "no-tokenizer cannot be used: it has no tokenizer.json"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_missing_track_range_caption_or_model_is_named(refused, with_model, options, code, said):
    known_before = options[0] in ("--track", "--model")
    assert said in refused("good.mp4", *options, code=code, job=not known_before)


def test_a_file_that_may_not_be_read_is_refused(refused, files, bound, tmp_path):
    locked = tmp_path / "locked.mp4"
    shutil.copy(files / "good.mp4", locked)
    locked.chmod(0)
    assert f"cannot read {locked}: permission denied" in refused(locked, cwd=tmp_path, run=bound, job=False)


def test_silence_is_no_speech(refused, with_model):
    said = refused("silent.wav", kept={"transcript.jsonl"})
    assert "silent.wav" in said
    assert "no speech" in said


def test_subtitles_without_words_are_refused_when_there_is_nothing_else(refused):
    assert "no captions in captions.vtt" in refused("captions.vtt", job=False)


def test_rubbish_beside_a_recording_is_ignored_with_a_warning(svs, with_model, files):
    done = svs("summarize", "captioned.mp4", "--json", cwd=files)
    assert done.returncode == 0, done.stderr
    assert "warning: captioned.srt is not a text file: it is ignored" in done.stderr.splitlines()
    assert "lighthouse" in json.loads(done.stdout)["summary"]["sentences"][0]["text"]


def test_rubbish_beside_a_recording_is_refused_when_it_is_insisted_on(refused):
    assert "captioned.srt is not a text file" in refused("captioned.mp4", "--subtitles", "only")


NAMES = {
    "-y.mp4": "-y.mp4",
    "http:x?.mp4": "http:x?.mp4",
    "two\nlines.mp4": "two lines.mp4",
    "[bold]x[": "[bold]x[",
    "esc\x1b[31m\x9b.mp4": r"esc\x1b[31m\x9b.mp4",
    os.fsdecode(b"\xff.mp4"): r"\udcff.mp4",
}
"""Names that could be taken for something else, and how they are shown."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_only_a_name(svs, refused, with_model, files, home, tmp_path, name):
    shutil.copy(files / "good.mp4", tmp_path / name)
    (tmp_path / f"{Path(name).stem}.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\nA tall tower.\n")
    done = svs("summarize", "--json", "--", name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == str(tmp_path / name)
    shutil.rmtree(home / "jobs")
    assert f"{NAMES[name]} has no audio track 7" in refused(
        "--track", "7", f"./{name}", cwd=tmp_path, job=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["half.mkv", "half.mp4"])
def test_half_a_file_gives_its_half_and_says_so(svs, with_model, files, name):
    done = svs("summarize", name, "--json", cwd=files)
    assert done.returncode == 0, done.stderr
    (warning,) = (line for line in done.stderr.splitlines() if line.startswith("warning: "))
    assert "the rest is missing" in warning
    result = json.loads(done.stdout)
    assert result["partial"]
    assert result["warnings"] == [warning.removeprefix("warning: ")]
    assert 4 < result["duration"] < 16
    assert "lighthouse" in result["summary"]["sentences"][0]["text"]
    assert "the rest is missing" in svs("jobs", "show", "last").stdout
