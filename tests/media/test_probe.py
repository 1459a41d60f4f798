"""A recording's report is read as it stands, and what is no recording is refused in a sentence."""

import os
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from svs.errors import InputError
from svs.media import ffmpeg
from svs.media.probe import probe
from svs.model.media import AudioTrack, SubtitleTrack
from svs.model.speech import Chapter

FORGED = (
    "Talk\n  Stream #0:9: Audio: mp3\n  Duration: 99:00:00.00, start: 0\n    Chapter #0:7: start 1.0, end 2.0"
)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")


@cache
def recorded(suffix: str, options: tuple[str, ...]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"talk{suffix}")
        ffmpeg.run(["-f", "lavfi", "-i", "sine=duration=2", *options, str(path)])
        return path.read_bytes()


def make(path: Path, *options: str) -> Path:
    """Make a recording of a tone; `options` are ffmpeg's."""
    path.write_bytes(recorded(path.suffix, options))
    return path


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """A recording with two languages, subtitles, chapters, and a title that looks like a report."""
    folder = tmp_path_factory.mktemp("talk")
    (folder / "cues.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n")
    title = FORGED.replace("\n", "\\\n").replace("#", "\\#")
    (folder / "tags.txt").write_text(
        f";FFMETADATA1\ntitle={title}\n"
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=800\ntitle={title}\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=800\nEND=2000\n"
    )
    options = ["-i", str(folder / "cues.srt"), "-i", str(folder / "tags.txt"), "-map_metadata", "2"]
    options += ["-map", "0:a", "-map", "0:a", "-map", "1:s", "-c:a", "libmp3lame", "-c:s", "subrip"]
    options += ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
    options += ["-metadata:s:a:0", f"title={FORGED}"]
    options += ["-metadata:s:s:0", "language=fra", "-disposition:s:0", "forced"]
    return make(folder / "talk.mkv", *options)


@pytest.mark.parametrize(("rate", "found"), [("12", 12.0), ("30000/1001", 30000 / 1001), ("24", 24.0)])
def test_pictures_come_at_a_rate_and_sound_alone_has_none(tmp_path, rate, found):
    picture = ["-f", "lavfi", "-i", f"testsrc=s=32x32:r={rate}:d=1", "-c:v", "mpeg4"]
    assert probe(make(tmp_path / "talk.mp4", *picture)).frame_rate == pytest.approx(found)
    assert probe(make(tmp_path / "talk.wav")).frame_rate == 0


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mp4", "aac"), ("mkv", "vorbis"), ("mp3", "mp3"), ("ogg", "vorbis"), ("wav", "pcm_s16le")],
)
def test_every_container_says_how_long_it_is_and_what_sound_it_has(tmp_path, suffix, codec):
    codecs = ["-c:a", "libvorbis"] if codec == "vorbis" else []
    media = probe(make(tmp_path / f"talk.{suffix}", *codecs))
    assert media.duration == pytest.approx(2.0, abs=0.1)
    assert [(track.index, track.language, track.codec) for track in media.audio] == [(0, "", codec)]
    assert media.subtitles == ()
    assert media.title == ""


def test_tracks_are_listed_with_their_languages_and_kinds(talk):
    media = probe(talk)
    english, german = media.audio
    assert english == AudioTrack(0, "eng", "mp3", title=media.title)
    assert german == AudioTrack(1, "deu", "mp3")
    assert media.subtitles == (SubtitleTrack(2, "fra", "subrip", text=True, forced=True),)


def test_tags_that_look_like_a_report_are_but_tags(talk):
    media = probe(talk)
    assert media.title.split() == FORGED.split()
    assert "\n" not in media.title
    assert media.duration == pytest.approx(2.0, abs=0.1)
    assert media.chapters == (
        Chapter(start=0.0, end=0.8, title=media.title),
        Chapter(start=0.8, end=2.0, title=""),
    )


FORGED_TRACK = "eng): Audio: aac, 8000 Hz, mono\n  Stream #0:1(deu"


@pytest.mark.parametrize("languages", [[FORGED_TRACK], ["eng", FORGED_TRACK], [FORGED_TRACK, "fra"]])
def test_a_language_that_looks_like_a_track_is_refused(tmp_path, languages):
    options = [argument for _ in languages for argument in ("-map", "0:a")]
    for number, language in enumerate(languages):
        options += [f"-metadata:s:a:{number}", f"language={language}"]
    assert "looks like a track" in refusal(make(tmp_path / "talk.mkv", *options))


@pytest.mark.parametrize("language", ["\x1b[2J", "e n", "x" * 50, "[bold]", "eng\nfra", "\u202efra"])
def test_a_language_that_is_no_code_is_left_out(tmp_path, language):
    media = probe(make(tmp_path / "talk.mkv", "-metadata:s:a:0", f"language={language}"))
    assert [track.language for track in media.audio] in ([""], [])


def test_unseen_characters_in_a_title_are_left_out(tmp_path):
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    assert (
        probe(make(tmp_path / "talk.mkv", "-metadata", f"title=A\u202e ta\u200blk{hidden}")).title == "A talk"
    )


@pytest.mark.parametrize("suffix", ["mp4", "mp3", "ogg"])
def test_the_title_is_found_wherever_the_container_keeps_it(tmp_path, suffix):
    make(tmp_path / f"talk.{suffix}", "-metadata", "title=Ein schöner [b]Tag[/b]")
    assert probe(tmp_path / f"talk.{suffix}").title == "Ein schöner [b]Tag[/b]"


def test_a_rare_format_is_read_when_it_is_allowed(tmp_path):
    path = make(tmp_path / "talk.sf", "-f", "ircam")
    with pytest.raises(InputError, match="is not a recording"):
        probe(path)
    assert probe(path, formats=("ircam",)).audio


def test_too_many_tags_are_refused(tmp_path):
    (tmp_path / "tags.txt").write_text(";FFMETADATA1\ncomment=" + "x\\\n" * 60_000 + "x\n")
    tagged = make(tmp_path / "talk.mp3", "-i", str(tmp_path / "tags.txt"), "-map_metadata", "1")
    with pytest.raises(InputError, match="more than 1 MB of tags"):
        probe(tagged)


def test_a_tracks_name_is_not_the_title(tmp_path):
    assert probe(make(tmp_path / "talk.mkv", "-metadata:s:a:0", "title=Commentary")).title == ""


@pytest.mark.parametrize(
    ("handler", "title"),
    [("Anna", "Anna"), ("Dr. Ben 2", "Dr. Ben 2"), ("SoundHandler", ""), ("ISO Media file", ""), ("", "")],
)
def test_a_tracks_handler_is_its_title_where_it_is_a_name(tmp_path, handler, title):
    media = probe(make(tmp_path / "talk.mp4", "-metadata:s:a:0", f"handler_name={handler}"))
    assert (media.audio[0].title, media.title) == (title, "")


def test_a_title_comes_before_a_handler(tmp_path):
    tags = ["-metadata:s:a:0", "handler_name=Ben", "-metadata:s:a:0", "title=Anna"]
    assert probe(make(tmp_path / "talk.mov", *tags)).audio[0].title in ("Anna", "Ben")
    assert probe(make(tmp_path / "talk.mkv", *tags)).audio[0].title == "Anna"


def test_pictures_are_no_sound(tmp_path):
    video = ["-f", "lavfi", "-i", "testsrc=s=32x32:r=5:duration=2", "-map", "1:v", "-c:v", "mpeg4"]
    media = probe(make(tmp_path / "mute.mp4", *video))
    assert media.audio == ()
    assert media.duration == pytest.approx(2.0, abs=0.2)


def test_a_duration_that_ffmpeg_only_guesses_is_unknown(tmp_path):
    assert probe(make(tmp_path / "talk.aac")).duration is None


@needs_posix
@pytest.mark.parametrize(
    "name",
    [
        "-y.mp4",
        "http:x?.mp4",
        "a:b.mp4",
        "[bold]x.mp4",
        "%d.mp4",
        "'; echo \".mp4",
        "x':\n  Duration: 00:00:09.00, start: 0\n  Stream #0:5: Audio: mp3.mp4",
        pytest.param(
            os.fsdecode(b"\xff\xfe.mp4"),
            marks=pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only"),
        ),
    ],
)
def test_a_name_is_only_a_name(tmp_path, monkeypatch, name):
    make(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    media = probe(Path(name))
    assert media.duration == pytest.approx(2.0, abs=0.1)
    assert media.audio == (AudioTrack(index=0, language="", codec="aac", default=True),)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        probe(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_what_is_no_file_is_refused(tmp_path):
    assert "there is no file" in refusal(tmp_path / "missing.mp4")
    assert "there is no file" in refusal(tmp_path / "missing" / "x.mp4")
    assert "is a folder" in refusal(tmp_path)
    assert "cannot read" in refusal(tmp_path / ("x" * 5000))


@needs_posix
def test_pipes_and_devices_are_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not a regular file" in refusal(tmp_path / "pipe.mp4")
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    assert "not a regular file" in refusal(tmp_path / "zero.mp4")


@needs_posix
def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    make(tmp_path / "secret.mp4").chmod(0)
    root = os.geteuid() == 0  # who may read everything
    if root:
        os.seteuid(65534)
    try:
        assert "ermission denied" in refusal(tmp_path / "secret.mp4")
    finally:
        if root:
            os.seteuid(0)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    assert "is empty" in refusal(tmp_path / "empty.mp4")


@pytest.mark.parametrize("name", ["x.mp4", "x.txt", "x.mkv"])
@pytest.mark.parametrize("data", [b"Just a text.\n" * 50, bytes(range(256)) * 40], ids=["text", "bytes"])
def test_what_is_no_recording_is_refused(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert "is not a recording" in refusal(tmp_path / name)


def test_a_picture_is_refused(tmp_path):
    picture = ["-f", "lavfi", "-i", "testsrc=s=32x32", "-map", "1:v", "-frames:v", "1"]
    assert "is not a recording" in refusal(make(tmp_path / "x.png", *picture))


@pytest.mark.parametrize("name", ["x.mp4", "x.m3u8"])
@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{path}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{path.name}'\n",
    ],
    ids=["hls", "ffconcat"],
)
def test_a_playlist_is_refused_though_what_it_names_is_a_recording(tmp_path, name, playlist):
    path = make(tmp_path / "talk.ts")
    (tmp_path / name).write_text(playlist.format(path=path))
    assert "is not a recording" in refusal(tmp_path / name)


def test_a_recording_that_lost_its_header_is_damaged(tmp_path):
    whole = make(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[:2000])
    assert "cut off or damaged: moov atom not found" in refusal(tmp_path / "cut.mp4")
    whole = make(tmp_path / "whole.mkv", "-c:a", "libmp3lame").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[:300])
    assert "cut off or damaged" in refusal(tmp_path / "cut.mkv")
