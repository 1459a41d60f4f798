"""A strict parser for the small files of a model: known keys, values that Whisper has, ids that exist.

C++ and Rust libraries trust these files: an id beyond the vocabulary is a write out of bounds, a huge number
of frequencies hangs, a normalizer can panic. The parsed content is written to a new file, never the original.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from svs.models.catalog import VOCABULARIES, WEIGHTS
from svs.models.weights import Shapes, read_shapes

LARGEST = 20_000_000
"""The most bytes of one of these files; Whisper's have three million."""
_MAX_TOKEN = 1_000  # characters of a token
_EMPTY = ""
"""Only multilingual vocabularies have the empty token; CTranslate2 checks it too."""
_TIMES = tuple(f"<|{step / 50:.2f}|>" for step in range(1501))
_SPECIAL = ("<|endoftext|>", "<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startofprev|>")
_NO_SPEECH = ("<|nospeech|>", "<|nocaptions|>")  # one of them

_Id = Annotated[int, Meta(ge=0)]
_Token = Annotated[str, Meta(max_length=_MAX_TOKEN)]
T = TypeVar("T")


class _Config(Struct, forbid_unknown_fields=True):
    suppress_ids: list[_Id]
    suppress_ids_begin: list[_Id]
    alignment_heads: list[tuple[_Id, _Id]] = []
    lang_ids: list[_Id] = []


class _Preprocessor(Struct, forbid_unknown_fields=True):
    """The parameters of Whisper's features; the other keys are not needed, and left out."""

    feature_size: Literal[80, 128] = 80
    sampling_rate: Literal[16000] = 16000
    hop_length: Literal[160] = 160
    chunk_length: Literal[30] = 30
    n_fft: Literal[400] = 400


class _PreprocessorFile(_Preprocessor):
    """The other keys of Whisper's own file."""

    dither: float = 0.0
    feature_extractor_type: str = ""
    mel_filters: list[list[float]] = []
    n_samples: int = 0
    nb_max_frames: int = 0
    padding_side: str = ""
    padding_value: float = 0.0
    processor_class: str = ""
    return_attention_mask: bool = False


class _AddedToken(Struct, forbid_unknown_fields=True):
    id: _Id
    content: Annotated[str, Meta(min_length=1, max_length=_MAX_TOKEN)]
    single_word: bool
    lstrip: bool
    rstrip: bool
    normalized: bool
    special: bool


class _ByteLevel(Struct, forbid_unknown_fields=True, tag="ByteLevel"):
    add_prefix_space: bool
    trim_offsets: bool
    use_regex: bool = True


class _BytePairs(Struct, forbid_unknown_fields=True, tag="BPE"):
    vocab: dict[_Token, _Id]
    merges: list[str | tuple[str, str]]
    dropout: None = None
    unk_token: str | None = None
    continuing_subword_prefix: Literal[""] | None = None
    end_of_word_suffix: Literal[""] | None = None
    fuse_unk: bool = False
    byte_fallback: bool = False
    ignore_merges: bool = False


class _Tokenizer(Struct, forbid_unknown_fields=True):
    version: Literal["1.0"]
    added_tokens: list[_AddedToken]
    pre_tokenizer: _ByteLevel
    decoder: _ByteLevel
    model: _BytePairs
    truncation: None = None
    padding: None = None
    normalizer: None = None
    post_processor: dict[str, Any] | None = None


def read(folder: Path) -> dict[str, bytes]:
    """Return the small files of a model to be written. Raises ValueError if one is not Whisper's."""
    shapes, vocabulary = read_sizes(folder)
    _check_vocabulary(vocabulary)
    found = {
        "config.json": _config(folder, shapes),
        "tokenizer.json": _tokenizer(folder, vocabulary),
        "vocabulary.json": msgspec.json.encode(vocabulary),
    }
    if (folder / "preprocessor_config.json").exists() or shapes.mels != _Preprocessor().feature_size:
        found["preprocessor_config.json"] = _preprocessor(folder, shapes)
    return found


def read_sizes(folder: Path) -> tuple[Shapes, list[str]]:
    """Return a model's sizes and its vocabulary. Raises ValueError if they do not match, and OSError."""
    try:
        shapes = read_shapes(folder / WEIGHTS)
    except ValueError as error:
        raise ValueError(f"its {WEIGHTS} cannot be used: {error}") from None
    vocabulary = read_vocabulary(folder)
    if len(vocabulary) != shapes.tokens:
        raise ValueError(f"its vocabulary does not match its {WEIGHTS}")
    return shapes, vocabulary


def read_vocabulary(folder: Path) -> list[str]:
    """Return the tokens in the order of their ids. Raises ValueError and OSError."""
    listed, lines = (folder / name for name in VOCABULARIES)
    if listed.exists():
        return _decode(listed, list[_Token])
    try:
        return _bytes(lines).decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise ValueError(f"its {lines.name} is not Whisper's: it is not a text") from None


def is_multilingual(vocabulary: Sequence[str]) -> bool:
    """Return whether a model knows more than English."""
    return _EMPTY in vocabulary


def _check_vocabulary(vocabulary: Sequence[str]) -> None:
    """Raise ValueError for a vocabulary without Whisper's special tokens in their places."""
    tokens = set(vocabulary)
    if len(tokens) != len(vocabulary) or any(not token.isprintable() for token in tokens):
        raise ValueError("its vocabulary is not Whisper's: a token is duplicate or invalid")
    missing = [token for token in _SPECIAL if token not in tokens]
    if missing or not tokens.intersection(_NO_SPEECH):
        raise ValueError("its vocabulary is not Whisper's: special tokens are missing")
    if tuple(vocabulary[-len(_TIMES) - 1 :]) != ("<|notimestamps|>", *_TIMES):
        raise ValueError("its vocabulary is not Whisper's: it does not end with the times")


def _config(folder: Path, shapes: Shapes) -> bytes:
    config = _decode(folder / "config.json", _Config)
    ids = (*config.suppress_ids, *config.suppress_ids_begin, *config.lang_ids)
    if any(token >= shapes.tokens for token in ids):
        raise ValueError("its config.json names tokens that are not in its vocabulary")
    if any(layer >= shapes.layers or head >= shapes.heads for layer, head in config.alignment_heads):
        raise ValueError(f"its config.json names layers that are not in its {WEIGHTS}")
    return msgspec.json.encode(config)


def _preprocessor(folder: Path, shapes: Shapes) -> bytes:
    path = folder / "preprocessor_config.json"
    found = _decode(path, _PreprocessorFile) if path.exists() else _Preprocessor()
    if found.feature_size != shapes.mels:
        raise ValueError(f"its {path.name} does not match its {WEIGHTS}")
    return msgspec.json.encode(_Preprocessor(feature_size=found.feature_size))


def _tokenizer(folder: Path, vocabulary: Sequence[str]) -> bytes:
    found = _decode(folder / "tokenizer.json", _Tokenizer)
    model, added = found.model, found.added_tokens
    named = [*model.vocab.items(), *((token.content, token.id) for token in added)]
    if any(place >= len(vocabulary) or vocabulary[place] != token for token, place in named):
        raise ValueError("its tokenizer.json does not match its vocabulary")
    tokens = {token for token, _ in named}
    if missing := [token for token in (*_SPECIAL, "<|notimestamps|>") if token not in tokens]:
        raise ValueError(f"its tokenizer.json has no {', '.join(missing)}")
    if model.unk_token and model.unk_token not in model.vocab:
        raise ValueError("its tokenizer.json is not Whisper's: its unk_token is not in it")
    _check_merges(model)
    _check_template(found.post_processor)
    found.post_processor = None  # it adds tokens around a text, which svs does not use
    return msgspec.json.encode(found)


def _check_merges(model: _BytePairs) -> None:
    tokens = model.vocab.keys()
    for merge in model.merges:
        left, _, right = merge.partition(" ") if isinstance(merge, str) else (merge[0], "", merge[1])
        if left not in tokens or right not in tokens or left + right not in tokens:
            raise ValueError("its tokenizer.json joins tokens that are not in it")


def _check_template(processor: dict[str, Any] | None) -> None:
    """Raise ValueError for a post-processor that does not contain the text exactly once."""
    if processor is None or processor.get("type") == "ByteLevel":
        return
    parts = processor.get("single")
    texts = (
        [part for part in parts if isinstance(part, dict) and "Sequence" in part]
        if isinstance(parts, list)
        else []
    )
    if processor.get("type") != "TemplateProcessing" or len(texts) != 1:
        raise ValueError("its tokenizer.json is not Whisper's: its post_processor is different")


def _decode(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(_bytes(path), type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(f"its {path.name} is not Whisper's: {str(error)[:200]}") from None


def _bytes(path: Path) -> bytes:
    if not path.is_file():  # opening a pipe would block
        raise ValueError(f"it has no {path.name}")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"its {path.name} is too large to be Whisper's")
    return data
