"""/documents/.../scopes: who may open a document or some of its pages; for administrators, who do not read it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, select

from api.access import NO_DOCUMENT, Action, Actor
from api.decisions import version_of
from api.request import Ask, service_of
from api.rest.common import IfMatch, Strict, etag, expected_version
from api.rest.document_shapes import DocumentId
from api.scopes import PageScope, grant_scope, revoke_scope, scopes_of
from archive.catalogue.schema import documents
from tabellion.base.errors import Forbidden

router = APIRouter(prefix="/documents", tags=["documents"])
Granter = Annotated[Actor, Depends(Ask(Action.GRANT))]
Page = Annotated[int, Query(ge=0, le=1_000_000, description="0 and 0: the whole document.")]


class ScopeIn(Strict):
    """A scope for a document, or for the pages from the first to the last."""

    scope: str = Field(max_length=60, examples=["matter:0193"])
    first_page: int = Field(default=0, ge=0, description="0 and 0: the whole document.")
    last_page: int = Field(default=0, ge=0)


class Scope(ScopeIn):
    """A scope in force. A span with scopes of its own has only those on its pages."""

    by: str = Field(description="Pseudonym of who gave it.")
    at: datetime


@router.get("/{document_id}/scopes")
def list_scopes(request: Request, response: Response, document_id: DocumentId, _: Granter) -> list[Scope]:
    """The scopes in force, by span."""
    with service_of(request).archive.catalogue.read() as connection:
        if connection.scalar(select(documents.c.id).where(documents.c.id == document_id)) is None:
            raise Forbidden(NO_DOCUMENT)
        return _answer(connection, response, document_id)


@router.post("/{document_id}/scopes", status_code=status.HTTP_201_CREATED)
def grant(
    request: Request,
    response: Response,
    document_id: DocumentId,
    body: ScopeIn,
    actor: Granter,
    if_match: IfMatch = None,
) -> list[Scope]:
    """Give a scope. The first one of a span narrows its pages: they leave the scopes of the document."""
    archive = service_of(request).archive
    wanted = PageScope(body.scope, body.first_page, body.last_page)
    with archive.catalogue.write() as connection:
        grant_scope(archive, connection, document_id, wanted, actor, expected_version(if_match))
        return _answer(connection, response, document_id)


@router.delete("/{document_id}/scopes")
def revoke(
    request: Request,
    response: Response,
    document_id: DocumentId,
    actor: Granter,
    scope: Annotated[str, Query(max_length=60)],
    first_page: Page = 0,
    last_page: Page = 0,
    widen: Annotated[
        bool, Query(description="The last scope of a span: its pages return to the document's scopes.")
    ] = False,
    if_match: IfMatch = None,
) -> list[Scope]:
    """Take a scope back."""
    archive = service_of(request).archive
    wanted = PageScope(scope, first_page, last_page)
    version = expected_version(if_match)
    with archive.catalogue.write() as connection:
        revoke_scope(archive, connection, document_id, wanted, actor, version, widen=widen)
        return _answer(connection, response, document_id)


def _answer(connection: Connection, response: Response, document_id: str) -> list[Scope]:
    response.headers["ETag"] = etag(version_of(connection, document_id))
    return [
        Scope(scope=row.scope, first_page=row.first_page, last_page=row.last_page, by=row.actor, at=row.at)
        for row in scopes_of(connection, document_id)
    ]
