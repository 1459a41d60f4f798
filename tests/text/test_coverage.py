"""What a transcript lacks is said in words: how much, where, and what else is spoken."""

import pytest
from msgspec.structs import replace

from svs.model.speech import Gap, Segment, Transcript
from svs.text.coverage import covered, mark, share, warnings

HEARD = Transcript(engine="whisper", model="m", language="en", translated=False, segments=(), speech=100.0)


def missing(*gaps, coverage):
    return replace(HEARD, gaps=tuple(Gap(*gap) for gap in gaps), coverage=coverage)


def spoken(*languages, **changes):
    segments = [Segment(30.0 * n, 30.0 * n + 30, "Said.", language=code) for n, code in enumerate(languages)]
    return replace(HEARD, segments=tuple(segments), **changes)


@pytest.mark.parametrize(
    ("gap", "shown"),
    [
        (Gap(64.2, 81.9), "[not understood 1:04-1:21]"),
        (Gap(3723.0, 3730.0), "[not understood 1:02:03-1:02:10]"),
    ],
)
def test_a_gap_is_marked_with_its_times(gap, shown):
    assert mark(gap) == shown


@pytest.mark.parametrize(
    ("coverage", "shown"),
    [(1.0, "100 %"), (0.99999, "99.9 %"), (0.9871, "98.7 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_only_the_whole_is_a_hundred_percent(coverage, shown):
    assert share(coverage) == shown


def test_coverage_says_how_much_and_where():
    assert covered(HEARD) == ""
    assert covered(missing(coverage=1.0)) == "100 % of the speech"
    assert covered(missing((64.0, 81.0), (90.0, 92.0), coverage=0.987)) == (
        "98.7 % of the speech; not understood: 1:04-1:21, 1:30-1:32"
    )


def test_of_many_gaps_the_first_are_named_and_the_others_counted():
    many = missing(*((60.0 * n, 60.0 * n + 2) for n in range(8)), coverage=0.84)
    assert covered(many).endswith(": 0:00-0:02, 1:00-1:02, 2:00-2:02, 3:00-3:02, 4:00-4:02 and 3 more")


def test_more_than_two_percent_of_the_speech_missing_is_a_warning():
    assert warnings(HEARD) == ()
    assert warnings(missing((64.0, 66.0), coverage=0.98)) == ()
    (told,) = warnings(missing((64.0, 66.0), (70.0, 71.5), coverage=0.965))
    assert told == "3.5 % of the speech was not understood, 0:03 in all: 1:04-1:06, 1:10-1:11."


def test_each_other_language_is_named_the_longest_first():
    assert warnings(spoken(None, None)) == ()
    assert warnings(spoken(None, "fr", "de", "de")) == (
        "German is spoken too, for 1:00 in all; its sentences are in the transcript, not in the summary.",
        "French is spoken too, for 0:30 in all; its sentences are in the transcript, not in the summary.",
    )


def test_of_many_languages_only_some_are_named():
    every = [
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "da",
        "sv",
        "fi",
        "pl",
        "cs",
        "hu",
        "ro",
        "el",
        "tr",
        "ru",
        "uk",
    ]
    found = warnings(spoken(None, *every, "ja", "ko", "zh", "ar", "he"))
    assert len(found) == 6
    assert found[-1] == "So are 17 more languages."


def test_a_translation_leaves_no_language_out():
    assert warnings(spoken(None, "fr", translated=True)) == ()
