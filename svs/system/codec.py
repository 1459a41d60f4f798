"""Records to JSON and back: ASCII only, so that even file names with invalid Unicode are preserved."""

import json
from typing import TypeVar

import msgspec

T = TypeVar("T")


def encode(record: object, *, indent: int | None = None) -> bytes:
    """Return a record of `svs.model` as JSON with a final line feed."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(msgspec.to_builtins(record), indent=indent, separators=separators)
    return text.encode("ascii") + b"\n"


def checked(record: object, limit: int, *, indent: int | None = None) -> bytes:
    """Return a record as JSON that can be read again. Raises ValueError if `decode` would refuse it.

    `limit` is the most bytes that its reader accepts.
    """
    data = encode(record, indent=indent)
    if len(data) > limit:
        raise ValueError(f"{len(data):,} bytes are more than the limit of {limit:,}")
    decode(data, type(record))
    return data


def decode(data: bytes, kind: type[T]) -> T:
    """Return the record in a JSON text. Raises ValueError for anything that is wrong with it."""
    try:
        return msgspec.json.decode(data, type=kind)  # the fast way, which refuses invalid Unicode
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    try:
        return msgspec.convert(json.loads(data, parse_constant=_refuse), kind)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a valid number")
