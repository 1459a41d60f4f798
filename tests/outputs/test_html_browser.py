"""The report in a real browser: it works, asks nobody for anything, and runs nothing that was said."""

import shutil

import pytest
from msgspec.structs import replace

from svs.media.testvideo import talk as bundled_talk
from svs.model.media import Frame
from svs.model.speech import Result, Sentence, Speaker, Summary, Transcript
from svs.outputs import render

pytestmark = pytest.mark.slow
EVIL = (
    "</script><script>window.evil = 1</script><img src=x onerror='window.evil = 1'>"
    "<svg onload='window.evil = 1'><a href='javascript:window.evil = 1'>x</a>{{ 7 * 7 }}"
)


def result(**changes):
    made = bundled_talk()
    said = (*made.sentences[:5], replace(made.sentences[5], suspect=True), *made.sentences[6:])
    chapters = tuple(
        replace(topic, sentences=tuple(one for one in said if topic.start <= one.start < topic.end)[1:3])
        for topic in made.topics
    )
    summary = Summary(
        method="auto", length="medium", sentences=said[::8], chapters=chapters, phrases=("bees",)
    )
    transcript = Transcript(engine="whisper", model="micro", language="en", translated=False, segments=())
    whole = Result(
        job_id="20261123T041400-7f3a",
        title=made.title,
        source="/videos/talk.mp4",
        created="2026-11-23T04:14:00+00:00",
        duration=made.duration,
        start=0.0,
        partial=False,
        warnings=(),
        summary=summary,
        transcript=transcript,
        sentences=said,
    )
    return replace(whole, **changes)


@pytest.fixture
def show(browser, tmp_path):
    """Open the report of a result, beside the recording if there is one."""

    def opened(shown, frames=(), video=None, name="talk.mp4"):
        (tmp_path / "talk.report.html").write_text(render(shown, "html", frames), encoding="utf-8")
        if video:
            shutil.copy(video, tmp_path / name)
        browser.call("Emulation.clearDeviceMetricsOverride")
        browser.open(tmp_path / "talk.report.html")
        return browser

    return opened


def asked_of_others(browser):
    return [url for url in browser.requested() if not url.startswith(("file:///", "data:"))]


def search(browser, words):
    browser.js("(field => { field.focus(); field.select(); })(document.querySelector('input[type=search]'))")
    browser.call("Input.insertText", text=words)


def test_it_loads_without_a_complaint_and_asks_nobody(show, talk_video):
    browser = show(result(), video=talk_video)
    browser.until("!document.querySelector('.player').hidden")
    assert browser.js("document.title") == "Four small wonders"
    assert browser.complaints() == []
    assert asked_of_others(browser) == []


def test_a_search_marks_counts_and_goes_from_hit_to_hit(show):
    browser = show(result())
    browser.press("/", text="/")
    assert browser.js("document.activeElement.type") == "search"
    search(browser, "LIGHT")
    found = sum(one.text.lower().count("light") for one in result().sentences)
    assert found > 3
    assert browser.js("document.querySelectorAll('mark').length") == found
    assert browser.js("document.querySelector('output').textContent") == f"{found} hits"
    here = "[...document.querySelectorAll('mark')].findIndex(one => one.matches('.here'))"
    for key, shift, place in (
        ("Enter", False, 0),
        ("Enter", False, 1),
        ("Enter", True, 0),
        ("Enter", True, found - 1),
    ):
        browser.press(key, shift=shift)
        assert browser.js(here) == place
    assert browser.js("document.querySelector('output').textContent") == f"{found} of {found}"
    box = "document.querySelector('.here').getBoundingClientRect()"
    assert browser.js(f"{box}.top >= 0 && {box}.bottom <= innerHeight")
    browser.press("Escape")
    assert browser.js("document.querySelectorAll('mark').length") == 0
    shown = browser.js("[...document.querySelectorAll('.s')].map(one => one.textContent)")
    assert shown == [one.text for one in result().sentences]


def test_a_search_takes_no_regular_expressions(show):
    browser = show(replace(result(), sentences=(Sentence(0.0, 2.0, "Is 1+1 = (2)? [Yes] a\\b/c-d."),)))
    for words in ("1+1", "(2)?", "[yes]", "a\\b/c-d.", "is  1"):
        search(browser, words)
        assert browser.js("document.querySelector('output').textContent") == "1 hit", words
    search(browser, "1*1")
    assert browser.js("document.querySelector('output').textContent") == "no hits"


def test_doubtful_parts_can_be_hidden_also_from_the_search(show):
    browser = show(result())
    doubtful = result().sentences[5].text
    search(browser, doubtful)
    assert browser.js("document.querySelectorAll('mark').length") == 1
    browser.js("document.querySelector('.switch input').click()")
    assert browser.js("getComputedStyle(document.querySelector('.s.doubt')).display") == "none"
    assert browser.js("document.querySelectorAll('mark').length") == 0


def test_a_key_phrase_is_found_in_the_transcript(show):
    browser = show(result())
    browser.js("document.querySelector('.phrases button').click()")
    assert browser.js("document.querySelector('mark.here').textContent.toLowerCase()") == "bees"


@pytest.mark.parametrize("name", ["talk.mp4", "a b#c?d%20é'&quot;.mp4"])
def test_a_click_on_a_time_seeks_the_recording_beside_it(show, talk_video, name):
    browser = show(result(source=f"/videos/{name}"), video=talk_video, name=name)
    browser.until("!document.querySelector('.player').hidden")
    wanted = result().summary.sentences[2].start
    browser.js("document.querySelectorAll('#summary .time')[2].click()")
    browser.until(f"Math.abs(document.querySelector('video').currentTime - {wanted}) < 2")
    browser.until("document.querySelector('.s.now')")
    browser.js("document.querySelector('video').pause()")
    box = browser.js(
        "(b => [b.left, b.top, b.width])(document.querySelector('.timeline svg').getBoundingClientRect())"
    )
    browser.js(
        "document.querySelector('.timeline svg').dispatchEvent(new MouseEvent('click', "
        f"{{clientX: {box[0] + box[2] / 2}, clientY: {box[1] + 40}, bubbles: true}}))"
    )
    browser.until(f"Math.abs(document.querySelector('video').currentTime - {result().duration / 2}) < 2")


def test_without_the_recording_a_time_leads_to_the_transcript(show):
    browser = show(result())
    assert browser.js("document.querySelector('.player').hidden")
    browser.js("document.querySelectorAll('#summary .time')[2].click()")
    browser.until("document.querySelector('.s:target')")
    assert browser.js("document.querySelector('.s:target').textContent") == result().summary.sentences[2].text


def test_nothing_that_was_said_or_named_runs(show):
    said = (Sentence(0.0, 3.0, EVIL), Sentence(4.0, 6.0, EVIL, suspect=True))
    chapters = tuple(replace(one, title=EVIL, sentences=said) for one in result().summary.chapters)
    summary = replace(result().summary, sentences=said, chapters=chapters, phrases=(EVIL,))
    transcript = replace(result().transcript, language=EVIL, model=EVIL)
    hostile = result(
        title=EVIL,
        source=f"/videos/javascript:{EVIL.replace('/', '')}",
        warnings=(EVIL,),
        summary=summary,
        sentences=said,
        transcript=transcript,
    )
    browser = show(hostile, frames=(Frame(1.0, b"no picture"),))
    search(browser, "window.evil")
    assert browser.js("document.querySelectorAll('mark').length") == 2 * EVIL.count("window.evil")
    browser.js("document.querySelector('.phrases button').click()")
    click = "one => one.dispatchEvent(new MouseEvent('click'))"
    browser.js(f"document.querySelectorAll('main a, aside a').forEach({click})")
    assert browser.js("window.evil") is None
    assert browser.js("document.scripts.length") == 1
    assert browser.js("document.querySelector('h1').textContent") == EVIL
    assert asked_of_others(browser) == []


def test_the_policy_holds_back_what_would_get_through_all_the_same(show, tmp_path):
    page = render(result(), "html").replace("<main>", f"<main>{EVIL}<style>h1 {{ color: red }}</style>")
    (tmp_path / "broken.html").write_text(page, encoding="utf-8")
    browser = show(result())
    browser.open(tmp_path / "broken.html")
    assert browser.js("document.querySelectorAll('main > script, main > img').length") == 2
    assert browser.js("window.evil") is None
    assert browser.js("getComputedStyle(document.querySelector('h1')).color") != "rgb(255, 0, 0)"


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen_and_can_be_read(show, width, scheme):
    browser = show(result(partial=True))
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500
    )
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    assert browser.js("document.documentElement.scrollWidth") <= width
    for low in browser.js(CONTRASTS):
        assert low["ratio"] >= 4.5, low  # WCAG 2.2, 1.4.3


CONTRASTS = """
(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = ([red, green, blue]) =>
    0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
  };
  const texts = "h1, h2, h3, p, a, dt, dd, span, button:enabled, kbd, label, figcaption";
  return [...document.querySelectorAll(texts)]
    .filter((one) => one.getClientRects().length && one.textContent.trim() && !one.closest("svg"))
    .map((one) => {
      const [a, b] = [light(parse(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
      return { ratio: (a + 0.05) / (b + 0.05), text: one.textContent.slice(0, 40), tag: one.tagName };
    })
    .sort((a, b) => a.ratio - b.ratio).slice(0, 3);
})()
"""


def test_one_speakers_words_alone_until_a_link_leads_to_another(show):
    made = result()
    sentences = tuple(
        replace(said, speaker="Ada" if number % 8 < 6 else EVIL[:60])
        for number, said in enumerate(made.sentences)
    )
    speakers = tuple(
        Speaker(id=number, name=name, how="captions", seconds=30.0)
        for number, name in enumerate(("Ada", EVIL[:60]), 1)
    )
    page = show(
        replace(made, sentences=sentences, summary=replace(made.summary, phrases=()), speakers=speakers)
    )
    shown = "[...document.querySelectorAll('.part p')].filter(p => p.offsetParent).map(p => p.dataset.v)"
    assert set(page.js(shown)) == {"1", "2"}
    page.js(
        "document.querySelector('.tools select').value = '2';"
        "document.querySelector('.tools select').dispatchEvent(new Event('change'))"
    )
    assert set(page.js(shown)) == {"2"}
    assert page.js("document.querySelector('#s0').closest('p').hidden")
    page.js("document.querySelector('#summary a.time').click()")
    assert set(page.js(shown)) == {"1", "2"}
    assert page.js("window.evil") is None
