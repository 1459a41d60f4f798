"""Templates of paths: what they may have, and that nothing from outside names another place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svs.errors import UsageError
from svs.model.job import Job, Options, OutputOptions
from svs.model.media import Source
from svs.outputs import FORMATS, names

SOURCE = Path("/videos/monday.mp4")


def job(title="The lamp"):
    return Job(
        id="20261125T100000-0000",
        source=Source(path=str(SOURCE), size=1, mtime_ns=1),
        options=Options(),
        created="2026-11-25T12:00:00+00:00",
        title=title,
    )


def path(template, form="md", **changes):
    options = OutputOptions(formats=(form,), output_template=template)
    return str(names.paths(SOURCE, options, job(**changes))[form])


def test_a_template_names_the_files():
    assert path("/notes/{date} {title}.{ext}") == "/notes/2026-11-25 The lamp.md"
    assert path("/notes/{name}/{id}.{ext}", "srt") == "/notes/monday/20261125T100000-0000.srt"
    assert path("/{title}.{ext}", title="") == "/monday.md"


def test_each_format_has_an_extension_of_its_own():
    options = OutputOptions(formats=tuple(FORMATS), output_template="/x.{ext}")
    found = names.paths(SOURCE, options, job())
    assert len(set(found.values())) == len(FORMATS)
    assert found["chapters.vtt"] != found["vtt"]


@pytest.mark.parametrize(
    ("template", "formats"), [("/{titel}.md", ("md",)), ("/{title.md", ("md",)), ("/{title}", ("md", "srt"))]
)
def test_a_wrong_template_is_refused(template, formats):
    with pytest.raises(UsageError):
        names.check_template(template, formats)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lamps: how they work", "Lamps- how they work"),
        ("../../etc/passwd", "etc-passwd"),
        ("/etc/passwd", "etc-passwd"),
        ("..", "untitled"),
        (".bashrc", "bashrc"),
        ("con", "con_"),
        ("a\x1b[31m\u202eb\nc", "a[31mb c"),
        ("{id}", "{id}"),
        ("\udcff", "untitled"),
    ],
)
def test_a_title_is_only_a_name(title, name):
    assert path("/notes/{title}", title=title) == f"/notes/{name}"


@given(st.text(max_size=300))
def test_no_title_leaves_the_folder_or_is_too_long(title):
    found = Path(path("/notes/{title}.{ext}", title=title))
    assert found.parent == Path("/notes")
    assert not found.name.startswith(".")
    assert len(found.name.encode()) < 255


def test_the_folder_is_the_part_before_the_first_field():
    options = OutputOptions(output_template="/notes/week {date}/{title}.md")
    assert names.folder_of(SOURCE, options) == Path("/notes")
