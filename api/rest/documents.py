"""/documents: what a paper is, what it says, where it is kept; only the pages that are open to the asker."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field
from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.events import record_access
from api.pictures import page_picture
from api.request import Ask, service_of
from api.rest.common import Cursor, Limit, Strict, read_cursor, write_cursor
from archive.catalogue.schema import (
    current,
    document_deposits,
    document_pages,
    documents,
    fields,
    links,
)
from archive.readings import load_document_page
from tabellion.base.errors import Forbidden, NotFound

router = APIRouter(prefix="/documents", tags=["documents"])
Reader = Annotated[Actor, Depends(Ask(Action.READ))]


class Document(Strict):
    """A paper as people mean it, without its text."""

    document: str
    batch: str
    state: Literal["received", "read", "searchable", "failed", "void", "erased"]
    reason_code: str | None = Field(examples=["ENCRYPTED"])
    reason: str | None
    kind: str = Field(examples=["invoice"])
    kind_confidence: float
    subkind: str | None
    language: str
    direction: str | None
    date: date | None
    amount_minor: int | None
    currency: str | None
    pages: int | None
    deposits: list[str]
    received_at: datetime
    searchable_at: datetime | None
    version: int


class Documents(Strict):
    """A part of the list, newest first."""

    documents: list[Document]
    next: str | None


class Field_(Strict):
    """A value found on a page; `state` says whether a person has looked."""

    name: str = Field(examples=["amounts.total"])
    value: str
    raw: str
    confidence: float
    page: int
    box: list[float] = Field(description="x0, y0, x1, y1 as fractions of the upright page.")
    rule: str
    state: str
    by: str | None


class Link(Strict):
    """A page span linked to a party or claim."""

    link: str
    first_page: int
    last_page: int
    target_type: Literal["party", "claim"]
    target: str
    role: str
    score: float
    basis: str
    state: str
    by: str | None
    at: datetime


@router.get("")
def list_documents(
    request: Request,
    actor: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    batch: str | None = None,
    state: str | None = None,
    kind: str | None = None,
) -> Documents:
    """Documents that the asker may see, newest first; keyset paging."""
    query = select(documents).where(access.visible_documents(actor))
    for column, wanted in (
        (documents.c.batch_id, batch),
        (documents.c.state, state),
        (documents.c.kind, kind),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if cursor is not None:
        (last,) = read_cursor(cursor, str)
        query = query.where(documents.c.id < last)
    query = query.order_by(documents.c.id.desc()).limit(limit + 1)
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query).all()
        held = _deposits(connection, [row.id for row in rows])
    shown = [_document(row, held.get(row.id, [])) for row in rows[:limit]]
    return Documents(documents=shown, next=write_cursor(rows[limit - 1].id) if len(rows) > limit else None)


@router.get("/{document_id}")
def show(
    request: Request,
    response: Response,
    document_id: str,
    actor: Reader,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Document:
    """What is known of a document; looking at it is an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        access.require_document(connection, actor, Action.READ, document_id)
        row = connection.execute(select(documents).where(documents.c.id == document_id)).one()
        held = _deposits(connection, [document_id])
        record_access(archive, connection, actor, "access", "document", document_id)
    response.headers["ETag"] = f'"{row.version}"'
    return _document(row, held.get(document_id, []))


@router.get("/{document_id}/pages/{page}/image", response_class=Response)
def image(
    request: Request,
    document_id: str,
    page: int,
    actor: Reader,
    width: Annotated[int | None, Query(ge=32, le=2400, description="No wider than so many pixels.")] = None,
) -> Response:
    """The page as a picture."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_page(connection, actor, Action.READ, document_id, page)
        picture = page_picture(archive, connection, document_id, page, width)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{document_id}/pages/{page}/words")
def words(request: Request, document_id: str, page: int, actor: Reader) -> dict[str, Any]:
    """The words of a page with their boxes, in pixels of the upright page."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_page(connection, actor, Action.READ, document_id, page)
        reading = load_document_page(archive, connection, document_id, page)
    if reading is None:
        raise NotFound("that page has not been read")
    return {
        "page": page,
        "width": reading.width,
        "height": reading.height,
        "dpi": reading.dpi,
        "language": reading.language,
        "source": reading.source,
        "words": [
            {
                "text": word.text,
                "box": word.box.pixels(reading.width, reading.height),
                "confidence": word.confidence,
            }
            for word in reading.words
        ],
    }


@router.get("/{document_id}/text", response_class=PlainTextResponse)
def text(request: Request, document_id: str, actor: Reader, page: int | None = None) -> str:
    """The text of the open pages, or of one; pages are parted by form feeds."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        numbers = _open_numbers(connection, document_id, opened, page)
        readings = [load_document_page(archive, connection, document_id, number) for number in numbers]
    return "\f".join(reading.text for reading in readings if reading is not None)


@router.get("/{document_id}/fields")
def list_fields(request: Request, document_id: str, actor: Reader) -> list[Field_]:
    """The values found on the open pages."""
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        rows = connection.execute(
            select(fields)
            .where(fields.c.document_id == document_id, current(fields, "document_id", "name"))
            .order_by(fields.c.page, fields.c.name)
        ).all()
    return [
        Field_(
            name=row.name,
            value=row.value,
            raw=row.raw,
            confidence=row.confidence,
            page=row.page,
            box=row.box,
            rule=row.rule,
            state=row.state,
            by=row.actor,
        )
        for row in rows
        if row.state != "withdrawn" and opened.page(row.page)
    ]


@router.get("/{document_id}/links")
def list_links(request: Request, document_id: str, actor: Reader) -> list[Link]:
    """The parties and claims that the open pages are linked to."""
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        rows = connection.execute(
            select(links)
            .where(links.c.document_id == document_id, current(links, "link_id"))
            .order_by(links.c.first_page, links.c.id)
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


def _deposits(connection: Connection, document_ids: list[str]) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    rows = connection.execute(
        select(document_deposits)
        .where(document_deposits.c.document_id.in_(document_ids))
        .order_by(document_deposits.c.document_id, document_deposits.c.position)
    )
    for row in rows:
        held.setdefault(row.document_id, []).append(row.deposit_id)
    return held


def _open_numbers(
    connection: Connection, document_id: str, opened: DocumentAccess, only: int | None
) -> list[int]:
    numbers = connection.scalars(
        select(document_pages.c.position)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    ).all()
    found = [number for number in numbers if opened.page(number) and only in (None, number)]
    if only is not None and not found:
        raise Forbidden("there is no such page, or not for you")
    return found


def _document(row: Row[Any], held: list[str]) -> Document:
    return Document(
        document=row.id,
        batch=row.batch_id,
        state=row.state,
        reason_code=row.reason_code,
        reason=row.reason,
        kind=row.kind,
        kind_confidence=row.kind_confidence,
        subkind=row.subkind,
        language=row.language,
        direction=row.direction,
        date=row.document_date,
        amount_minor=row.amount_minor,
        currency=row.currency,
        pages=row.page_count,
        deposits=held,
        received_at=row.received_at,
        searchable_at=row.searchable_at,
        version=row.version,
    )
