"""The reading side of the index on a server."""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from search import plan as p
from search.analysis import normalise, skeleton
from search.card import page_hit
from search.errors import IndexOutdated
from search.facets import FACET_PREFIX, facet_value, in_order
from search.opensearch.connection import Connection
from search.opensearch.generations import WORDS, Generations
from search.opensearch.schema import signed, unsigned
from search.opensearch.translate import Query, condition, scored
from search.plan import Plan
from search.port import FACETS, DocumentHit, Overview, PageHit, Scopes
from search.ranking import ranked
from search.scoping import scoped
from search.variants import nearest

EXACT_COUNTS: Final = 2_000
"""Up to so many matching pages documents are counted one by one; beyond, their number is estimated (HyperLogLog++)."""

MOST_FACET_VALUES: Final = 30
_TOTAL_PRECISION: Final = 40_000
_FACET_PRECISION: Final = 3_000
_MOST_CANDIDATES: Final = 1_000
_MOST_COUNTED: Final = 200
_MOST_LOOKED_AT: Final = 5_000
"""Pages in scope by which words are told common from rare."""

_WINDOW: Final = 10_000
_BARE: Final[Mapping[str, Any]] = {"_source": False, "stored_fields": "_none_"}
_DOCUMENT: Final = "hits.hits.fields.document,hits.hits.sort"


class OpenSearchIndex:
    """Answers questions from the generation in force, which an `OpenSearchWriter` writes in any process."""

    def __init__(self, connection: Connection, prefix: str) -> None:
        self._connection = connection
        self._generations = Generations(connection, prefix)
        self._pages = self._generations.alias
        self._words = self._generations.alias + WORDS

    def documents(self, plan: Plan, scopes: Scopes, limit: int) -> list[DocumentHit]:
        """The best documents, by the score of their best page; ties newest first."""
        body = {
            **_BARE,
            "query": scored(scoped(plan, scopes)),
            "size": limit,
            "collapse": {"field": "place"},
            "sort": ["_score", {"place": "desc"}],
            "track_total_hits": False,
            "docvalue_fields": ["document"],
        }
        return ranked(map(_document_hit, self._hits(self._pages, body, _DOCUMENT)), limit)

    def newest(self, plan: Plan, scopes: Scopes, limit: int, before: int | None = None) -> list[DocumentHit]:
        """Matching documents by date, newest first, from the place after `before`."""
        if before == 0:
            return []
        older = [] if before is None else [{"range": {"place": {"lte": signed(before - 1)}}}]
        body = {
            **_BARE,
            "query": {"bool": {"filter": [condition(scoped(plan, scopes)), *older]}},
            "size": limit,
            "collapse": {"field": "place"},
            "sort": [{"place": "desc"}],
            "track_total_hits": False,
            "docvalue_fields": ["document"],
        }
        return [_document_hit(hit) for hit in self._hits(self._pages, body, _DOCUMENT)]

    def pages(
        self, plan: Plan, scopes: Scopes, documents: Sequence[str], per_document: int
    ) -> dict[str, list[PageHit]]:
        """The best matching pages of each of these documents; one that no longer matches is left out."""
        if not documents:
            return {}
        wanted = min(len(documents) * per_document * 4, _WINDOW)
        answer = self._search(self._pages, self._pages_body(plan, scopes, documents, wanted))
        found = _by_document(_page_hits(answer["hits"]["hits"]), per_document)
        if answer["hits"]["total"]["value"] > wanted:
            # Documents of many matching pages crowd out others: those are asked for one by one.
            short = [document for document in documents if len(found.get(document, ())) < per_document]
            found |= self._one_by_one(plan, scopes, short, per_document)
        return found

    def overview(self, plan: Plan, scopes: Scopes) -> Overview:
        """The number of matching documents and the facets."""
        body: dict[str, Any] = {
            "query": condition(scoped(plan, scopes)),
            "size": 0,
            "track_total_hits": True,
            "aggs": _counting({"cardinality": {"field": "place", "precision_threshold": _FACET_PRECISION}}),
        }
        body["aggs"]["total"] = {"cardinality": {"field": "place", "precision_threshold": _TOTAL_PRECISION}}
        answer = self._search(self._pages, body)
        if 0 < answer["hits"]["total"]["value"] <= EXACT_COUNTS:
            every = {"terms": {"field": "place", "size": EXACT_COUNTS}}
            body["aggs"] = {**_counting(every), "total": every}
            answer = self._search(self._pages, body)
        counted = answer["aggregations"]
        facets = {
            name: in_order(
                facet_value(bucket["key"], _counted(bucket["documents"]))
                for bucket in counted[name]["buckets"]
            )
            for name in FACETS
        }
        return Overview(_counted(counted["total"]), facets)

    def variants(self, word: str, distance: int, limit: int) -> list[str]:
        """Indexed words within so many edits of a folded word, itself left out.

        The vocabulary is asked for words that are near as they are, or with what OCR confuses folded together.
        """
        near = [
            {"fuzzy": {field: {"value": value, "fuzziness": distance, "max_expansions": _MOST_CANDIDATES}}}
            for field, value in (("folded", word), ("shape", skeleton(word)))
        ]
        body = {
            **_BARE,
            "query": {"bool": {"should": near, "must_not": [{"term": {"folded": word}}]}},
            "size": _MOST_CANDIDATES,
            "track_total_hits": False,
            "docvalue_fields": ["folded"],
        }
        candidates = dict.fromkeys(self._vocabulary("folded", body), 0)
        found = nearest(word, candidates, distance, len(candidates))
        if len(found) > limit > 0:
            counts = self._commonness(found[:_MOST_COUNTED])
            found = nearest(word, counts, distance, limit)
        return found[:limit]

    def suggest(self, prefix: str, scopes: Scopes, limit: int) -> list[str]:
        """Words of pages in scope that begin so, commonest first; nothing for less than two letters.

        Of the vocabulary, the words that were indexed first are looked at: the common ones are among them. How
        common they are is told by the first pages in scope that have any.
        """
        form = normalise(prefix.strip())
        if len(form) < 2 or not (scopes.everything or scopes.names):
            return []
        body = {
            **_BARE,
            "query": {"constant_score": {"filter": {"prefix": {"form": {"value": form}}}}},
            "size": _MOST_COUNTED,
            "sort": ["_doc"],
            "track_total_hits": False,
            "docvalue_fields": ["form"],
        }
        words = self._vocabulary("form", body)
        counts = self._counts(words, scopes)
        return sorted((word for word in words if counts[word]), key=lambda word: (-counts[word], word))[
            :limit
        ]

    def _vocabulary(self, field: str, body: Mapping[str, Any]) -> list[str]:
        return [hit["fields"][field][0] for hit in self._hits(self._words, body, "hits.hits.fields")]

    def _commonness(self, words: Sequence[str]) -> dict[str, int]:
        """How many pages have each of the folded words, by the server's dictionary: pages just deleted may count."""
        body = {
            "doc": {"folded": " ".join(words)},
            "term_statistics": True,
            **dict.fromkeys(("field_statistics", "positions", "offsets", "payloads"), False),
        }
        known = "term_vectors.folded.terms.*.doc_freq"
        answer = self._ask(f"/{self._pages}/_termvectors", body, filter_path=known)
        held = answer["term_vectors"]["folded"]["terms"] if answer else {}
        return {word: held.get(word, {}).get("doc_freq", 0) for word in words}

    def _counts(self, words: Sequence[str], scopes: Scopes) -> dict[str, int]:
        """How many of the first pages in scope that have any of the words have each of them."""
        if not words:
            return {}
        filters = {str(at): {"term": {"exact": word}} for at, word in enumerate(words)}
        body = {
            "query": condition(scoped(p.OneOf("exact", tuple(words)), scopes)),
            "size": 0,
            "terminate_after": _MOST_LOOKED_AT,
            "track_total_hits": False,
            "aggs": {"words": {"filters": {"filters": filters}}},
        }
        buckets = self._search(self._pages, body)["aggregations"]["words"]["buckets"]
        return {word: buckets[str(at)]["doc_count"] for at, word in enumerate(words)}

    def _one_by_one(
        self, plan: Plan, scopes: Scopes, documents: Sequence[str], per_document: int
    ) -> dict[str, list[PageHit]]:
        found: dict[str, list[PageHit]] = {}
        for document in documents:
            answer = self._search(self._pages, self._pages_body(plan, scopes, [document], per_document))
            found.update(_by_document(_page_hits(answer["hits"]["hits"]), per_document))
        return found

    def _pages_body(self, plan: Plan, scopes: Scopes, documents: Sequence[str], size: int) -> dict[str, Any]:
        among = {"terms": {"document": list(documents)}}
        return {
            "query": {"bool": {"must": [scored(scoped(plan, scopes))], "filter": [among]}},
            "size": size,
            "sort": ["_score", {"page": "asc"}],
            "track_total_hits": True,
            "docvalue_fields": ["document"],
            "stored_fields": ["card", "outline"],
        }

    def _hits(self, index: str, body: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
        """The hits of a search, with what is at these paths alone: of a thousand, all else takes longer to read."""
        answer = self._search(index, body, filter_path=path)
        hits: list[dict[str, Any]] = answer["hits"]["hits"] if answer else []
        return hits

    def _search(self, index: str, body: Mapping[str, Any], **params: str) -> dict[str, Any]:
        """An answer of all pages or none: what only part of the shards says is taken for no answer."""
        return self._ask(f"/{index}/_search", body, allow_partial_search_results=False, **params)

    def _ask(self, path: str, body: Mapping[str, Any], **params: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._connection.ask("POST", path, body, **params)
        except IndexOutdated:
            self._generations.current()  # says it of another format, where there is one
            raise
        return answer


def _counting(documents: Query) -> dict[str, Any]:
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


def _counted(counted: Mapping[str, Any]) -> int:
    return len(counted["buckets"]) if "buckets" in counted else round(counted["value"])


def _document_hit(hit: Mapping[str, Any]) -> DocumentHit:
    *score, place = hit["sort"]
    return DocumentHit(str(hit["fields"]["document"][0]), score[0] if score else 0.0, unsigned(place))


def _page_hits(hits: Iterable[Mapping[str, Any]]) -> list[PageHit]:
    return [_page_hit(hit) for hit in hits]


def _page_hit(hit: Mapping[str, Any]) -> PageHit:
    (document,), (card,), (outline,) = (hit["fields"][name] for name in ("document", "card", "outline"))
    return page_hit(str(document), json.loads(card), hit["_score"], b64decode(outline))


def _by_document(hits: Iterable[PageHit], per_document: int) -> dict[str, list[PageHit]]:
    found: dict[str, list[PageHit]] = {}
    for hit in hits:
        of_document = found.setdefault(hit.document, [])
        if len(of_document) < per_document:
            of_document.append(hit)
    return found
