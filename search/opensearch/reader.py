"""The reading side of the index on a server."""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from search.analysis import normalise
from search.card import page_hit
from search.opensearch.asking import BARE, Asking
from search.opensearch.connection import Connection
from search.opensearch.counting import overview_of
from search.opensearch.generations import Generations
from search.opensearch.schema import signed, unsigned
from search.opensearch.translate import condition, scored
from search.opensearch.vocabulary import near_words, words_with
from search.plan import Plan
from search.port import DocumentHit, Overview, PageHit, Scopes
from search.ranking import ranked
from search.scoping import scoped

_WINDOW: Final = 10_000
_DOCUMENT: Final = "hits.hits.fields.document,hits.hits.sort"


class OpenSearchIndex:
    """Answers questions from the generation in force, which an `OpenSearchWriter` writes in any process."""

    def __init__(self, connection: Connection, prefix: str) -> None:
        self._asking = Asking(connection, Generations(connection, prefix))

    def documents(self, plan: Plan, scopes: Scopes, limit: int) -> list[DocumentHit]:
        """The best documents, by the score of their best page; ties newest first."""
        body = {
            **BARE,
            "query": scored(scoped(plan, scopes)),
            "size": limit,
            "collapse": {"field": "place"},
            "sort": ["_score", {"place": "desc"}],
            "track_total_hits": False,
            "docvalue_fields": ["document"],
        }
        return ranked(map(_document_hit, self._asking.hits(self._asking.pages, body, _DOCUMENT)), limit)

    def newest(self, plan: Plan, scopes: Scopes, limit: int, before: int | None = None) -> list[DocumentHit]:
        """Matching documents by date, newest first, from the place after `before`."""
        if before == 0:
            return []
        older = [] if before is None else [{"range": {"place": {"lte": signed(before - 1)}}}]
        body = {
            **BARE,
            "query": {"bool": {"filter": [condition(scoped(plan, scopes)), *older]}},
            "size": limit,
            "collapse": {"field": "place"},
            "sort": [{"place": "desc"}],
            "track_total_hits": False,
            "docvalue_fields": ["document"],
        }
        return [_document_hit(hit) for hit in self._asking.hits(self._asking.pages, body, _DOCUMENT)]

    def pages(
        self, plan: Plan, scopes: Scopes, documents: Sequence[str], per_document: int
    ) -> dict[str, list[PageHit]]:
        """The best matching pages of each of these documents; one that no longer matches is left out."""
        if not documents:
            return {}
        wanted = min(len(documents) * per_document * 4, _WINDOW)
        answer = self._asking.search(self._asking.pages, self._pages_body(plan, scopes, documents, wanted))
        found = _by_document(_page_hits(answer["hits"]["hits"]), per_document)
        if answer["hits"]["total"]["value"] > wanted:
            # Documents of many matching pages crowd out others: those are asked for one by one.
            short = [document for document in documents if len(found.get(document, ())) < per_document]
            found |= self._one_by_one(plan, scopes, short, per_document)
        return found

    def overview(self, plan: Plan, scopes: Scopes) -> Overview:
        """The number of matching documents and the facets."""
        return overview_of(self._asking, condition(scoped(plan, scopes)))

    def variants(self, word: str, distance: int, limit: int, scopes: Scopes | None = None) -> list[str]:
        """Indexed words within so many edits of a folded word, itself left out; nothing is remembered of them."""
        return near_words(self._asking, word, distance, limit)

    def suggest(self, prefix: str, scopes: Scopes, limit: int) -> list[str]:
        """Words of pages in scope that begin so, commonest first; nothing for less than two letters."""
        form = normalise(prefix.strip())
        if len(form) < 2 or not (scopes.everything or scopes.names):
            return []
        return words_with(self._asking, form, scopes, limit)

    def _one_by_one(
        self, plan: Plan, scopes: Scopes, documents: Sequence[str], per_document: int
    ) -> dict[str, list[PageHit]]:
        found: dict[str, list[PageHit]] = {}
        for document in documents:
            answer = self._asking.search(
                self._asking.pages, self._pages_body(plan, scopes, [document], per_document)
            )
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
