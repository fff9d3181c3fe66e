"""/debtors: parties in scope, with the papers that are linked to them."""

from dataclasses import replace
from datetime import date as day
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, select

from api import access
from api.access import Action, Actor
from api.creations import once
from api.events import record_access
from api.finding import debtor_card, visible_parties
from api.request import Ask, service_of
from api.rest.common import Cursor, IdempotencyKey, Limit, Made, Strict, read_cursor, write_cursor
from api.rest.record_history import Former, told
from archive.catalogue.schema import current, documents, links, parties
from archive.histories import LINK_KEY
from archive.registry import NewParty, changes_of, find_parties, former_parties, put_parties, put_party
from tabellion.base.errors import BadRequest, Forbidden

router = APIRouter(prefix="/debtors", tags=["registry"])
Reader = Annotated[Actor, Depends(Ask(Action.REGISTRY_READ))]
PartyId = Annotated[str, Path(max_length=36)]
IdentifierPair = tuple[
    Annotated[str, Field(min_length=1, max_length=20)], Annotated[str, Field(min_length=1, max_length=64)]
]
Name = Annotated[str, Field(min_length=1, max_length=300)]
LinkState = Literal["proposed", "automatic", "confirmed"]


class PartyIn(Strict):
    """A party as it is imported: of one that is there, members that are absent stay, and empty ones are emptied."""

    name: Name = Field(examples=["Bartłomiej Wiśniowski"])
    kind: Literal["person", "company", "court", "authority"] = "person"
    external_id: str | None = Field(default=None, max_length=200, examples=["CRM-77120"])
    identifiers: list[IdentifierPair] = Field(
        default=[], max_length=50, examples=[[["pesel", "81051784697"]]], description="Type and value."
    )
    other_names: list[Name] = Field(default=[], max_length=50)
    birth_date: day | None = None
    town: str | None = Field(default=None, max_length=120, examples=["Kielce"])
    address: dict[str, str] = Field(default={}, examples=[{"street": "Lipowa 4", "postcode": "25-317"}])
    other_addresses: list[dict[str, str]] = Field(default=[], max_length=20)


class DebtorCard(Strict):
    """A party as people tell it from others."""

    id: str
    name: str = Field(examples=["Bartłomiej Wiśniowski"])
    kind: str = Field(examples=["person"])
    birth_year: int | None = Field(examples=[1984])
    town: str | None
    identifier_tail: str | None = Field(examples=["2318"])


class Debtors(Strict):
    """A part of the list, by name."""

    debtors: list[DebtorCard]
    next: str | None


class LinkedDocument(Strict):
    """A paper that is linked to the party; its date is null for those to whom not every page is open."""

    document: str
    kind: str
    date: day | None
    role: str
    link: LinkState = Field(description="`proposed`: nobody has confirmed it.")
    first_page: int
    last_page: int


class Debtor(DebtorCard):
    """A party with its papers in scope, newest first."""

    external_id: str | None
    documents: list[LinkedDocument]
    next: str | None


@router.get("")
def debtors(
    request: Request,
    actor: Reader,
    q: Annotated[
        str, Query(max_length=300, description="Words of a name, or an identifier or its end.")
    ] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Debtors:
    """Parties in scope: the best that match, or all by name with keyset paging."""
    with service_of(request).archive.catalogue.read() as connection:
        if q:
            found = find_parties(connection, q, visible_parties(actor), limit)
            return Debtors(debtors=[DebtorCard(**debtor_card(row, None)) for row in found], next=None)
        query = select(parties).where(visible_parties(actor)).order_by(parties.c.sort_name, parties.c.id)
        if cursor is not None:
            name, party_id = read_cursor(cursor, str, str)
            query = query.where(
                (parties.c.sort_name > name) | ((parties.c.sort_name == name) & (parties.c.id > party_id))
            )
        rows = connection.execute(query.limit(limit + 1)).all()
    following = write_cursor(rows[limit - 1].sort_name, rows[limit - 1].id) if len(rows) > limit else None
    return Debtors(debtors=[DebtorCard(**debtor_card(row, None)) for row in rows[:limit]], next=following)


@router.post("", status_code=status.HTTP_201_CREATED)
def put_debtor(
    request: Request,
    response: Response,
    body: PartyIn,
    actor: Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))],
    idempotency_key: IdempotencyKey = None,
) -> Made:
    """Add a party, or bring the one with that external id up to date; papers that name it are linked anew."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        made = once(
            archive,
            connection,
            actor,
            idempotency_key,
            f"party {body.model_dump_json()}",
            lambda: put_party(
                archive, connection, _party(connection, body, body.external_id), actor.pseudonym
            ),
        )
    response.headers["Location"] = f"/api/v1/debtors/{made}"
    return Made(id=made)


@router.put(
    "/external/{external_id:path}",
    responses={201: {"model": Made, "description": "It was not there before."}},
)
def put_external(
    request: Request,
    response: Response,
    external_id: Annotated[str, Path(max_length=200)],
    body: PartyIn,
    actor: Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))],
) -> Made:
    """Add the party that another system calls so (201), or bring it up to date (200); again: nothing changes.

    As in an import, members that are absent leave what they name alone; null and empty ones empty it.
    """
    if body.external_id not in (None, external_id):
        raise BadRequest("the body names another external id")
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        party = _party(connection, body, external_id)
        (put,) = put_parties(archive, connection, [party], actor.pseudonym)
    response.status_code = status.HTTP_201_CREATED if put.outcome == "added" else status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/debtors/{put.id}"
    return Made(id=put.id)


@router.get("/{party_id}/history")
def history(
    request: Request, party_id: PartyId, actor: Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))]
) -> list[Former]:
    """The last fifty changes of the party, newest first: which fields, from what to what, by whom and when."""
    with service_of(request).archive.catalogue.read() as connection:
        known = select(parties.c.id).where(parties.c.id == party_id, visible_parties(actor))
        if connection.scalar(known) is None:
            raise Forbidden("there is no such debtor, or not for you")
        return told(changes_of(connection, "party", party_id))


@router.get("/{party_id}")
def debtor(
    request: Request, party_id: PartyId, actor: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Debtor:
    """A party in scope, with the papers in scope that are linked to it; links that were rejected are left out.

    Looking at it is an entry of the log.
    """
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        row = connection.execute(
            select(parties).where(parties.c.id == party_id, visible_parties(actor))
        ).one_or_none()
        if row is None:
            raise Forbidden("there is no such debtor, or not for you")
        linked, following = _linked(connection, actor, party_id, limit, cursor)
        record_access(archive, connection, actor, "access", "party", party_id)
    return Debtor(**debtor_card(row, None), external_id=row.external_id, documents=linked, next=following)


def _linked(
    connection: Connection, actor: Actor, party_id: str, limit: int, cursor: str | None
) -> tuple[list[LinkedDocument], str | None]:
    if not actor.may(Action.READ):
        return [], None
    query = (
        select(documents.c.id, documents.c.kind, documents.c.document_date, links)
        .join(links, links.c.document_id == documents.c.id)
        .where(
            links.c.target_type == "party",
            links.c.target_id == party_id,
            links.c.state != "rejected",
            documents.c.state.not_in(("void", "erased")),
            current(links, *LINK_KEY),
            access.visible_documents(actor),
        )
        .order_by(documents.c.id.desc(), links.c.link_id)
    )
    if cursor is not None:
        document_id, link_id = read_cursor(cursor, str, str)
        query = query.where(
            (documents.c.id < document_id) | ((documents.c.id == document_id) & (links.c.link_id > link_id))
        )
    rows: list[Any] = list(connection.execute(query.limit(limit + 1)))
    opened = access.open_pages(connection, actor, [row.id for row in rows])
    shown = [
        LinkedDocument(
            document=row.id,
            kind=row.kind,
            date=row.document_date if opened[row.id].complete else None,
            role=row.role,
            link=row.state,
            first_page=row.first_page,
            last_page=row.last_page,
        )
        for row in rows[:limit]
        if row.id in opened
        and any(opened[row.id].page(page) for page in range(row.first_page, row.last_page + 1))
    ]
    following = write_cursor(rows[limit - 1].id, rows[limit - 1].link_id) if len(rows) > limit else None
    return shown, following


def _party(connection: Connection, body: PartyIn, external_id: str | None) -> NewParty:
    """The party as it is to be: what the body has, laid over what there is."""
    given = {name: getattr(body, name) for name in body.model_fields_set - {"external_id"}}
    held: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    if external_id is None:
        return NewParty(**held)
    known = former_parties(connection, [external_id]).get(external_id)
    return NewParty(**held, external_id=external_id) if known is None else replace(known, **held)
