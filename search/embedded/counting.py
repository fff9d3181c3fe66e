"""How many documents a query finds, and how they spread over the facets; remembered until the next commit."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

import tantivy

from search.embedded.labels import Labels
from search.facets import FACET_PREFIX, in_order
from search.plan import Plan
from search.port import FACETS, Facets, FacetValue, Overview, Scopes

EXACT_TOTAL: Final = 10_000
"""Up to so many matching pages documents are counted one by one; beyond, their number is estimated."""

EXACT_FACETS: Final = 2_000
"""The same for the documents of each facet value."""

MOST_FACET_VALUES: Final = 30
_MOST_KEPT: Final = 256

Commit = tuple[int, int, int]
"""What a reader sees: nothing that it counts changes before the next one."""


@dataclass(slots=True)
class Overviews:
    """The overviews of the last questions on one commit: whoever turns pages asks for the same one again.

    The scopes are part of what it is remembered by, so that nobody is told what another may see.
    """

    _commit: Commit | None = None
    _kept: OrderedDict[tuple[Plan, Scopes], Overview] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, commit: Commit, plan: Plan, scopes: Scopes, count: Callable[[], Overview]) -> Overview:
        """The overview of a plan within scopes, counted where it is not remembered."""
        with self._lock:
            if self._commit != commit:
                self._kept.clear()
                self._commit = commit
            known = self._kept.get((plan, scopes))
            if known is not None:
                self._kept.move_to_end((plan, scopes))
                return known
        counted = count()
        with self._lock:
            if self._commit == commit:
                self._kept[plan, scopes] = counted
                if len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
        return counted


def overview_of(searcher: tantivy.Searcher, query: tantivy.Query, labels: Labels) -> Overview:
    """The number of matching documents and the facets."""
    pages = _count(searcher, query)
    if not pages:
        return Overview(0, dict.fromkeys(FACETS, ()))
    if pages > EXACT_TOTAL:
        total = round(searcher.cardinality(query, "place"))
    else:
        hits = searcher.search(query, limit=pages, count=False).hits
        total = len(set(searcher.fast_field_values("place", [address for _, address in hits])))
    return Overview(total, _facets(searcher, query, pages, labels))


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """How many pages match; the stubs of tantivy leave this attribute out."""
    return cast(int, searcher.search(query, limit=1).count)  # type: ignore[attr-defined]


def _facets(searcher: tantivy.Searcher, query: tantivy.Query, pages: int, labels: Labels) -> Facets:
    """Documents, not pages, by value: each value's places are counted."""
    exact = pages <= EXACT_FACETS
    documents: dict[str, Any] = (
        {"terms": {"field": "place", "size": EXACT_FACETS}} if exact else {"cardinality": {"field": "place"}}
    )
    asked = {
        name: {
            "terms": {
                "field": FACET_PREFIX + name,
                "size": MOST_FACET_VALUES,
                # Each candidate of a large answer has a sketch of its documents; there may be thousands of parties.
                "segment_size": (10 if exact else 2) * MOST_FACET_VALUES,
            },
            "aggs": {"documents": documents},
        }
        for name in FACETS
    }
    counted = searcher.aggregate(query, asked)
    return {
        name: in_order(
            FacetValue(*labels.of(searcher, name, bucket["key"]), _documents(bucket["documents"]))
            for bucket in counted[name]["buckets"]
        )
        for name in FACETS
    }


def _documents(counted: dict[str, Any]) -> int:
    return len(counted["buckets"]) if "buckets" in counted else round(counted["value"])
