"""`/search`: the box, people and claims on the left, marked page strips on the right, facets as plain links."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.finding import find, known_papers, still_to_read
from api.pages.field_words import meant_by, names_no_kind
from api.pages.hits import Pixels, joined
from api.pages.recent import recent_debtors
from api.pages.render import page, speaker_of
from api.request import Ask, service_of
from api.rescans import OtherScan, other_scans
from api.saved import list_saved
from api.turns import SEARCHING
from archive.catalogue.schema import documents
from archive.scan_papers import blank_sides
from search import Answer, QueryError
from search.answer import AnswerHit, AnswerPage
from search.port import FacetValue, PageParty

router = APIRouter(include_in_schema=False)

FILTERS = {
    "kind": "kind",
    "year": "date",
    "party": "party",
    "language": "language",
    "portfolio": "portfolio",
}
"""Facets, and the field of the query language that narrows to one of their values."""

BAND = 0.13
"""Height of a strip, in widths of the page."""

SHOWN_FACETS = 6
WIDTH = 900
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Strip:
    """A band of a page with its marked words: boxes are pixels of the page, `top` and `height` cut the band out."""

    page: int
    address: str
    image: str
    width: int
    top: int
    height: int
    boxes: tuple[Pixels, ...]
    snippet: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document among the answers."""

    document: str
    address: str
    kind: str
    date: date | None
    direction: str | None
    amount_minor: int | None
    currency: str | None
    pages: int | None
    blank: int
    parties: tuple[PageParty, ...]
    why: tuple[str, ...]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of a facet as a link that narrows the query, or widens it again."""

    label: str
    count: int
    address: str
    chosen: bool


@router.get("/search", dependencies=[SEARCHING])
def search(
    request: Request,
    actor: Annotated[Actor, Depends(Ask(Action.SEARCH))],
    q: Annotated[str, Query(max_length=20_000)] = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    order: Annotated[str, Query(pattern="^(relevance|date)$")] = "relevance",
) -> Response:
    """The start where nothing is asked; else the answer, or where the query is wrong its place."""
    service = service_of(request)
    if not q.strip():
        with service.archive.catalogue.read() as connection:
            context = {
                "recent": recent_debtors(request, connection, actor)
                if actor.may(Action.REGISTRY_READ)
                else [],
                "waiting": still_to_read(connection, actor),
                "saved": list_saved(connection, actor),
            }
        return page(request, "search_start.html", context, actor=actor, here="search")
    try:
        answer = find(service, actor, q, cursor=cursor, by_date=order == "date")
    except QueryError as error:
        at = min(error.position, len(q))
        context = {"error": error, "before": q[:at], "there": q[at : at + 1], "after": q[at + 1 :]}
        return page(request, "search_error.html", context, actor=actor, here="search", status=error.status)
    known = known_papers(service, actor, q, answer)
    wanted = [hit.document for hit in (*answer.hits, *known)]
    with service.archive.catalogue.read() as connection:
        rows = _rows(connection, wanted)
        opened = access.open_pages(connection, actor, rows)
        scans = other_scans(connection, actor, wanted)
        blank = blank_sides(connection, list(rows))
        saved = [one.name for one in list_saved(connection, actor) if one.query == q.strip()]

    def shown(found: Sequence[AnswerHit], asked: str) -> list[Hit]:
        hits = [
            _hit(hit, rows.get(hit.document), opened.get(hit.document), blank.get(hit.document, 0), asked)
            for hit in found
        ]
        return _best_scans(hits, scans)

    context = {
        "answer": answer,
        "hits": shown(answer.hits, q),
        "known": [replace(hit, why=()) for hit in shown(known, "")],
        "begins": _beginning(q),
        "meant": None if answer.hits else meant_by(q, speaker_of(request, actor), service.options.languages),
        "no_such_kind": not answer.hits and names_no_kind(q),
        "scans": scans,
        "facets": {name: list(_facets(answer, name, q)) for name in FILTERS},
        "saved": saved,
        "order": order,
        "by_relevance": _address(q),
        "by_date": _address(q, order="date"),
        "following": _address(q, order=order, cursor=answer.next) if answer.next else None,
    }
    return page(request, "search.html", context, actor=actor, here="search")


def _beginning(query: str) -> str | None:
    """The query with its last word as a beginning, where it is of words alone that may go on."""
    words = query.split()
    if words and len(words[-1]) >= _SHORTEST and all(word.isalpha() for word in words):
        return f"{' '.join(words)}*"
    return None


def _best_scans(hits: Sequence[Hit], scans: Mapping[str, Sequence[OtherScan]]) -> list[Hit]:
    """The hits, of several scans of one paper the best read one alone: it names the others, which are all kept."""
    here = {hit.document for hit in hits}
    return [
        hit
        for hit in hits
        if not any(scan.better and scan.document in here for scan in scans.get(hit.document, ()))
    ]


def _rows(connection: Connection, ids: Sequence[str]) -> Mapping[str, Row[Any]]:
    return {row.id: row for row in connection.execute(select(documents).where(documents.c.id.in_(ids)))}


def _hit(hit: AnswerHit, row: Row[Any] | None, opened: DocumentAccess | None, blank: int, query: str) -> Hit:
    # The amount may stand on a page that is closed to the asker: it is told only with the whole paper.
    told = row if opened is not None and opened.complete else None
    where = urlencode(_asked(query) | {"page": hit.pages[0].page if hit.pages else 1})
    return Hit(
        document=hit.document,
        address=f"/documents/{hit.document}?{where}#hit",
        kind=hit.kind,
        date=date.fromisoformat(hit.date) if hit.date else None,
        direction=row.direction if row else None,
        amount_minor=told.amount_minor if told else None,
        currency=told.currency if told else None,
        pages=row.page_count if row else None,
        blank=blank,
        parties=tuple(party for party in hit.parties if party.role in ("debtor", "co_debtor", "guarantor")),
        why=hit.why,
        strips=tuple(_strips(hit, query)),
    )


def _strips(hit: AnswerHit, query: str) -> Iterator[Strip]:
    for found in hit.pages:
        marked = found.marked
        if not marked.width:
            continue
        runs = joined(marked.boxes)
        height = min(marked.height, round(marked.width * BAND))
        top = _top(runs, height, found)
        image = urlencode(
            {
                "top": 1000 * top // marked.height,
                "bottom": -(-1000 * (top + height) // marked.height),
                "width": WIDTH,
            }
        )
        yield Strip(
            page=found.page,
            address=f"/documents/{hit.document}?{urlencode(_asked(query) | {'page': found.page})}#hit",
            image=f"/documents/{hit.document}/pages/{found.page}/band?{image}",
            width=marked.width,
            top=top,
            height=height,
            boxes=tuple(box for box in runs if box[3] > top and box[1] < top + height),
            snippet=marked.snippet,
        )


def _top(runs: Sequence[Pixels], height: int, found: AnswerPage) -> int:
    """Where the band begins: so that it holds as many marked words as it can, the first of them a third down."""
    if not runs:
        return 0
    best = max(runs, key=lambda box: sum(box[1] <= other[1] < box[1] + height * 2 // 3 for other in runs))
    return max(0, min(best[1] - height // 3, found.marked.height - height))


def _facets(answer: Answer, name: str, query: str) -> Iterator[Facet]:
    values: Sequence[FacetValue] = answer.overview.facets.get(name, ())
    for value in values[:SHOWN_FACETS]:
        wanted = (
            f'{FILTERS[name]}:"{value.value}"' if " " in value.value else f"{FILTERS[name]}:{value.value}"
        )
        parts = query.split()
        chosen = wanted in parts
        narrowed = (
            " ".join(part for part in parts if part != wanted) if chosen else f"{query.strip()} {wanted}"
        )
        yield Facet(value.label, value.documents, _address(narrowed), chosen)


def _asked(query: str) -> dict[str, str | int]:
    return {"q": query} if query else {}


def _address(query: str, **more: str | None) -> str:
    kept = {name: value for name, value in more.items() if value and value != "relevance"}
    return "/search?" + urlencode({"q": query, **kept})
