"""Which models there are, what counts as one, and how they come and go without a network."""

import json
import shutil

import pytest
from filelock import FileLock

from svs.engines import models
from svs.errors import InputError, MissingError, SvsError, UsageError
from svs.paths import models_home

FILES = {"config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json"}


@pytest.fixture
def folder(micro_whisper, tmp_path):
    """Return a copy of the tiny model, to be spoilt."""
    return shutil.copytree(micro_whisper, tmp_path / "mine")


def make_multilingual(folder):
    """Give the vocabulary the empty token that multilingual ones have, in place of an unused one."""
    file = folder / "vocabulary.json"
    tokens = json.loads(file.read_text())
    tokens[-1] = ""
    file.write_text(json.dumps(tokens))
    return folder


def names():
    return [model.name for model in models.installed()]


def test_the_catalog_is_that_of_faster_whisper():
    from faster_whisper.utils import _MODELS

    repos = {model.name: model.repo for model in models.CATALOG}
    ours = repos | {alias: repos[name] for alias, name in models.ALIASES.items()}
    assert ours == _MODELS


def test_english_only_models_are_told_apart():
    english = {model.name for model in models.CATALOG if not model.multilingual}
    assert english == {
        m.name for m in models.CATALOG if m.name.endswith(".en") or m.name.startswith("distil")
    }


def test_nothing_is_installed_at_first(home):
    assert models.installed() == ()
    assert models.best() is None
    assert list(home.iterdir()) == []


def test_add_copies_the_models_own_files_and_nothing_else(micro_whisper, folder):
    (folder / "README.md").write_text("Not needed.")
    added = models.add(folder, "micro")
    assert added == models.InstalledModel("micro", models_home() / "micro", added.bytes, multilingual=False)
    assert added.bytes == sum((micro_whisper / name).stat().st_size for name in FILES)
    assert {path.name for path in added.folder.iterdir()} == FILES
    assert all((added.folder / name).read_bytes() == (micro_whisper / name).read_bytes() for name in FILES)
    assert models.installed() == (added,)


def test_what_is_installed_is_the_users_alone(folder):
    added = models.add(folder).folder
    assert added.name == "mine"
    assert {path.stat().st_mode & 0o777 for path in (added.parent.parent, added.parent, added)} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in added.iterdir()} == {0o600}


def test_a_model_is_never_overwritten(folder):
    before = models.add(folder, "micro")
    with pytest.raises(UsageError, match="installed already"):
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
    assert names() == []


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("model.bin", b"\x80\x04\x95 a pickle, not a model", "not a Whisper model in CTranslate2's form"),
        ("vocabulary.json", b"[1,", "vocabulary is damaged"),
        ("vocabulary.json", b"7", "vocabulary is damaged"),
        ("vocabulary.json", b"\xff", "vocabulary is damaged"),
        ("vocabulary.json", b"[" * 100_000, "vocabulary is damaged"),
    ],
)
def test_damaged_files_are_no_model(folder, file, content, complaint):
    (folder / file).write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        models.add(folder)
    with pytest.raises(MissingError, match=complaint):
        models.find(str(folder))


@pytest.mark.parametrize("name", ["pytorch_model.pt", "weights.PKL", "modeling.py", "x.so"])
def test_a_folder_with_code_is_refused(folder, name):
    (folder / name).touch()
    with pytest.raises(InputError, match=name):
        models.add(folder)
    assert names() == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        models.add(tmp_path / "none")


def test_multilingual_is_what_the_recognizer_goes_by(folder):
    import ctranslate2

    def loaded():
        return ctranslate2.models.Whisper(str(folder)).is_multilingual

    assert models.find(str(folder)).multilingual is loaded() is False
    make_multilingual(folder)
    assert models.find(str(folder)).multilingual is loaded() is True
    listed = folder / "vocabulary.json"  # older models have the vocabulary as text
    tokens = json.loads(listed.read_text())
    listed.unlink()
    (folder / "vocabulary.txt").write_text("\n".join(tokens) + "\n")
    assert models.find(str(folder)).multilingual is loaded() is True
    (folder / "vocabulary.txt").write_text("\n".join([*tokens[:-1], "zz"]) + "\n")
    assert models.find(str(folder)).multilingual is loaded() is False


def test_find_knows_names_folders_and_second_names(folder):
    micro, large = models.add(folder, "micro"), models.add(folder, "large-v3")
    assert models.find("micro") == micro
    assert models.find("large") == large
    assert models.find(str(folder)).folder == folder
    own = models.add(folder, "large")
    assert models.find("large") == own


def test_a_folder_never_stands_in_for_a_model_of_the_catalog(folder, monkeypatch):
    folder.rename(folder.parent / "small")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(MissingError):
        models.find("small")
    assert models.find("./small").name == "small"


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
    micro = models.add(folder, "micro")
    with (make_multilingual(folder) / "tokenizer.json").open("a") as file:
        file.write(" " * 99_999)
    assert models.best(english=False) is None
    many = models.add(folder, "zz")
    assert models.best() == models.best(english=False) == many
    with (folder / "tokenizer.json").open("a") as file:
        file.write(" " * 99_999)
    shutil.copy(micro.folder / "vocabulary.json", folder)
    english = models.add(folder, "aa")
    assert models.best() == english
    assert models.best(english=False) == many


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
