"""A facet's value and its name for people as one term or one number, as engines count them."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from search.port import FacetValue

FACET_PREFIX = "facet_"
"""Fields of the facets are called so in every engine."""

_SEPARATOR = "\x1f"


def facet_term(value: str, label: str) -> str:
    """The term that is indexed."""
    return value + _SEPARATOR + label


@lru_cache(maxsize=4096)
def facet_number(value: str, label: str) -> int:
    """A number of 63 bits that stands for the term: counting numbers needs no dictionary."""
    digest = hashlib.blake2b(facet_term(value, label).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def facet_value(term: str, documents: int) -> FacetValue:
    """A term that was counted."""
    value, _, label = term.partition(_SEPARATOR)
    return FacetValue(value, label, documents)


def in_order(values: Iterable[FacetValue]) -> tuple[FacetValue, ...]:
    """Those of most documents first."""
    return tuple(sorted(values, key=lambda value: (-value.documents, value.value)))
