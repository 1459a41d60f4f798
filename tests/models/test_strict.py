"""What is read of a model's files: nothing that Whisper does not have, and no id that does not exist."""

import json
import os
import shutil

import pytest

from svs.models.installed import ready
from svs.models.strict import read
from svs.models.weights import Shapes, read_shapes
from svs.system.paths import models_home

BEYOND = 2110  # the first id that the micro model does not have


@pytest.fixture
def folder(micro_whisper, tmp_path):
    """Return a copy of the micro model, to be damaged."""
    return shutil.copytree(micro_whisper, tmp_path / "mine")


def change(folder, file, *path, to):
    """Change one value in a JSON file of a model."""
    content = inner = json.loads((folder / file).read_text())
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    (folder / file).write_text(json.dumps(content))


TEMPLATE = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}
TEXT = {"Sequence": {"id": "A", "type_id": 0}}
TOKEN = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
CRAFTED = [
    ("config.json", ("suppress_ids_begin",), [BEYOND], "names tokens that are not in its vocabulary"),
    ("config.json", ("suppress_ids_begin",), [2**31 - 1], "names tokens that are not in its vocabulary"),
    ("config.json", ("suppress_ids_begin",), [2**64], "names tokens that are not in its vocabulary"),
    ("config.json", ("suppress_ids_begin",), [-50_000_000], "not Whisper's"),
    ("config.json", ("suppress_ids_begin",), [1.5], "not Whisper's"),
    ("config.json", ("suppress_ids",), [1, 90_000_000], "names tokens that are not in its vocabulary"),
    ("config.json", ("lang_ids",), [90_000_000], "names tokens that are not in its vocabulary"),
    ("config.json", ("alignment_heads",), [[2, 0]], "names layers that are not in its model.bin"),
    ("config.json", ("alignment_heads",), [[0, 4]], "names layers that are not in its model.bin"),
    ("config.json", ("alignment_heads",), [[0]], "not Whisper's"),
    ("config.json", ("quantization",), "int8", "not Whisper's: .*unknown field `quantization`"),
    ("preprocessor_config.json", ("feature_size",), 10**9, "not Whisper's"),
    ("preprocessor_config.json", ("feature_size",), 128, "does not match its model.bin"),
    ("preprocessor_config.json", ("n_fft",), 2**40, "not Whisper's"),
    ("preprocessor_config.json", ("hop_length",), 0, "not Whisper's"),
    ("preprocessor_config.json", ("sampling_rate",), 16000.0, "not Whisper's"),
    ("preprocessor_config.json", ("auto_map",), {}, "not Whisper's: .*unknown field `auto_map`"),
    ("tokenizer.json", ("added_tokens", 1, "id"), BEYOND, "does not match its vocabulary"),
    ("tokenizer.json", ("added_tokens", 1, "id"), 90_000_000, "does not match its vocabulary"),
    ("tokenizer.json", ("added_tokens", 1, "id"), 600, "does not match its vocabulary"),
    ("tokenizer.json", ("added_tokens", 1, "content"), "<|x|>", "does not match its vocabulary"),
    (
        "tokenizer.json",
        ("added_tokens", 1),
        {**TOKEN, "id": 1, "content": '"'},
        "has no <|startoftranscript|>",
    ),
    ("tokenizer.json", ("added_tokens", 1), {"id": 601, "content": "<|startoftranscript|>"}, "not Whisper's"),
    ("tokenizer.json", ("model", "vocab", "!"), 2**32 - 1, "does not match its vocabulary"),
    ("tokenizer.json", ("model", "vocab", "new"), 1, "does not match its vocabulary"),
    ("tokenizer.json", ("model", "merges", 0), ["Ġ", "zzz"], "joins tokens that are not in it"),
    ("tokenizer.json", ("model", "merges", 0), "Ġ zzz", "joins tokens that are not in it"),
    ("tokenizer.json", ("model", "type"), "Unigram", "not Whisper's"),
    ("tokenizer.json", ("model", "dropout"), 5, "not Whisper's"),
    ("tokenizer.json", ("model", "unk_token"), "<unk>", "its unk_token is not in it"),
    ("tokenizer.json", ("model", "end_of_word_suffix"), "x" * 1000, "not Whisper's"),
    (
        "tokenizer.json",
        ("normalizer",),
        {"type": "Precompiled", "precompiled_charsmap": "AAAA"},
        "not Whisper's",
    ),
    (
        "tokenizer.json",
        ("pre_tokenizer",),
        {"type": "Split", "pattern": {"Regex": "(a+)+$"}},
        "not Whisper's",
    ),
    ("tokenizer.json", ("truncation",), {"max_length": 1, "stride": 5}, "not Whisper's"),
    ("tokenizer.json", ("version",), "2.0", "not Whisper's"),
    ("tokenizer.json", ("post_processor",), {"type": "TemplateProcessing"}, "post_processor is different"),
    (
        "tokenizer.json",
        ("post_processor",),
        {"type": "TemplateProcessing", "single": [TEMPLATE]},
        "post_processor is different",
    ),
    (
        "tokenizer.json",
        ("post_processor",),
        {"type": "TemplateProcessing", "single": [TEXT] * 1000},
        "post_processor is different",
    ),
]


@pytest.mark.parametrize(("file", "path", "value", "complaint"), CRAFTED)
def test_crafted_values_are_refused(folder, file, path, value, complaint):
    change(folder, file, *path, to=value)
    with pytest.raises(ValueError, match=complaint):
        read(folder)


@pytest.mark.parametrize(
    "file", ["config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.json"]
)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"7",
        b"{",
        b"null",
        b"\xff\xfe",
        b'["\\ud800"]',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b" " * 20_000_001,
    ],
    ids=["empty", "number", "torn", "null", "bytes", "surrogate", "deep-list", "deep-object", "large"],
)
def test_what_is_no_json_of_that_kind_is_refused(folder, file, content):
    (folder / file).write_bytes(content)
    with pytest.raises(ValueError, match=f"its {file}"):
        read(folder)


def test_a_nested_value_is_refused_and_not_followed(folder):
    (folder / "tokenizer.json").write_text(
        (folder / "tokenizer.json").read_text().replace("null", '{"a":' * 50_000 + "1" + "}" * 50_000, 1)
    )
    with pytest.raises(ValueError, match=r"its tokenizer\.json is not Whisper's"):
        read(folder)


def test_a_complaint_about_a_long_name_is_short(folder):
    change(folder, "config.json", "x" * 1_000_000, to=1)
    with pytest.raises(ValueError, match="unknown field") as failure:
        read(folder)
    assert len(str(failure.value)) < 300


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes by name")
@pytest.mark.parametrize(
    "file", ["config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.txt"]
)
def test_a_pipe_is_not_waited_for(folder, file):
    if file == "vocabulary.txt":
        (folder / "vocabulary.json").unlink()
    (folder / file).unlink(missing_ok=True)
    os.mkfifo(folder / file)
    with pytest.raises(ValueError, match=f"it has no {file}"):
        read(folder)


@pytest.mark.parametrize(
    ("tokens", "complaint"),
    [
        (lambda tokens: tokens[:1000], "does not match its model.bin"),
        (lambda tokens: tokens + [f"x{i}" for i in range(5000)], "does not match its model.bin"),
        (lambda tokens: ["#", *tokens[1:]], "is duplicate"),
        (lambda tokens: ["!\r", *tokens[1:]], "or invalid"),
        (lambda tokens: ["x" * 2000, *tokens[1:]], "its vocabulary.json is not Whisper's"),
        (lambda tokens: [*tokens[:-1], "<|30.02|>"], "does not end with the times"),
        (lambda tokens: [*tokens[:608], "<|x|>", *tokens[609:]], "does not end with the times"),
        (lambda tokens: [*tokens[:600], "<|x|>", *tokens[601:]], "special tokens are missing"),
        (lambda tokens: [*tokens[:607], "<|x|>", *tokens[608:]], "special tokens are missing"),
    ],
)
def test_another_vocabulary_is_refused(folder, tokens, complaint):
    (folder / "vocabulary.json").write_text(
        json.dumps(tokens(json.loads((folder / "vocabulary.json").read_text())))
    )
    with pytest.raises(ValueError, match=complaint):
        read(folder)


def test_what_was_read_is_written_out(folder):
    before = read(folder)
    (folder / "config.json").write_text(
        '{"suppress_ids": [7],' + (folder / "config.json").read_text().lstrip("{")
    )
    change(folder, "preprocessor_config.json", "mel_filters", to=[[0.5]])
    post = {
        "type": "TemplateProcessing",
        "single": [TEMPLATE, TEXT],
        "pair": [],
        "special_tokens": {"x": "y"},
    }
    change(folder, "tokenizer.json", "post_processor", to=post)
    assert read(folder) == before
    for name, data in before.items():
        (folder / name).write_bytes(data)
    assert read(folder) == before
    assert ready(folder, pytest.fail).folder == folder


@pytest.mark.parametrize(
    ("name", "tokens", "layers", "heads"), [("tiny.en", 51864, 4, 6), ("base", 51865, 6, 8)]
)
def test_real_models_are_read(carried, name, tokens, layers, heads):
    model = ready(models_home() / name, lambda line: None)
    assert read_shapes(model.folder / "model.bin") == Shapes(tokens, 80, layers, heads)
    written = read(model.folder)
    config = json.loads((model.folder / "config.json").read_text())
    assert json.loads(written["config.json"]) == config
    before = json.loads((model.folder / "tokenizer.json").read_text())
    assert json.loads(written["tokenizer.json"])["model"].items() >= before["model"].items()
    assert len(json.loads(written["vocabulary.json"])) == tokens
