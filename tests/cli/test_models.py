"""`svs models` as a user meets it."""

import json

import pytest

from svs.system.paths import models_home


@pytest.fixture
def installed(svs, micro_whisper):
    done = svs("models", "add", micro_whisper, "--name", "micro-model-with-a-rather-long-name")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{models_home() / 'micro-model-with-a-rather-long-name'}\n"
    assert "is installed. It is not a known model, so it is not verified." in done.stderr
    return "micro-model-with-a-rather-long-name"


def test_the_list_has_sizes_languages_and_what_is_installed(svs, installed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    done = svs("models", "list")
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["NAME"] == ["SIZE", "LANGUAGES", "INSTALLED", "VERIFIED", "NOTE"]
    assert rows["small"] == ["486", "MB", "99", "languages", "recommended"]
    assert rows["tiny.en"] == ["78", "MB", "English"]
    assert rows[installed] == ["3", "MB", "English", "yes", "no", "used"]
    assert done.stderr == ""


def test_the_list_for_programs(svs, installed):
    rows = {row["name"]: row for row in json.loads(svs("models", "list", "--json").stdout)}
    assert rows["small"] == {
        "name": "small",
        "megabytes": 486,
        "multilingual": True,
        "recommended": True,
        "used": False,
        "folder": None,
        "verified": None,
        "packages": [],
    }
    assert rows[installed]["folder"] == str(models_home() / installed)
    assert rows[installed]["verified"] == "no"


def test_path(svs, installed):
    assert svs("models", "path").stdout == f"{models_home()}\n"
    assert svs("models", "path", installed).stdout == f"{models_home() / installed}\n"
    missing = svs("models", "path", "small")
    assert (missing.returncode, missing.stdout) == (4, "")
    assert "svs models download small" in missing.stderr


def test_rm(svs, installed):
    done = svs("models", "rm", installed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{installed} was removed.\n")
    assert svs("models", "rm", installed).returncode == 4


def test_a_folder_that_is_no_model(svs, tmp_path):
    done = svs("models", "add", tmp_path)
    assert done.returncode == 3
    assert "has no config.json, model.bin, tokenizer.json, vocabulary.json" in done.stderr
    assert done.stderr.count("\n") == 2


def test_a_download_without_a_network(svs):
    done = svs("models", "download", "tiny")
    assert (done.returncode, done.stdout) == (1, "")
    assert "svs models add FOLDER" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_download_of_what_does_not_exist(svs):
    done = svs("models", "download", "\x1b[31mred")
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "large-v3-turbo" in done.stderr


def test_a_model_that_is_chosen_is_taken_until_svs_chooses_again(svs, installed, micro_whisper, tmp_path):
    svs("models", "add", micro_whisper, "--name", "another")
    assert svs("models", "use", "another").returncode == 0
    assert used(svs) == "another"
    assert svs("models", "use", "no-such-model").returncode == 4
    assert used(svs) == "another"
    svs("models", "rm", "another")
    assert used(svs) == installed
    assert svs("models", "use", "auto").returncode == 0


def used(svs):
    (name,) = [row["name"] for row in json.loads(svs("models", "list", "--json").stdout) if row["used"]]
    return name
