"""What the captions engine makes of subtitle files: only what was said, once, with its times."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from svs.engines.caption_choice import sidecars
from svs.engines.captions import Captions, check, is_caption_file, read
from svs.errors import InputError


def _tick(done, total):
    pass


def batches(path, content, after=0.0):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(Captions("the label", "en").transcribe(path, after, _tick))


@pytest.fixture
def said(tmp_path):
    """Return a function from a file's content to (start, end, text) of its segments."""

    def run(content):
        (batch,) = batches(tmp_path / "captions", content)
        return [(s.start, s.end, s.text) for s in batch.segments]

    return run


@pytest.fixture
def texts(said):
    return lambda content: [text for _, _, text in said(content)]


def srt(*cues):
    """Return a SubRip file whose cues last a second each, with a pause of half a second between them."""
    blocks = []
    for index, cue in enumerate(cues):
        start = 1.5 * index
        times = " --> ".join(
            f"00:{int(t // 60):02}:{t % 60:06.3f}".replace(".", ",") for t in (start, start + 1)
        )
        blocks.append(f"{index + 1}\n{times}\n{cue}\n")
    return "\n".join(blocks)


def test_srt_gives_its_cues_as_one_batch(tmp_path):
    first = "1\n00:00:01,000 --> 00:00:02,500\nFirst line\nand second.\n\n"
    content = f"{first}2\n00:00:03,000 --> 00:00:04,250\nBye.\n"
    (batch,) = batches(tmp_path / "a.srt", content)
    assert [(s.start, s.end, s.text) for s in batch.segments] == [
        (1.0, 2.5, "First line and second."),
        (3.0, 4.25, "Bye."),
    ]
    assert batch.end == batch.total == 4.25
    assert not any(s.suspect for s in batch.segments)


def test_captions_before_the_resume_point_are_left_out(tmp_path):
    assert batches(tmp_path / "a.srt", srt("One."), after=1.0) == []
    assert len(batches(tmp_path / "a.srt", srt("One."), after=0.5)) == 1


def test_only_the_wanted_time_is_read(tmp_path):
    file = tmp_path / "a.srt"
    file.write_text(srt("Zero.", "One and a half.", "Three.", "Four and a half."))
    (batch,) = Captions("the label", "en", start=2.0, end=4.0).transcribe(file, 0.0, _tick)
    assert [s.text for s in batch.segments] == ["Three."]
    assert batch.end == 4.0
    with pytest.raises(InputError, match="for that time"):
        list(Captions("the label", "en", start=60.0).transcribe(file, 0.0, _tick))


def test_the_engine_says_what_it_is():
    engine = Captions("subtitle track (eng)", "en")
    assert (engine.name, engine.model, engine.language) == ("captions", "subtitle track (eng)", "en")


VTT = """WEBVTT Kind: captions

NOTE
Nobody says this --> at all.

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 align:start position:0%
<v Ada Lovelace>The engine <c.loud>weaves</c> &amp; <i>weaves</i>.

NOTE this neither

12
01:00:00.500 --> 01:00:02.000
It costs
42
"""


def test_vtt_without_its_settings_notes_styles_names_and_tags(said):
    assert said(VTT) == [(1.0, 2.0, "The engine weaves & weaves."), (3600.5, 3602.0, "It costs 42")]


ASS = """[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Style: Default,Arial,broken,&Hrubbish
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 1,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\an8\\i1}Second,{\\i0} with a comma\\Nand a line.
Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Not shown.
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ada,x,0,0,,First\\hone.
Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}
Dialogue: 0,never,0:00:03.00,Default,,0,0,0,,No time.
"""


def test_ass_in_order_without_commands_drawings_comments_and_broken_lines(said):
    assert said(ASS) == [(1.0, 2.0, "First one."), (5.0, 6.0, "Second, with a comma and a line.")]


def test_ssa(texts):
    old = ASS.replace("V4+ Styles", "V4 Styles").replace("Dialogue: 1,", "Dialogue: Marked=0,")
    assert texts(old) == ["First one.", "Second, with a comma and a line."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(said, encoding):
    assert [text for _, _, text in said(srt("Grüße, façade “naïve”.").encode(encoding))] == [
        "Grüße, façade “naïve”."
    ]


def test_one_broken_byte_does_not_spoil_utf8(texts):
    content = srt("Größe und Übermut, ähnlich schön wie früher möglich, natürlich.").encode() + b"\xc3"
    assert texts(content)[0].startswith("Größe und Übermut, ähnlich schön")


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends(texts, newline):
    assert texts(srt("One\ntwo", "three").replace("\n", newline)) == ["One two", "three"]


@pytest.mark.parametrize(
    ("cue", "text"),
    [
        ("- Hello.\n- Hi there.", "Hello. Hi there."),
        ("-5 degrees", "-5 degrees"),
        ("- 5 apples", "5 apples"),
        ("&gt;&gt; ADA: Good evening.", "Good evening."),
        (">> Good evening. >> Hi.", "Good evening. Hi."),
        ("Well. - No - yes.", "Well. No - yes."),
        ("[SPEAKER_00]: Good evening.", "Good evening."),
        ("{\\an8}Up here", "Up here"),
        ('<font color="#fff">White</font> on <b>black</b>', "White on black"),
        ("Tom &amp; Jerry&nbsp;run", "Tom & Jerry run"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("\u202aLeft\u202c to\u200e right\ufeff", "Left to right"),
        ("[laughs] That was good. [MUSIC]", "That was good."),
        ("♪ We sing along ♪", "We sing along"),
        ("(applause)\nThank you (very much).", "Thank you (very much)."),
        ("(APPLAUSE) Thank you (laughter and applause) (in the song).", "Thank you (in the song)."),
        ("C# and F* keep their signs", "C# and F* keep their signs"),
        ("It costs\n42", "It costs 42"),
    ],
)
def test_only_what_was_said_is_left(texts, cue, text):
    assert " ".join(texts(srt(cue))) == text


@pytest.mark.parametrize(
    "cue", ["[MUSIC]", "(loud\napplause)", "♪♪♪", "♪ [guitar] ♪", "---", "<i></i>", "..."]
)
def test_cues_without_speech_are_dropped(texts, cue):
    assert texts(srt("Before.", cue, "After.")) == ["Before.", "After."]


ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.500 align:start position:0%
\x20
so<00:00:00.500><c> welcome</c><00:00:01.000><c> back</c>

00:00:02.500 --> 00:00:02.510 align:start position:0%
so welcome back
\x20

00:00:02.510 --> 00:00:05.000 align:start position:0%
so welcome back
today<00:00:03.000><c> we</c><00:00:03.500><c> sail</c>

00:00:05.000 --> 00:00:05.010 align:start position:0%
today we sail
\x20

00:00:05.010 --> 00:00:07.000 align:start position:0%
today we sail
around<00:00:06.000><c> the</c><00:00:06.500><c> world</c>
"""


def test_rolling_captions_say_everything_once(said):
    assert said(ROLLING) == [
        (0.0, 2.51, "so welcome back"),
        (2.51, 5.01, "today we sail"),
        (5.01, 7.0, "around the world"),
    ]


def test_three_rolling_rows_and_growing_lines(texts):
    content = """1
00:00:00,000 --> 00:00:01,000
one
two
three

2
00:00:01,000 --> 00:00:02,000
two
three
four

3
00:00:02,000 --> 00:00:03,000
four and five
"""
    assert texts(content) == ["one two three", "four", "and five"]


def test_what_is_really_said_twice_stays(texts):
    assert texts(srt("No.", "No.", "He said that", "that we go.")) == [
        "No.",
        "No.",
        "He said that",
        "that we go.",
    ]


def test_a_layer_that_repeats_another_is_read_once(texts):
    line = "Dialogue: {},0:00:01.00,0:00:02.00,Default,,0,0,0,,Shadowed.\n"
    assert texts("[Events]\n" + line.format(0) + line.format(1)) == ["Shadowed."]


def test_times_are_made_sane(said):
    content = """1
00:00:05,000 --> 00:00:09,000
Overlaps the next one.

2
00:00:07,000 --> 00:00:06,000
Ends before it begins.

3
00:00:20,000 --> 00:00:20,000
Takes no time.

4
00:00:00,500 --> 00:00:01,000
Comes first.
"""
    times = [(start, end) for start, end, _ in said(content)]
    assert times[:2] == [(0.5, 1.0), (5.0, 7.0)]
    assert times[2][0] == 7.0
    assert times[2][1] == pytest.approx(7.0 + 22 / 15)
    assert times[3][0] == 20.0
    assert times[3][1] == pytest.approx(20.0 + 14 / 15)


@pytest.mark.parametrize("content", [b"WEBVTT\n", srt("[MUSIC]"), "no subtitles here", "RIFF"])
def test_nothing_said_is_a_clear_error(tmp_path, content):
    with pytest.raises(InputError, match="no captions in the label"):
        batches(tmp_path / "a.srt", content)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.srt", b"", "a.srt is empty"),
        ("a.srt", b"\0" * 500, "a.srt is empty"),
        ("a.srt", bytes(range(128, 256)) * 20, "a.srt is not a text file"),
        ("a.json", b'{"a": 1}', "a.json contains no transcript"),
        ("a.srt", b"1\n0x --> 1x\nA.\n\n2\n2x --> 3x\nB.\n", "none of its 2 cues has a time"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        read(tmp_path / name, name)


@pytest.mark.parametrize("name", ["a.sub", "a.smi"])
def test_captions_in_a_form_that_is_not_read_get_advice(tmp_path, name):
    (tmp_path / name).write_text("{25}{50}Words.\n")
    assert is_caption_file(tmp_path / name)
    with pytest.raises(InputError, match="does not read this caption format") as caught:
        check(tmp_path / name, None, None, None)
    assert "Convert it to .srt" in caught.value.hint


def test_missing_and_oversized_files(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*none\.srt"):
        list(Captions("the label", None).transcribe(tmp_path / "none.srt", 0, _tick))
    huge = tmp_path / "huge.srt"
    with huge.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(InputError, match="too large"):
        list(Captions("the label", None).transcribe(huge, 0, _tick))
    huge.write_text(srt("x" * 200_001))
    with pytest.raises(InputError, match="the label is damaged: it shows more than 200,000 letters at once"):
        list(Captions("the label", None).transcribe(huge, 0, _tick))


PIECES = st.sampled_from(
    [
        *("WEBVTT\n\n", "00:00:01.000 --> 00:00:02.000\n", "00:00:01,000 --> 00:00:00,500\n"),
        *(":00:01.000 :00:02.000", "-0:00:01.00", "[Events]\n", "Dialogue: 0,0:00:01.00,0:00:02.00,,,,,,,"),
        *(
            "\n\n",
            "7\n",
            "{\\p1}",
            "{",
            "}",
            "<",
            "<i",
            ">",
            "&#0;",
            "♪",
            "(",
            "[",
            "word",
            " - ",
            "\\N",
            "\u2028",
        ),
    ]
)
RUBBISH = st.binary(max_size=400) | st.lists(PIECES | st.text(max_size=8), max_size=40).map(
    lambda pieces: "".join(pieces).encode("utf-8", "replace")
)


@settings(max_examples=300)
@example(content=b"0:1->0:0\nA\n-A")  # two turns in a cue that ends before it begins
@given(content=RUBBISH)
def test_rubbish_gives_segments_in_order_or_a_clear_error(content, tmp_path_factory):
    try:
        (batch,) = batches(tmp_path_factory.getbasetemp() / "rubbish", content)
    except InputError:
        return
    starts = [segment.start for segment in batch.segments]
    assert starts == sorted(starts)
    assert all(0 <= s.start < s.end <= batch.end and s.text.strip() for s in batch.segments)


@pytest.mark.parametrize(
    "content",
    [
        "00:00:01,000 --> 00:00:02,000\nbegin" + "\n" * 300_000 + "end",
        srt("<a" * 90_000),
        srt("{\\pos" * 39_000),
        srt("(" * 190_000 + "x"),
        "0:0:1,0 --> 0:0:2,0\n" + "row\n" * 49_000 + "\n2\n0:0:2,0 --> 0:0:3,0\nother",
        "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,," + "{\\k1}x" * 60_000,
        "[Events]\n[" + "a" * 300_000 + "\nDialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,x",
    ],
    ids=["blank lines", "open tags", "open braces", "brackets", "rows", "karaoke", "heading"],
)
def test_a_hostile_file_is_read_in_a_moment(tmp_path, content):
    """Each of these takes minutes where some step looks at every pair of characters."""
    assert len(batches(tmp_path / "hostile", content)) == 1


def test_sidecars_of_a_video(tmp_path):
    for name in (
        "talk.srt",
        "talk.VTT",
        "talk.en.srt",
        "talk.pt-BR.vtt",
        "talk.mp4",
        "talk.notes.srt",
        "talks.srt",
    ):
        (tmp_path / name).touch()
    (tmp_path / "talk.ass").mkdir()
    found = [found.label for found in sidecars(tmp_path / "talk.mp4")]
    assert found == ["talk.srt", "talk.VTT", "talk.en.srt", "talk.pt-BR.vtt"]
    assert sidecars(tmp_path / "nowhere" / "talk.mp4") == ()


def test_names_with_signs_of_patterns(tmp_path):
    (tmp_path / "a [1]*.srt").touch()
    (tmp_path / "a 1.srt").touch()
    assert [found.label for found in sidecars(tmp_path / "a [1]*.mkv")] == ["a [1]*.srt"]


def test_caption_files_are_known_by_their_suffix():
    assert all(
        is_caption_file(Path(f"x.{suffix}"))
        for suffix in ("srt", "SRT", "vtt", "ass", "ssa", "sbv", "ttml", "json", "txt")
    )
    assert not any(is_caption_file(Path(name)) for name in ("x.mp4", "srt", "x.srt.mp4", "x.pdf"))


def test_captions_are_compared_with_the_speech_in_the_audio(tmp_path, talk, talk_pcm):
    """Leave two sentences of the talk out of its captions: they are a gap."""
    missing = talk["sentences"][5:7]
    cues = [
        f"{number}\n{_stamp(said['start'])} --> {_stamp(said['end'])}\n{said['text']}\n"
        for number, said in enumerate(talk["sentences"])
        if said not in missing
    ]
    (tmp_path / "captions.srt").write_text("\n".join(cues))
    (tmp_path / "audio.pcm").symlink_to(talk_pcm)
    (batch,) = Captions("talk.srt", "en").transcribe(tmp_path / "captions.srt", 0.0, _tick)
    assert batch.speech > 100
    assert batch.gaps[0].start == pytest.approx(missing[0]["start"], abs=1)
    assert batch.gaps[-1].end == pytest.approx(missing[-1]["end"], abs=1)


def _stamp(seconds):
    return f"00:{int(seconds // 60):02}:{seconds % 60:06.3f}".replace(".", ",")


TTML = """<?xml version="1.0"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25">
<body><div>
<p begin="00:00:01.000" end="00:00:02.500">One <span tts:color="red">two</span><br/>three &amp; four.</p>
<p begin="3s" dur="1500ms">Five.</p>
<p begin="00:00:05:10" end="150f">Six.</p>
</div></body></tt>"""
WHISPER = (
    '{"text": "x", "language": "en", "segments": [{"id": 0, "start": 1.0, "end": 2.5, "text": " Words."}]}'
)
WHISPER_CPP = '{"transcription": [{"offsets": {"from": 1000, "to": 2500}, "text": " Words."}]}'
ORDERED = "[Events]\nFormat: End, Start, Text, Name\nDialogue: 0:00:02.50,0:00:01.00,Words, and more.,Ada\n"
ODD = {
    "no milliseconds": ("1\n00:00:01 --> 00:00:02\nWords.\n", 1, 2),
    "colon before milliseconds": ("1\n00:00:01:000 --> 00:00:02:500\nWords.\n", 1, 2.5),
    "dots in SubRip": ("1\n00:00:01.000 --> 00:00:02.500\nWords.\n", 1, 2.5),
    "commas in WebVTT": ("WEBVTT\n\n00:00:01,000 --> 00:00:02,500\nWords.\n", 1, 2.5),
    "arrow without blanks": ("1\n00:00:01,000-->00:00:02,500\nWords.\n", 1, 2.5),
    "arrow in pieces": ("1\n00: 00: 01,000 - -> 00: 00: 02,500\nWords.\n", 1, 2.5),
    "no hours": ("1\n00:01,000 --> 00:02,500\nWords.\n", 1, 2.5),
    "single digits": ("1\n0:0:1,5 --> 0:0:2,25\nWords.\n", 1.5, 2.25),
    "coordinates": ("1\n00:00:01,000 --> 00:00:02,500 X1:10 X2:20 Y1:1 Y2:2\nWords.\n", 1, 2.5),
    "begins before zero": ("1\n-00:00:01,000 --> 00:00:02,500\nWords.\n", 0, 2.5),
    "very long": ("1\n123:00:01,000 --> 123:00:02,500\nWords.\n", 442801, 442802.5),
    "no end": ("1\n00:00:01,000 -->\nWords.\n", 1, 1 + 6 / 15),
    "no numbers": ("00:00:01,000 --> 00:00:02,500\nWords.\n\n00:00:03,000 --> 00:00:04,000\nMore.\n", 1, 2.5),
    "blank line after each line": (
        "1\n\n00:00:01,000 --> 00:00:02,500\n\nWords.\n\n2\n\n00:00:03,000 --> 00:00:04,000\n\nMore.\n",
        1,
        2.5,
    ),
    "no line between cues": (
        "1\n00:00:01,000 --> 00:00:02,500\nWords.\n2\n00:00:03,000 --> 00:00:04,000\nMore.\n",
        1,
        2.5,
    ),
    "a sign for the byte order twice": ("\ufeff\ufeff1\n00:00:01,000 --> 00:00:02,500\nWords.\n", 1, 2.5),
    "a sign for the byte order within": ("1\n\ufeff00:00:01,000 --> 00:00:02,500\nWords.\n", 1, 2.5),
    "semicolon before milliseconds": ("1\n00:00:01;000 --> 00:00:02;500\nWords.\n", 1, 2.5),
    "dots for colons": ("1\n00.00.01,000 --> 00.00.02,500\nWords.\n", 1, 2.5),
    "times in brackets": ("[00:00:01] Words.\n[00:00:02.5] More.\n", 1, 2.5),
    "times in round brackets": ("A talk\n\n(0:01) Words.\n(1:02:03) More.\n", 1, 3723),
    "times before lines": ("00:01 Words.\n00:03\nMore.\n", 1, 3),
    "lyrics": ("[ar:Ada]\n[00:01.00][00:05.00]Words.\n[00:02.50]More.\n", 1, 2.5),
    "the last time": ("[00:01] Words.\n", 1, 1 + 6 / 15),
    "SubViewer": ("0:00:01.000,0:00:02.500\nWords.\n\n0:00:03.000,0:00:04.000\nMore.\n", 1, 2.5),
    "fields in another order": (ORDERED.replace("Words, and more.", "Words."), 1, 2.5),
    "Whisper": (WHISPER, 1, 2.5),
    "whisper.cpp": (WHISPER_CPP, 1, 2.5),
}


@pytest.mark.parametrize("form", ODD)
def test_captions_that_players_read_are_read(said, form):
    content, start, end = ODD[form]
    assert said(content)[0] == (start, pytest.approx(end), "Words.")


def test_ttml_in_its_units_of_time(said):
    assert said(TTML) == [(1.0, 2.5, "One two three & four."), (3.0, 4.5, "Five."), (5.4, 6.0, "Six.")]


def test_the_commas_in_a_text_that_is_not_the_last_field_are_its_own(texts):
    assert texts(ORDERED) == ["Words, and more."]


@pytest.mark.parametrize(
    "bad",
    [
        "2\n00:00:xx,000 --> 00:00:04,000\nLost.\n",
        "2\nten seconds --> twelve\nLost.\n",
        "2\n999999999:00:03,000 --> 999999999:00:04,000\nLost.\n",
        "2\n-00:00:04,000 --> -00:00:03,000\nLost.\n",
    ],
    ids=["broken", "in words", "in ten thousand years", "before the recording"],
)
def test_cues_without_a_usable_time_are_counted_and_reported(tmp_path, bad):
    good = "00:00:01,000 --> 00:00:02,000\nKept.\n\n"
    (tmp_path / "a.srt").write_text(f"1\n{good}{bad}\n3\n{good}")
    found = read(tmp_path / "a.srt", "a.srt")
    assert [segment.text for segment in found.segments] == ["Kept."]
    assert found.loss("a.srt").startswith("1 of 3 cues in a.srt have no time that can be read")


def test_captions_that_roll_by_words_say_everything_once(texts):
    lines = ["so welcome back", "welcome back to the", "to the harbour where", "harbour where ships where"]
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{line}\n" for n, line in enumerate(lines, 1)]
    assert texts("\n".join(cues)) == ["so welcome back", "to the", "harbour where", "ships where"]


def test_a_word_that_ends_one_cue_and_begins_the_next_was_said_twice(texts):
    lines = ["He said that", "that was all.", "And then we went", "home again that day."]
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{line}\n" for n, line in enumerate(lines, 1)]
    assert texts("\n".join(cues)) == lines


TELEMETRY = (
    "SrtCnt : {0}, DiffTime : 33ms\n2021-10-05 13:20:1{0},123,456\n[iso : 100] [shutter : 1/1000]",
    "HOME(149.0251,-20.2532) 2017.08.05 14:11:5{0}\nGPS(149.0251,-20.2533,16) BAROMETER:1.9\nISO:100",
    "F/2.8, SS 206.14, ISO 150, EV 0, GPS (-122.3699, 37.8166, 15), D 224.5{0}m, H 3.90m, H.S 0.00m/s",
)


@pytest.mark.parametrize("record", TELEMETRY)
def test_a_drones_telemetry_is_no_transcript(tmp_path, record):
    (tmp_path / "DJI_0001.SRT").write_text(srt(*(record.format(n) for n in range(8))))
    with pytest.raises(InputError, match="holds numbers, and hardly any words"):
        read(tmp_path / "DJI_0001.SRT", "DJI_0001.SRT")


def test_a_text_without_times_is_refused_with_advice(tmp_path):
    (tmp_path / "talk.txt").write_text("Just what was said.\n")
    with pytest.raises(InputError, match="is a text without times") as caught:
        read(tmp_path / "talk.txt", "talk.txt")
    assert "or the recording itself" in caught.value.hint


@pytest.mark.parametrize("document", ['{"a": ' * 5000, '{"segments": 5}', "[1, 2]", '{"segments": []}'])
def test_json_that_is_no_transcript_is_refused(tmp_path, document):
    (tmp_path / "a.json").write_text(document)
    with pytest.raises(InputError, match=r"a\.json contains no transcript"):
        read(tmp_path / "a.json", "a.json")


def test_numbers_beyond_all_measure_are_no_times(tmp_path):
    """Python refuses to read a number of more than 4300 digits."""
    number = "1" * 5000
    bad = f"Dialogue: 0,{number}:00:01.00,0:00:02.00,,,0,0,0,,Lost.\n"
    good = "Dialogue: 0,0:00:01.00,0:00:02.00,,,0,0,0,,Kept.\n"
    (tmp_path / "a.ass").write_text(f"[Events]\n{bad}{good}")
    found = read(tmp_path / "a.ass", "a.ass")
    assert ([segment.text for segment in found.segments], found.lost) == (["Kept."], 1)


def test_an_arrow_within_what_is_said_begins_no_cue(tmp_path):
    file = tmp_path / "talk.srt"
    said = "The arrow of a comment --> ends what nobody sees."
    file.write_text(f"1\n00:00:01,000 --> 00:00:04,000\n{said}\n")
    found = read(file, file.name)
    assert [segment.text for segment in found.segments] == [said]
    assert not found.lost
