"""/debtors, /claims, /portfolios: the registry, in scope."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import Field
from sqlalchemy import select

from api import access
from api.access import Action, Actor
from api.finding import debtor_card, visible_claims, visible_parties
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from archive.catalogue.schema import claims, current, documents, links, parties
from archive.registry import (
    NewClaim,
    NewParty,
    add_portfolio,
    find_claims,
    find_parties,
    list_portfolios,
    put_claim,
    put_party,
)
from tabellion.base.errors import Forbidden

router = APIRouter(tags=["registry"])
Reader = Annotated[Actor, Depends(Ask(Action.REGISTRY_READ))]
Writer = Annotated[Actor, Depends(Ask(Action.REGISTRY_WRITE))]


class PartyIn(Strict):
    """A party as it is imported; an upsert by `external_id`."""

    name: str = Field(min_length=1, max_length=300, examples=["Bartłomiej Wiśniowski"])
    kind: str = "person"
    external_id: str | None = Field(default=None, max_length=200)
    identifiers: list[tuple[str, str]] = Field(default=[], examples=[[["pesel", "81051784697"]]])
    other_names: list[str] = Field(default=[])
    birth_date: date | None = None
    town: str | None = Field(default=None, max_length=120)
    address: dict[str, str] = Field(default={})


class ClaimIn(Strict):
    """A claim as it is imported; an upsert by `external_id`."""

    number: str = Field(min_length=1, max_length=120, examples=["KW-2024-088213"])
    portfolio: str | None = None
    external_id: str | None = Field(default=None, max_length=200)
    creditor: str | None = None
    original_creditor: str | None = None
    currency: str | None = Field(default=None, min_length=3, max_length=3)
    principal_minor: int | None = None
    principal_source: str | None = None
    principal_as_of: date | None = None
    parties: list[tuple[str, str]] = Field(default=[], examples=[[["0193", "debtor"]]])
    numbers: list[tuple[str, str]] = Field(default=[], examples=[[["contract_number", "ABN/2023/004517"]]])


class Made(Strict):
    """The id of what was made or brought up to date."""

    id: str


class PortfolioIn(Strict):
    """A new portfolio."""

    name: str = Field(min_length=1, max_length=200)
    external_id: str | None = None


@router.get("/debtors")
def debtors(
    request: Request,
    actor: Reader,
    q: Annotated[str, Query(max_length=300)] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Parties in scope: those whose name or identifier matches, or all by name; keyset paging."""
    with service_of(request).archive.catalogue.read() as connection:
        if q:
            rows = find_parties(connection, q, visible_parties(actor), limit)
            return {"debtors": [debtor_card(row, None) for row in rows], "next": None}
        query = select(parties).where(visible_parties(actor)).order_by(parties.c.sort_name, parties.c.id)
        if cursor is not None:
            name, party_id = read_cursor(cursor, str, str)
            query = query.where(
                (parties.c.sort_name > name) | ((parties.c.sort_name == name) & (parties.c.id > party_id))
            )
        rows = connection.execute(query.limit(limit + 1)).all()
    following = write_cursor(rows[limit - 1].sort_name, rows[limit - 1].id) if len(rows) > limit else None
    return {"debtors": [debtor_card(row, None) for row in rows[:limit]], "next": following}


@router.post("/debtors", status_code=status.HTTP_201_CREATED)
def put_debtor(request: Request, body: PartyIn, _: Writer) -> Made:
    """Add a party, or bring the one with that external id up to date."""
    archive = service_of(request).archive
    party = NewParty(
        **body.model_dump(exclude={"identifiers", "other_names"}),
        identifiers=tuple(body.identifiers),
        other_names=tuple(body.other_names),
    )
    with archive.catalogue.write() as connection:
        return Made(id=put_party(archive, connection, party))


@router.get("/debtors/{party_id}")
def debtor(request: Request, party_id: str, actor: Reader) -> dict[str, Any]:
    """A party in scope, with the documents in scope that are linked to it (confirmed and automatic links)."""
    with service_of(request).archive.catalogue.read() as connection:
        row = connection.execute(
            select(parties).where(parties.c.id == party_id, visible_parties(actor))
        ).one_or_none()
        if row is None:
            raise Forbidden("there is no such debtor, or not for you")
        linked = connection.execute(
            select(documents.c.id, documents.c.kind, documents.c.document_date, links.c.role, links.c.state)
            .join(links, links.c.document_id == documents.c.id)
            .where(
                links.c.target_type == "party",
                links.c.target_id == party_id,
                links.c.state != "rejected",
                current(links, "link_id"),
                access.visible_documents(actor),
            )
            .order_by(documents.c.document_date.desc(), documents.c.id.desc())
            .limit(500)
        ).all()
    return {
        **debtor_card(row, None),
        "external_id": row.external_id,
        "documents": [
            {
                "document": item.id,
                "kind": item.kind,
                "date": item.document_date,
                "role": item.role,
                "link": item.state,
            }
            for item in linked
        ],
    }


@router.get("/claims")
def list_claims(
    request: Request,
    actor: Reader,
    q: Annotated[str, Query(max_length=300)] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Claims in scope: those with a number that matches, or all; keyset paging."""
    with service_of(request).archive.catalogue.read() as connection:
        if q:
            rows = find_claims(connection, q, visible_claims(actor), limit)
        else:
            query = select(claims).where(visible_claims(actor)).order_by(claims.c.id)
            if cursor is not None:
                query = query.where(claims.c.id > read_cursor(cursor, str)[0])
            rows = connection.execute(query.limit(limit + 1)).all()
    following = write_cursor(rows[limit - 1].id) if len(rows) > limit else None
    return {
        "claims": [
            {
                "id": row.id,
                "number": row.number,
                "portfolio": row.portfolio_id,
                "currency": row.currency,
                "principal_minor": row.principal_minor,
                "external_id": row.external_id,
            }
            for row in rows[:limit]
        ],
        "next": following,
    }


@router.post("/claims", status_code=status.HTTP_201_CREATED)
def put_claim_(request: Request, body: ClaimIn, _: Writer) -> Made:
    """Add a claim, or bring the one with that external id up to date."""
    archive = service_of(request).archive
    claim = NewClaim(
        **body.model_dump(exclude={"parties", "numbers"}),
        parties=tuple(body.parties),
        numbers=tuple(body.numbers),
    )
    with archive.catalogue.write() as connection:
        return Made(id=put_claim(archive, connection, claim))


@router.get("/portfolios")
def portfolios(request: Request, actor: Annotated[Actor, Depends(Ask(Action.ME))]) -> list[dict[str, Any]]:
    """Portfolios in scope; administrators see all names."""
    with service_of(request).archive.catalogue.read() as connection:
        rows = list_portfolios(connection)
    everything = actor.sees_all or actor.may(Action.REGISTRY_WRITE)
    return [
        {"id": row.id, "name": row.name, "external_id": row.external_id}
        for row in rows
        if everything or f"portfolio:{row.id}" in actor.scopes
    ]


@router.post("/portfolios", status_code=status.HTTP_201_CREATED)
def new_portfolio(request: Request, body: PortfolioIn, _: Writer) -> Made:
    """A new portfolio."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        return Made(id=add_portfolio(archive, connection, body.name, body.external_id))
