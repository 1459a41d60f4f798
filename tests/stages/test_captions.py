"""Captions come out of a recording whole, or it is said that they do not."""

import sys

import pytest

from svs.engines import captions
from svs.errors import InputError, StoreError
from svs.media import ffmpeg
from svs.media.probe import probe
from svs.model.job import Options
from svs.stages.captions import choose, fetch_file, fetch_track


@pytest.fixture(params=["mkv", "mp4"])
def film(request, tmp_path):
    cues = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nCue {n}\n\n" for n in range(1, 60))
    (tmp_path / "cues.srt").write_text(cues)
    path = tmp_path / f"film.{request.param}"
    texts = {"mkv": "subrip", "mp4": "mov_text"}[request.param]
    sound = ["-f", "lavfi", "-i", "sine=duration=60", "-i", str(tmp_path / "cues.srt")]
    ffmpeg.run([*sound, "-c:s", texts, "-movflags", "faststart", str(path)])
    return path


def fetch(film, target):
    media = probe(film)
    return fetch_track(film, media, Options(), media.subtitles[0].index, target, lambda done, total: None)


def test_a_track_comes_out_whole(film, tmp_path):
    (tmp_path / "job").mkdir()
    target = tmp_path / "job" / "captions.srt"
    assert fetch(film, target) == ""
    assert [f"Cue {n}" in target.read_text() for n in range(1, 60)] == [True] * 59
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.slow
def test_half_a_file_is_a_warning(film, tmp_path):
    data = film.read_bytes()
    film.write_bytes(data[: len(data) // 2])
    assert "some of its captions may be missing" in fetch(film, tmp_path / "captions.srt")
    assert "Cue 9\n" in (tmp_path / "captions.srt").read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_disk_is_the_stores_error(film, tmp_path):
    (tmp_path / "captions.part").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"cannot write the captions to .*: No space left on device"):
        fetch(film, tmp_path / "captions.srt")
    assert not (tmp_path / "captions.srt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs FIFOs")
def test_a_pipe_is_no_subtitle_file(tmp_path):
    import os

    os.mkfifo(tmp_path / "talk.srt")
    with pytest.raises(InputError, match="is not a regular file"):
        fetch_file(tmp_path / "talk.srt", tmp_path / "out.srt", lambda done, total: None)


SAID = "Ships sail past the harbour and the light turns above them all night."


def srt(words=SAID, count=10, step=6):
    """Return a SubRip file of ten cues in a minute."""
    times = [f"00:{n // 60:02}:{n % 60:02}" for n in range(0, count * step + 5, 1)]
    return "".join(
        f"{n + 1}\n{times[n * step]},000 --> {times[n * step + 4]},000\n{words} {n}\n\n" for n in range(count)
    )


def recording(path, *tracks, audio=()):
    """Make a minute of sound with subtitle tracks: (text, options of the track)."""
    inputs = ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono"]
    options = ["-map", "0", *audio]
    for number, (text, more) in enumerate(tracks):
        file = path.with_name(f"{number}.text")
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        inputs += ["-f", "srt", "-sub_charenc_mode", "ignore", "-i", str(file)]
        options += ["-map", str(number + 1)]
        for option, value in more.items():
            options += [f"-{option}:s:{number}", value]
    ffmpeg.run([*inputs, *options, "-t", "60", str(path)])
    return path


@pytest.fixture
def chosen(tmp_path):
    """Return a function that chooses a recording's captions, and gives their label and what was said."""

    def run(film, **options):
        said = []
        options = Options(**options)
        found = choose(film, probe(film), options, tmp_path, said.append, said.append, lambda *_: None)
        return found.label if found else None, said

    return run


def test_the_full_track_is_chosen_and_what_is_passed_over_is_said(tmp_path, chosen):
    film = recording(
        tmp_path / "t.mkv",
        (srt(), {"metadata:s": "title=Signs & Songs", "disposition": "default"}),
        (srt(), {"metadata:s": "title=Full", "disposition": "default"}),
        (srt(), {"disposition": "comment"}),
    )
    label, said = chosen(film)
    assert label == "subtitle track 2 (Full, ass)"
    assert said[0].startswith(
        "The transcript comes from subtitle track 2 (Full, ass), not from the audio; there are also"
    )


def test_captions_in_the_sounds_language_are_chosen(tmp_path, chosen):
    film = recording(tmp_path / "t.mkv", audio=("-metadata:s:a:0", "language=eng"))
    (tmp_path / "t.de.srt").write_text(srt())
    (tmp_path / "t.en.srt").write_text(srt())
    assert chosen(film) == (
        "t.en.srt",
        [
            (
                "The transcript comes from t.en.srt (English), not from the audio; "
                "there are also t.de.srt; choose with --language."
            )
        ],
    )


def test_captions_in_another_language_than_the_one_asked_for_are_not(tmp_path, chosen):
    film = recording(tmp_path / "t.mkv")
    (tmp_path / "t.srt").write_text(srt())
    assert chosen(film, language="zh") == (None, ["t.srt is in English, not in Chinese: it is ignored"])
    with pytest.raises(InputError, match=r"t\.srt is in English, not in Chinese"):
        chosen(film, language="zh", subtitles="only")


SENSELESS = {
    "far too long": (srt(count=300), "t.srt does not fit the recording: it runs to 29:58"),
    "an advert": (srt("Get this film at our site", 1), "t.srt does not fit the recording: it has words for"),
    "telemetry": (srt("ISO 150, EV 0, GPS (-122.3699, 37.8166, 15), D 224.59m"), "t.srt holds numbers"),
    "encoding": (
        b"1\n00:00:01,000 --> 00:00:02,000\n\x8d\x9e\xff\xfa one \xc1\xc2 two\n",
        "svs cannot determine the encoding of t.srt",
    ),
    "rubbish": (b"rubbish", "no captions in t.srt"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SENSELESS)
def test_captions_that_make_no_sense_do_not_replace_the_sound(tmp_path, chosen, kind):
    content, why = SENSELESS[kind]
    film = recording(tmp_path / "t.mkv")
    (tmp_path / "t.srt").write_bytes(content if isinstance(content, bytes) else content.encode())
    label, said = chosen(film)
    assert label is None
    assert said[0].startswith(why)
    assert said[0].endswith(": it is ignored")


@pytest.mark.slow
def test_a_track_that_makes_no_sense_leaves_its_place_to_the_next(tmp_path, chosen):
    film = recording(tmp_path / "t.mkv", (srt(count=1), {"disposition": "default"}), (srt(), {}))
    label, said = chosen(film)
    assert label == "subtitle track 2 (ass)"
    assert said[0].startswith("subtitle track 1 (ass) does not fit the recording")
    assert not list(tmp_path.glob("candidate*"))


@pytest.mark.parametrize("kind", ["mkv", "mp4"])
def test_odd_letters_in_a_track_cost_no_cue(tmp_path, kind):
    """With a check of its own, ffmpeg leaves out such cues, or gives up where most are such."""
    codec = {"mkv": "subrip", "mp4": "mov_text"}[kind]
    film = recording(tmp_path / f"t.{kind}", (srt("odd \ufffe\U0001ffff letters"), {"c": codec}))
    target = tmp_path / "captions.srt"
    assert fetch(film, target) == ""
    assert [s.text for s in captions.read(target, "t").segments][-1].endswith("letters 9")
    assert len(captions.read(target, "t").segments) == 10


def test_a_track_in_an_older_encoding_is_read(tmp_path, chosen):
    text = srt("Сегодня мы поговорим о новой библиотеке нашего города, которая будет рядом с рынком.")
    film = recording(tmp_path / "t.mkv", (text.encode("cp1251"), {"metadata:s": "language=rus"}))
    assert chosen(film)[0] == "subtitle track 1 (rus)"
    target = tmp_path / "captions.srt"
    fetch(film, target)
    assert captions.read(target, "t", "ru").segments[0].text.startswith("Сегодня мы поговорим")


def test_a_caption_file_is_fetched_as_utf8_and_its_lost_cues_are_reported(tmp_path):
    content = srt("Grüße aus der alten Stadt") + "11\n00:00:xx,000 --> 00:01:04,000\nLost.\n"
    (tmp_path / "t.srt").write_bytes(content.encode("cp1252"))
    target = tmp_path / "captions.srt"
    loss = fetch_file(tmp_path / "t.srt", target, lambda done, total: None, "de")
    assert loss == "1 of 11 cues in t.srt have no time that can be read: they are left out."
    assert "Grüße" in target.read_text()


VOICES = """WEBVTT

00:01.000 --> 00:05.000
<v Ada Byron>The engine weaves patterns of numbers as the loom weaves leaves.</v>

00:06.000 --> 00:10.000
<v Charles>It does.</v>
"""
NAMED = """[Script Info]
ScriptType: v4.00+
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:06.00,0:00:10.00,Default,Charles,0,0,0,,It does.
Dialogue: 0,0:00:01.00,0:00:05.00,Default,Ada Byron,0,0,0,,The engine weaves patterns, as the loom does.
"""


@pytest.mark.parametrize(("suffix", "content"), [("vtt", VOICES), ("ass", NAMED)])
def test_names_of_speakers_in_a_track_are_kept(tmp_path, suffix, content):
    (tmp_path / f"a.{suffix}").write_text(content)
    sound = ["-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-i", str(tmp_path / f"a.{suffix}")]
    ffmpeg.run([*sound, "-t", "12", "-c:s", "copy", str(tmp_path / "t.mkv")])
    target = tmp_path / "captions.srt"
    fetch(tmp_path / "t.mkv", target)
    assert [segment.speaker for segment in captions.read(target, "t").segments] == ["Ada Byron", "Charles"]


def test_the_length_counts_where_a_clock_does_not_begin_at_zero(tmp_path, chosen):
    film = recording(tmp_path / "t.mkv", (srt(), {}), audio=("-output_ts_offset", "36000"))
    assert chosen(film)[0] == "subtitle track 1 (ass)"
    (tmp_path / "t.srt").write_text(srt(count=300))
    assert chosen(film)[1][0].startswith("t.srt does not fit the recording: it runs to 29:58")
