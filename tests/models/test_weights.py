"""What is taken from the head of a model.bin, and what is refused before CTranslate2 sees it."""

import struct

import pytest

from svs.models.weights import Shapes, read_shapes


def name(text):
    return struct.pack("<H", len(text) + 1) + text + b"\0"


def variable(text, shape, size=None, kind=1):
    numbers = (
        size
        if size is not None
        else shape[0] * (shape[1] if len(shape) > 1 else 1) * (3 if len(shape) > 2 else 1)
    )
    head = name(text) + struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, kind, numbers)
    return head + bytes(numbers)


EMBEDDINGS = variable(b"decoder/embeddings/weight", (10, 4))
CONVOLUTION = variable(b"encoder/conv1/weight", (4, 80, 3), 960)
HEADS = name(b"decoder/num_heads") + struct.pack("<BBIH", 0, 2, 2, 2)
LAYERS = variable(b"decoder/layer_0/x", (1,)) + variable(b"decoder/layer_norm/x", (1,))
ALIAS = name(b"decoder/projection/weight") + name(b"decoder/embeddings/weight")


def model(*variables, aliases=(ALIAS,), version=6, spec=b"WhisperSpec", count=None):
    count = sum(v.count(b"layer_") or 1 for v in variables) if count is None else count
    head = struct.pack("<I", version) + name(spec) + struct.pack("<II", 3, count)
    return head + b"".join(variables) + struct.pack("<I", len(aliases)) + b"".join(aliases)


WHOLE = (EMBEDDINGS, CONVOLUTION, HEADS, LAYERS)


@pytest.fixture
def shapes(tmp_path):
    def read(data):
        (tmp_path / "model.bin").write_bytes(data)
        return read_shapes(tmp_path / "model.bin")

    return read


def test_the_sizes_are_read(shapes):
    assert shapes(model(*WHOLE)) == Shapes(tokens=10, mels=80, layers=1, heads=2)
    projection = variable(b"decoder/projection/weight", (10, 4))
    assert shapes(model(*WHOLE, projection, aliases=())) == Shapes(tokens=10, mels=80, layers=1, heads=2)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"\x80\x04\x95 a pickle, not a model", "not a Whisper model"),
        (b"", "not complete"),
        (model(*WHOLE, version=5), "not a Whisper model"),
        (model(*WHOLE, spec=b"TransformerSpec"), "not a Whisper model"),
        (model(*WHOLE, count=2**32 - 1), "not a Whisper model"),
        (model(*WHOLE)[:-1], "not complete"),
        (model(*WHOLE) + b"\0", "its size is wrong"),
        (model(EMBEDDINGS, HEADS), "not a Whisper model"),
        (model(EMBEDDINGS, CONVOLUTION), "not a Whisper model"),
        (model(*WHOLE, aliases=()), "not a Whisper model"),
        (model(*WHOLE, variable(b"decoder/projection/weight", (9, 4))), "do not match"),
        (
            model(*WHOLE, variable(b"x", (9,)), aliases=(name(b"decoder/projection/weight") + name(b"x"),)),
            "Whisper",
        ),
        (model(*WHOLE, EMBEDDINGS), "contains a name twice"),
        (model(*WHOLE, aliases=(ALIAS, ALIAS)), "contains a name twice"),
        (model(variable(b"decoder/embeddings/weight", (10, 4), 41)), "size of one of its parts"),
        (model(variable(b"decoder/embeddings/weight", (10, 4), kind=0)), "size of one of its parts"),
        (model(variable(b"decoder/embeddings/weight", (10, 4), kind=9)), "size of one of its parts"),
    ],
)
def test_a_head_that_does_not_hold_together_is_refused(shapes, data, complaint):
    with pytest.raises(ValueError, match=complaint):
        shapes(data)


def test_every_torn_head_is_refused(shapes, micro_whisper):
    data = (micro_whisper / "model.bin").read_bytes()
    for length in (*range(0, 4000, 97), len(data) - 1):
        with pytest.raises(ValueError, match=r"it is not|its size"):
            shapes(data[:length])
