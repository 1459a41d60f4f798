"""Crafted models: each ends as an error that says what is wrong, whichever way it takes to a recognizer."""

import json
import shutil
import sys

import pytest
import tokenizers

from svs import engines
from svs.errors import MissingError
from svs.media.fingerprint import describe
from svs.model.job import Options
from svs.models import contents
from svs.pipeline.run import run
from svs.store.jobs import JobStore
from svs.system.paths import jobs_home, models_home

CHARSMAP = {"type": "Precompiled", "precompiled_charsmap": "AAAA"}
ATTACKS = {
    "an id beyond the vocabulary": ("config.json", "suppress_ids_begin", [2**31 - 1]),
    "a huge number of frequencies": ("preprocessor_config.json", "feature_size", 10**9),
    "a panic in the tokenizer": ("tokenizer.json", "normalizer", CHARSMAP),
    "a token that is another": (
        "tokenizer.json",
        "added_tokens",
        [{"id": 2**31, "content": "<|endoftext|>"}],
    ),
}


def craft(folder, attack):
    file, key, value = attack
    content = json.loads((folder / file).read_text()) | {key: value}
    (folder / file).write_text(json.dumps(content))


@pytest.fixture
def folder(micro_whisper, tmp_path):
    return shutil.copytree(micro_whisper, tmp_path / "mine")


@pytest.fixture
def job(talk_video, home):
    """Return a store, and what makes a job in it."""
    store = JobStore(jobs_home())
    return store, lambda model=None: store.create(describe(talk_video), Options(model=model, end=6.0))


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_crafted_folder_is_refused_and_the_job_has_failed(svs, talk_video, folder, attack):
    craft(folder, attack)
    done = svs("summarize", talk_video, "--model", "./mine", "--end", "6")
    assert (done.returncode, done.stdout) == (4, "")
    assert f"{folder} cannot be used: its {attack[0]}" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(svs("jobs", "show", "last", "--json").stdout)["status"] == "failed"


def test_a_model_that_was_crafted_after_it_was_installed_is_not_used(with_model, job):
    craft(models_home() / "micro", ATTACKS["an id beyond the vocabulary"])
    store, create = job
    made = create()
    with pytest.raises(MissingError, match="micro cannot be used") as failure:
        run(made, store)
    assert "svs models rm micro" in failure.value.hint
    assert (store.load(made.id).status, store.load(made.id).error.exit_code) == ("failed", 4)


def test_a_model_that_was_crafted_after_the_job_began_is_not_used(folder, job, monkeypatch):
    store, create = job
    made = create(str(folder))
    with monkeypatch.context() as patch:
        patch.setattr(engines, "load", lambda *arguments: sys.exit(1))  # it is killed here
        with pytest.raises(SystemExit):
            run(made, store)
    craft(folder, ATTACKS["an id beyond the vocabulary"])
    with pytest.raises(MissingError, match="mine cannot be used"):
        run(store.load(made.id), store)
    assert store.load(made.id).status == "failed"


def test_a_panic_that_was_not_foreseen_is_an_error_of_the_job(folder, job, monkeypatch):
    craft(folder, ATTACKS["a panic in the tokenizer"])
    with pytest.raises(BaseException, match="precompiled_charsmap") as panic:
        tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    assert not isinstance(panic.value, Exception)
    monkeypatch.setattr(contents, "check", lambda folder: None)  # as if it were not seen
    store, create = job
    made = create(str(folder))
    with pytest.raises(MissingError, match="a library failed on its files"):
        run(made, store)
    assert (store.load(made.id).status, store.load(made.id).error.exit_code) == ("failed", 4)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), ValueError("other")])
def test_what_is_no_panic_passes(error):
    with pytest.raises(type(error)), engines.panics_as_errors():
        raise error


def test_a_folder_of_the_name_of_a_model_is_not_taken(svs, talk_video, folder):
    folder.rename(folder.parent / "small")
    done = svs("summarize", talk_video, "--model", "small", "--end", "6")
    assert done.returncode == 4
    assert "svs models download small" in done.stderr
    assert svs("summarize", talk_video, "--model", "./small", "--end", "12").returncode == 0
