"""`--slides`: what the pictures show is in the result and in the report, and can be left out."""

import json
import re

import numpy as np
import pytest
from msgspec.structs import replace

from svs.media import slide_text, testvideo
from svs.store.jobs import JobStore
from tests.media.clips import clip, lecture

pytestmark = pytest.mark.slow
LENGTHS = (12, 9, 15)


@pytest.fixture(autouse=True)
def _with_slides(monkeypatch):
    monkeypatch.delenv("SVS_SLIDES")


@pytest.fixture
def talk(tmp_path):
    """Return a lecture of three slides, with subtitles beside it."""
    path = clip(tmp_path / "talk.mp4", lecture(np.random.default_rng(3), LENGTHS))
    cues = ("A lens gathers the light of the lamp.", "Bees keep warm by shaking.", "The moon pulls the sea.")
    times = ((1, 5), (13, 17), (22, 27))
    lines = [
        f"{number}\n00:00:{start:02},000 --> 00:00:{end:02},000\n{cue}\n"
        for number, ((start, end), cue) in enumerate(zip(times, cues, strict=True), 1)
    ]
    path.with_suffix(".srt").write_text("\n".join(lines))
    return path


def slides(run):
    return json.loads(run.stdout)["summary"]["slides"]


def test_slides_are_in_the_result_and_in_the_report_with_a_picture_each(svs, talk):
    shown = slides(svs("summarize", talk, "--json", "-f", "html"))
    assert [slide["start"] for slide in shown] == pytest.approx([0.0, 12.0, 21.0], abs=1.0)
    report = talk.with_name("talk.report.html").read_text()
    (section,) = re.findall(r'<section id="slides".*?</section>', report, re.DOTALL)
    pictures = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)"', section)
    assert len(set(pictures)) == 3


def test_a_chapter_that_begins_with_a_slide_is_named_after_it_and_says_so(svs, tmp_path):
    if slide_text.find("en") is None or not testvideo._font():
        pytest.skip("tesseract, its English, or a font is not installed")
    video = tmp_path / "talk.mp4"
    testvideo.make_test_video(video, fps=2, subtitles=True)
    run = svs("summarize", video, "--json", "-f", "html,md", "--subtitles", "only")
    for phase in ("looking at the pictures", "reading the titles of slides"):
        assert run.stderr.count(phase) == 1
    chapters = json.loads(run.stdout)["summary"]["chapters"]
    titles = [chapter["title"] for chapter in chapters]
    assert titles == [topic.title for topic in testvideo.talk().topics]
    read = [chapter["from_slide"] for chapter in chapters]
    assert any(read)
    report = video.with_name("talk.report.html").read_text()
    assert report.count("read from the slide") == sum(read)
    facts = f"4, by topic; {sum(read)} with the title of a slide"
    assert facts in report
    assert facts in video.with_name("talk.summary.md").read_text()
    plain = svs("summarize", video, "--json", "--subtitles", "only", "--slides", "none")
    assert not any(chapter["from_slide"] for chapter in json.loads(plain.stdout)["summary"]["chapters"])


def test_nobody_looks_at_the_pictures_where_slides_are_not_wanted(svs, talk):
    assert slides(svs("summarize", talk, "--json", "--slides", "none")) == []


def test_an_excerpt_has_its_own_slides(svs, talk):
    assert slides(svs("summarize", talk, "--json", "--start", "12", "--end", "20")) == []


def test_a_summary_is_made_without_slides_where_the_recording_is_gone(svs, talk, home):
    run = svs("summarize", talk, "--json")
    store, job = JobStore(home / "jobs"), json.loads(run.stdout)["job_id"]
    store.save(replace(store.load(job), status="running"))  # as if it had been killed before the summary
    (store.folder(job) / "summary.json").unlink()
    talk.unlink()
    again = svs("jobs", "resume", job, "--json")
    assert slides(again) == []
    assert "The pictures were not looked at" in again.stderr


def test_another_summary_of_a_recording_has_the_slides_without_another_look(
    svs, with_model, tmp_path, monkeypatch
):
    video = tmp_path / "talk.mp4"
    testvideo.make_test_video(video, fps=2)
    assert slides(svs("summarize", video, "--json"))
    with monkeypatch.context() as patched:
        patched.setattr("svs.media.slides.find", None)
        again = svs("summarize", video, "--json", "--length", "4")
    fresh = svs("summarize", video, "--json", "--length", "4", "--fresh")
    assert json.loads(again.stdout)["summary"] == json.loads(fresh.stdout)["summary"]
