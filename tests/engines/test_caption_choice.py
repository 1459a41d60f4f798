"""Which captions come first, and which are none of what is said."""

from pathlib import Path

import pytest

from svs.engines.caption_choice import Candidate, candidates, mismatch, ranked, sidecars, unfit
from svs.model.media import MediaInfo, SubtitleTrack
from svs.model.speech import Segment


def track(index, language="eng", codec="subrip", **more):
    return SubtitleTrack(index, language, codec, text=codec != "hdmv_pgs_subtitle", forced=False, **more)


def media(*tracks):
    return MediaInfo(duration=60.0, title="", audio=(), subtitles=tracks)


def order(folder, *tracks, asked=None, sound=""):
    found = ranked(candidates(folder / "t.mp4", media(*tracks)), asked, sound)
    return [candidate.label for candidate in found]


@pytest.fixture
def beside(tmp_path):
    """Return a function that puts caption files beside a video t.mp4, and returns their folder."""

    def put(*names):
        for name in names:
            (tmp_path / name).touch()
        return tmp_path

    return put


@pytest.mark.parametrize(
    ("asked", "sound", "first"),
    [
        ("fr", "en", "t.fr.srt"),
        (None, "en", "t.en.srt"),
        (None, "de", "t.de.srt"),
        (None, "", "t.srt"),
        (None, "it", "t.srt"),
    ],
)
def test_the_language_asked_for_comes_first_then_the_sounds(beside, asked, sound, first):
    folder = beside("t.de.srt", "t.en.srt", "t.en.sdh.srt", "t.fr.srt", "t.srt")
    assert order(folder, asked=asked, sound=sound)[0] == first


def test_the_full_default_track_comes_before_signs_comments_and_forced_ones(tmp_path):
    tracks = (
        track(2, title="Signs & Songs", default=True),
        track(3, comment=True),
        track(4, title="English (Forced)"),
        track(5, title="Full"),
        track(6, title="Full", default=True),
        track(7, codec="hdmv_pgs_subtitle"),
    )
    assert order(tmp_path, *tracks, sound="en")[:2] == [
        "subtitle track 5 (Full, eng)",
        "subtitle track 4 (Full, eng)",
    ]
    found = candidates(tmp_path / "t.mp4", media(*tracks))
    assert [unfit(candidate, None).partition(") ")[2] for candidate in found] == [
        "holds signs and songs only",
        "holds comments only",
        "holds forced captions only",
        "",
        "",
    ]


def test_captions_without_descriptions_of_sounds_come_first(beside):
    folder = beside("t.en.cc.srt", "t.en.default.srt", "t.en.hi.srt", "t.en.sdh.default.srt")
    assert order(folder)[:2] == ["t.en.default.srt", "t.en.sdh.default.srt"]
    tracks = track(2, title="English SDH"), track(3, title="English")
    assert order(folder.parent, *tracks)[0] == "subtitle track 2 (English, eng)"


@pytest.mark.parametrize(
    ("name", "language", "partial"),
    [
        ("t.srt", "", ""),
        ("t.mp4.srt", "", ""),
        ("t.mp4.de.srt", "de", ""),
        ("t.en.sdh.srt", "en", ""),
        ("t.sdh.en.srt", "en", ""),
        ("t.hi.srt", "hi", ""),
        ("t.en.hi.srt", "en", ""),
        ("t.English.srt", "en", ""),
        ("t.pt-BR.vtt", "pt", ""),
        ("t.en-orig.vtt", "en", ""),
        ("t.en.forced.srt", "en", "forced captions"),
        ("t.signs.ass", "", "signs and songs"),
    ],
)
def test_names_of_files_tell_language_and_kind(beside, name, language, partial):
    (found,) = sidecars(beside(name) / "t.mp4")
    assert (found.label, found.language, found.partial) == (name, language, partial)


@pytest.mark.parametrize("name", ["tt.srt", "t.mp44.srt", "t.notes.srt", "t.json", "t.txt", "t.v2.srt"])
def test_other_files_are_no_captions_of_the_video(beside, name):
    assert sidecars(beside(name) / "t.mp4") == ()


def test_what_is_in_another_language_than_the_one_asked_for_is_said():
    french = Candidate("t.fr.srt", "fr", file=Path("t.fr.srt"))
    assert unfit(french, "zh") == "t.fr.srt is in French, not in Chinese"
    assert unfit(french, "fr") == unfit(french, None) == ""


WORDS = "Some words that somebody says in about four seconds of time."


def cues(*starts):
    return [Segment(start, start + 4, WORDS) for start in starts]


@pytest.mark.parametrize(
    ("segments", "duration", "said"),
    [
        (cues(*range(0, 600, 10)), 600.0, ""),
        (cues(*range(0, 600, 10)), None, ""),
        (cues(*range(0, 600, 10)), 590.0, ""),  # a player of another clock
        (cues(*range(0, 300, 10)), 600.0, ""),  # music after it
        (cues(*range(0, 3600, 10)), 60.0, "runs to 59:54, but the recording ends at 1:00"),
        (cues(1), 5400.0, "has words for 0:04 of 1:30:00 only"),
        (cues(1, 5390), 5400.0, "has words for 0:08 of 1:30:00 only"),
        (cues(*range(60)), 3600.0, "has words for 1:03 of 1:00:00 only"),
    ],
    ids=["fits", "no length", "a little long", "half", "another film's", "advert", "two adverts", "a minute"],
)
def test_captions_make_sense_or_it_is_said_why_not(segments, duration, said):
    assert mismatch(segments, duration) == said
