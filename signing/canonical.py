"""Canonical JSON (RFC 8785) for what is hashed or signed: strings, integers below 2^53, booleans, arrays, objects.

Floats and null are refused, so that no two writers can disagree about a number or about absence.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

import rfc8785

from signing.errors import NotCanonical

Value: TypeAlias = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]
"""What may stand in a canonical object."""

_DEPTH = 32
_LIMIT = 2**53


def dumps(value: Value) -> bytes:
    """The RFC 8785 bytes of a value; raises `NotCanonical` for floats, null and integers of 2^53 or more."""
    _check(value, _DEPTH)
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical(f"this value has no canonical form: {error}") from error


def loads(data: bytes) -> Any:
    """The value of canonical bytes; raises `NotCanonical` for anything that is not its own canonical form."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotCanonical("the bytes are not UTF-8 JSON") from error
    except (RecursionError, ValueError) as error:
        raise NotCanonical("the JSON is nested too deep, or a number in it is too long") from error
    if dumps(value) != data:
        raise NotCanonical("the bytes are not the canonical form of what they say")
    return value


def load_object(data: bytes) -> dict[str, Any]:
    """As `loads`, where the value must be an object."""
    value = loads(data)
    if not isinstance(value, dict):
        raise NotCanonical("a JSON object is expected")
    return value


def _check(value: object, depth: int) -> None:
    match value:
        case str() | bool():
            return
        case int():
            if not -_LIMIT < value < _LIMIT:
                raise NotCanonical("integers of 2^53 or more are not exact in JSON")
        case dict() if depth:
            for key, member in value.items():
                if not isinstance(key, str):
                    raise NotCanonical("keys of an object must be strings")
                _check(member, depth - 1)
        case list() | tuple() if depth:
            for member in value:
                _check(member, depth - 1)
        case list() | tuple() | dict():
            raise NotCanonical(f"more than {_DEPTH} levels of nesting")
        case _:
            raise NotCanonical(f"a {type(value).__name__} may not stand in canonical JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("a key occurs twice in one object")
    return value


def _refuse_number(text: str) -> NoReturn:
    raise NotCanonical(f"the number {text[:40]} is not an integer")
