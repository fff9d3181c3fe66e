"""How many documents a query finds on the server, and how they spread over the facets."""

from collections.abc import Mapping
from typing import Any, Final

from search.facets import FACET_PREFIX, facet_value, in_order
from search.opensearch.asking import Asking
from search.opensearch.translate import Query
from search.port import FACETS, Overview

EXACT_COUNTS: Final = 2_000
"""Up to so many matching pages documents are counted one by one; beyond, their number is estimated (HyperLogLog++)."""

MOST_FACET_VALUES: Final = 30
_TOTAL_PRECISION: Final = 40_000
_FACET_PRECISION: Final = 3_000
_COUNTED: Final = "hits.total,aggregations.*.buckets.key,aggregations.*.buckets.documents.buckets.key"
_NONE: Final[Mapping[str, Any]] = {"buckets": ()}


def overview_of(asking: Asking, query: Query) -> Overview:
    """The number of matching documents and the facets.

    Most questions match few pages: a broad one is given up after as many, and asked again for estimates.
    """
    body: dict[str, Any] = {"query": query, "size": 0, "track_total_hits": True}
    every: Query = {"terms": {"field": "place", "size": EXACT_COUNTS}}
    one_by_one = body | {"aggs": {**_facets(every), "total": every}, "terminate_after": EXACT_COUNTS + 1}
    answer = asking.search(asking.pages, one_by_one, filter_path=_COUNTED)
    if answer["hits"]["total"]["value"] > EXACT_COUNTS:
        estimated = {**_facets(_estimate(_FACET_PRECISION)), "total": _estimate(_TOTAL_PRECISION)}
        answer = asking.search(asking.pages, body | {"aggs": estimated})
    counted = answer.get("aggregations", {})
    facets = {
        name: in_order(
            facet_value(bucket["key"], _documents(bucket["documents"]))
            for bucket in counted.get(name, _NONE)["buckets"]
        )
        for name in FACETS
    }
    return Overview(_documents(counted.get("total", _NONE)), facets)


def _facets(documents: Query) -> dict[str, Any]:
    """Documents, not pages, by value of each facet."""
    return {
        name: {
            "terms": {
                "field": FACET_PREFIX + name,
                "size": MOST_FACET_VALUES,
                # The commonest values first, and only then their documents: there may be a hundred thousand parties.
                "collect_mode": "breadth_first",
            },
            "aggs": {"documents": documents},
        }
        for name in FACETS
    }


def _estimate(precision: int) -> Query:
    return {"cardinality": {"field": "place", "precision_threshold": precision}}


def _documents(counted: Mapping[str, Any]) -> int:
    return len(counted["buckets"]) if "buckets" in counted else round(counted["value"])
