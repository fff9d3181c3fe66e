"""How many documents a query finds, and how they spread over the facets."""

from collections import Counter
from typing import Any, Final, cast

import tantivy

from search.embedded.labels import Labels
from search.facets import FACET_PREFIX, in_order
from search.port import FACETS, FacetValue, Overview

EXACT_TOTAL: Final = 10_000
"""Up to so many matching pages documents are counted one by one; beyond, their number is estimated."""

EXACT_FACETS: Final = 2_000
"""The same for the documents of each facet value."""

MOST_FACET_VALUES: Final = 30

_MANY: Final = ("party",)
"""The facets of which a page may have several values."""

_TOTAL: Final = "total"
_Hits = list[tuple[int, tantivy.DocAddress]]


def overview_of(searcher: tantivy.Searcher, query: tantivy.Query, labels: Labels) -> Overview:
    """The number of matching documents and the facets."""
    found = searcher.search(query, limit=EXACT_TOTAL, order_by_field="place")
    pages = cast(int, found.count)  # type: ignore[attr-defined]  # the stubs of tantivy leave it out
    if not pages:
        return Overview(0, dict.fromkeys(FACETS, ()))
    hits = cast(_Hits, found.hits) if pages <= EXACT_TOTAL else []
    exact = pages <= EXACT_FACETS
    asked = {name: _values(name, exact=exact) for name in (_MANY if exact else FACETS)}
    if not hits:
        asked[_TOTAL] = {"cardinality": {"field": "place"}}
    counted = searcher.aggregate(query, asked)
    columns = _columns(searcher, hits) if exact else {}
    return Overview(
        len({place for place, _ in hits}) if hits else round(counted[_TOTAL]["value"]),
        {
            name: in_order(
                FacetValue(*labels.of(searcher, name, number), documents)
                for number, documents in (
                    columns[name] if name in columns else _counts(counted[name]["buckets"])
                )
            )
            for name in FACETS
        },
    )


def _columns(searcher: tantivy.Searcher, hits: _Hits) -> dict[str, list[tuple[int, int]]]:
    """The documents by value of the facets of which a page has one value at most; read from their columns.

    An aggregation would hand over each document of each value.
    """
    places = [place for place, _ in hits]
    addresses = [address for _, address in hits]
    found = {}
    for name in FACETS:
        if name not in _MANY:
            numbers = cast(list[int | None], searcher.fast_field_values(FACET_PREFIX + name, addresses))
            documents = Counter([number for number, _ in set(zip(numbers, places, strict=True))])
            most = Counter(numbers).most_common(MOST_FACET_VALUES + 1)
            found[name] = [(number, documents[number]) for number, _ in most if number is not None][
                :MOST_FACET_VALUES
            ]
    return found


def _values(facet: str, *, exact: bool) -> dict[str, Any]:
    """What to ask of a facet: the values of most pages, and how many documents have each."""
    documents: dict[str, Any] = (
        {"terms": {"field": "place", "size": EXACT_FACETS}} if exact else {"cardinality": {"field": "place"}}
    )
    return {
        "terms": {
            "field": FACET_PREFIX + facet,
            "size": MOST_FACET_VALUES,
            # Each candidate of a large answer has a sketch of its documents; there may be thousands of parties.
            "segment_size": (10 if exact else 2) * MOST_FACET_VALUES,
        },
        "aggs": {"documents": documents},
    }


def _counts(buckets: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(bucket["key"], _documents(bucket["documents"])) for bucket in buckets]


def _documents(counted: dict[str, Any]) -> int:
    return len(counted["buckets"]) if "buckets" in counted else round(counted["value"])
