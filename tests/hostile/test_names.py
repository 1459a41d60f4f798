"""A file's name is only a name: wherever it is shown, and whatever it looks like."""

import json
import os
import shutil

import pytest

from svs.cli.errors import print_error
from svs.errors import InputError
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.model.media import Source
from svs.pipeline.run import run
from svs.store.jobs import JobStore
from svs.ui.output import visible

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names that POSIX allows")
CUE = "1\n00:00:01,000 --> 00:00:03,000\nA glass lens gathers its light.\n"
NAMES = [
    "-y.mkv",
    "--help.mkv",
    "http:127.0.0.1:9?x.mkv",
    "concat:a|b.mkv",
    "file:talk.mkv",
    "pipe:0.mkv",
    "data:,x.mkv",
    "two\nlines.mkv",
    "tab\there.mkv",
    "esc\x1b[2J\x1b]0;pwned\x07.mkv",
    "c1\x9b2J.mkv",
    "\x7fdelete.mkv",
    "\u202egnp.mkv",
    "\u2066isolated\u2069.mkv",
    "\u2028separated.mkv",
    "[/].mkv",
    "[bold]x[/bold].mkv",
    "[link=file:x]y[link].mkv",
    os.fsdecode(b"\xff\xfe.mkv"),
    "n" * 251 + ".mkv",
    "\u7bc7" * 83 + ".mkv",
    "%d%03d%s%n.mkv",
    "{0}{x!r}.mkv",
    "dots...mkv",
    " spaces .mkv",
    "'\"$(touch pwned)`touch pwned`;touch pwned.mkv",
    "last.mkv",
    "20261123T000000-0000.mkv",
    "=1+1.mkv",
    "*?[!a].mkv",
    "<script>alert(1)<script>.mkv",
    "back\\slash\\x1b.mkv",
]


SHOWN = (
    "-y.mkv",
    "two\nlines.mkv",
    "esc\x1b[2J\x1b]0;pwned\x07.mkv",
    "[bold]x[/bold].mkv",
    os.fsdecode(b"\xff\xfe.mkv"),
)
"""Names to be shown with a recording's summary, not only in a list of many."""


@pytest.mark.slow
@pytest.mark.parametrize("names", [*((name,) for name in SHOWN), NAMES], ids=ascii)
def test_a_name_is_shown_and_does_nothing(on_terminal, assert_harmless, silent, tmp_path, names):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(silent, tmp_path / name)
        (tmp_path / name).with_suffix(".srt").write_text(CUE)
    before = set(tmp_path.rglob("*"))
    code, shown = on_terminal("summarize", "-f", "md,txt,html,json,srt,vtt,tsv", "-o", "out", "--", *names)
    assert code == 0, shown
    assert_harmless(shown, drawn=True)
    files = [file for file in tmp_path.rglob("*") if file not in before | {tmp_path / "out"}]
    assert {file.parent for file in files} <= {tmp_path / "out"}
    assert len(files) == 7 * len(names)
    for file in files:
        assert_harmless(file.read_text(encoding="utf-8"))


def test_a_list_shows_names_and_they_do_nothing(on_terminal, svs, assert_harmless, home, tmp_path):
    store = JobStore(home / "jobs")
    jobs = [store.create(Source(path=f"{tmp_path}/{name}", size=1, mtime_ns=1), Options()) for name in NAMES]
    for arguments in (["jobs", "list", "--all"], ["jobs", "show", jobs[9].id], ["jobs", "show", jobs[15].id]):
        code, shown = on_terminal(*arguments)
        assert code == 0
        assert_harmless(shown, drawn=True)
        assert_harmless(svs(*arguments).stdout)
    listed = svs("jobs", "list", "--all", "--json").stdout
    assert listed.isascii()
    assert {job["source"] for job in json.loads(listed)} == {f"{tmp_path}/{name}" for name in NAMES}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_error_names_the_file_and_nothing_else_happens(
    assert_harmless, capsys, silent, with_model, home, tmp_path, name
):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    shutil.copy(silent, tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    store = JobStore(home / "jobs")
    job = store.create(describe(tmp_path / name), Options(track="7"))
    with pytest.raises(InputError) as caught:
        run(job, store)
    print_error(caught.value)
    said = capsys.readouterr().err
    assert_harmless(said)
    assert f"{' '.join(visible(name).split())} has no audio track 7" in said
    assert len(said.splitlines()) <= 3
    assert sorted(tmp_path.rglob("*")) == before


def test_names_that_end_up_as_arguments_are_shown_harmlessly(on_terminal, assert_harmless):
    evil = "\x1b]0;pwned\x07\x9b2J\u202e.mkv"
    for arguments in (
        ["summarize", "a", evil],
        ["jobs", evil],
        ["jobs", "show", evil],
        [evil],
        ["models", "add", evil],
    ):
        code, shown = on_terminal(*arguments)
        assert code
        assert_harmless(shown, drawn=True)


def test_a_traceback_shows_names_harmlessly(on_terminal, assert_harmless):
    code, shown = on_terminal("summarize", "--debug", "gone\x1b[2J\x9b\u202e.mkv")
    assert code == 3
    assert "InputError" in shown
    assert_harmless(shown, drawn=True)
