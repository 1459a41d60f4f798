"""`--embed`: the copy has the recording's streams, bit for bit, with the transcript and the chapters."""

import json
import os
import subprocess

import pysubs2
import pytest
from msgspec.structs import replace

from svs.errors import InputError, UsageError
from svs.media import ffmpeg, tool
from svs.media.fingerprint import describe
from svs.media.probe import probe
from svs.media.testvideo import make_test_video
from svs.model.job import Job, Options
from svs.model.speech import Chapter, Result, Sentence, Summary, Transcript
from svs.outputs import embed
from svs.outputs.shared import PARTIAL
from svs.store.jobs import JobStore
from svs.store.records import now
from svs.system.codec import encode

SAID = (
    "1\n00:00:01,000 --> 00:00:04,000\nThe lamp alone is weak, so a glass lens gathers its light & more.\n\n"
    "2\n00:00:05,000 --> 00:00:07,500\nA lighthouse warns ships away from dangerous rocks.\n"
)
TITLES = (
    "Lamp and lens",
    "C# = 50; a \\ b [CHAPTER] %s {0}",
    "two\nlines\r\n[CHAPTER]\nTIMEBASE=1/1",
    "<b>&amp;</b> --> 00:01.000",
    "\x1b[31mred\u202e 灯塔 é",
    "ends with a backslash \\",
    "",
)
SHOWN = (
    *TITLES[:2],
    "two lines [CHAPTER] TIMEBASE=1/1",
    TITLES[3],
    "[31mred 灯塔 é",
    *TITLES[5:6],
    "Chapter 7",
)


def read(*arguments):
    command = [tool.find(), "-v", "error", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


def streams(file):
    """Return the hash of each picture and sound track, as it lies in the file."""
    found = read("-i", file, "-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "streamhash", "-")
    return found.splitlines()


def subtitles(file, track=0):
    """Return the texts of a subtitle track, with their times."""
    cues = pysubs2.SSAFile.from_string(
        read("-i", file, "-map", f"0:s:{track}", "-f", "srt", "-"), format_="srt"
    )
    return [(cue.start, cue.end, " ".join(cue.plaintext.split())) for cue in cues]


def make_recording(folder, suffix, **options):
    video = folder / f"talk{suffix}"
    make_test_video(video, size=(64, 64), fps=2, duration=10, **options)
    video.with_suffix(".srt").write_text(SAID)
    return video


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Return a short recording in each kind of file, with subtitles beside it."""
    folder = tmp_path_factory.mktemp("recordings")
    return {suffix: make_recording(folder, suffix) for suffix in (".mp4", ".webm")}


@pytest.fixture(scope="module")
def done(recordings):
    """Return a finished job and its result."""
    source = describe(recordings[".mp4"])
    said = Sentence(1.0, 4.0, "The lamp alone is weak, so a glass lens gathers its light.")
    transcript = Transcript(engine="captions", model="talk.srt", language="en", translated=False, segments=())
    result = Result(
        job_id="20261123T041400-7f3a",
        title="Lighthouses",
        source=source.path,
        created=now(),
        duration=10.0,
        start=0.0,
        partial=False,
        warnings=(),
        summary=Summary(method="auto", length="medium", sentences=(said,)),
        transcript=transcript,
        sentences=(said,),
    )
    return Job(id=result.job_id, source=source, options=Options(), created=result.created), result


SECRET = "Secret-0815"


@pytest.fixture(scope="module")
def tagged(tmp_path_factory):
    """Return recordings with secrets in every kind of tag, a cover, and a file in them."""
    folder = tmp_path_factory.mktemp("tagged")
    (folder / "meta.txt").write_text(
        f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=5\ntitle={SECRET}\ncomment={SECRET}\n"
    )
    (folder / "font.txt").write_text(SECRET)
    inputs = ["-i", make_recording(folder, ".mp4"), "-i", folder / "meta.txt", "-i", folder / "talk.srt"]
    inputs += ["-f", "lavfi", "-i", "color=red:s=32x32:r=1:d=1", "-map", "0:v", "-map", "0:a", "-map", "2"]
    keep = ["-map_metadata", "1", "-c", "copy"]
    cover = ["-map", "3", "-c:v:1", "mjpeg", "-disposition:v:1", "attached_pic", "-c:s", "mov_text"]
    tags = ["title", "artist", "comment", "location", "location-eng", "copyright", "description", "synopsis"]
    secrets = [part for tag in tags for part in ("-metadata", f"{tag}={SECRET}")]
    for track in ("v", "a", "s"):
        for tag in ("title", "handler_name", "comment", "timecode"):
            secrets += [f"-metadata:s:{track}", f"{tag}={'01:02:03:04' if tag == 'timecode' else SECRET}"]
    secrets += ["-metadata", "creation_time=2001-02-03T04:05:06Z"]
    attach = ["-attach", folder / "font.txt", "-metadata:s:t", "mimetype=text/plain"]
    made = {}
    for suffix, more in ((".mp4", cover), (".mkv", ["-c:s", "srt", *attach])):
        made[suffix] = folder / f"tagged{suffix}"
        ffmpeg.run(
            [*map(str, [*inputs, *keep, *more, *secrets, made[suffix]])],
            reads=(str(folder / "font.txt"),),
        )
        made[suffix].with_suffix(".srt").write_text(SAID)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("later", [False, True], ids=["summarize", "export"])
def test_a_copy_without_tags_has_nothing_but_pictures_sound_and_subtitles(
    svs, tagged, tmp_path, suffix, later
):
    assert SECRET.encode() in tagged[suffix].read_bytes()
    copy = tmp_path / f"copy{suffix}"
    wanted = ["--embed", copy, "--strip-tags"]
    done = svs("summarize", tagged[suffix], "--chapters", "none", *([] if later else wanted), "-q")
    assert done.returncode == 0, done.stderr
    if later:
        exported = svs("jobs", "export", "last", *wanted)
        assert exported.returncode == 0, exported.stderr
    data = copy.read_bytes()
    assert SECRET.encode() not in data
    report = subprocess.run([tool.find(), "-i", copy], capture_output=True, check=False).stderr.decode()
    for tag in ("2001-02-03", "01:02:03:04", "Chapter", "attached pic", "Attachment"):
        assert tag not in report
    kept, had = ([track.partition(",")[2] for track in streams(file)] for file in (copy, tagged[suffix]))
    assert kept == [had[0], had[-1]], "all but the cover"
    first, second = ([text for *_, text in subtitles(copy, track)] for track in (0, 1))
    assert first == second != []


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_copy_keeps_the_tags_else(svs, tagged, tmp_path, suffix):
    assert svs("summarize", tagged[suffix], "--embed", f"copy{suffix}", "-q").returncode == 0
    assert (tmp_path / f"copy{suffix}").read_bytes().count(SECRET.encode()) > 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suffix", "name"), [(".mp4", "c.mp4"), (".mp4", "c.MKV"), (".mp4", "new/c.mov"), (".webm", "c.webm")]
)
def test_the_copy_has_the_same_streams_and_the_transcript(svs, recordings, tmp_path, suffix, name):
    video = recordings[suffix]
    ended = svs("summarize", video, "--embed", name, "-q", "--json")
    assert ended.returncode == 0, ended.stderr
    copy = tmp_path / name
    assert streams(copy) == streams(video) != []
    (track,) = probe(copy).subtitles
    assert (track.language, track.text) == ("eng", True)
    shown = subtitles(copy)
    assert " ".join(text for *_, text in shown) == " ".join(
        sentence["text"] for sentence in json.loads(ended.stdout)["sentences"]
    )
    assert abs(shown[0][0] - 1000) < 50
    assert copy.stat().st_mode & 0o077 == 0
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_chapters_have_their_times_and_titles_whatever_these_are(done, tmp_path, suffix):
    job, result = done
    chapters = tuple(Chapter(start=n, end=n + 1, title=title) for n, title in enumerate(TITLES))
    summary = replace(result.summary, chapters=chapters)
    copy = tmp_path / f"copy{suffix}"
    embed.embed(job, replace(result, summary=summary), copy, force=False)
    found = probe(copy).chapters
    assert [(chapter.start, chapter.end) for chapter in found] == [(n, n + 1) for n in range(len(TITLES))]
    assert tuple(chapter.title for chapter in found) == SHOWN


def test_without_chapters_of_ours_the_recordings_own_stay(svs, tmp_path, done):
    video = make_recording(tmp_path, ".mp4", chapters=True)
    job, result = done
    job = replace(job, source=describe(video))
    embed.embed(
        job, replace(result, summary=replace(result.summary, chapters=())), tmp_path / "c.mkv", force=False
    )
    assert [chapter.title for chapter in probe(tmp_path / "c.mkv").chapters] == ["Lighthouses"]


def test_the_same_recording_gives_the_same_bytes(done, tmp_path):
    job, result = done
    for name in ("a.mkv", "b.mkv"):
        embed.embed(job, result, tmp_path / name, force=False)
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["copy.mkv", "copy.mp4"])
def test_a_damaged_file_is_labelled_where_players_show_it(svs, done, tmp_path, name):
    job, result = done
    embed.embed(job, replace(result, partial=True), tmp_path / name, force=False)
    assert " ".join(subtitles(tmp_path / name)[0][2].split()) == f"[{PARTIAL}]"
    if name == "copy.mkv":
        tags = read("-i", tmp_path / name, "-map", "0:s", "-c", "copy", "-f", "ffmetadata", "-")
        assert "title=Transcript" in tags
    again = json.loads(svs("summarize", tmp_path / name, "--json").stdout)
    assert not any(PARTIAL in sentence["text"] for sentence in again["sentences"])


def test_other_subtitles_come_along_in_the_form_that_the_container_holds(done, tmp_path):
    video = make_recording(tmp_path, ".mkv", subtitles=True)
    job, result = done
    embed.embed(replace(job, source=describe(video)), result, tmp_path / "copy.mp4", force=False)
    before, ours = probe(tmp_path / "copy.mp4").subtitles
    assert (before.codec, ours.codec) == ("mov_text", "mov_text")
    assert subtitles(tmp_path / "copy.mp4", 0) == subtitles(video)
    assert "glass lens" in subtitles(tmp_path / "copy.mp4", 1)[0][2]


def test_a_sound_recording_has_chapters_and_subtitles_too(done, tmp_path, recordings):
    sound = tmp_path / "sound.m4a"
    ffmpeg.run(["-i", str(recordings[".mp4"]), "-vn", "-c", "copy", str(sound)])
    job, result = done
    embed.embed(replace(job, source=describe(sound)), result, tmp_path / "copy.m4a", force=False)
    assert streams(tmp_path / "copy.m4a") == streams(sound)
    assert "glass lens" in subtitles(tmp_path / "copy.m4a")[0][2]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("talk.mp4", "the recording itself"),
        ("link.mp4", "the recording itself"),
        ("twin.mp4", "the recording itself"),
        ("there.mp4", "already exists"),
        ("folder.mp4", "already exists"),
        ("copy.txt", "has no extension of a format"),
        ("copy", "has no extension of a format"),
        ("there.mp4/copy.mp4", "cannot write to the folder"),
    ],
)
def test_what_cannot_be_is_refused_also_with_force(tmp_path, recordings, name, complaint):
    video = tmp_path / "talk.mp4"
    video.write_bytes(recordings[".mp4"].read_bytes())
    (tmp_path / "link.mp4").symlink_to(video)
    os.link(video, tmp_path / "twin.mp4")
    (tmp_path / "there.mp4").write_text("mine")
    (tmp_path / "folder.mp4").mkdir()
    for force in (False, name != "there.mp4"):
        with pytest.raises(UsageError, match=complaint):
            embed.check(video, tmp_path / name, force=force)


def test_a_refusal_comes_before_any_work(svs, home, tmp_path, recordings):
    (tmp_path / "there.mp4").write_text("mine")
    refused = svs("summarize", recordings[".mp4"], "--embed", "there.mp4")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 2)
    assert "there.mp4 already exists" in refused.stderr
    assert not (home / "jobs").exists()
    assert (tmp_path / "there.mp4").read_text() == "mine"


def test_subtitles_alone_are_no_recording_to_copy(tmp_path):
    with pytest.raises(UsageError, match="no recording to copy"):
        embed.check(tmp_path / "talk.srt", tmp_path / "copy.mp4", force=False)


def test_a_container_that_cannot_hold_the_tracks_is_named_and_nothing_is_left(done, tmp_path):
    job, result = done
    with pytest.raises(InputError, match=r"talk\.mp4 cannot be copied into a webm file: Only VP8") as error:
        embed.embed(job, result, tmp_path / "copy.webm", force=False)
    assert ".mkv" in error.value.hint
    assert list(tmp_path.iterdir()) == []


def test_only_force_replaces_a_file(done, tmp_path):
    job, result = done
    copy = tmp_path / "copy.mp4"
    copy.write_text("mine")
    with pytest.raises(UsageError, match="already exists"):
        embed.embed(job, result, copy, force=False)
    assert copy.read_text() == "mine"
    embed.embed(job, result, copy, force=True)
    assert streams(copy) == streams(job.source.path)
    assert [file.name for file in tmp_path.iterdir()] == ["copy.mp4"]


@pytest.mark.slow
def test_a_finished_job_is_copied_later_if_its_recording_is_there_as_it_was(svs, tmp_path):
    video = make_recording(tmp_path, ".mp4")
    assert svs("summarize", video, "-q").returncode == 0
    exported = svs(
        "jobs", "export", "last", "--embed", "copy.mp4", "-f", "chapters.vtt,ffmetadata", "-o", "out"
    )
    assert exported.returncode == 0, exported.stderr
    files = [tmp_path / "out" / "talk.chapters.vtt", tmp_path / "out" / "talk.chapters.ffmetadata"]
    assert exported.stdout.splitlines()[2] == str(tmp_path / "copy.mp4")
    assert streams(tmp_path / "copy.mp4") == streams(video)
    assert [file.read_text().splitlines()[0] for file in files] == ["WEBVTT", ";FFMETADATA1"]
    video.write_bytes(video.read_bytes() + b"more")
    changed = svs("jobs", "export", "last", "--embed", "late.mp4")
    assert (changed.returncode, (tmp_path / "late.mp4").exists()) == (3, False)
    assert "has changed since" in changed.stderr


@pytest.mark.slow
def test_the_job_knows_its_copy_again_when_it_was_killed_before_it_said_so(svs, home, recordings, tmp_path):
    assert svs("summarize", recordings[".mp4"], "--embed", "copy.mkv", "-q").returncode == 0
    copy, store = tmp_path / "copy.mkv", JobStore(home / "jobs")
    job = store.load(store.resolve("last"))
    assert job.outputs == (str(copy),)
    written = copy.read_bytes()
    store.save(replace(job, status="running", outputs=()))
    (tmp_path / f".svs.{job.id}x.part").touch()
    resumed = svs("jobs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    assert store.load(job.id).outputs == (str(copy),)
    assert copy.read_bytes() == written
    assert [file.name for file in tmp_path.iterdir()] == ["copy.mkv"]
    store.save(replace(job, status="running", outputs=()))
    copy.write_text("mine")
    assert "already exists" in svs("jobs", "resume", "last").stderr
    assert copy.read_text() == "mine"


def test_a_job_that_names_the_copy_by_no_whole_path_is_damaged(home, recordings):
    store = JobStore(home / "jobs")
    with pytest.raises(UsageError, match="a path that svs does not write"):
        store.create(describe(recordings[".mp4"]), Options(embed="../copy.mp4"))
    job = store.create(describe(recordings[".mp4"]), Options())
    forged = replace(job, options=Options(embed="../copy.mp4"))
    (store.folder(job.id) / "job.json").write_bytes(encode(forged))
    assert "path" in store.read(job.id).problem
