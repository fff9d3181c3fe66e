"""Canonical JSON (RFC 8785) for what is hashed or signed: strings, integers below 2^53, booleans, arrays, objects.

Floats and null are refused, so that no two writers can disagree about a number or about absence. What is left needs no
number formatting, so that it is written here with the standard library alone: verifiers need nothing more.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from signing.errors import NotCanonical

Value: TypeAlias = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]
"""What may stand in a canonical object."""

_DEPTH = 32
_LIMIT = 2**53


def dumps(value: Value) -> bytes:
    """The RFC 8785 bytes of a value; raises `NotCanonical` for floats, null and integers of 2^53 or more."""
    try:
        ordered = _ordered(value, _DEPTH)
        return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("a string has half of a surrogate pair, which no UTF-8 can hold") from error


def loads(data: bytes) -> Any:
    """The value of canonical bytes; raises `NotCanonical` for anything that is not its own canonical form."""
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotCanonical("the bytes are not UTF-8 JSON") from error
    except (RecursionError, ValueError) as error:
        raise NotCanonical("the JSON is nested too deep, or a number in it is too long") from error
    if (_dump_ascii(value) if _is_plain(data) else dumps(value)) != data:
        raise NotCanonical("the bytes are not the canonical form of what they say")
    return value


def _is_plain(data: bytes) -> bool:
    """Whether nothing in it needs a closer look: then the standard library's own order and limits will do.

    Keys of ASCII sort alike by code point and by UTF-16 code unit; null is the one value that a hook does not see.
    """
    return data.isascii() and data.count(b"{") + data.count(b"[") <= _DEPTH and b"null" not in data


def _dump_ascii(value: Any) -> bytes:
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def load_object(data: bytes) -> dict[str, Any]:
    """As `loads`, where the value must be an object."""
    value = loads(data)
    if not isinstance(value, dict):
        raise NotCanonical("a JSON object is expected")
    return value


def _ordered(value: object, depth: int) -> object:
    """The value with the keys of its objects in the order of their UTF-16 code units (RFC 8785 section 3.2.3)."""
    match value:
        case str() | bool():
            return value
        case int():
            return _bounded(value)
        case dict() if depth:
            if not all(isinstance(key, str) for key in value):
                raise NotCanonical("keys of an object must be strings")
            # Of ASCII, which nearly every key is, Python's own order is that of the code units.
            ascii_only = "".join(value).isascii()
            keys = sorted(value) if ascii_only else sorted(value, key=lambda key: key.encode("utf-16-be"))
            return {key: _ordered(value[key], depth - 1) for key in keys}
        case list() | tuple() if depth:
            return [_ordered(member, depth - 1) for member in value]
        case list() | tuple() | dict():
            raise NotCanonical(f"more than {_DEPTH} levels of nesting")
        case _:
            raise NotCanonical(f"a {type(value).__name__} may not stand in canonical JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("a key occurs twice in one object")
    return value


def _integer(text: str) -> int:
    return _bounded(int(text))


def _bounded(value: int) -> int:
    if not -_LIMIT < value < _LIMIT:
        raise NotCanonical("integers of 2^53 or more are not exact in JSON")
    return value


def _refuse_number(text: str) -> NoReturn:
    raise NotCanonical(f"the number {text[:40]} is not an integer")


# Made once: making them takes as long as reading an entry of the log.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
