"""A slide's title is its largest line, if tesseract is sure of it; without tesseract there is none."""

import pytest

from svs.media import slide_text, testvideo
from svs.media.slide_text import find, largest, title
from svs.media.thumbnails import Reader
from svs.model.speech import Slide

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"


def table(*lines):
    """Return tesseract's table of lines, each with a paragraph, a height, how sure it is, and a text."""
    rows = [
        f"5\t1\t1\t{paragraph}\t{number}\t{place}\t0\t0\t9\t{height}\t{sure}\t{word}\n"
        for number, (paragraph, height, sure, text) in enumerate(lines)
        for place, word in enumerate(text.split())
    ]
    return HEAD + "4\t1\t1\t1\t0\t0\t0\t0\t9\t9\t-1\t\n" + "".join(rows)


def placed(*words, page=720):
    """Return tesseract's table of words, each with a line, left, top, height and a text, on a page."""
    rows = [
        f"5\t1\t1\t1\t{line}\t1\t{left}\t{top}\t{20 * len(word)}\t{height}\t95\t{word}\n"
        for line, left, top, height, word in words
    ]
    return HEAD + f"1\t1\t0\t0\t0\t0\t0\t0\t1280\t{page}\t-1\t\n" + "".join(rows)


BODY = (2, 18, 95, "A lens gathers the light of the lamp")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([(1, 40, 95, "Why bread rises"), BODY], "Why bread rises"),
        ([BODY, (3, 40, 95, "Why bread rises")], "Why bread rises"),
        ([(1, 40, 95, "How the tides"), (1, 36, 95, "are foretold"), BODY], "How the tides are foretold"),
        ([(1, 40, 95, "- Why bread rises:"), BODY], "Why bread rises"),
        ([(1, 40, 95, "Why bread rises"), (1, 20, 95, "a talk"), BODY], "Why bread rises"),
        ([(1, 40, 95, "Why bread rises")], "Why bread rises"),
        ([(1, 20, 95, "Why bread rises"), BODY, BODY], ""),
        ([(1, 40, 50, "Why bread rises"), BODY], ""),
        ([(1, 90, 95, "|| 42"), (2, 40, 95, "Why bread rises"), BODY], "Why bread rises"),
        ([(1, 40, 95, "Why bread rises " * 9), BODY], ""),
        ([(1, 40, 95, "Почему хлеб"), BODY], "Почему хлеб"),
        ([], ""),
    ],
)
def test_the_largest_line_is_the_title_if_it_is_larger_and_sure(lines, expected):
    assert largest(table(*lines)) == expected


def test_a_logo_beside_the_title_is_no_part_of_it():
    bread = [(1, 40, 40, 40, "Why"), (1, 120, 40, 40, "bread"), (1, 240, 40, 40, "rises")]
    logo = (1, 1100, 40, 48, "ACME")
    assert largest(placed(*bread, logo)) == largest(placed(logo, *bread)) == "Why bread rises"


def test_a_footer_is_no_title():
    footer = [(1, 30, 680, 20, "Coast"), (1, 140, 680, 20, "Guard"), (1, 1100, 680, 20, "Page")]
    assert largest(placed(*footer)) == ""
    assert largest(placed(*footer, (2, 40, 40, 40, "Bread"))) == "Bread"


@pytest.mark.parametrize("broken", ["", "level\ttext", "5\t1\t1\t1", "Estimating resolution as 215"])
def test_a_table_that_is_none_gives_no_title(broken):
    assert largest(broken) == ""


def test_without_tesseract_or_its_data_for_the_language_nothing_is_read(monkeypatch, tmp_path):
    program = tmp_path / "tesseract"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(slide_text, "_DATA", (str(tmp_path),))
    assert find("en") is None
    (tmp_path / "eng.traineddata").write_text("")
    assert find("en") is not None
    assert find("de") is None
    assert find("und") is None
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    assert find("en") is None


@pytest.mark.slow
def test_tesseract_reads_the_titles_of_the_test_video_in_the_sandbox(tmp_path):
    tesseract = find("en")
    if tesseract is None or not testvideo._font():
        pytest.skip("tesseract, its English, or a font is not installed")
    video = tmp_path / "talk.mp4"
    testvideo.make_test_video(video, fps=2)
    talk = testvideo.talk()
    shown = [Slide(topic.start + 0.5, topic.end) for topic in talk.topics]
    found = [title(tesseract, Reader(video, 0.0, tmp_path), slide) for slide in shown]
    assert found == [topic.title for topic in talk.topics]
    assert list(tmp_path.iterdir()) == [video]


@pytest.mark.slow
def test_a_tesseract_that_does_not_run_reads_nothing(tmp_path, talk_video):
    program = tmp_path / "tesseract"
    program.write_text("no program at all")
    program.chmod(0o755)
    broken = slide_text.Tesseract(str(program), tmp_path / "eng.traineddata")
    assert title(broken, Reader(talk_video, 0.0, tmp_path), Slide(5.0, 20.0)) == ""
