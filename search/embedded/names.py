"""Names of documents as numbers in columns: a thousand are read at once, without opening the stored pages."""

import struct
from collections.abc import Sequence
from typing import Final

import tantivy

_BYTES: Final = 8
NAME_FIELDS: Final = tuple(f"name_{at}" for at in range(5))
"""Columns of eight bytes each: the identifiers of an archive have 36 characters."""

_LENGTH: Final = _BYTES * len(NAME_FIELDS)


def name_columns(document: str) -> dict[str, int]:
    """The columns of a name; none for one that is too long for them."""
    raw = document.encode()
    if len(raw) > _LENGTH or b"\0" in raw:
        return {}
    padded = raw.ljust(_LENGTH, b"\0")
    return {
        field: int.from_bytes(padded[_BYTES * at : _BYTES * (at + 1)], "big")
        for at, field in enumerate(NAME_FIELDS)
    }


def names_at(searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]) -> list[str]:
    """The documents of the pages at these addresses."""
    listed = list(addresses)
    columns = [searcher.fast_field_values(field, listed) for field in NAME_FIELDS]
    if any(None in column for column in columns):
        rows = zip(listed, zip(*columns, strict=True), strict=True)
        return [
            _stored(searcher, address) if None in numbers else _names(numbers)[0] for address, numbers in rows
        ]
    return _names([number for numbers in zip(*columns, strict=True) for number in numbers])


def _names(numbers: Sequence[int]) -> list[str]:
    """Names by their columns, one name's after another's."""
    raw = struct.pack(f">{len(numbers)}Q", *numbers)
    return [raw[at : at + _LENGTH].rstrip(b"\0").decode() for at in range(0, len(raw), _LENGTH)]


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first("document"))
