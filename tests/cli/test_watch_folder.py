"""`svs watch`: what comes into a folder is summarized once, when it is complete."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from svs.jobs import watch_folder
from svs.media.fingerprint import describe
from svs.model.job import Options

pytestmark = pytest.mark.slow

CAPTIONS = "1\n00:00:01,000 --> 00:00:04,000\nThe {} alone is weak, so a glass lens gathers its light.\n"
SETTLED = 0.2  # seconds


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Have files be complete after a moment, in this process."""
    monkeypatch.setattr(watch_folder, "_SETTLED", SETTLED)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def put(inbox):
    """Put a recording into the folder, as programs do that move it there when it is complete."""

    def put(name, said, folder=inbox):
        part = folder.parent / f"{name}.part"
        part.write_text(CAPTIONS.format(said))
        return part.rename(folder / name)

    return put


@pytest.fixture
def said():
    return []


@pytest.fixture
def watch(store, inbox, said):
    """Begin to watch; a second one is like the first after a restart."""

    def watch(*, once=False, recursive=False, **options):
        return watch_folder.jobs(
            store, inbox, Options(**options), said.append, recursive=recursive, once=once
        )

    return watch


def following(found):
    """Return the next jobs that are found, as soon as there are some."""
    return next(filter(None, found))


def test_all_that_is_there_and_comes_is_found_once(watch, put, store):
    put("lamp.srt", "lamp")
    found = watch()
    (lamp,) = following(found)
    put("wick.srt", "wick")
    (wick,) = following(found)
    put("copy of lamp.srt", "lamp")
    put("damp.srt", "damp")
    (damp,) = following(found)
    assert store.ids() == [damp, wick, lamp]
    assert [store.load(job_id).source.name for job_id in store.ids()] == ["damp.srt", "wick.srt", "lamp.srt"]


def test_a_job_that_was_queued_before_a_restart_is_found_again_and_an_ended_one_is_not(
    watch, put, store, svs
):
    put("lamp.srt", "lamp")
    first = [job_id for jobs in watch(once=True) for job_id in jobs]
    assert [job_id for jobs in watch(once=True) for job_id in jobs] == first == store.ids()
    svs("jobs", "resume", "--all")
    assert list(filter(None, watch(once=True))) == []
    svs("jobs", "rm", "last")
    assert list(filter(None, watch(once=True))) == []
    assert len(list(filter(None, watch(once=True, length="3")))) == 1


def test_a_job_that_was_made_just_before_svs_was_killed_is_not_made_again(watch, put, store):
    many = [put(f"{number:02}.srt", number) for number in range(12)]
    made = [store.create(describe(file), Options()).id for file in many]
    assert [job_id for jobs in watch(once=True) for job_id in jobs] == made


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who writes a file")
def test_a_recording_that_is_still_written_is_not_found(watch, put, inbox, said):
    late = inbox / "late.srt"
    with late.open("w") as writer:
        assert list(filter(None, watch(once=True))) == []
        assert said == [f"{late} is still being written"]
        found = watch()
        put("lamp.srt", "lamp")
        assert len(following(found)) == 1
        writer.write(CAPTIONS.format("late"))
    assert len(following(found)) == 1
    assert said[-1].endswith(f" queued: {late}")


def test_a_recording_that_grows_is_not_found(watch, inbox):
    growing = inbox / "growing.srt"
    found = watch()
    until = time.monotonic() + 4 * SETTLED
    while time.monotonic() < until:
        with growing.open("a") as writer:
            writer.write(CAPTIONS.format("lamp"))
        assert not next(found)
    assert len(following(found)) == 1


def test_a_folder_may_vanish_and_return(watch, put, inbox, said):
    put("lamp.srt", "lamp")
    found = watch()
    following(found)
    elsewhere = inbox.rename(inbox.with_name("elsewhere"))
    while not said[-1].endswith("it is watched again when it returns"):
        assert not next(found)
    put("wick.srt", "wick", elsewhere)
    elsewhere.rename(inbox)
    (wick,) = following(found)
    assert said[-1] == f"{wick} queued: {inbox / 'wick.srt'}"


def test_recordings_of_one_name_keep_their_files_apart(watch, put, inbox, store, tmp_path):
    for name in ("monday", "friday"):
        (inbox / name).mkdir()
        put("talk.srt", name, inbox / name)
    following(watch(recursive=True, formats=("md",), output_dir=str(tmp_path / "notes")))
    folders = {store.load(job_id).options.output_dir for job_id in store.ids()}
    assert folders == {str(tmp_path / "notes" / name) for name in ("monday", "friday")}


def test_once_prints_the_summaries_and_fails_when_one_cannot_be_made(svs, put, inbox, store):
    put("lamp.srt", "lamp")
    put("notes.txt", "notes")
    done = svs("watch", inbox, "--once", "--json", "-f", "md")
    assert (done.returncode, json.loads(done.stdout)["job_id"]) == (0, store.ids()[0])
    assert (inbox / "lamp.summary.md").exists()
    put("bad.mp4", "no")
    failed = svs("watch", inbox, "--once", "-f", "md")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.count("is not a recording") == 1
    again = svs("watch", inbox, "--once", "-f", "md")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert len(store.ids()) == 2


def test_a_folder_that_is_not_there_is_refused(svs, inbox, put, home):
    for wrong in (inbox / "none", put("lamp.srt", "lamp")):
        assert svs("watch", wrong).returncode == 3
    assert svs("watch", inbox, "--length", "nonsense").returncode == 2
    assert not (home / "jobs").exists()


def test_it_has_no_option_that_it_would_not_follow(svs, inbox):
    for option in ("--cluster=tcp://127.0.0.1:9", "--detach", "--embed=copy.mp4", "--open"):
        done = svs("watch", inbox, "--once", option)
        assert done.returncode == 2
        assert "No such option" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_ends_it_and_the_same_command_goes_on(svs_command, inbox, put, store):
    command = [svs_command, "watch", inbox, "--json", "--quiet"]
    put("lamp.srt", "lamp")
    for name in ("wick", "damp"):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            put(f"{name}.srt", name)
            while json.loads(process.stdout.readline())["source"] != str(inbox / f"{name}.srt"):
                pass
            process.send_signal(signal.SIGINT)
            assert "The same command goes on" in process.communicate()[1]
            assert process.returncode == 130
    assert [store.load(job_id).status for job_id in store.ids()] == ["done"] * 3
