"""Searching as somebody: with his scopes, words only of pages open to him, debtors and claims in scope."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.events import record_search
from api.service import Service
from archive.catalogue.schema import claim_parties, documents, party_identifiers
from archive.readings import load_document_page
from archive.registry import claims_in, find_claims, find_parties, parties_in
from ocr.values import PageReading
from search import Answer, Scopes, SearchRequest
from search.answer import AnswerHit
from search.grammar import wording
from search.query import parse

KNOWN = 8
"""Debtors and claims that are offered beside the pages."""


def find(
    service: Service,
    actor: Actor,
    query: str,
    *,
    limit: int = 20,
    cursor: str | None = None,
    by_date: bool = False,
) -> Answer:
    """The answer to a query for this actor; the search is an entry of the log. Raises QueryError, CursorError."""
    answer = look_up(service, actor, query, limit=limit, cursor=cursor, by_date=by_date)
    with service.archive.catalogue.write() as connection:
        record_search(service.archive, connection, actor, query)
    return answer


def look_up(
    service: Service,
    actor: Actor,
    query: str,
    *,
    limit: int = 20,
    cursor: str | None = None,
    by_date: bool = False,
) -> Answer:
    """The same for a part of an answer whose search is an entry already."""
    access.require(actor, Action.SEARCH)
    archive = service.archive
    request = SearchRequest(
        query=query,
        scopes=access.search_scopes(actor),
        limit=limit,
        cursor=cursor,
        order="date" if by_date else "relevance",
    )
    opened: dict[str, DocumentAccess] = {}
    with archive.catalogue.read() as connection:

        def prepare(document_ids: Sequence[str]) -> None:
            opened.update(access.open_pages(connection, actor, document_ids))

        def words_of(document_id: str, page: int) -> PageReading | None:
            allowed = opened.get(document_id)
            if allowed is None or not allowed.page(page):
                return None
            return load_document_page(archive, connection, document_id, page)

        def registry(text: str, _: Scopes) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
            return known_debtors(connection, actor, text, KNOWN), known_claims(connection, actor, text, KNOWN)

        def waiting(_: Scopes) -> int:
            return still_to_read(connection, actor)

        finder = replace(
            service.finder, words_of=words_of, registry=registry, waiting=waiting, prepare=prepare
        )
        return still_open(opened, finder.answer(request))


def known_papers(service: Service, actor: Actor, query: str, answer: Answer) -> tuple[AnswerHit, ...]:
    """Where no page has the words of the query: the newest papers in scope of the debtors and claims that they name.

    Half a name stands on no page, and yet somebody is meant. It is a part of the same search and no entry of its own;
    a query that asks for more than words asks for something else.
    """
    if answer.hits or not (answer.debtors or answer.claims) or wording(parse(query)).split() != query.split():
        return ()
    named = [f"party:{one['id']}" for one in answer.debtors] + [f"claim:{one['id']}" for one in answer.claims]
    return look_up(service, actor, " OR ".join(named), limit=KNOWN, by_date=True).hits


def promised(service: Service, actor: Actor, query: str, answer: Answer) -> dict[str, Any]:
    """The answer as REST and the command line tell it, with `known_papers`."""
    known = replace(answer, hits=known_papers(service, actor, query, answer))
    return {**answer.promised(), "known_papers": known.promised()["hits"]}


def still_open(opened: Mapping[str, DocumentAccess], answer: Answer) -> Answer:
    """The answer without pages that are closed by now: the index may lag behind the catalogue by a second."""
    hits = []
    for hit in answer.hits:
        allowed = opened.get(hit.document)
        pages = tuple(page for page in hit.pages if allowed is not None and allowed.page(page.page))
        if pages:
            hits.append(replace(hit, pages=pages))
    return replace(answer, hits=tuple(hits))


def known_debtors(connection: Connection, actor: Actor, text: str, limit: int) -> list[dict[str, Any]]:
    """Parties in scope whose name or identifier matches, as people are told apart: birth year, town, tail."""
    if not actor.may(Action.REGISTRY_READ):
        return []
    rows = find_parties(connection, text, parties_in(*_owners(actor)), limit)
    tails = tails_of(connection, [row.id for row in rows])
    return [debtor_card(row, tails.get(row.id)) for row in rows]


def known_claims(connection: Connection, actor: Actor, text: str, limit: int) -> list[dict[str, Any]]:
    """Claims in scope with a number that matches."""
    if not actor.may(Action.REGISTRY_READ):
        return []
    rows = find_claims(connection, text, claims_in(*_owners(actor)), limit)
    debtors = connection.execute(
        select(claim_parties).where(claim_parties.c.claim_id.in_([row.id for row in rows]))
    ).all()
    return [
        {
            "id": row.id,
            "number": row.number,
            "currency": row.currency,
            "principal_minor": row.principal_minor,
            "parties": [item.party_id for item in debtors if item.claim_id == row.id],
        }
        for row in rows
    ]


def debtor_card(row: Row[Any], tail: str | None) -> dict[str, Any]:
    """A party as it is offered in lists."""
    return {
        "id": row.id,
        "name": row.display_name,
        "kind": row.kind,
        "birth_year": row.birth_date.year if row.birth_date else None,
        "town": row.town,
        "identifier_tail": tail,
    }


def still_to_read(connection: Connection, actor: Actor) -> int:
    """How many papers in scope cannot be found yet."""
    waiting = connection.scalar(
        select(func.count())
        .select_from(documents)
        .where(documents.c.state.in_(("received", "read")), access.visible_documents(actor))
    )
    return waiting or 0


def _owners(actor: Actor) -> tuple[list[str] | None, list[str]]:
    if actor.sees_all:
        return None, []
    portfolios = [
        scope.removeprefix("portfolio:") for scope in actor.scopes if scope.startswith("portfolio:")
    ]
    creditors = [scope.removeprefix("creditor:") for scope in actor.scopes if scope.startswith("creditor:")]
    return portfolios, creditors


def visible_parties(actor: Actor) -> Any:
    """The condition under which a row of `parties` may appear for the actor."""
    return parties_in(*_owners(actor))


def visible_claims(actor: Actor) -> Any:
    """The condition under which a row of `claims` may appear for the actor."""
    return claims_in(*_owners(actor))


def tails_of(connection: Connection, party_ids: Sequence[str]) -> dict[str, str]:
    """How the identifier of each ends that its dossier names first; accounts say little about who somebody is."""
    rows = connection.execute(
        select(party_identifiers)
        .where(party_identifiers.c.party_id.in_(party_ids), party_identifiers.c.type != "iban")
        .order_by(party_identifiers.c.type.desc(), party_identifiers.c.value.desc())
    )
    return {row.party_id: row.value[-4:] for row in rows}
