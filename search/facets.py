"""A facet's value and its name for people as one term, as engines count them."""

from collections.abc import Iterable

from search.port import FacetValue

FACET_PREFIX = "facet_"
"""Fields of the facets are called so in every engine."""

_SEPARATOR = "\x1f"


def facet_term(value: str, label: str) -> str:
    """The term that is indexed."""
    return value + _SEPARATOR + label


def facet_value(term: str, documents: int) -> FacetValue:
    """A term that was counted."""
    value, _, label = term.partition(_SEPARATOR)
    return FacetValue(value, label, documents)


def in_order(values: Iterable[FacetValue]) -> tuple[FacetValue, ...]:
    """Those of most documents first."""
    return tuple(sorted(values, key=lambda value: (-value.documents, value.value)))
