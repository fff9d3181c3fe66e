"""`/documents/{id}`: the page with the hit's line marked, and beside it figures, links, evidence and history."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api import access, proof
from api.access import Action, Actor
from api.events import record_access
from api.finding import known_claims, known_debtors
from api.invoice_lines import lines_of
from api.pages import paper
from api.pages.composed import earlier_papers, gone_of
from api.pages.hits import Run, pages_with, runs_on
from api.pages.paper import Figure, PageOfPaper
from api.pages.render import page, speaker_of
from api.request import Ask, service_of
from api.rescans import other_scans
from api.service import Service
from api.turns import VERIFYING
from archive.readings import load_document_page
from archive.scan_papers import blank_sides, papers_of_scans
from archive.whereabouts import DEAD
from ingest.retrying import retry_reading
from search import QueryError
from signing.verdict import Report
from tabellion.base.errors import Forbidden, Unavailable

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.READ))]
Unmarked = Literal["broken", "silent"]
"""Why no hits are marked: the query cannot be understood, or the search does not answer."""
Tab = Literal["figures", "links", "evidence", "history"]
Role = Literal["debtor", "co_debtor", "guarantor", "creditor", "assignee", "court"]
Number = Annotated[int, Query(ge=1, le=1_000_000)]

_CHOICES = 6
IMAGE_WIDTH = 1400
"""Pixels of the page picture that is sent: the desk of a large screen at ordinary density."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is in the paper and in the query's hits."""

    number: int
    at: int
    before: int | None
    following: int | None
    hit_pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """Whom somebody looks for to link the paper to, and as what."""

    whose: str
    role: Role

    def choices(self, connection: Connection, actor: Actor) -> list[tuple[str, dict[str, Any]]]:
        """Parties and claims in scope that fit, each with what it is."""
        if not self.whose.strip():
            return []
        parties = known_debtors(connection, actor, self.whose, _CHOICES)
        claims = known_claims(connection, actor, self.whose, _CHOICES)
        return [("party", one) for one in parties] + [("claim", one) for one in claims]


NOBODY = Looked("", "debtor")


@router.get("/documents/{document_id}")
def view(
    request: Request,
    document_id: str,
    actor: Reader,
    q: Annotated[str, Query(max_length=20_000)] = "",
    number: Annotated[int | None, Query(alias="page", ge=1, le=1_000_000)] = None,
    tab: Tab = "figures",
    field: int | None = None,
    asked: bool = False,
    whose: Annotated[str, Query(max_length=300)] = "",
    role: Annotated[Role, Query(alias="as")] = "debtor",
) -> Response:
    """A page of the paper; `asked` for a time proof, it waits for it. Looking at it is an entry of the log.

    `whose` looks for a debtor or claim that the paper may be linked to, `as` what of it.
    """
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_document(connection, actor, Action.READ, document_id)
        record_access(archive, connection, actor, "access", "document", document_id)
    looked = Looked(whose, role)
    return _page(
        request, actor, document_id, q=q, number=number, tab=tab, field=field, asked=asked, looked=looked
    )


@router.post("/documents/{document_id}/check", dependencies=[VERIFYING])
def check(
    request: Request,
    document_id: str,
    actor: Annotated[Actor, Depends(Ask(Action.EVIDENCE))],
    q: Annotated[str, Query(max_length=20_000)] = "",
    number: Annotated[int | None, Query(alias="page", ge=1, le=1_000_000)] = None,
) -> Response:
    """Read the original again and compare it with everything that is known of it; an entry of the log."""
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        access.require_evidence(connection, actor, document_id)
    report = service.verify([document_id])
    done = proof.record_check(service.archive, actor, "document", document_id, report)
    return _page(request, actor, document_id, q=q, number=number, tab="evidence", report=report, checked=done)


@router.get("/documents/{document_id}/check")
def checked(
    request: Request, document_id: str, _: Annotated[Actor, Depends(Ask(Action.EVIDENCE))]
) -> Response:
    """Where the address of a check is loaded anew: back to the paper, without checking again."""
    kept = {**request.query_params, "tab": "evidence"}
    return RedirectResponse(f"/documents/{document_id}?{urlencode(kept)}", 303)


@router.post("/documents/{document_id}/stamp")
def stamp(
    request: Request, document_id: str, actor: Reader, _: Annotated[Actor, Depends(Ask(Action.STAMP))]
) -> Response:
    """Get the time proof now instead of when it is due; the keeper asks the authority."""
    service = service_of(request)
    with service.archive.catalogue.read() as connection:
        access.require_document(connection, actor, Action.READ, document_id)
    service.close_stamp()
    kept = {**request.query_params, "tab": "evidence", "asked": "true"}
    return RedirectResponse(f"/documents/{document_id}?{urlencode(kept)}", 303)


@router.post("/documents/{document_id}/retry")
def retry(
    request: Request, document_id: str, actor: Annotated[Actor, Depends(Ask(Action.RETRY))]
) -> Response:
    """Have a paper that could not be read read once more."""
    service = service_of(request)
    archive = service.archive
    with archive.catalogue.write() as connection:
        access.require_document(connection, actor, Action.RETRY, document_id)
        retry_reading(archive, connection, [row.id for row in paper.deposits_of(connection, document_id)])
    service.nudge()
    return RedirectResponse(f"/documents/{document_id}", 303)


def _page(
    request: Request,
    actor: Actor,
    document_id: str,
    *,
    q: str,
    number: int | None,
    tab: Tab,
    field: int | None = None,
    asked: bool = False,
    report: Report | None = None,
    checked: proof.Check | None = None,
    looked: Looked = NOBODY,
) -> Response:
    service = service_of(request)
    archive = service.archive
    say = speaker_of(request, actor)
    with archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        pages = paper.open_pages_of(connection, document_id, opened)
        hit_pages, unmarked = _hits(service, actor, q, document_id, opened)
        shown = _shown(pages, number, hit_pages)
        reading = load_document_page(archive, connection, document_id, shown.number) if shown else None
        figures = paper.figures_of(connection, actor, document_id, opened, say)
        held = paper.deposits_of(connection, document_id)
        may_prove = actor.may(Action.EVIDENCE)
        originals = _originals(connection, actor, held)
        context: dict[str, Any] = {
            "document": paper.document_row(connection, document_id),
            "opened": opened,
            "pages": pages,
            "shown": shown,
            "sizes": {each.number: each for each in pages},
            "figures": figures,
            "wrong_sum": paper.wrong_sum_of(connection, actor, opened, say),
            "lines": lines_of(archive, connection, opened),
            "linked": paper.links_of(connection, actor, document_id, opened),
            "looked": looked,
            "choices": looked.choices(connection, actor) if actor.may(Action.LINK) else [],
            "proofs": proof.proofs(archive, connection, held) if may_prove else [],
            "checked": checked or (proof.last_check(connection, document_id) if may_prove else None),
            "history": paper.history_of(connection, actor, opened, [row.id for row in held], say)
            if may_prove
            else [],
            "earlier": earlier_papers(connection, actor, document_id) if may_prove else [],
            "deposits": held,
            "scans": other_scans(connection, actor, [document_id]).get(document_id, ()),
            "originals": originals,
            "files": {row.id: number for number, row in enumerate(held, 1)},
            "scan_papers": papers_of_scans(connection, originals),
            "blank": blank_sides(connection, [document_id]).get(document_id, 0),
            "gone": gone_of(connection, actor, document_id, [row.id for row in held]),
        }
        living = context["document"].state not in DEAD
    runs: list[Run] = [] if reading is None or not q.strip() or unmarked else runs_on(service, q, reading)
    context |= {
        "runs": runs,
        "regions": reading.regions if reading is not None else (),
        "place": _place(pages, shown, hit_pages),
        "unmarked": unmarked,
        "tab": tab,
        "asked": asked,
        "report": report,
        "chosen": _chosen(figures, field, shown),
        "address": lambda **parts: _address(document_id, q, parts),
        "image_width": IMAGE_WIDTH,
        "living": living,
        "tray_paper": {
            "document": document_id,
            "page": shown.number if shown else 0,
            "pages": context["document"].page_count or 0,
        }
        if living
        else None,
        "now": archive.clock.now(),
        "q": q,
    }
    return page(request, "viewer.html", context, actor=actor, here="search")


def _hits(
    service: Service, actor: Actor, query: str, document_id: str, opened: access.DocumentAccess
) -> tuple[list[int], Unmarked | None]:
    """The pages that match; where the query cannot be understood, or the search is away, the paper opens without."""
    if not query.strip():
        return [], None
    try:
        return pages_with(service, actor, query, document_id, opened), None
    except QueryError:
        return [], "broken"
    except Unavailable:
        return [], "silent"


def _shown(pages: list[PageOfPaper], number: int | None, hit_pages: list[int]) -> PageOfPaper | None:
    """The page asked for, else the first that matches, else the first that is open."""
    by_number = {each.number: each for each in pages}
    if number is not None and pages:
        if number not in by_number:
            raise Forbidden("there is no such page, or not for you")
        return by_number[number]
    return next((by_number[hit] for hit in hit_pages if hit in by_number), pages[0] if pages else None)


def _place(pages: list[PageOfPaper], shown: PageOfPaper | None, hit_pages: list[int]) -> Place | None:
    if shown is None:
        return None
    numbers = [each.number for each in pages]
    at = numbers.index(shown.number)
    return Place(
        number=shown.number,
        at=at,
        before=numbers[at - 1] if at else None,
        following=numbers[at + 1] if at + 1 < len(numbers) else None,
        hit_pages=tuple(hit_pages),
    )


def _chosen(figures: list[Figure], field: int | None, shown: PageOfPaper | None) -> Figure | None:
    here = shown.number if shown else 0
    return next((figure for figure in figures if figure.id == field and figure.page == here), None)


def _originals(connection: Any, actor: Actor, held: Any) -> set[str]:
    """The deposits whose original the asker may have."""
    allowed = set()
    for row in held:
        try:
            access.require_original(connection, actor, row.id)
        except Forbidden:
            continue
        if row.erased_at is None:
            allowed.add(row.id)
    return allowed


def _address(document_id: str, query: str, parts: dict[str, Any]) -> str:
    kept = {"q": query, **parts}
    return f"/documents/{document_id}?" + urlencode({name: value for name, value in kept.items() if value})
