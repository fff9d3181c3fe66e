"""Links that a person makes, confirms or rejects; the machine never touches them again. Each is an entry."""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, insert, select

from api.access import NO_PAGE, Actor, DocumentAccess
from api.decisions import changeable
from api.finding import visible_claims, visible_parties
from archive.archive import Archive
from archive.catalogue.schema import claims, current, links, parties
from archive.histories import LINK_KEY
from archive.records import record_document
from archive.relinking import link_again
from ingest import stored
from tabellion.base.errors import BadRequest, Forbidden

ROLES: Final = ("creditor", "assignee", "debtor", "co_debtor", "guarantor", "court", "payer", "addressee")
"""What a party can be on a paper; a claim has no role but being the claim."""

CLAIM_ROLE: Final = "claim"
BASIS: Final = "person"
_COPIED = ("link_id", "first_page", "last_page", "target_type", "target_id", "role", "score", "basis")


@dataclass(frozen=True, slots=True)
class NewLink:
    """A page span and the party or claim that it is about."""

    target_type: Literal["party", "claim"]
    target: str
    role: str
    first_page: int
    last_page: int


def add_link(
    archive: Archive,
    connection: Connection,
    opened: DocumentAccess,
    wanted: NewLink,
    actor: Actor,
    version: int | None,
) -> str:
    """Link pages by hand; gives the link's id.

    Raises Forbidden for pages that are not open and for a target that is unknown or out of scope, BadRequest for a
    role that there is not, and what `changeable` raises.
    """
    row = changeable(connection, opened.document_id, version)
    roles = ROLES if wanted.target_type == "party" else (CLAIM_ROLE,)
    if wanted.role not in roles:
        raise BadRequest(f"the role of a {wanted.target_type} is one of {', '.join(roles)}")
    _require_pages(opened, wanted.first_page, wanted.last_page, row.page_count or 0)
    known = (
        select(parties.c.id).where(parties.c.id == wanted.target, visible_parties(actor))
        if wanted.target_type == "party"
        else select(claims.c.id).where(claims.c.id == wanted.target, visible_claims(actor))
    )
    if connection.scalar(known) is None:
        raise Forbidden(f"there is no such {wanted.target_type}, or not for you")
    link_id = archive.ids.new()
    connection.execute(
        insert(links).values(
            link_id=link_id,
            document_id=opened.document_id,
            first_page=wanted.first_page,
            last_page=wanted.last_page,
            target_type=wanted.target_type,
            target_id=wanted.target,
            role=wanted.role,
            score=1.0,
            basis=BASIS,
            state="confirmed",
            actor=actor.pseudonym,
            at=archive.clock.now(),
        )
    )
    _linked(archive, connection, opened.document_id, actor, "by-hand")
    return link_id


def decide_link(
    archive: Archive,
    connection: Connection,
    opened: DocumentAccess,
    link_id: str,
    state: Literal["confirmed", "rejected", "proposed"],
    actor: Actor,
    version: int | None,
) -> None:
    """Confirm, reject or doubt a link, whoever made it: what is doubted waits in the review, counts no more as the
    paper's, and the machine leaves it alone. Raises Forbidden and what `changeable` raises.
    """
    changeable(connection, opened.document_id, version)
    row = connection.execute(
        select(links).where(
            links.c.document_id == opened.document_id,
            links.c.link_id == link_id,
            current(links, *LINK_KEY),
        )
    ).one_or_none()
    if row is None or not any(opened.page(page) for page in range(row.first_page, row.last_page + 1)):
        raise Forbidden("there is no such link, or not for you")
    connection.execute(
        insert(links).values(
            document_id=opened.document_id,
            state=state,
            actor=actor.pseudonym,
            at=archive.clock.now(),
            **{name: getattr(row, name) for name in _COPIED},
        )
    )
    reason = "withdrawn" if state == "rejected" else "by-hand"
    _linked(archive, connection, opened.document_id, actor, reason)


def _require_pages(opened: DocumentAccess, first: int, last: int, count: int) -> None:
    if not 1 <= first <= last:
        raise BadRequest("a span of pages goes from a first to a last page, from 1")
    if last > count or not all(opened.page(page) for page in range(first, last + 1)):
        raise Forbidden(NO_PAGE)


def _linked(archive: Archive, connection: Connection, document_id: str, actor: Actor, reason: str) -> None:
    record_document(archive, connection, document_id, type="link", actor=actor.pseudonym, reason=reason)
    link_again(archive, connection, document_id)
    stored.queue_indexing(connection, document_id, archive.clock.now())
