"""Every format shows the same result, says what is not to be trusted, and is no way in for hostile text.

The golden files are written again with GOLDEN=1; look at them before you keep them.
"""

import csv
import html
import io
import json
import os
import re
from pathlib import Path

import msgspec
import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec import UNSET
from msgspec.structs import replace

from svs.engines import captions
from svs.model.speech import Gap, Result, Segment, Sentence, Speaker, Summary, Transcript, Word
from svs.outputs import FORMATS, render
from svs.outputs.shared import cautions, facts, line
from svs.store.speakers import with_names
from svs.text.coverage import warnings

GOLDEN = Path(__file__).parent.parent / "golden"

SAID = (
    Sentence(0.5, 3.25, "A lighthouse guides ships at night."),
    Sentence(
        3.9,
        12.0,
        "Its lamp is weak, so a glass lens gathers the light into a narrow beam that travels for many miles "
        "across the dark water.",
    ),
    Sentence(12.4, 14.0, "Or so they say.", suspect=True),
    Sentence(3723.0, 3725.5, "Café & <friends> paid 5 * 3 = 15 — überall 灯塔."),
)
RESULT = Result(
    job_id="20261123T041400-7f3a",
    title="Lighthouses: how they work",
    source="/videos/light_houses.mp4",
    created="2026-11-23T04:14:00+00:00",
    duration=3730.0,
    start=0.0,
    partial=False,
    warnings=(),
    summary=Summary(method="lexrank", length="medium", sentences=(SAID[0], SAID[3])),
    transcript=Transcript(
        engine="whisper",
        model="small",
        language="en",
        translated=False,
        segments=(Segment(0.5, 3.25, "A lighthouse guides ships at night.", (Word(0.5, 0.8, "A"),)),),
    ),
    sentences=SAID,
)


def doubtful(result=RESULT):
    translated = replace(result.transcript, translated=True)
    later = tuple(replace(said, start=said.start + 600, end=said.end + 600) for said in result.sentences)
    return replace(
        result,
        transcript=translated,
        partial=True,
        start=600.0,
        warnings=("The audio has gaps_here.",),
        summary=replace(result.summary, sentences=later[:1]),
        sentences=later,
    )


def lossy(result=RESULT):
    """Return a result with a gap between its sentences, and with one of them in another language."""
    spoken = tuple(replace(one, language="de") if one is SAID[3] else one for one in result.sentences)
    german = Segment(SAID[3].start, SAID[3].end, SAID[3].text, language="de")
    transcript = replace(
        result.transcript,
        segments=(*result.transcript.segments, german),
        gaps=(Gap(64.25, 81.25),),
        speech=680.0,
        coverage=0.975,
    )
    return replace(
        result,
        transcript=transcript,
        sentences=spoken,
        summary=replace(result.summary, sentences=SAID[:1]),
        warnings=warnings(transcript),
    )


def conversation(result=RESULT):
    """Return a result in which two people speak, and somebody whom nobody knows."""
    who = ("Ada", "Ben & <b>Co</b>", UNSET, "Ada")
    spoken = tuple(replace(quote, speaker=name) for quote, name in zip(SAID, who, strict=True))
    speakers = tuple(
        Speaker(id=number, name=name, how="captions", seconds=seconds)
        for number, name, seconds in ((1, "Ada", 5.25), (2, "Ben & <b>Co</b>", 8.1))
    )
    chosen = replace(result.summary, sentences=(spoken[0], spoken[3]))
    return replace(result, summary=chosen, sentences=spoken, speakers=speakers)


def said(text, **changes):
    spoken = Sentence(0.0, 4.0, text)
    return replace(
        RESULT, summary=replace(RESULT.summary, sentences=(spoken,)), sentences=(spoken,), **changes
    )


def cues(result, name):
    found = pysubs2.SSAFile.from_string(render(result, name), format_=name)
    text = html.unescape if name == "vtt" else str
    return [(cue.start, cue.end, text(cue.plaintext)) for cue in found]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("kind", "result"),
    [("talk", RESULT), ("doubtful", doubtful()), ("lossy", lossy()), ("conversation", conversation())],
)
def test_each_format_is_as_it_was_looked_at(name, kind, result):
    shown, golden = unclothed(render(result, name)), GOLDEN / f"{kind}.{name}"
    if os.environ.get("GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def unclothed(text):
    """Return a report without its style, script and their hashes: they are looked at in a browser."""
    text = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", text, flags=re.DOTALL)
    return re.sub(r"sha256-[\w+/=]+", "sha256-", text)


def test_file_names_cannot_be_taken_for_the_videos_own_subtitles():
    suffixes = [form.suffix for form in FORMATS.values()]
    assert len(set(suffixes)) == len(suffixes)
    assert all(
        form.suffix.count(".") == 2 and form.suffix.endswith(f".{name}") for name, form in FORMATS.items()
    )


def test_json_is_the_whole_result():
    text = render(RESULT, "json")
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text)["version"] == 2
    assert msgspec.convert(json.loads(text), Result) == RESULT


def test_json_names_of_fields_are_a_contract():
    found = json.loads(render(RESULT, "json"))
    assert list(found) == [
        "version", "job_id", "title", "source", "created", "duration", "start", "partial", "warnings",
        "notices",
        "summary", "transcript", "sentences",
    ]  # fmt: skip
    assert list(found["summary"]) == ["method", "length", "sentences", "chapters", "phrases", "slides"]
    assert list(found["transcript"]) == [
        "engine", "model", "language", "translated", "segments", "gaps", "speech", "coverage",
    ]  # fmt: skip
    (segment,) = found["transcript"]["segments"]
    assert list(segment) == ["start", "end", "text", "words", "suspect", "language", "speaker"]
    assert list(found["sentences"][0]) == ["start", "end", "text", "suspect", "said", "language"]


def test_facts_are_those_of_the_header():
    assert facts(RESULT) == [
        ("Duration", "1:02:10"),
        ("Language", "English"),
        ("Engine", "whisper (small)"),
        ("Date", "2026-11-23 04:14 UTC"),
        ("Summary", "medium, by lexrank"),
    ]
    unknown = replace(RESULT, start=60.0, transcript=replace(RESULT.transcript, language="und", model=""))
    assert {("From", "1:00"), ("Language", "unknown"), ("Engine", "whisper")} <= set(facts(unknown))


@pytest.mark.parametrize(
    ("length", "shown"),
    [("1", "1 sentence"), ("5", "5 sentences"), ("10%", "10 % of the sentences"), ("150w", "150 words")],
)
def test_a_header_has_the_length_in_words(length, shown):
    result = replace(RESULT, summary=replace(RESULT.summary, length=length))
    assert ("Summary", f"{shown}, by lexrank") in facts(result)


def test_there_is_a_caution_for_each_reason_to_doubt():
    assert cautions(RESULT) == []
    translated, partial, warning = cautions(doubtful())
    assert "not the words that were said" in translated
    assert "only the part" in partial
    assert warning == "The audio has gaps_here."


def test_facts_have_the_coverage_where_it_was_measured():
    whole = replace(RESULT.transcript, speech=40.0, coverage=1.0)
    assert ("Coverage", "100 % of the speech") in facts(replace(RESULT, transcript=whole))
    assert ("Coverage", "97.5 % of the speech; not understood: 1:04-1:21") in facts(lossy())


def test_a_gap_is_between_the_sentences_around_it():
    lines = render(lossy(), "txt").splitlines()
    at = lines.index("[not understood 1:04-1:21]")
    assert lines[at - 1].endswith("Or so they say.")
    assert lines[at + 1].endswith("überall 灯塔.")


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_a_gap_is_a_cue_that_is_not_taken_for_speech_when_it_is_read_again(name, tmp_path):
    assert (64250, 81250, "[not understood]") in cues(lossy(), name)
    file = tmp_path / f"talk.{name}"
    file.write_text(render(lossy(), name))
    spoken = [segment.text for segment in captions.read(file, file.name).segments]
    assert len(spoken) == len(cues(RESULT, name))
    assert not any("understood" in text for text in spoken)


def test_a_gap_is_a_suspect_row_so_that_the_others_are_what_was_said():
    rows = list(csv.DictReader(io.StringIO(render(lossy(), "tsv")), delimiter="\t"))
    (gap,) = [row for row in rows if row["text"] == "[not understood]"]
    assert (gap["start_ms"], gap["end_ms"], gap["suspect"]) == ("64250", "81250", "1")
    assert rows.index(gap) == 3


@pytest.mark.parametrize("name", ["md", "txt", "html"])
def test_what_is_missing_and_what_else_is_spoken_is_said_in_every_text(name):
    text = render(lossy(), name)
    assert "2.5 % of the speech was not understood, 0:17 in all: 1:04-1:21" in text
    assert "German is spoken too" in text


@pytest.mark.parametrize("name", ["md", "txt", "srt", "vtt"])
def test_every_text_format_says_that_the_recording_is_damaged(name):
    assert "damaged or incomplete" in " ".join(render(doubtful(), name).split())
    assert "damaged or incomplete" not in render(RESULT, name)


def test_every_format_for_programs_says_that_the_recording_is_damaged():
    assert json.loads(render(doubtful(), "json"))["partial"] is True
    rows = list(csv.DictReader(io.StringIO(render(doubtful(), "tsv")), delimiter="\t"))
    assert {row["partial"] for row in rows} == {"1"}
    assert [row["suspect"] for row in rows] == ["0", "0", "1", "0"]


HOSTILE = [
    "two\n# Forged heading",
    "a\r\n\r\n- forged item",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](https://evil.example) ![pic](https://evil.example/x.png)",
    "<https://evil.example> https://evil.example www.evil.example a@evil.example",
    "**bold** _em_ `code` ~~gone~~ $x$ | a | b |",
    "ends with a backslash \\",
    "&lt;b&gt; &amp; &#42;",
    "# #",
    "\x1b[31mred\x07\x9b2J\u202egnp.exe\u2066",
    "00:00:01,000 --> 00:00:02,000",
    "x\n\n2\n00:00:01.000 --> 00:00:02.000\nforged",
    "{\\an8}{\\b1}styled\\Nforged\\hline <i>italic</i>",
    "NOTE nothing",
    "a\tb\u2028c\u2029d\x85e\x0bf",
    "lone \udcff surrogate",
]


def seen(markdown):
    """Return what a reader sees, block by block, and which kinds of inline markup there are."""
    blocks = [
        token
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
        if token.type == "inline"
    ]
    kinds = {child.type for block in blocks for child in block.children}
    return ["".join(child.content for child in block.children) for block in blocks], kinds


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_just_text_in_markdown(text):
    result = said(text, title=text, warnings=(text,))
    result = replace(result, transcript=replace(result.transcript, model=text))
    shown, kinds = seen(render(result, "md"))
    text = line(text).replace("@", "\uff20")
    assert shown == [
        text,
        "Duration: 1:02:10",
        "Language: English",
        f"Engine: whisper ({text})",
        "Date: 2026-11-23 04:14 UTC",
        "Summary: medium, by lexrank",
        f"Note: {text}",
        "Summary",
        f"[0:00] {text}",
    ]
    assert kinds <= {"text", "strong_open", "strong_close"}


ADDRESSES = [
    "https://evil.com",
    "ftp://evil.com/login",
    "HTTP://127.0.0.1/x",
    "evil.com",
    "evil.com/login",
    "1evil.com:80/x?y#z",
    "evil\u200b.com",
    "b\u00fccher.de",
    "\U0001f4a9.la",
    "\u0440\u0444.\u0440\u0444/login",
    "//evil.com/login",
    "//localhost:8080/",
    "www.evil.com",
    "WWW.evil.com",
    "a@evil.com",
    "mailto:a@evil.com",
    "127.0.0.1/x",
    "say:evil.com,and.more.com",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_no_address_becomes_a_link_in_viewers_that_make_links_of_bare_ones(text):
    viewer = MarkdownIt("gfm-like", {"linkify": True})
    viewer.linkify.set({"fuzzy_link": True, "fuzzy_email": True, "fuzzy_ip": True})
    assert "<a href=" in viewer.render(line(text)), "the viewer itself makes a link of it"
    written = render(said(f"Go to {text} now.", title=text, warnings=(text,)), "md")
    page = viewer.render(written)
    assert "<a href=" not in page
    assert "@" not in written, "GitHub heeds no backslash before it"
    assert page.count(html.escape(line(text).replace("@", "\uff20"))) == 3


@pytest.mark.parametrize(
    "text",
    [
        "{{ x }}",
        "{{{x}}}",
        "{% x %}",
        "{# x #}",
        "{%- x -%}",
        "<% x %>",
        "${x}",
        "#{x}",
        "%% x %%",
        "[% x %]",
    ],
)
def test_no_text_is_a_command_to_what_fills_in_templates(text):
    written = render(said(text, title=text, warnings=(text,)), "md")
    assert not re.search(r"\{[{%#]|[<\[%]%|[$#]\{|[%#}]\}|%>", written)
    assert seen(written)[0][0] == text


def test_numbers_and_the_ends_of_sentences_stay_readable_in_markdown():
    text = "It grew 3.5 percent, from 1.200 to 1.242. That is and/or was 50% more: 3/4!"
    assert text in render(said(text), "md")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_steers_no_terminal_and_can_be_written(name, text):
    written = render(said(text, title=text, warnings=(text,)), name)
    assert written.encode()
    assert not any(ord(c) < 32 and c not in "\n\t" for c in written)
    assert not set("\x7f\x85\x9b\u2028\u2029\u202e\u2066") & set(written)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_forges_no_line_of_plain_text(text):
    usual = render(said("x", title="x", warnings=("x",)), "txt").count("\n")
    assert render(said(text, title=text, warnings=(text,)), "txt").count("\n") == usual


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_hostile_text_forges_no_cue_and_no_style(name, text):
    found = cues(said(text), name)
    assert found[0][0] == 0
    assert found[-1][1] >= 4000
    assert len(render(said(text), name).split("-->")) == len(found) + 1
    twins = str.maketrans("\\{}<>:", "\uff3c\uff5b\uff5d\uff1c\uff1e\uff1a")
    assert " ".join(" ".join(text for *_, text in found).split()).translate(twins) == line(text).translate(
        twins
    )


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@sum", "\t=1", " \r\n=1"])
def test_no_cell_is_a_formula(start):
    (row,) = csv.DictReader(io.StringIO(render(said(f"{start} and more"), "tsv")), delimiter="\t")
    assert row["text"] == f"'{start.strip()} and more"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_one_cell(text):
    (row,) = csv.DictReader(io.StringIO(render(said(text), "tsv")), delimiter="\t")
    assert row == {
        "start_ms": "0",
        "end_ms": "4000",
        "text": line(text),
        "suspect": "0",
        "partial": "0",
    }


def test_mpv_and_losslesscut_get_the_quotes_as_cuts():
    head, first, second = render(RESULT, "edl").splitlines()
    assert head == "# mpv EDL v0"
    assert first == f"%16%light_houses.mp4,0.500,2.750,title=%35%{SAID[0].text}"
    assert second.startswith("%16%light_houses.mp4,3723.000,2.500,title=%")
    rows = list(csv.reader(io.StringIO(render(RESULT, "csv"))))
    assert rows == [["0.500", "3.250", SAID[0].text], ["3723.000", "3725.500", SAID[3].text]]


def test_video_editors_get_the_quotes_in_frames_of_the_recording():
    assert render(replace(RESULT, frame_rate=30000 / 1001), "cmx.edl").splitlines() == [
        "TITLE: Lighthouses: how they work",
        "FCM: NON-DROP FRAME",
        "",
        "001  AX       AA/V  C        00:00:00:15 00:00:03:07 00:00:00:00 00:00:02:22",
        "* FROM CLIP NAME: light_houses.mp4",
        f"* COMMENT: {SAID[0].text}",
        "",
        "002  AX       AA/V  C        01:01:59:08 01:02:01:23 00:00:02:22 00:00:05:07",
        "* FROM CLIP NAME: light_houses.mp4",
        f"* COMMENT: {SAID[3].text}",
    ]
    assert "001  AX       AA    C        00:00:00:12 00:00:03:06 " in render(RESULT, "cmx.edl")
    assert "00:00:00:00 00:00:01:00 " in render(replace(said("x"), frame_rate=0.25), "cmx.edl")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_forges_no_cut(text):
    result = said(text, source=f"/videos/{text}")
    assert len(render(result, "cmx.edl").splitlines()) == 6
    assert render(result, "edl").count("\n") == 2
    ((_, _, label),) = csv.reader(io.StringIO(render(result, "csv")))
    assert label.lstrip("'") == line(text)


def test_the_name_of_a_recording_in_an_edl_has_its_length_before_it():
    shown = render(said("x", source="/videos/a,b;c%2\xe9.mp4"), "edl").splitlines()[1]
    assert shown.startswith("%13%a,b;c%2\xe9.mp4,0.000,4.000")


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_long_sentences_become_cues_that_fit_a_screen(name):
    first, second = [cue for cue in cues(RESULT, name) if 3.9 <= cue[0] / 1000 < 12.0]
    assert (first[0], second[1]) == (3900, 12400)
    assert first[1] == second[0]
    for *_, text in cues(RESULT, name):
        assert len(text.split("\n")) <= 2
        assert all(len(row) <= 42 for row in text.split("\n"))


def test_cues_in_wide_scripts_have_shorter_lines():
    assert {
        len(row) for *_, text in cues(said("灯塔帮助船只" * 10), "srt") for row in text.split("\n")
    } <= set(range(22))


def spoken(*said):
    """Return the cues of these sentences: start, end and text of each."""
    sentences = tuple(Sentence(*sentence) for sentence in said)
    return [
        (start / 1000, end / 1000, text)
        for start, end, text in cues(replace(RESULT, sentences=sentences), "srt")
    ]


def test_a_cue_is_shown_for_as_long_as_it_takes_to_read_it_if_nothing_follows():
    shown = spoken((1.0, 1.4, "Yes, that is what they say of it."), (9.0, 9.2, "No."))
    assert shown == [(1.0, 2.941, "Yes, that is what they say of it."), (9.0, 10.0, "No.")]


def test_a_short_cue_joins_its_neighbour_but_not_another_speakers():
    assert spoken((1.0, 1.4, "Yes."), (1.5, 3.0, "It is.")) == [(1.0, 3.0, "Yes. It is.")]
    two = replace(
        RESULT, sentences=(Sentence(1.0, 1.4, "Yes.", speaker="A"), Sentence(1.5, 3.0, "It is.", speaker="B"))
    )
    assert [text for *_, text in cues(two, "srt")] == ["A: Yes.", "B: It is."]


def test_slow_speech_is_cut_into_cues_of_seven_seconds():
    shown = spoken((0.0, 20.0, "One by one the ships come home."))
    assert [text for *_, text in shown] == ["One by one", "the ships", "come home."]
    assert all(1 <= end - start <= 7 for start, end, _ in shown)


def test_a_cue_begins_with_its_first_word():
    text = " ".join(["glass"] * 10 + ["water"] * 10)
    words = [Word(0.4 * i, 0.4 * i + 0.3, "glass") for i in range(10)]
    words += [Word(5 + 0.2 * i, 5 + 0.2 * i + 0.1, "water") for i in range(10)]
    segment = Segment(0.0, 6.9, text, tuple(words))
    result = replace(
        RESULT,
        transcript=replace(RESULT.transcript, segments=(segment,)),
        sentences=(Sentence(0.0, 6.9, text),),
    )
    second = next(start for start, _, text in cues(result, "srt") if text.startswith("water"))
    assert second == 5000


def test_lines_have_the_width_that_is_asked_for():
    text = render(RESULT, "srt", subtitle_width=20)
    assert max(map(len, text.splitlines())) <= len("00:00:00,500 --> 00:00:03,250")
    rows = [row for row in text.splitlines() if row and "-->" not in row and not row.isdigit()]
    assert max(map(len, rows)) <= 20


def test_a_time_beyond_what_subtitles_can_say_is_their_last():
    late = replace(RESULT, sentences=(Sentence(400_000.0, 400_001.0, "Late."),))
    assert cues(late, "srt") == [(359_999_999, 359_999_999, "Late.")]


@given(
    st.lists(
        st.tuples(
            st.lists(st.text("abcäж<>&{}\\-'", min_size=1, max_size=12), min_size=1, max_size=40),
            st.floats(0, 30),
            st.floats(0, 5),
        ),
        max_size=6,
    ),
    st.sampled_from(["srt", "vtt"]),
)
def test_subtitles_read_back_give_the_same_words_in_order(spoken, name):
    clock, sentences = 0.0, []
    for words, lasting, pause in spoken:
        sentences.append(Sentence(clock, clock + lasting, " ".join(words)))
        clock += lasting + pause
    found = cues(replace(RESULT, sentences=tuple(sentences)), name)
    twins = str.maketrans("\\{}<>", "\uff3c\uff5b\uff5d\uff1c\uff1e")
    expected = [word.translate(twins) for words, *_ in spoken for word in words]
    assert [word.translate(twins) for *_, text in found for word in text.split()] == expected
    assert all(start <= end for start, end, _ in found)
    assert [start for start, *_ in found] == sorted(start for start, *_ in found)


HOSTILE_NAMES = (
    "=1+1",
    "A\x1b[31mB",
    "a\nb",
    "<v Eve>",
    "--> 00:00:01.000",
    "*x* | `y`",
    "{\\i1}Eve",
    "@eve",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_stays_text_in_every_format(name):
    made = conversation()
    hostile = with_names(made, {"Ada": name})
    shown = {kind: render(hostile, kind) for kind in FORMATS}
    assert not any("\x1b" in text for text in shown.values())
    assert len(cues(hostile, "srt")) == len(cues(made, "srt"))
    assert len(cues(hostile, "vtt")) == len(cues(made, "vtt"))
    assert not any(
        row[5].startswith(("=", "@")) for row in csv.reader(io.StringIO(shown["tsv"]), delimiter="\t")
    )
    assert "<v Eve>" not in shown["html"] + shown["srt"]
    assert MarkdownIt().render(shown["md"]).count("<em>") == 0


def test_webvtt_gives_the_same_speakers_back(tmp_path):
    file = tmp_path / "back.vtt"
    file.write_text(render(conversation(), "vtt"), encoding="utf-8")
    heard = captions.read(file, "captions").segments
    assert (heard[0].speaker, heard[0].text) == ("Ada", SAID[0].text)
    assert heard[-1].speaker == "Ada"
