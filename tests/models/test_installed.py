"""What counts as a model, and how models come and go without a network."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from svs.errors import InputError, MissingError, SvsError, UsageError
from svs.models import choice
from svs.models import installed as models
from svs.models.catalog import KNOWN
from svs.system.paths import models_home

FILES = {"config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json"}


@pytest.fixture
def folder(micro_whisper, tmp_path):
    """Return a copy of the micro model, to be damaged."""
    return shutil.copytree(micro_whisper, tmp_path / "mine")


def ready(folder):
    """Return the model as a recognizer gets it."""
    return models.ready(folder, pytest.fail)


def change(folder, file, change):
    """Change what a JSON file of a model says."""
    content = json.loads((folder / file).read_text())
    change(content)
    (folder / file).write_text(json.dumps(content))
    return folder


def make_multilingual(folder):
    """Give the vocabulary the empty token that multilingual ones have, in place of a token and its merge."""

    def replace(tokenizer):
        tokenizer["model"]["vocab"] |= {"": tokenizer["model"]["vocab"].pop("lac")}
        tokenizer["model"]["merges"].remove(["l", "ac"])

    change(folder, "tokenizer.json", replace)
    return change(folder, "vocabulary.json", lambda tokens: tokens.__setitem__(tokens.index("lac"), ""))


def make_larger(folder, factor):
    """Have the configuration say the same many times."""
    return change(folder, "config.json", lambda config: config["suppress_ids"].extend([1] * 100 * factor))


def names():
    return [model.name for model in models.installed()]


def test_nothing_is_installed_at_first(home):
    assert models.installed() == ()
    assert choice.best() is None
    assert list(home.iterdir()) == []


def test_add_takes_the_files_of_a_model_and_nothing_else(micro_whisper, folder):
    (folder / "README.md").write_text("Not needed.")
    added = models.add(folder, "micro")
    place = models_home() / "micro"
    assert added == models.Model("micro", place, added.bytes, multilingual=False, verified="no")
    assert {path.name for path in place.iterdir()} == FILES | {"SHA256SUMS"}
    assert added.bytes == sum((place / name).stat().st_size for name in FILES)
    assert (place / "model.bin").read_bytes() == (micro_whisper / "model.bin").read_bytes()
    for name in FILES - {"model.bin"}:  # written out
        assert json.loads((place / name).read_text()) == json.loads((micro_whisper / name).read_text())
    assert models.installed() == models.available() == (added,)


def test_the_sums_of_what_was_installed_are_kept_beside_it(folder):
    place = models.add(folder, "micro").folder
    checked = subprocess.check_output(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=place)
    assert len(checked.splitlines()) == len(FILES)


def test_what_is_installed_is_the_users_alone(folder):
    added = models.add(folder).folder
    assert added.name == "mine"
    assert {path.stat().st_mode & 0o777 for path in (added.parent.parent, added.parent, added)} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in added.iterdir()} == {0o600}


def test_a_model_is_never_overwritten(folder):
    before = models.add(folder, "micro")
    with pytest.raises(UsageError, match="already installed"):
        models.add(make_multilingual(folder), "micro")
    assert models.installed() == (before,)


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "-x", "a b", "x\n", ".."])
def test_names_that_are_none(folder, name):
    with pytest.raises(UsageError):
        models.add(folder, name)
    with pytest.raises(UsageError):
        models.remove(name)
    assert not models_home().exists()


@pytest.mark.parametrize("lost", sorted(FILES - {"preprocessor_config.json"}))
def test_an_incomplete_folder_is_no_model(folder, lost):
    (folder / lost).unlink()
    with pytest.raises(InputError, match=f"has no {lost}"):
        models.add(folder)
    with pytest.raises(MissingError, match=f"has no {lost}"):
        models.find(str(folder))
    with pytest.raises(MissingError, match=f"has no {lost}"):
        ready(folder)
    assert names() == []


@pytest.mark.parametrize("name", ["pytorch_model.pt", "model.safetensors", "modeling.py", "x.so", "more"])
def test_a_folder_with_more_than_a_model_is_refused(folder, name):
    (folder / name).mkdir() if name == "more" else (folder / name).touch()
    with pytest.raises(InputError, match=f"contains more than a model .{name}."):
        models.add(folder)
    with pytest.raises(MissingError, match=name):
        ready(folder)
    assert names() == []


def test_what_comes_into_an_installed_model_later_is_seen(folder):
    place = models.add(folder, "micro").folder
    (place / "modeling.py").touch()
    with pytest.raises(MissingError, match=r"modeling\.py") as failure:
        ready(place)
    assert "svs models rm micro" in failure.value.hint
    assert choice.best() is None


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="the folder does not exist"):
        models.add(tmp_path / "none")


def test_multilingual_is_what_the_recognizer_goes_by(folder):
    import ctranslate2

    def loaded():
        return ctranslate2.models.Whisper(str(folder)).is_multilingual

    assert ready(folder).multilingual is loaded() is False
    make_multilingual(folder)
    assert models.find(str(folder)).multilingual is loaded() is True
    listed = folder / "vocabulary.json"  # older models have the vocabulary as text
    tokens = json.loads(listed.read_text())
    (folder / "vocabulary.txt").write_text("\n".join(tokens).replace("\n\n", "\nlac\n") + "\n")
    assert ready(folder).multilingual is loaded() is True  # of two, the list is taken
    listed.unlink()
    assert models.find(str(folder)).multilingual is loaded() is False
    (folder / "vocabulary.txt").write_text("\n".join(tokens) + "\n")
    assert ready(folder).multilingual is loaded() is True
    assert not (models.add(folder, "many").folder / "vocabulary.txt").exists()
    assert models.find("many").multilingual


def test_find_knows_names_folders_and_second_names(folder):
    micro = models.add(folder, "micro")
    assert models.find("micro") == micro
    shutil.copytree(folder, models_home() / "large-v3")  # as an earlier svs had installed it
    assert models.find("large") == models.find("large-v3")
    assert models.find("large").verified == "no"
    assert models.find(str(folder)).folder == folder
    own = models.add(folder, "large")
    assert models.find("large") == own


def test_a_folder_is_never_taken_for_a_model_of_the_catalog(folder, monkeypatch):
    folder.rename(folder.parent / "small")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(MissingError):
        models.find("small")
    assert models.find("./small").name == "small"
    (folder.parent / "small").rename("mine")
    with pytest.raises(MissingError, match="no model named mine") as failure:
        models.find("mine")
    assert "write ./mine" in failure.value.hint


def test_what_is_not_there_says_how_to_get_it(folder):
    with pytest.raises(MissingError) as failure:
        models.find("turbo")
    assert failure.value.exit_code == 4
    assert "svs models download large-v3-turbo" in failure.value.hint
    models.add(folder, "micro")
    with pytest.raises(MissingError) as failure:
        models.find("micron")
    assert "Installed: micro." in failure.value.hint


def test_the_largest_is_the_best(folder):
    models.add(folder, "micro")
    assert choice.best(english=False) is None
    english = models.add(make_larger(folder, 2), "aa")
    assert choice.best() == english
    many = models.add(make_multilingual(folder), "zz")
    assert choice.best(english=False) == many
    assert choice.best() == english
    larger = models.add(make_larger(folder, 3), "zzz")
    assert choice.best() == choice.best(english=False) == larger


def test_remove(folder):
    models.add(folder, "micro")
    models.add(folder, "other")
    models.remove("micro")
    assert names() == ["other"]
    assert not list(models_home().glob(".micro*.rm"))
    with pytest.raises(MissingError):
        models.remove("micro")


def test_remove_leaves_alone_what_a_link_points_to(folder):
    models.add(folder, "other")
    (models_home() / "linked").symlink_to(folder)
    assert names() == ["linked", "other"]
    models.remove("linked")
    assert names() == ["other"]
    assert {path.name for path in folder.iterdir()} == FILES


def test_a_folder_is_not_believed_that_it_is_verified(folder):
    sums = {file: expected.sha256 for file, expected in KNOWN["base"].files.items()}
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {file}\n" for file, digest in sums.items()))
    assert models.add(folder, "micro").verified == "no"
    assert models.find(str(folder)).verified == "no"
    (models_home() / "linked").symlink_to(folder)
    assert models.find("linked").verified == "no"


def test_two_at_once_do_not_mix(folder):
    models.add(folder, "other")
    with (
        FileLock(models_home() / ".micro.lock"),
        pytest.raises(SvsError, match="another svs is installing micro"),
    ):
        models.add(folder, "micro")
    assert names() == ["other"]


def test_a_full_or_forbidden_disk_is_named(folder, home):
    (home / "models").write_text("a file where a folder should be")
    with pytest.raises(SvsError, match="cannot install a model") as failure:
        models.add(folder)
    assert failure.value.exit_code == 5


def test_a_models_name_on_the_hub_is_its_name_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert models.named("Systran/faster-whisper-base") == "base"
    assert models.named("systran/Faster-Whisper-tiny.en") == "tiny.en"
    assert models.named("base") == "base"
    (tmp_path / "Systran" / "faster-whisper-base").mkdir(parents=True)
    assert models.named("Systran/faster-whisper-base") == str(tmp_path / "Systran" / "faster-whisper-base")


def test_the_hubs_cache_folder_is_a_model(tmp_path, micro_whisper):
    """As huggingface_hub lays it out: links in a snapshot, and the files among the blobs."""
    cache = tmp_path / "models--Systran--faster-whisper-micro"
    snapshot = cache / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    (cache / "blobs").mkdir()
    for number, file in enumerate(micro_whisper.iterdir()):
        (cache / "blobs" / str(number)).write_bytes(file.read_bytes())
        (snapshot / file.name).symlink_to(Path("../../blobs") / str(number))
    assert models.named(str(cache)) == str(snapshot)
    assert models.find(models.named(str(cache))).folder == snapshot
    assert models.ready(snapshot, lambda _: None).folder == snapshot
