"""`/debtors`: who is in scope; a first dossier: identity strip, papers newest first, the page in the middle."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, Row, func, select

from api import access
from api.access import Action, Actor
from api.events import record_access
from api.finding import debtor_card, still_to_read, tails_of, visible_claims, visible_parties
from api.linked_papers import PROPOSED, SURE, PaperLine, linked_papers
from api.pages.paper import open_pages_of
from api.pages.recent import remember
from api.pages.record_history import record_history
from api.pages.render import page, speaker_of
from api.request import Ask, service_of
from api.rest.common import Cursor, read_cursor, write_cursor
from archive.catalogue.schema import (
    claim_parties,
    claims,
    current,
    documents,
    links,
    parties,
    party_identifiers,
)
from archive.histories import LINK_KEY
from archive.registry import find_parties
from tabellion.base.errors import Forbidden

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.REGISTRY_READ))]

PER_PAGE = 60
TAIL = 4


@router.get("/debtors")
def list_debtors(
    request: Request,
    actor: Reader,
    q: Annotated[str, Query(max_length=300)] = "",
    cursor: Cursor = None,
) -> Response:
    """Debtors in scope by name, or those whose name or identifier matches."""
    with service_of(request).archive.catalogue.read() as connection:
        if q.strip():
            rows: Sequence[Row[Any]] = find_parties(connection, q, visible_parties(actor), PER_PAGE)
        else:
            owing = select(claim_parties.c.party_id)
            query = (
                select(parties)
                .where(visible_parties(actor), parties.c.id.in_(owing))
                .order_by(parties.c.sort_name, parties.c.id)
            )
            if cursor is not None:
                name, party_id = read_cursor(cursor, str, str)
                query = query.where(
                    (parties.c.sort_name > name) | ((parties.c.sort_name == name) & (parties.c.id > party_id))
                )
            rows = connection.execute(query.limit(PER_PAGE + 1)).all()
        shown = rows[:PER_PAGE]
        tails = tails_of(connection, [row.id for row in shown])
        papers = _papers_of(connection, actor, [row.id for row in shown])
    following = None
    if not q.strip() and len(rows) > PER_PAGE:
        following = write_cursor(rows[PER_PAGE - 1].sort_name, rows[PER_PAGE - 1].id)
    context = {
        "cards": [debtor_card(row, tails.get(row.id)) | {"papers": papers.get(row.id, 0)} for row in shown],
        "following": following,
        "wanted": q,
        "query": "",
    }
    return page(request, "debtors.html", context, actor=actor, here="debtors")


@router.get("/debtors/{party_id}")
def dossier(
    request: Request,
    party_id: Annotated[str, Path(max_length=36)],
    actor: Reader,
    paper: Annotated[str | None, Query(max_length=36)] = None,
    number: Annotated[int | None, Query(alias="page", ge=1)] = None,
) -> Response:
    """Everything of one debtor that is in scope; opening it is an entry of the log."""
    service = service_of(request)
    archive = service.archive
    with archive.catalogue.write() as connection:
        row = connection.execute(
            select(parties).where(parties.c.id == party_id, visible_parties(actor))
        ).one_or_none()
        if row is None:
            raise Forbidden("there is no such debtor, or not for you")
        record_access(archive, connection, actor, "access", "party", party_id)
    with archive.catalogue.read() as connection:
        sure, _ = linked_papers(connection, actor, "party", party_id, SURE)
        maybe, _ = linked_papers(connection, actor, "party", party_id, PROPOSED)
        context: dict[str, Any] = {
            **desk(connection, actor, sure, maybe, paper, number),
            "base": f"/debtors/{party_id}",
            "party": row,
            "identifiers": _identifiers(connection, party_id),
            "claims": _claims(connection, actor, party_id),
            "waiting": still_to_read(connection, actor),
            "record": record_history(connection, actor, "party", party_id, speaker_of(request, actor)),
            "since": row.created_at,
        }
    answer = page(request, "dossier.html", context, actor=actor, here="debtors")
    remember(request, answer, actor, party_id, secure=service.options.secure_cookies)
    return answer


@router.get("/open/{system}/{external_id:path}")
def open_from_elsewhere(request: Request, system: str, external_id: str, actor: Reader) -> Response:
    """The dossier of whom another system calls so; forbidden and unknown answer alike."""
    with service_of(request).archive.catalogue.read() as connection:
        found = connection.scalar(
            select(parties.c.id).where(
                parties.c.external_id.in_((external_id, f"{system}:{external_id}")), visible_parties(actor)
            )
        )
    if found is None:
        raise Forbidden("there is no such debtor, or not for you")
    return RedirectResponse(f"/debtors/{found}", 303)


def desk(
    connection: Connection,
    actor: Actor,
    sure: Sequence[PaperLine],
    maybe: Sequence[PaperLine],
    paper: str | None,
    number: int | None,
) -> dict[str, Any]:
    """What a dossier shows of papers: the lists, the chosen paper with its open pages, and those beside it."""
    chosen = next((line for line in [*sure, *maybe] if line.id == paper), sure[0] if sure else None)
    pages = []
    if chosen is not None and actor.may(Action.READ):
        opened = access.require_document(connection, actor, Action.READ, chosen.id)
        pages = open_pages_of(connection, chosen.id, opened)
    wanted = number or (chosen.first if chosen else 1)
    shown = next((each for each in pages if each.number == wanted), pages[0] if pages else None)
    order = [line.id for line in sure]
    at = order.index(chosen.id) if chosen is not None and chosen.id in order else None
    return {
        "sure": sure,
        "maybe": maybe,
        "chosen": chosen,
        "pages": pages,
        "shown": shown,
        "before": order[at - 1] if at else None,
        "following": order[at + 1] if at is not None and at + 1 < len(order) else None,
        "tray_paper": None
        if chosen is None
        else {"document": chosen.id, "page": shown.number if shown else 0, "pages": chosen.pages or 0},
    }


def _claims(connection: Connection, actor: Actor, party_id: str) -> Sequence[Row[Any]]:
    return connection.execute(
        select(claims, claim_parties.c.role)
        .join(claim_parties, claim_parties.c.claim_id == claims.c.id)
        .where(claim_parties.c.party_id == party_id, visible_claims(actor))
        .order_by(claims.c.number)
    ).all()


def _identifiers(connection: Connection, party_id: str) -> list[dict[str, str]]:
    """The identifiers by type with their tails; accounts are many and say little about who somebody is."""
    rows = connection.execute(
        select(party_identifiers)
        .where(party_identifiers.c.party_id == party_id, party_identifiers.c.type != "iban")
        .order_by(party_identifiers.c.type, party_identifiers.c.value)
    ).all()
    return [{"type": row.type, "tail": row.value[-TAIL:]} for row in rows]


def _papers_of(connection: Connection, actor: Actor, ids: Sequence[str]) -> dict[str, int]:
    """How many papers in scope are linked to each party."""
    rows = connection.execute(
        select(links.c.target_id, func.count(links.c.document_id.distinct()).label("papers"))
        .join(documents, documents.c.id == links.c.document_id)
        .where(
            links.c.target_type == "party",
            links.c.target_id.in_(ids),
            links.c.state.in_(("automatic", "confirmed")),
            current(links, *LINK_KEY),
            documents.c.state.not_in(("void", "erased")),
            access.visible_documents(actor),
        )
        .group_by(links.c.target_id)
    )
    return {row.target_id: row.papers for row in rows}
