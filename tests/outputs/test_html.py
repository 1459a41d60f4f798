"""The report is one page on its own, and text from outside is nothing but text in it."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from svs.model.media import Frame
from svs.model.speech import Chapter, Gap, Result, Sentence, Slide, Summary, Transcript
from svs.outputs import render
from svs.outputs.shared import line

SENTENCES = (
    Sentence(1.0, 4.0, "A lighthouse guides ships at night."),
    Sentence(4.5, 8.0, "Or so they say.", suspect=True),
    Sentence(61.0, 66.0, "Bees keep warm in winter.", said="Um, bees keep warm in winter."),
    Sentence(70.0, 75.0, "They shake their wings."),
)
RESULT = Result(
    job_id="20261123T041400-7f3a",
    title="Small wonders",
    source="/videos/talk.mp4",
    created="2026-11-23T04:14:00+00:00",
    duration=80.0,
    start=0.0,
    partial=False,
    warnings=(),
    summary=Summary(method="auto", length="medium", sentences=(SENTENCES[0], SENTENCES[2])),
    transcript=Transcript(engine="whisper", model="small", language="en", translated=False, segments=()),
    sentences=SENTENCES,
)
CHAPTERS = (
    Chapter(start=0.0, end=60.0, title="Ships at night", sentences=SENTENCES[:1]),
    Chapter(start=60.0, end=80.0, title="Warm bees", given=True, sentences=SENTENCES[2:3]),
)
PHRASES = ("lighthouse", "bees")
CHAPTERED = replace(RESULT, summary=replace(RESULT.summary, chapters=CHAPTERS, phrases=PHRASES))
GAPS = (Gap(9.0, 12.5), Gap(67.25, 69.0))
LOSSY = replace(
    CHAPTERED,
    transcript=replace(RESULT.transcript, gaps=GAPS, speech=50.0, coverage=0.895),
    sentences=(*SENTENCES[:3], replace(SENTENCES[3], language="de")),
)
EMPTY = {"meta", "link", "img", "input"}


class Page(HTMLParser):
    """What a page is made of, in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.attributes = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, tuple(name for name, _ in attributes)))
        self.attributes += attributes

    def handle_data(self, data):
        self.words.append(data)

    def handle_comment(self, data):
        self.tags.append(("comment", ()))

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def page(result, frames=()):
    return render(result, "html", frames)


def ids(text):
    return re.findall(r'\bid="([^"]+)"', text)


def test_each_chapter_has_its_sentences_its_picture_and_its_part_of_the_transcript():
    frames = (Frame(2.0, b"first"), Frame(62.0, b"second"))
    text = page(CHAPTERED, frames)
    first, second = re.findall(r"<article.*?</article>", text, re.DOTALL)
    for article, picture, title, said in (
        (first, b"first", "Ships at night", "A lighthouse guides"),
        (second, b"second", "Warm bees", "Bees keep warm"),
    ):
        assert f"data:image/jpeg;base64,{b64encode(picture).decode()}" in article
        assert title in article
        assert said in article
    assert "named in the file" in second
    assert "named in the file" not in first
    parts = re.findall(r'<section class="part".*?</section>', text, re.DOTALL)
    assert [re.findall(r'id="(s\d+)"', part) for part in parts] == [["s0", "s1"], ["s2", "s3"]]


def test_without_chapters_the_whole_has_one_picture():
    text = page(RESULT, (Frame(2.0, b"first"),))
    assert text.count("data:image/jpeg") == 1
    assert 'id="chapters"' not in text
    assert "Key phrases" not in text
    assert 'id="s3"' in text


def test_each_slide_is_shown_with_its_last_picture_and_the_time_when_it_begins():
    slides = (Slide(0.0, 30.0), Slide(30.0, 60.5), Slide(61.0, 80.0))
    shown = replace(CHAPTERED, summary=replace(CHAPTERED.summary, slides=slides))
    frames = (Frame(2.0, b"early"), Frame(28.0, b"first"), Frame(75.0, b"third"))
    section = re.search(r'<section id="slides".*?</section>', page(shown, frames), re.DOTALL)[0]
    pictures = re.findall(
        r'href="#(s\d)" data-t="([0-9.]+)"><img src="data:image/jpeg;base64,([^"]+)', section
    )
    first, third = (b64encode(picture).decode() for picture in (b"first", b"third"))
    assert pictures == [("s0", "0", first), ("s2", "61", third)]
    assert 'href="#slides"' in page(shown, frames)
    assert 'id="slides"' not in page(shown)


def test_sound_alone_has_no_pictures():
    assert "<img" not in page(CHAPTERED)


@pytest.mark.parametrize("result", [RESULT, CHAPTERED, LOSSY])
def test_every_link_leads_somewhere_on_the_page(result):
    text = page(result)
    assert len(set(ids(text))) == len(ids(text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids(text))
    assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', text)) <= set(ids(text))


def test_a_gap_is_marked_in_its_chapter_and_on_the_timeline():
    text = page(LOSSY)
    parts = re.findall(r'<section class="part".*?</section>', text, re.DOTALL)
    assert [re.findall(r'id="([sg][\d.]+)"', part) for part in parts] == [
        ["s0", "s1", "g9"],
        ["s2", "g67.25", "s3"],
    ]
    assert re.search(r'<p class="gap"[^>]* data-t="9">\[not understood 0:09-0:12\]</p>', parts[0])
    timeline = re.search(r'<svg width="100%".*</figcaption>', text, re.DOTALL)[0]
    assert re.findall(r'<a class="gap" href="#(\S+)"', timeline) == ["g9", "g67.25"]
    assert "<title>[not understood 0:09-0:12]</title>" in timeline
    assert re.search(r'<rect x="11.25%" y="\d+" width="4.37%"', timeline)
    assert "Dashed: speech that was not understood." in timeline
    assert "not understood" not in page(CHAPTERED)


def test_a_sentence_in_another_language_says_which():
    assert re.findall(r'<span class="s" id="(s\d)"[^>]* lang="(\w+)"', page(LOSSY)) == [("s3", "de")]
    assert '<span class="s" id="s0" data-t="1">' in page(LOSSY)


def test_it_fetches_nothing_and_runs_nothing_but_its_own():
    text = page(CHAPTERED)
    policy = dict(
        part.split(" ", 1)
        for part in next(value for _, value in Page(text).attributes if "-src" in str(value)).split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "style-src": _hash(text, "style"),
        "script-src": _hash(text, "script"),
        "img-src": "data:",
        "media-src": "'self' file:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "http" not in text.replace("http-equiv", "")
    assert " style=" not in text
    assert not re.search(r"<[^>]* on\w+=", re.sub(r"<script>.*</script>", "", text, flags=re.DOTALL))


def _hash(text, tag):
    (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("/videos/talk.mp4", "./talk.mp4"),
        ("/videos/a b#c?d%20é.mp4", "./a%20b%23c%3Fd%2520%C3%A9.mp4"),
        ("/videos/javascript:alert(1).mp4", "./javascript%3Aalert%281%29.mp4"),
        ("/videos/\udcff.mp4", "./%FF.mp4"),
        ("/videos/\ud800.mp4", "./%EF%BF%BD.mp4"),
        ("/", "./"),
    ],
)
def test_the_recording_is_looked_for_beside_the_page_and_nowhere_else(source, address):
    assert dict(Page(page(replace(RESULT, source=source))).attributes)["src"] == address


def test_the_report_does_not_contain_the_recordings_folder():
    assert "/videos" not in page(CHAPTERED)


def test_it_says_what_is_not_to_be_trusted():
    translated = replace(RESULT.transcript, translated=True)
    doubtful = replace(RESULT, partial=True, transcript=translated)
    assert "not the words that were said" in page(doubtful)
    assert "only the part that could be read" in page(doubtful)
    assert "Each sentence was said" not in page(doubtful)
    assert "Each sentence was said" in page(RESULT)
    assert "fillers and repetitions are left out" in page(RESULT)


@pytest.mark.parametrize("duration", [0.0, 0.001, 80.0, 360_000.0, 1e9])
@pytest.mark.parametrize("start", [0.0, 30.0, 1e6])
def test_the_timeline_holds_any_length(start, duration):
    text = page(replace(LOSSY, start=start, duration=duration))
    places = [float(place) for place in re.findall(r'\b(?:x|x1|cx)="([-\d.]+)%"', text)]
    assert places
    assert all(0 <= place <= 100 for place in places)


def test_nothing_said_is_a_page_too():
    silent = replace(RESULT, sentences=(), summary=replace(RESULT.summary, sentences=()))
    assert "<h1" in page(silent)


def everywhere(text):
    """Return a result that says this wherever text comes from outside."""
    spoken = tuple(replace(one, text=text) for one in SENTENCES)
    chapters = tuple(replace(one, title=text, sentences=spoken[:1]) for one in CHAPTERS)
    summary = Summary(
        method="auto", length=text, sentences=spoken[:2], chapters=chapters, phrases=(text, text)
    )
    transcript = replace(RESULT.transcript, model=text, language=text)
    return replace(
        RESULT,
        title=text,
        source=f"/{text}",
        created=text,
        warnings=(text,),
        summary=summary,
        transcript=transcript,
        sentences=spoken,
    )


PLAIN = Page(page(everywhere("x")))


@pytest.mark.slow
@settings(max_examples=60)
@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(
                [
                    "<",
                    ">",
                    '"',
                    "'",
                    "&",
                    "</script>",
                    "<!--",
                    "]]>",
                    "{{",
                    "{%",
                    "`",
                    "=",
                    "/",
                    "x",
                    " ",
                    "</style",
                ]
            ),
            max_size=12,
        ).map("".join),
    ).filter(lambda text: line(text) and "und" not in text)
)
def test_no_text_from_outside_becomes_markup(text):
    shown = Page(page(everywhere(text)))
    assert shown.tags == PLAIN.tags
    assert shown.words[-3:] == PLAIN.words[-3:]
    assert " ".join(line(text).split()) in shown.text
