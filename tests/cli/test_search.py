"""`svs jobs search`, as a user runs it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from svs.errors import UsageError
from svs.events import Stage
from svs.model.job import Options, StageRecord
from svs.model.media import Source
from svs.model.speech import Batch, Chapter, Segment, Sentence, Summary
from svs.store import results
from svs.store import transcript as journal
from svs.store.search import search, spans
from svs.system.codec import encode

LIGHT = "A glass lens gathers its light."
BRIDGES = "Bridges of glass need no light at night."


def job(store, *said, title="Lighthouses", fingerprint="", suspect=False, summary=None, chapters=()):
    """Make a finished job in which these sentences were said, ten seconds apart."""
    source = Source(path=f"/videos/{title.encode('ascii', 'replace').decode()}.mp4", size=1, mtime_ns=1)
    made = store.create(replace(source, fingerprint=fingerprint), Options())
    store.save(replace(made, status="done", title=title))
    segments = tuple(Segment(n * 10.0, n * 10.0 + 4.0, text, suspect=suspect) for n, text in enumerate(said))
    header = journal.Header(key="k", engine="whisper", model="m", language="en", translated=False, offset=0.0)
    end = len(said) * 10.0
    journal.begin(store.folder(made.id) / results.TRANSCRIPT, header, [Batch(end, end, segments)]).close()
    chosen = tuple(Sentence(n * 10.0, n * 10.0 + 4.0, said[n]) for n in summary or ())
    record = Summary(method="auto", length="medium", sentences=chosen, chapters=tuple(chapters))
    (store.folder(made.id) / results.SUMMARY).write_bytes(encode(record))
    return made.id


def found(store, *words):
    return [(hit.where, hit.start, hit.text) for hit in search(store, words, pytest.fail)]


def test_lines_that_have_all_words_are_shown_newest_job_first(svs, store):
    older = job(store, "Nothing of it.", LIGHT)
    newer = job(store, BRIDGES, "Glass alone is not it.", title="Bridges")
    done = svs("jobs", "search", "LIGHT", "glass")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{newer}  0:00  {BRIDGES}\n{older}  0:10  {LIGHT}\n"


def test_nothing_found_is_exit_1_and_says_so(svs, store):
    job(store, LIGHT)
    done = svs("jobs", "search", "glass", "bridge")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no match for 'glass' and 'bridge'" in done.stderr


def test_each_line_of_json_is_a_hit(svs, store):
    job_id = job(store, LIGHT, BRIDGES, summary=[1])
    lines = svs("jobs", "search", "glass", "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "job_id": job_id,
            "title": "Lighthouses",
            "source": "/videos/Lighthouses.mp4",
            "where": where,
            "start": start,
            "end": start + 4.0,
            "text": text,
            "suspect": False,
        }
        for where, start, text in (("transcript", 0.0, LIGHT), ("summary", 10.0, BRIDGES))
    ]


def test_limit_shows_the_newest(svs, store):
    job(store, LIGHT)
    newer = job(store, BRIDGES)
    done = svs("jobs", "search", "glass", "--limit", "1")
    assert done.stdout == f"{newer}  0:00  {BRIDGES}\n"
    assert "--limit" in done.stderr


def test_a_terminal_shows_each_job_once_and_marks_the_words(store, svs, monkeypatch):
    job_id = job(store, LIGHT, BRIDGES)
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = svs("jobs", "search", "glass").stdout
    assert shown.count(job_id) == 1
    assert len(re.findall(r"\x1b\[1;31mglass\x1b\[0m", shown)) == 2
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.findall(r"\x1b\[[0-9;]*3[0-9]", svs("jobs", "search", "glass").stdout)


def test_damaged_jobs_are_reported_and_skipped(svs, store):
    whole, record, transcript = (job(store, LIGHT) for _ in range(3))
    strange = job(store, f"{LIGHT} \udcff")
    (store.folder(record) / "job.json").write_text("{")
    with (store.folder(transcript) / results.TRANSCRIPT).open("r+b") as file:
        file.write(b"{{{{")
    done = svs("jobs", "search", "glass")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{strange}  0:00  {LIGHT}",
        f"{whole}  0:00  {LIGHT}",
    ]
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert f"job {transcript} was not searched" in told[0]
    assert f"job {record} is damaged" in told[1]


def test_what_was_said_and_named_steers_no_terminal(svs, store, monkeypatch):
    evil = "The \x1b[31mglass\x07 \u202eis [red]here[/red]\u2028 it is."
    job(store, evil, title=f"{evil} \udcff")
    for forced in ("", "1"):
        monkeypatch.setenv("FORCE_COLOR", forced)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", svs("jobs", "search", "glass", "here").stdout)
        assert r"The \x1b[31mglass\x07 \u202eis [red]here[/red]" in shown
        assert not set("\x1b\x07\u202e\u2028") & set(shown)
    monkeypatch.delenv("FORCE_COLOR")
    assert "\x1b" not in svs("jobs", "search", "no\x1b[31m").stderr


def test_a_doubtful_line_says_so(svs, store):
    job_id = job(store, LIGHT, suspect=True)
    assert svs("jobs", "search", "glass").stdout == f"{job_id}  0:00  (?) {LIGHT}\n"


def test_case_and_accents_do_not_matter(store):
    job(store, "Das Café liegt überall, sagt ЁЛКА.", "Straße und e\u0301te\u0301.")
    for words in (["cafe", "UBERALL"], ["Über", "café"], ["елка"], ["ёлка"]):
        assert [start for _, start, _ in found(store, *words)] == [0.0], words
    for words in (["STRASSE"], ["été"], ["ete"]):
        assert [start for _, start, _ in found(store, *words)] == [10.0], words


def test_words_in_one_argument_are_a_phrase(store):
    job(store, LIGHT, "A lens of glass.")
    assert [text for *_, text in found(store, "glass  lens")] == [LIGHT]
    assert len(found(store, "glass", "lens")) == 2


def test_words_may_be_in_two_pieces_of_one_sentence(store):
    made = job(store, "x")
    pieces = (Segment(0.0, 2.0, "A glass"), Segment(2.0, 4.0, "lens gathers its light."))
    path = store.folder(made) / results.TRANSCRIPT
    header, _ = journal.read(path)
    journal.begin(path, header, [Batch(4.0, 4.0, pieces)]).close()
    assert found(store, "glass lens", "light") == [("transcript", 0.0, "A glass lens gathers its light.")]


def test_a_line_that_several_jobs_have_of_one_recording_is_found_once(store):
    job(store, LIGHT, fingerprint="same")
    newer = job(store, LIGHT, fingerprint="same")
    job(store, LIGHT, fingerprint="other")
    hits = list(search(store, ["glass"], pytest.fail))
    assert len(hits) == 2
    assert newer in {hit.job_id for hit in hits}


def test_a_transcript_that_several_jobs_have_is_read_once(store):
    older, newer = job(store, LIGHT, fingerprint="same"), job(store, LIGHT, fingerprint="same")
    stage = StageRecord(key="k", started=store.load(newer).created, finished=store.load(newer).created)
    for job_id in (older, newer):
        store.save(replace(store.load(job_id), stages={Stage.TRANSCRIBE: stage}))
    (store.folder(older) / results.TRANSCRIPT).write_text("damaged\n")
    assert len(found(store, "glass")) == 1
    (store.folder(newer) / results.TRANSCRIPT).unlink()
    skipped = []
    assert list(search(store, ["glass"], skipped.append)) == []
    assert older in skipped[0]


def test_chapters_are_found_by_their_titles(svs, store):
    chapter = Chapter(start=5.0, end=9.0, title="Glass and light")
    job_id = job(store, LIGHT, chapters=[chapter])
    assert found(store, "glass", "and") == [("chapter", 5.0, "Glass and light")]
    assert svs("jobs", "search", "glass and").stdout == f"{job_id}  0:05  [chapter] Glass and light\n"


def test_an_unfinished_job_is_searched_as_far_as_it_was_transcribed(store):
    made = job(store, LIGHT, BRIDGES)
    (store.folder(made) / results.SUMMARY).unlink()
    path = store.folder(made) / results.TRANSCRIPT
    path.write_bytes(path.read_bytes() + b'{"end": 30, "tot')
    assert len(found(store, "glass")) == 2


@pytest.mark.parametrize("words", [[""], ["glass", " \t"], ["\u0301"]])
def test_nothing_cannot_be_searched_for(store, words):
    with pytest.raises(UsageError, match="nothing to search for"):
        found(store, *words)


@given(st.text(max_size=30), st.integers(0, 29), st.integers(1, 5))
def test_a_mark_is_where_the_word_is(text, first, length):
    word = text[first : first + length]
    if not word.split() or word != " ".join(word.split()):
        return
    marks = spans(text, [word])
    assert all(0 <= start < end <= len(text) for start, end in marks)
    if word.isascii() and text.isascii():
        assert {text[start:end].lower() for start, end in marks} == {word.lower()}


def test_marks_cover_letters_that_become_two():
    assert spans("Große Straße", ["SS"]) == [(3, 4), (10, 11)]
    assert spans("cafe\u0301 café", ["cafe"]) == [(0, 4), (6, 10)]


def test_the_store_may_be_missing(svs):
    assert svs("jobs", "search", "glass").returncode == 1
    assert not Path("jobs").exists()
