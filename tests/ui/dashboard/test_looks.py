"""How the dashboard looks: narrow and wide, dark, light, and without colours.

The golden screens are drawn anew with GOLDEN=1; look at them before you keep them.
"""

import os
import re
from math import inf
from pathlib import Path

import pytest

from svs.store.jobs import JobStore
from svs.system.paths import jobs_home

pytestmark = pytest.mark.slow
GOLDEN = Path(__file__).parents[2] / "golden"
SIZES = [(80, 24), (120, 40), (200, 60)]
SCREENS = [
    ("home",),
    ("?",),
    ("down", "down", "e"),
    ("d",),
    ("3", "enter"),
    ("/", "l"),
    ("y",),
]
"""The keys to the screens that are looked at."""


def _luminance(colour):
    shares = (value / 255 for value in colour)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(style):
    """Return the contrast of text with its ground as WCAG 2.2 defines it, 1-21."""
    ground, ink = (_luminance(c.triplet or c.get_truecolor()) for c in (style.bgcolor, style.color))
    return (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05)


@pytest.fixture
def store(monkeypatch):
    home = jobs_home()
    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(home.parent)
    return JobStore(Path(home.name))  # so that the screens do not show where the tests lie


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_screen_is_the_golden_one(see, some, size):
    async def steps(view):
        view.jobs._sampled = inf  # no more points than these
        for chart, least in (("#speed", 5), ("#load", 50)):
            view.jobs.query_one(chart)._values.clear()
            for value in range(60):
                view.jobs.query_one(chart).add(least + value % 40 * least / 50)
        await view.press("down", "down", "up", "down")
        shown = re.sub(r"(?m) +$", "", view.text)
        golden = GOLDEN / f"dashboard-{size[0]}x{size[1]}.txt"
        if os.environ.get("GOLDEN"):
            golden.write_text(shown)
        assert shown == golden.read_text()

    see(steps, size)


@pytest.mark.parametrize(("shade", "size"), [("dark", (80, 24)), ("light", (150, 30))])
def test_all_text_can_be_read(see, some, shade, size):
    def faint(view, keys):
        """Yield the text that is hard to read."""
        dialogs = view.app.screen.query(".dialog")  # what lies behind one is dimmed on purpose
        regions = [box.region for box in dialogs] or [view.app.screen.region]
        for y, strip in enumerate(view.strips):
            x = 0
            for segment in strip:
                letters = re.search(r"[\w%]", segment.text)
                seen = letters and any(region.contains(x + letters.start(), y) for region in regions)
                if seen and contrast(segment.style) < 4.5:
                    yield keys, segment.text, round(contrast(segment.style), 2)
                x += segment.cell_length

    async def steps(view):
        found = []
        for keys in SCREENS:
            await view.press(*keys)
            found += faint(view, keys)
            await view.press("escape", "1")
        assert found == []

    see(steps, size, shade)


def test_no_color_means_no_colour(see, some, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    async def steps(view):
        for keys in SCREENS:
            await view.press(*keys)
            styles = [segment.style for strip in view.strips for segment in strip if segment.style]
            assert all(c is None or c.is_default for s in styles for c in (s.color, s.bgcolor))
            await view.press("escape", "1")
        await view.press("home")
        marked = [s for s in view.strips[3:10] if any(g.style.reverse for g in s if g.text.strip())]
        assert ["live.mp4" in strip.text for strip in marked] == [True]

    see(steps)


def test_the_shade_changes_by_key(see, some):
    async def steps(view):
        before = view.app.theme
        await view.press("t")
        assert (before, view.app.theme) == ("svs-dark", "svs-light")

    see(steps)


def test_an_empty_store_says_how_to_begin(see):
    async def steps(view):
        await view.until("svs summarize VIDEO")
        await view.press("c", "r", "e", "d", "o", "y", "enter", "escape", "end", "3")

    see(steps)
