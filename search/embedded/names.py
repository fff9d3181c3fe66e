"""Names of documents as numbers in columns: a thousand are read at once, without opening the stored pages."""

from collections.abc import Sequence
from typing import Final

import tantivy

_BYTES: Final = 8
NAME_FIELDS: Final = tuple(f"name_{at}" for at in range(5))
"""Columns of eight bytes each: the identifiers of an archive have 36 characters."""


def name_columns(document: str) -> dict[str, int]:
    """The columns of a name; none for one that is too long for them."""
    raw = document.encode()
    if len(raw) > _BYTES * len(NAME_FIELDS) or b"\0" in raw:
        return {}
    padded = raw.ljust(_BYTES * len(NAME_FIELDS), b"\0")
    return {
        field: int.from_bytes(padded[_BYTES * at : _BYTES * (at + 1)], "big")
        for at, field in enumerate(NAME_FIELDS)
    }


def names_at(searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]) -> list[str]:
    """The documents of the pages at these addresses."""
    columns = [searcher.fast_field_values(field, list(addresses)) for field in NAME_FIELDS]
    return [
        _stored(searcher, address) if None in numbers else _name(numbers)
        for address, numbers in zip(addresses, zip(*columns, strict=True), strict=True)
    ]


def _name(numbers: Sequence[int]) -> str:
    return b"".join([number.to_bytes(_BYTES, "big") for number in numbers]).rstrip(b"\0").decode()


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first("document"))
