"""The known models: what svs says of them, and what it takes a model's files for."""

import re

import pytest

from svs.models.catalog import ALIASES, CATALOG, FILES, KNOWN, NEEDED, WEIGHTS, is_pinned, verified


def sums(name):
    return {file: expected.sha256 for file, expected in KNOWN[name].files.items()}


def test_the_catalog_is_that_of_faster_whisper():
    from faster_whisper.utils import _MODELS

    repos = {model.name: model.repo for model in CATALOG}
    ours = repos | {alias: repos[name] for alias, name in ALIASES.items()}
    assert ours == _MODELS


def test_english_only_models_are_marked():
    english = {model.name for model in CATALOG if not model.multilingual}
    assert english == {m.name for m in CATALOG if m.name.endswith(".en") or m.name.startswith("distil")}


@pytest.mark.parametrize("model", CATALOG, ids=lambda model: model.name)
def test_a_known_model_has_a_revision_and_the_files_it_needs(model):
    assert re.fullmatch("[0-9a-f]{40}", model.revision)
    if model.files:
        assert set(NEEDED) < set(model.files) < set(FILES)
        assert model.megabytes == round(sum(file.bytes for file in model.files.values()) / 1e6)
        assert all(re.fullmatch("([0-9a-f]{64})?", file.sha256) for file in model.files.values())
        assert model.files[WEIGHTS].sha256


def test_no_two_known_models_have_the_same_weights():
    weights = [sums(model.name)[WEIGHTS] for model in CATALOG if model.files]
    assert len(weights) == len(set(weights)) == len(CATALOG) - 1


def test_verified_is_what_has_all_the_sums_of_one_model():
    assert verified(sums("base")) == "yes"
    assert verified(sums("base") | {"config.json": "0" * 64}) == "weights"
    assert verified(sums("base") | {"preprocessor_config.json": "0" * 64}) == "weights"
    assert verified(sums("base") | {WEIGHTS: sums("tiny")[WEIGHTS]}) == "weights"
    assert verified(sums("base") | {WEIGHTS: "0" * 64}) == "no"
    assert verified({}) == "no"


def test_weights_are_all_that_counts_where_a_file_is_not_pinned():
    assert verified(sums("large-v1") | {"config.json": "0" * 64}) == "weights"


def test_pinned_are_the_small_files_of_one_model_with_weights_of_its_size():
    small = {name: digest for name, digest in sums("base").items() if name != WEIGHTS}
    size = KNOWN["base"].files[WEIGHTS].bytes
    assert is_pinned(small, size)
    assert not is_pinned(small, size - 1)
    assert not is_pinned(small | {"config.json": sums("tiny")["config.json"]}, size)
