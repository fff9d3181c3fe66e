"""The shape of documents in answers: what is known of a paper without its text, and of which pages it is open."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as day
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import Field
from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.rest.common import Strict, etag
from archive.catalogue.schema import document_deposits, documents
from archive.scan_papers import blank_sides
from archive.whereabouts import whereabouts

DocumentId = Annotated[str, Path(max_length=36)]
PageNumber = Annotated[int, Path(ge=1, le=1_000_000, description="Within the document, from 1.")]


class Document(Strict):
    """A paper as people mean it, without its text.

    Date and amount may stand on any page: they are null for those to whom not every page is open.
    """

    document: str
    batch: str
    state: Literal["received", "read", "searchable", "failed", "void", "erased"]
    reason_code: str | None = Field(examples=["ENCRYPTED"])
    reason: str | None
    kind: str = Field(examples=["invoice"])
    kind_confidence: float
    kind_by: str | None = Field(description="Who decided on the kind; null: the machine.")
    subkind: str | None
    language: str
    direction: Literal["in", "out"] | None
    date: day | None
    sent_date: day | None
    received_date: day | None
    amount_minor: int | None
    currency: str | None
    pages: int | None
    blank_sides: int = Field(description="How many of the pages are blank sides.", examples=[1])
    complete: bool = Field(description="Whether every page is open to the asker.")
    deposits: list[str]
    received_at: datetime
    searchable_at: datetime | None
    version: int
    successors: list[str] = Field(
        default_factory=list,
        description="Of a void paper: where its pages are now, or the scan that took its place; as far as the "
        "asker may see those.",
    )


class Documents(Strict):
    """A part of the list, newest first."""

    documents: list[Document]
    next: str | None


def document_answer(connection: Connection, actor: Actor, response: Response, document_id: str) -> Document:
    """The document as it is now, with its ETag; raises Forbidden."""
    opened = access.require_document(connection, actor, Action.READ, document_id)
    row = connection.execute(select(documents).where(documents.c.id == document_id)).one()
    response.headers["ETag"] = etag(row.version)
    return document_shapes(connection, actor, [row], {document_id: opened})[0]


def document_shapes(
    connection: Connection,
    actor: Actor,
    rows: Sequence[Row[Any]],
    opened: Mapping[str, DocumentAccess],
) -> list[Document]:
    """Rows of `documents` for somebody with that access to them; those that he may not see are left out."""
    known = [row.id for row in rows if row.id in opened]
    held = deposits_of(connection, known)
    blank = blank_sides(connection, known)
    gone = whereabouts(connection, known)
    later = access.open_pages(connection, actor, [end for one in gone.values() for end in one.documents])
    return [
        _shape(
            row,
            opened[row.id],
            held.get(row.id, []),
            blank.get(row.id, 0),
            [end for end in gone[row.id].documents if end in later] if row.id in gone else [],
        )
        for row in rows
        if row.id in opened
    ]


def _shape(
    row: Row[Any], opened: DocumentAccess, deposits: list[str], blank: int, successors: list[str]
) -> Document:
    return Document(
        document=row.id,
        batch=row.batch_id,
        state=row.state,
        reason_code=row.reason_code,
        reason=row.reason,
        kind=row.kind,
        kind_confidence=row.kind_confidence,
        kind_by=row.kind_by,
        subkind=row.subkind,
        language=row.language,
        direction=row.direction,
        date=row.document_date if opened.complete else None,
        sent_date=row.sent_date,
        received_date=row.received_date,
        amount_minor=row.amount_minor if opened.complete else None,
        currency=row.currency if opened.complete else None,
        pages=row.page_count,
        blank_sides=blank,
        complete=opened.complete,
        deposits=deposits,
        received_at=row.received_at,
        searchable_at=row.searchable_at,
        version=row.version,
        successors=successors,
    )


def deposits_of(connection: Connection, document_ids: Iterable[str]) -> dict[str, list[str]]:
    """The deposits of each document, in its order."""
    held: dict[str, list[str]] = {}
    rows = connection.execute(
        select(document_deposits)
        .where(document_deposits.c.document_id.in_(list(document_ids)))
        .order_by(document_deposits.c.document_id, document_deposits.c.position)
    )
    for row in rows:
        held.setdefault(row.document_id, []).append(row.deposit_id)
    return held
