"""A browser, for those who look at what svs writes."""

import shutil

import pytest

from tests.outputs.browser import Browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Return a headless Chromium that the tests of a module share."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not program:
        pytest.skip("there is no Chromium")
    opened = Browser(program, tmp_path_factory.mktemp("chromium"))
    yield opened
    opened.close()
