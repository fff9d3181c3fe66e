"""/documents/.../links: the parties and claims that open pages are about, made by the machine or by hand."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.creations import once
from api.decisions import version_of
from api.links import CLAIM_ROLE, ROLES, NewLink, add_link, decide_link
from api.request import Ask, service_of
from api.rest.common import IdempotencyKey, IfMatch, Strict, etag, expected_version
from api.rest.document_shapes import DocumentId
from archive.catalogue.schema import current, links
from archive.histories import LINK_KEY

router = APIRouter(prefix="/documents", tags=["documents"])
Linker = Annotated[Actor, Depends(Ask(Action.LINK))]


class Link(Strict):
    """A page span linked to a party or claim."""

    link: str
    first_page: int
    last_page: int
    target_type: Literal["party", "claim"]
    target: str
    role: str = Field(examples=["debtor"])
    score: float
    basis: str = Field(examples=["identifier"], description="What speaks for it; `person`: somebody says so.")
    state: Literal["proposed", "automatic", "confirmed", "rejected"]
    by: str | None = Field(description="Pseudonym of who decided; null: the machine.")
    at: datetime


class LinkIn(Strict):
    """Pages, and the party or claim that they are about."""

    target_type: Literal["party", "claim"]
    target: str = Field(max_length=36)
    role: str = Field(
        examples=["debtor"], description=f"Of a party {', '.join(ROLES)}; of a claim {CLAIM_ROLE}."
    )
    first_page: int = Field(ge=1, examples=[1])
    last_page: int = Field(ge=1, examples=[2])


class LinkDecision(Strict):
    """What a person says of a link."""

    state: Literal["confirmed", "rejected", "proposed"] = Field(
        description="`proposed`: it is doubted, and waits in the review for somebody who decides."
    )


@router.get("/{document_id}/links")
def list_links(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> list[Link]:
    """The parties and claims that the open pages are linked to, rejected ones included."""
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        return _links(connection, opened)


@router.post("/{document_id}/links", status_code=status.HTTP_201_CREATED)
def link(
    request: Request,
    response: Response,
    document_id: DocumentId,
    body: LinkIn,
    actor: Linker,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Link:
    """Link pages by hand; the machine does not touch the link again."""
    archive = service_of(request).archive
    wanted = NewLink(body.target_type, body.target, body.role, body.first_page, body.last_page)
    version = expected_version(if_match)
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.LINK, document_id)
        made = once(
            archive,
            connection,
            actor,
            idempotency_key,
            f"link {document_id} {body.model_dump_json()}",
            lambda: add_link(archive, connection, opened, wanted, actor, version),
        )
        return _answer(connection, response, opened, made)


@router.patch("/{document_id}/links/{link_id}")
def decide(
    request: Request,
    response: Response,
    document_id: DocumentId,
    link_id: Annotated[str, Path(max_length=36)],
    body: LinkDecision,
    actor: Linker,
    if_match: IfMatch = None,
) -> Link:
    """Confirm, reject or doubt a link, whoever made it."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.LINK, document_id)
        decide_link(archive, connection, opened, link_id, body.state, actor, expected_version(if_match))
        return _answer(connection, response, opened, link_id)


def _answer(connection: Connection, response: Response, opened: DocumentAccess, link_id: str) -> Link:
    response.headers["ETag"] = etag(version_of(connection, opened.document_id))
    return next(one for one in _links(connection, opened) if one.link == link_id)


def _links(connection: Connection, opened: DocumentAccess) -> list[Link]:
    rows = connection.execute(
        select(links)
        .where(links.c.document_id == opened.document_id, current(links, *LINK_KEY))
        .order_by(links.c.first_page, links.c.link_id)
    ).all()
    return [
        Link(
            link=row.link_id,
            first_page=row.first_page,
            last_page=row.last_page,
            target_type=row.target_type,
            target=row.target_id,
            role=row.role,
            score=row.score,
            basis=row.basis,
            state=row.state,
            by=row.actor,
            at=row.at,
        )
        for row in rows
        if any(opened.page(number) for number in range(row.first_page, row.last_page + 1))
    ]
