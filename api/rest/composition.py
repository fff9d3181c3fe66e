"""/documents/.../split, reorder, void, replace, relations, and /documents/join: papers out of pages, never files.

Whoever composes must have every page of the documents open: a page that he cannot see he cannot move.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection, select

from api import access
from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import IfMatch, Strict, expected_version
from api.rest.document_shapes import Document, DocumentId, document_answer
from archive.archive import Archive
from archive.catalogue.schema import current, relations
from archive.histories import RELATION_KEY
from ingest import composition
from tabellion.base.errors import Forbidden

router = APIRouter(prefix="/documents", tags=["documents"])
Composer = Annotated[Actor, Depends(Ask(Action.COMPOSE))]
RelationName = Literal["annex_of", "delivery_proof_of", "answer_to", "rescan_of"]


class Cuts(Strict):
    """The pages that begin a new document."""

    before: list[int] = Field(min_length=1, max_length=composition.MOST_DOCUMENTS, examples=[[3, 5]])


class Parts(Strict):
    """The documents that came of it, in order; the first keeps its id."""

    documents: list[str]


class Together(Strict):
    """The documents to join, in order; the first keeps its id, the others become void."""

    documents: list[str] = Field(
        min_length=2, max_length=composition.MOST_DOCUMENTS, examples=[["0193", "0194"]]
    )


class Order(Strict):
    """Every present page number once, in the new order."""

    pages: list[int] = Field(min_length=1, examples=[[2, 1, 3]])


class Better(Strict):
    """The document that is the better scan."""

    by: str = Field(max_length=36, examples=["0194"])


class RelationIn(Strict):
    """What a document is to another."""

    other: str = Field(max_length=36)
    relation: RelationName


class Relation(Strict):
    """What a document is to another that the asker may see."""

    document: str
    relation: str = Field(
        examples=["annex_of"],
        description="One of those that are said by people; `cut_from` and `joined_into` come of splitting and joining.",
    )
    other: str
    first_page: int | None = Field(
        description="`cut_from`: the first page of the other that it was; `joined_into`: that it became."
    )
    last_page: int | None = Field(description="The last one.")
    by: str = Field(description="Pseudonym of who said so.")
    at: datetime


@router.post("/join", status_code=status.HTTP_200_OK)
def join(
    request: Request, response: Response, body: Together, actor: Composer, if_match: IfMatch = None
) -> Document:
    """Put documents together into the first of them; If-Match is about that one."""
    archive = all_open(request, actor, *body.documents)
    made = composition.join(archive, body.documents, actor.pseudonym, version=expected_version(if_match))
    return _answer(archive, actor, response, made)


@router.post("/{document_id}/split")
def split(
    request: Request, document_id: DocumentId, body: Cuts, actor: Composer, if_match: IfMatch = None
) -> Parts:
    """Cut a document before these pages."""
    archive = all_open(request, actor, document_id)
    version = expected_version(if_match)
    made = composition.split(archive, document_id, body.before, actor.pseudonym, version=version)
    return Parts(documents=made)


@router.post("/{document_id}/reorder")
def reorder(
    request: Request,
    response: Response,
    document_id: DocumentId,
    body: Order,
    actor: Composer,
    if_match: IfMatch = None,
) -> Document:
    """Give the pages another order."""
    archive = all_open(request, actor, document_id)
    version = expected_version(if_match)
    composition.reorder(archive, document_id, body.pages, actor.pseudonym, version=version)
    return _answer(archive, actor, response, document_id)


@router.post("/{document_id}/void")
def void(
    request: Request, response: Response, document_id: DocumentId, actor: Composer, if_match: IfMatch = None
) -> Document:
    """Declare a document void: kept, counted and sealed, but not found any more."""
    archive = all_open(request, actor, document_id)
    composition.void(archive, document_id, actor.pseudonym, version=expected_version(if_match))
    return _answer(archive, actor, response, document_id)


@router.post("/{document_id}/replace")
def replace(
    request: Request,
    response: Response,
    document_id: DocumentId,
    body: Better,
    actor: Composer,
    if_match: IfMatch = None,
) -> Document:
    """Replace a document by a better scan that is here already; answers with the better one."""
    archive = all_open(request, actor, document_id, body.by)
    version = expected_version(if_match)
    composition.replace(archive, document_id, body.by, actor.pseudonym, version=version)
    return _answer(archive, actor, response, body.by)


@router.get("/{document_id}/relations")
def list_relations(
    request: Request, document_id: DocumentId, actor: Annotated[Actor, Depends(Ask(Action.READ))]
) -> list[Relation]:
    """What the document is to others and others to it, of those that the asker may see."""
    with service_of(request).archive.catalogue.read() as connection:
        access.require_document(connection, actor, Action.READ, document_id)
        return _relations(connection, actor, document_id)


@router.post("/{document_id}/relations", status_code=status.HTTP_201_CREATED)
def relate(
    request: Request, document_id: DocumentId, body: RelationIn, actor: Composer, if_match: IfMatch = None
) -> list[Relation]:
    """Say what the document is to another; saying it again changes nothing."""
    return _relate(request, actor, document_id, body.other, body.relation, if_match, granted=True)


@router.delete("/{document_id}/relations")
def unrelate(
    request: Request,
    document_id: DocumentId,
    actor: Composer,
    other: Annotated[str, Query(max_length=36)],
    relation: RelationName,
    if_match: IfMatch = None,
) -> list[Relation]:
    """Take back what was said."""
    return _relate(request, actor, document_id, other, relation, if_match, granted=False)


def _relate(
    request: Request,
    actor: Actor,
    document_id: str,
    other: str,
    relation: str,
    if_match: str | None,
    *,
    granted: bool,
) -> list[Relation]:
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        for wanted in (document_id, other):
            access.require_document(connection, actor, Action.COMPOSE, wanted)
    composition.relate(
        archive,
        document_id,
        other,
        relation,
        actor.pseudonym,
        granted=granted,
        version=expected_version(if_match),
    )
    with archive.catalogue.read() as connection:
        return _relations(connection, actor, document_id)


def all_open(request: Request, actor: Actor, *document_ids: str) -> Archive:
    """The archive, where the actor may see every page of all these documents; raises Forbidden."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        opened = access.open_pages(connection, actor, document_ids)
    if any(wanted not in opened or not opened[wanted].complete for wanted in document_ids):
        raise Forbidden(access.NO_DOCUMENT)
    return archive


def _answer(archive: Archive, actor: Actor, response: Response, document_id: str) -> Document:
    with archive.catalogue.read() as connection:
        return document_answer(connection, actor, response, document_id)


def _relations(connection: Connection, actor: Actor, document_id: str) -> list[Relation]:
    rows = connection.execute(
        select(relations)
        .where(
            (relations.c.document_id == document_id) | (relations.c.other_id == document_id),
            current(relations, *RELATION_KEY),
        )
        .order_by(relations.c.id)
    ).all()
    opened = access.open_pages(
        connection, actor, [end for row in rows for end in (row.document_id, row.other_id)]
    )
    return [
        Relation(
            document=row.document_id,
            relation=row.relation,
            other=row.other_id,
            first_page=row.first_page,
            last_page=row.last_page,
            by=row.actor,
            at=row.at,
        )
        for row in rows
        if row.granted and row.document_id in opened and row.other_id in opened
    ]
