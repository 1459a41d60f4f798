"""Who speaks, by the captions: names are found, and are no words; nothing else is taken for a name."""

import json

import pytest

from svs.engines.captions import read
from svs.engines.speakers import is_name


@pytest.fixture
def said(tmp_path):
    """Return a function from a file's content to (speaker, text) of its segments."""

    def run(content):
        file = tmp_path / "captions"
        file.write_text(content)
        return [(segment.speaker, segment.text) for segment in read(file, "captions").segments]

    return run


def srt(*cues):
    """Return a SubRip file whose cues last two seconds each."""
    return "\n".join(
        f"{n}\n00:00:{3 * n:02},000 --> 00:00:{3 * n + 2:02},000\n{cue}\n" for n, cue in enumerate(cues, 1)
    )


def vtt(*cues):
    return "WEBVTT\n\n" + srt(*cues).replace(",000", ".000")


EXPECTED = [("Ada Byron", "The engine weaves."), ("Charles", "It does."), ("Ada Byron", "It counts too.")]
ASS = "[Events]\nFormat: Layer, Start, End, Style, Name, Text\n" + "".join(
    f"Dialogue: 0,0:00:0{n}.00,0:00:0{n + 1}.00,Default,{name},{text}\n"
    for n, (name, text) in enumerate(EXPECTED)
)
WHISPERX = json.dumps(
    {"segments": [{"start": n, "end": n + 1, "text": t, "speaker": s} for n, (s, t) in enumerate(EXPECTED)]}
)
MAKES = {
    "Teams": vtt(*(f"<v {name}>{text}</v>" for name, text in EXPECTED)),
    "Teams, two in a cue": vtt(
        "<v Ada Byron>The engine weaves.</v>\n<v Charles>It does.</v>", "<v.loud Ada Byron>It counts too.</v>"
    ),
    "Zoom": vtt(*(f"{name}: {text}" for name, text in EXPECTED)),
    "Zoom with pronouns": vtt(
        "Ada Byron (she/her): The engine weaves.", "Charles: It does.", "Ada Byron (she/her): It counts too."
    ),
    "YouTube for the hard of hearing": srt(
        "[MUSIC]", "[Ada Byron] The engine weaves.", "[Charles] It does. [APPLAUSE]",
        "[Ada Byron] It counts too.", "[Charles] [LAUGHTER] Ah.",
    ),
    "parentheses": srt(*(f"({name}): {text}" for name, text in EXPECTED)),
    "SubStation": ASS,
    "WhisperX": WHISPERX,
    "broadcast": srt(*(f">> {name}: {text}" for name, text in EXPECTED)),
}  # fmt: skip


@pytest.mark.parametrize("make", MAKES)
def test_captions_of_many_makes_name_their_speakers(said, make):
    assert said(MAKES[make])[:3] == EXPECTED


def test_a_name_lasts_until_the_next_mark_where_marks_say_who_speaks(said):
    cues = (
        ">> ADA BYRON: The engine",
        "weaves. >> CHARLES: It does.",
        ">> What counts?",
        ">> ADA BYRON: It does.",
    )
    assert said(srt(*cues)) == [
        *(("ADA BYRON", "The engine"), ("ADA BYRON", "weaves."), ("CHARLES", "It does.")),
        *(("", "What counts?"), ("ADA BYRON", "It does.")),
    ]


@pytest.mark.parametrize("form", ["[SPEAKER_00]: {}", "SPEAKER_00: {}", "[SPEAKER_00] {}"])
def test_numbered_speakers_of_programs_are_speakers_at_once(said, form):
    assert said(srt(form.format("Good evening."))) == [("SPEAKER_00", "Good evening.")]


def test_dashes_say_that_somebody_else_speaks_but_not_who(said):
    cues = ("JANE: Are you there?", "- I am.\n- JANE: Good.", "JANE: Then come.")
    assert said(srt(*cues)) == [
        *(("JANE", "Are you there?"), ("", "I am."), ("JANE", "Good."), ("JANE", "Then come."))
    ]


def test_the_times_of_a_cue_are_shared_by_those_who_speak_in_it(tmp_path):
    (tmp_path / "a.vtt").write_text(vtt("<v Ada>Ten letters</v>\n<v Charles>twenty two letters now</v>"))
    first, second = read(tmp_path / "a.vtt", "a.vtt").segments
    assert (first.start, first.end, second.end) == (3.0, pytest.approx(3.67, abs=0.02), 5.0)
    assert second.start == first.end


@pytest.mark.parametrize(
    "cues",
    [
        ("Remember: it is late.", "So we go.", "Remember: it is dark."),
        ("Note: it is late.", "Note: it is dark.", "Note: it is cold."),
        ("At 10:30 we go.", "At 11:30 we come.", "At 12:30 we sleep."),
        ("One thing is clear: we go.", "And then: we come.", "One thing is clear: we sleep."),
        ("https://example.org is it.", "https://example.net too.", "https://example.com as well."),
    ],
)
def test_what_only_looks_like_a_name_is_said(said, cues):
    assert said(srt(*cues)) == [("", cue) for cue in cues]


@pytest.mark.parametrize("sound", ["[Music]", "[Musik]", "(Laughter)", "(music playing)", "[wind howling]"])
def test_sounds_are_no_speakers(said, sound):
    cues = [f"{sound} We go on.", f"{sound} We stay.", sound]
    assert {name for name, _ in said(srt(*cues))} == {""}


@pytest.mark.parametrize("label", ["Jane", "JANE DOE", "Dr. Jane Doe", "Ludwig van Beethoven", "王明"])
def test_names_are_a_few_capitalised_words(label):
    assert is_name(label)


@pytest.mark.parametrize(
    "label", ["jane", "A 1", "Jane goes", "Is it Jane?", "Question", "One Two Three Four Five"]
)
def test_other_words_are_no_names(label):
    assert not is_name(label)


TURNS = {
    "broadcast": (
        (">> the engine weaves and", "so on >> it does", "it counts too"),
        [">the engine weaves and", "so on", ">it does", "it counts too"],
    ),
    "dashes": (
        ("- Who weaves?\n- The engine.", "It counts too."),
        [">Who weaves?", ">The engine.", "It counts too."],
    ),
    "dash within a sentence": (
        ("Who weaves?\n-The engine", "\u2014 and the loom."),
        ["Who weaves?", ">The engine", "and the loom."],
    ),
    "minus": (("It is\n-5 degrees.", "It counts."), ["It is -5 degrees.", "It counts."]),
}


@pytest.mark.parametrize("kind", TURNS)
def test_marks_without_names_begin_another_turn(tmp_path, kind):
    cues, turns = TURNS[kind]
    file = tmp_path / "captions.srt"
    file.write_text(srt(*cues))
    found = read(file, "captions").segments
    assert [(">" if segment.turn else "") + segment.text for segment in found] == turns
    assert not any(segment.speaker for segment in found)


def test_a_mark_is_not_repeated_where_captions_roll(tmp_path):
    file = tmp_path / "captions.srt"
    file.write_text(
        "1\n00:00:01,000 --> 00:00:03,000\n>> who pays\n\n"
        "2\n00:00:03,000 --> 00:00:05,000\n>> who pays\nfor the lens\n\n"
        "3\n00:00:05,000 --> 00:00:07,000\nfor the lens\n>> the ships\n"
    )
    found = read(file, "captions").segments
    assert [(segment.text, bool(segment.turn)) for segment in found] == [
        ("who pays", True),
        ("for the lens", False),
        ("the ships", True),
    ]
