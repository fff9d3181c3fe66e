"""/documents: what a paper is, and its pages as pictures, words and text; only pages that are open to the asker."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field
from sqlalchemy import select

from api import access, decisions
from api.access import Action, Actor, DocumentAccess
from api.events import record_access
from api.pictures import page_picture
from api.request import Ask, service_of
from api.rest.common import Cursor, IfMatch, Limit, Strict, etag, expected_version, read_cursor, write_cursor
from api.rest.document_shapes import (
    Document,
    DocumentId,
    Documents,
    PageNumber,
    document_answer,
    document_shapes,
)
from archive.archive import Archive
from archive.catalogue.schema import SAME_PAGE, document_pages, documents, pages
from archive.readings import load_document_page
from tabellion.base.errors import Forbidden, NotFound

router = APIRouter(prefix="/documents", tags=["documents"])
Reader = Annotated[Actor, Depends(Ask(Action.READ))]
Corrector = Annotated[Actor, Depends(Ask(Action.CORRECT))]
MOST_TEXT_PAGES = 500
READABLE = 220
"""Pictures up to this width are thumbnails: what a page is can be told from them, not what it says."""


class Described(Strict):
    """What of the document itself is decided; members that are left out stay as they are."""

    kind: str | None = Field(
        default=None, examples=["dunning_letter"], description=f"One of {', '.join(decisions.KINDS)}."
    )
    subkind: str | None = Field(default=None, max_length=40, pattern="^[a-z0-9_]+$", examples=["settlement"])
    direction: Literal["in", "out"] | None = None
    sent_date: date | None = None
    received_date: date | None = None


class PageLine(Strict):
    """An open page of a document: where it comes from, and its upright size."""

    page: int
    deposit: str
    deposit_page: int
    width: int
    height: int
    dpi: int
    language: str
    blank: bool
    confidence: float = Field(description="Of its words, 0 to 1.")
    error: str | None = Field(examples=["TOO_LARGE_PAGE"])


class Pages(Strict):
    """The open pages in the document's order."""

    pages: list[PageLine]
    closed: int = Field(description="How many pages there are besides.")


class WordOnPage(Strict):
    """A word where it stands; the box is x0, y0, x1, y1 in pixels of the upright page."""

    text: str = Field(examples=["Faktura"])
    box: list[int] = Field(examples=[[212, 180, 396, 214]])
    confidence: float


class RegionOnPage(Strict):
    """Where the page was likely signed, stamped or written on by hand; what that says is not read."""

    kind: Literal["signature", "stamp", "handwriting"]
    box: list[int] = Field(examples=[[1448, 2317, 1812, 2790]])
    confidence: float


class Words(Strict):
    """The words of a page, and the regions of it that are no print."""

    page: int
    width: int
    height: int
    dpi: int
    language: str
    source: Literal["ocr", "text", "embedded"]
    words: list[WordOnPage]
    regions: list[RegionOnPage]


@router.get("")
def list_documents(
    request: Request,
    actor: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    batch: Annotated[str | None, Query(max_length=36)] = None,
    state: Annotated[str | None, Query(max_length=12)] = None,
    kind: Annotated[str | None, Query(max_length=24)] = None,
) -> Documents:
    """Documents that the asker may see, newest first; keyset paging."""
    query = select(documents)
    for column, wanted in (
        (documents.c.batch_id, batch),
        (documents.c.state, state),
        (documents.c.kind, kind),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if cursor is not None:
        query = query.where(documents.c.id < read_cursor(cursor, str)[0])
    query = query.order_by(documents.c.id.desc()).limit(limit + 1)
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query.where(access.listed_documents(connection, actor))).all()
        opened = access.open_pages(connection, actor, [row.id for row in rows])
        shown = document_shapes(connection, actor, rows[:limit], opened)
    return Documents(documents=shown, next=write_cursor(rows[limit - 1].id) if len(rows) > limit else None)


@router.get("/{document_id}", responses={304: {"description": "It has not changed."}})
def show(
    request: Request,
    response: Response,
    document_id: DocumentId,
    actor: Reader,
    if_none_match: Annotated[str | None, Header(max_length=80, description="ETag of what is known.")] = None,
) -> Document:
    """What is known of a document; looking at it is an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        shown = document_answer(connection, actor, response, document_id)
        # What took the place of a void document changes without the document.
        if if_none_match == etag(shown.version) and shown.state != "void":
            response.status_code = 304
        else:
            record_access(archive, connection, actor, "access", "document", document_id)
    return shown


@router.patch("/{document_id}")
def describe(
    request: Request,
    response: Response,
    document_id: DocumentId,
    body: Described,
    actor: Corrector,
    if_match: IfMatch = None,
) -> Document:
    """Decide on kind, subkind, direction and dates; the machine does not touch them again."""
    archive = service_of(request).archive
    changes = body.model_dump(exclude_unset=True)
    with archive.catalogue.write() as connection:
        access.require_document(connection, actor, Action.CORRECT, document_id)
        decisions.describe(archive, connection, document_id, changes, actor, expected_version(if_match))
        return document_answer(connection, actor, response, document_id)


@router.get("/{document_id}/pages")
def list_pages(request: Request, document_id: DocumentId, actor: Reader) -> Pages:
    """The open pages with their sizes; empty until the document has been read."""
    with service_of(request).archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        rows = connection.execute(
            select(document_pages.c.position, pages)
            .join(pages, SAME_PAGE)
            .where(document_pages.c.document_id == document_id)
            .order_by(document_pages.c.position)
        ).all()
    shown = [row for row in rows if opened.page(row.position)]
    return Pages(
        pages=[
            PageLine(
                page=row.position,
                deposit=row.deposit_id,
                deposit_page=row.number,
                width=row.width,
                height=row.height,
                dpi=row.dpi,
                language=row.language,
                blank=row.blank,
                confidence=row.confidence,
                error=row.error,
            )
            for row in shown
        ],
        closed=len(rows) - len(shown),
    )


@router.get(
    "/{document_id}/pages/{page}/image",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
def image(
    request: Request,
    document_id: DocumentId,
    page: PageNumber,
    actor: Reader,
    width: Annotated[int | None, Query(ge=32, le=2400, description="No wider than so many pixels.")] = None,
) -> Response:
    """The page as a picture; wide enough to be read, looking at it is an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_page(connection, actor, Action.READ, document_id, page)
        picture = page_picture(archive, connection, document_id, page, width)
    if width is None or width > READABLE:
        _looked(archive, actor, document_id)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{document_id}/pages/{page}/words")
def words(request: Request, document_id: DocumentId, page: PageNumber, actor: Reader) -> Words:
    """The words of a page with their boxes; an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        access.require_page(connection, actor, Action.READ, document_id, page)
        reading = load_document_page(archive, connection, document_id, page)
    if reading is None:
        raise NotFound("that page has not been read")
    _looked(archive, actor, document_id)
    return Words(
        page=page,
        width=reading.width,
        height=reading.height,
        dpi=reading.dpi,
        language=reading.language,
        source=reading.source,
        words=[
            WordOnPage(
                text=word.text,
                box=word.box.pixels(reading.width, reading.height),
                confidence=word.confidence,
            )
            for word in reading.words
        ],
        regions=[
            RegionOnPage(
                kind=one.kind,
                box=one.box.pixels(reading.width, reading.height),
                confidence=one.confidence,
            )
            for one in reading.regions
        ],
    )


@router.get("/{document_id}/text", response_class=PlainTextResponse)
def text(
    request: Request,
    document_id: DocumentId,
    actor: Reader,
    page: Annotated[int | None, Query(ge=1, description="This page only.")] = None,
) -> str:
    """The text of the open pages (the first 500 of them), or of one, parted by form feeds; an entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.READ, document_id)
        rows = connection.scalars(
            select(document_pages.c.position)
            .where(document_pages.c.document_id == document_id)
            .order_by(document_pages.c.position)
        ).all()
        numbers = _open(rows, opened, page)[:MOST_TEXT_PAGES]
        readings = [load_document_page(archive, connection, document_id, number) for number in numbers]
    _looked(archive, actor, document_id)
    return "\f".join(reading.text for reading in readings if reading is not None)


def _looked(archive: Archive, actor: Actor, document_id: str) -> None:
    with archive.catalogue.write() as connection:
        record_access(archive, connection, actor, "access", "document", document_id)


def _open(numbers: Sequence[int], opened: DocumentAccess, only: int | None) -> list[int]:
    found = [number for number in numbers if opened.page(number) and only in (None, number)]
    if only is not None and not found:
        raise Forbidden(access.NO_PAGE)
    return found
