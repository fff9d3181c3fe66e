"""Checks of single values in our JSON formats; each returns the value or raises ValueError with the field's name."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from tabellion.base.clock import parse_rfc3339
from tabellion.base.ids import is_id

_PATTERNS = {
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "sha512": re.compile(r"[0-9a-f]{128}"),
    "name": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
    "path": re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*(/[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*)*"),
    "media-type": re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"),
    "label": re.compile(r"[\x20-\x7e]{1,128}"),
    "algorithm": re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*"),
    "token": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"),
}
_LONGEST = 255


def text(field: str, value: object, kind: str) -> str:
    """A string of one of the kinds above: sha256, sha512, name, path, media-type, label, algorithm, token."""
    if not isinstance(value, str) or len(value) > _LONGEST or not _PATTERNS[kind].fullmatch(value):
        raise ValueError(f"{field} is not a {kind}")
    return value


def identifier(field: str, value: object) -> str:
    """A UUID in canonical form."""
    if not isinstance(value, str) or not is_id(value):
        raise ValueError(f"{field} is not an identifier")
    return value


def integer(field: str, value: object, least: int = 0) -> int:
    """An integer of at least `least` and below 2^53."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**53:
        raise ValueError(f"{field} is not an integer of at least {least}")
    return value


def decimal(field: str, value: str) -> int:
    """A number below 2^63 in ASCII digits without leading zeros, as the C2SP formats write sizes and indices."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", value, re.ASCII) or int(value) >= 2**63:
        raise ValueError(f"{field} is not a decimal number")
    return int(value)


def instant(field: str, value: object) -> str:
    """An instant exactly as `tabellion.base.clock.rfc3339` writes it, so that text order is time order."""
    try:
        parse_rfc3339(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"{field} is not an instant in UTC with microseconds") from None
    return str(value)


def base64_bytes(field: str, value: object, size: int | None = None) -> bytes:
    """The bytes of standard base64 in its one canonical spelling, of exactly `size` bytes where it is given."""
    try:
        data = base64.b64decode(value if isinstance(value, str) else "!", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{field} is not base64") from None
    if base64.b64encode(data).decode() != value or (size is not None and len(data) != size):
        raise ValueError(f"{field} is not the base64 of the bytes it should hold")
    return data


def members(
    where: str, value: object, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """An object that has all required keys and none but those and the optional ones."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} is not an object")
    if missing := required - value.keys():
        raise ValueError(f"{where} lacks {', '.join(sorted(missing))}")
    if unknown := value.keys() - required - optional:
        raise ValueError(f"{where} has unknown members: {', '.join(sorted(unknown))[:200]}")
    return value
