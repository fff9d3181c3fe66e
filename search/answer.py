"""The answer to a query: documents with their best pages, marked words, facets and the way to the next ones."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from ocr.values import PageReading
from search.analysis import Analyser
from search.compile import Compiled, Compiler
from search.cursors import DateCursor, ListCursor, parse_cursor
from search.errors import CursorError
from search.grammar import wording
from search.highlight import Marked, Marker
from search.lists import MOST_DOCUMENTS, ResultList, ResultLists
from search.needles import Reason
from search.port import DocumentHit, Overview, PageHit, PageParty, Scopes, SearchIndex
from search.query import parse

BEST_PAGES: Final = 3
MOST_HITS: Final = 100

WordsOf = Callable[[str, int], PageReading | None]
"""Gives the reading of a page of a document (numbered from 1 within it); None where there is none."""

Known = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question: the query as typed, the asking user's scopes, how many documents, and where to go on."""

    query: str
    scopes: Scopes
    limit: int = 20
    cursor: str | None = None
    order: Literal["relevance", "date"] = "relevance"


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """A page that matches, marked."""

    page: int
    marked: Marked


@dataclass(frozen=True, slots=True)
class AnswerHit:
    """A document that matches, with its best pages; `why` is the strongest reason first."""

    document: str
    kind: str
    date: str | None
    score: float
    why: tuple[str, ...]
    parties: tuple[PageParty, ...]
    pages: tuple[AnswerPage, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that a search answers; `promised` is its shape outside."""

    overview: Overview
    hits: tuple[AnswerHit, ...]
    next: str | None
    not_yet_searchable: int = 0
    debtors: tuple[Known, ...] = ()
    claims: tuple[Known, ...] = ()

    def promised(self) -> dict[str, Any]:
        """The shape of `tabellion search --json` and of REST `search`."""
        return {
            "total": self.overview.total,
            "not_yet_searchable": self.not_yet_searchable,
            "debtors": [dict(debtor) for debtor in self.debtors],
            "claims": [dict(claim) for claim in self.claims],
            "hits": [_promised_hit(hit) for hit in self.hits],
            "facets": {
                name: [
                    {"value": value.value, "label": value.label, "count": value.documents} for value in values
                ]
                for name, values in self.overview.facets.items()
            },
            "next": self.next,
        }


@dataclass(frozen=True, slots=True)
class Finder:
    """Answers searches: built once, from the index, the words of pages, and a store of result lists.

    `registry` gives the debtors and claims in scope that match the words of a query (without its filters and what it
    leaves out), `waiting` the number of papers in scope that are still to be read; both get the user's scopes.
    `prepare` is told the documents whose words will be asked for, so that rights to all are looked up at once. With
    `beside`, the index counts in one of its threads while the documents are found and marked here.
    """

    index: SearchIndex
    analyser: Analyser
    words_of: WordsOf
    lists: ResultLists
    registry: Callable[[str, Scopes], tuple[Sequence[Known], Sequence[Known]]] = field(
        default=lambda query, scopes: ((), ())
    )
    waiting: Callable[[Scopes], int] = field(default=lambda scopes: 0)
    prepare: Callable[[Sequence[str]], object] = field(default=lambda documents: None)
    beside: Executor | None = None

    def answer(self, request: SearchRequest) -> Answer:
        """Raises QueryError for a query that cannot be understood, CursorError for a cursor of another one."""
        tree = parse(request.query)
        compiled = Compiler(self.analyser, partial(self.index.variants, scopes=request.scopes)).compile(tree)
        limit = min(max(request.limit, 1), MOST_HITS)
        overview = self._overview(compiled, request.scopes)
        found, following = self._documents(request, compiled, limit)
        hits = self._hits(found, compiled, request.scopes)
        words = wording(tree) if request.cursor is None else ""
        debtors, claims = self.registry(words, request.scopes) if words else ((), ())
        return Answer(
            overview=overview(),
            hits=tuple(hits),
            next=str(following) if following else None,
            not_yet_searchable=self.waiting(request.scopes),
            debtors=tuple(debtors),
            claims=tuple(claims),
        )

    def _overview(self, compiled: Compiled, scopes: Scopes) -> Callable[[], Overview]:
        """Begin to count; what it gives waits for the figures."""
        if self.beside is None:
            return partial(self.index.overview, compiled.plan, scopes)
        return self.beside.submit(self.index.overview, compiled.plan, scopes).result

    def _documents(
        self, request: SearchRequest, compiled: Compiled, limit: int
    ) -> tuple[list[tuple[str, float]], ListCursor | DateCursor | None]:
        if request.cursor is None:
            if request.order == "date" or not compiled.scored:
                return self._by_date(compiled, request.scopes, limit, DateCursor(None), ())
            return self._by_relevance(request, compiled, limit)
        cursor = parse_cursor(request.cursor)
        if isinstance(cursor, ListCursor):
            kept = self._kept(cursor.name, request.query)
            return self._slice(kept, cursor.name, cursor.offset, limit)
        shown = self._kept(cursor.shown, request.query).documents if cursor.shown else ()
        return self._by_date(compiled, request.scopes, limit, cursor, [document for document, _ in shown])

    def _by_relevance(
        self, request: SearchRequest, compiled: Compiled, limit: int
    ) -> tuple[list[tuple[str, float]], ListCursor | DateCursor | None]:
        best = self.index.documents(compiled.plan, request.scopes, MOST_DOCUMENTS)
        results = ResultList(_digest(request.query), tuple((hit.document, hit.score) for hit in best))
        if len(best) <= limit:
            return list(results.documents), None
        return self._slice(results, self.lists.keep(results), 0, limit)

    def _slice(
        self, results: ResultList, name: str, offset: int, limit: int
    ) -> tuple[list[tuple[str, float]], ListCursor | DateCursor | None]:
        end = offset + limit
        following: ListCursor | DateCursor | None = None
        if end < len(results.documents):
            following = ListCursor(name, end)
        elif len(results.documents) == MOST_DOCUMENTS:
            following = DateCursor.after_list(name)
        return list(results.documents[offset:end]), following

    def _by_date(
        self, compiled: Compiled, scopes: Scopes, limit: int, cursor: DateCursor, shown: Sequence[str]
    ) -> tuple[list[tuple[str, float]], DateCursor | None]:
        """The next documents by date; one that is left out may make the page shorter, never the walk."""
        left_out = frozenset(shown)
        found: list[DocumentHit] = []
        before = cursor.before
        asked = limit
        while True:
            step = self.index.newest(compiled.plan, scopes, asked + 1, before)
            more = len(step) > asked
            for hit in step[:asked]:
                before = hit.place
                if hit.document not in left_out:
                    found.append(hit)
                if len(found) == limit:
                    break
            if len(found) == limit or not more:
                break
            asked = min(2 * asked, MOST_DOCUMENTS)  # the newest may be those that were shown before
        last = more or (bool(step) and before != step[-1].place)
        following = DateCursor(before, cursor.shown) if last else None
        return [(hit.document, hit.score) for hit in found], following

    def _kept(self, name: str, query: str) -> ResultList:
        results = self.lists.fetch(name)
        if results is None or results.query != _digest(query):
            raise CursorError("this cursor has expired, or belongs to another query")
        return results

    def _hits(
        self, found: Sequence[tuple[str, float]], compiled: Compiled, scopes: Scopes
    ) -> list[AnswerHit]:
        """The documents with their pages, asked for anew: what the user may no longer open drops out."""
        pages = self.index.pages(compiled.plan, scopes, [document for document, _ in found], BEST_PAGES)
        self.prepare(list(pages))
        marker = Marker(compiled.needles, self.analyser)
        return [
            self._hit(document, score, pages[document], marker)
            for document, score in found
            if document in pages
        ]

    def _hit(self, document: str, score: float, pages: Sequence[PageHit], marker: Marker) -> AnswerHit:
        marked = [AnswerPage(page.page, self._marked(page, marker)) for page in pages]
        reasons = sorted({reason for page in marked for reason in page.marked.reasons})
        first = pages[0]
        return AnswerHit(
            document=document,
            kind=first.kind,
            date=first.date.isoformat() if first.date else None,
            score=round(score, 4),
            why=tuple(Reason(reason).name.lower() for reason in reasons) or ("filter",),
            parties=tuple(dict.fromkeys(party for page in pages for party in page.parties)),
            pages=tuple(marked),
        )

    def _marked(self, page: PageHit, marker: Marker) -> Marked:
        reading = self.words_of(page.document, page.page)
        if reading is None:
            return Marked(0, 0, 0, "", (), ())
        return marker.mark(reading, page.outline)


def _digest(query: str) -> str:
    return hashlib.sha256(" ".join(query.split()).encode()).hexdigest()


def _promised_hit(hit: AnswerHit) -> dict[str, Any]:
    return {
        "document": hit.document,
        "kind": hit.kind,
        "date": hit.date,
        "score": hit.score,
        "why": list(hit.why),
        "parties": [{"id": party.id, "role": party.role, "name": party.name} for party in hit.parties],
        "pages": [
            {
                "page": page.page,
                "width": page.marked.width,
                "height": page.marked.height,
                "dpi": page.marked.dpi,
                "snippet": page.marked.snippet,
                "boxes": [list(box) for box in page.marked.boxes],
            }
            for page in hit.pages
        ],
    }
