"""Parsing a model.bin: the names and shapes in CTranslate2's format, without reading the weights.

CTranslate2 trusts these sizes, and ids below that of the vocabulary: if they do not match, it writes out of
bounds. So they are compared here first.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO, TypeVar

T = TypeVar("T")

_VERSION = 6  # of the format; older versions did not support Whisper
_ITEM_SIZES = (4, 1, 2, 4, 2, 2)  # bytes of float32, int8, int16, int32, float16, bfloat16
_MAX_VARIABLES = 100_000  # the largest model has about a thousand
_NOT_WHISPER = "it is not a Whisper model in CTranslate2's format"

_EMBEDDINGS, _PROJECTION = b"decoder/embeddings/weight", b"decoder/projection/weight"
_CONVOLUTION, _HEADS = b"encoder/conv1/weight", b"decoder/num_heads"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The sizes that the other files of a model must match."""

    tokens: int
    """The number of tokens in the vocabulary."""
    mels: int
    """The number of frequencies in a frame."""
    layers: int
    """The number of layers of the decoder."""
    heads: int
    """The number of attention heads of each layer."""


@dataclass(frozen=True, slots=True)
class _Variable:
    shape: tuple[int, ...]
    value: int
    """The value of a single small number; else 0."""


def read_shapes(path: Path) -> Shapes:
    """Return the sizes that a model.bin declares. Raises ValueError if it is damaged, and OSError."""
    with path.open("rb") as file:
        if _number(file, 4) != _VERSION or _name(file) != b"WhisperSpec":
            raise ValueError(_NOT_WHISPER)
        _number(file, 4)  # the revision
        variables = _unique(_variables(file))
        aliases = _unique((_name(file), _name(file)) for _ in range(_count(file)))
        if file.tell() != os.fstat(file.fileno()).st_size:
            raise ValueError("its size is wrong")
    try:
        tokens, _ = variables[_EMBEDDINGS].shape
        outputs, _ = variables[_PROJECTION if _PROJECTION in variables else aliases[_PROJECTION]].shape
        _, mels, _ = variables[_CONVOLUTION].shape
        heads = variables[_HEADS].value
    except (KeyError, ValueError):
        raise ValueError(_NOT_WHISPER) from None
    if outputs != tokens:
        raise ValueError("its parts do not match")
    layers = {name.split(b"/")[1] for name in variables if name.startswith(b"decoder/layer_")}
    return Shapes(tokens, mels, len(layers - {b"layer_norm"}), heads)


def _variables(file: BinaryIO) -> Iterator[tuple[bytes, _Variable]]:
    """Yield each variable with its name, skipping its numbers."""
    for _ in range(_count(file)):
        name = _name(file)
        shape = tuple(_number(file, 4) for _ in range(_number(file, 1)))
        kind, size = _number(file, 1), _number(file, 4)
        if kind >= len(_ITEM_SIZES) or size != prod(shape) * _ITEM_SIZES[kind]:
            raise ValueError("the size of one of its parts is wrong")
        value = 0 if shape else _number(file, size)
        file.seek(size if shape else 0, os.SEEK_CUR)
        yield name, _Variable(shape, value)


def _unique(items: Iterable[tuple[bytes, T]]) -> dict[bytes, T]:
    """Return the items by name. Raises ValueError for duplicates, of which CTranslate2 may use either."""
    found: dict[bytes, T] = {}
    for name, item in items:
        if name in found:
            raise ValueError("it contains a name twice")
        found[name] = item
    return found


def _name(file: BinaryIO) -> bytes:
    return _exactly(file, _number(file, 2)).removesuffix(b"\0")


def _count(file: BinaryIO) -> int:
    count = _number(file, 4)
    if count > _MAX_VARIABLES:
        raise ValueError(_NOT_WHISPER)
    return count


def _number(file: BinaryIO, size: int) -> int:
    return int.from_bytes(_exactly(file, size), "little")


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise ValueError("it is not complete")
    return data
