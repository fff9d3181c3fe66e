"""The searchable copy of a document for whoever asks: the kept one of the whole paper, else one of the open pages.

Whoever may see all pages gets the kept copy, which a worker makes the first time. For anybody else, and for papers of
several files, one is made of the pictures and words of the open pages, and not kept.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor, DocumentAccess
from api.events import record_access
from api.service import Service
from archive.archive import Archive
from archive.catalogue.schema import document_pages, documents, pages, work
from archive.copies.errors import CopyRefused
from archive.copies.finding import Subject, find_copy, open_file, subject_of
from archive.copies.writing import Page, write_pdf
from archive.readings import load_document_page, load_picture
from ingest.copying import WORK, order_copy
from ocr.values import PageReading
from signing.digests import Digests
from tabellion.base.errors import NotFound

PIECE = 1 << 18
LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ReadyCopy:
    """A copy that can be sent; `digests` are those of its manifest, if it is kept. The stream is to be closed."""

    stream: BinaryIO
    size: int
    digests: Digests | None

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; closes the stream."""
        with self.stream:
            while piece := self.stream.read(PIECE):
                yield piece


def copy_for(
    service: Service,
    actor: Actor,
    document_id: str,
) -> ReadyCopy | None:
    """The PDF/A of what the actor may see of a document, an entry of the log; None while a worker makes it.

    Raises `Forbidden`, `NotFound` before the document was read, `CopyRefused` where a page could not be read.
    """
    archive = service.archive
    with archive.catalogue.read() as connection:
        opened = access.require_document(connection, actor, Action.DOWNLOAD, document_id)
        rows = _rows(connection, document_id)
        if not rows:
            raise NotFound("the document has not been read yet")
        subject = subject_of(archive, connection, document_id) if opened.complete else None
    if subject is None:
        copy: ReadyCopy | None = _made(
            archive, document_id, [row for row in rows if opened.page(row.position)]
        )
    else:
        copy = _kept(archive, subject) or _ordered(service, document_id, subject)
    if copy is not None:
        with archive.catalogue.write() as connection:
            record_access(archive, connection, actor, "download", "document", document_id)
    return copy


def open_readings(
    archive: Archive, connection: Connection, document_id: str, opened: DocumentAccess, most: int
) -> list[PageReading]:
    """What the open pages of a document say, in order, but no more than `most` of them."""
    numbers = [row.position for row in _rows(connection, document_id) if opened.page(row.position)]
    found = [load_document_page(archive, connection, document_id, number) for number in numbers[:most]]
    return [page for page in found if page is not None]


def words_for(
    archive: Archive, actor: Actor, document_id: str
) -> tuple[DocumentAccess, Iterator[PageReading]]:
    """What all open pages of a document say, page by page, for a copy that is kept; an entry of the log.

    Raises `Forbidden`, and `NotFound` before the document was read.
    """
    with archive.catalogue.write() as connection:
        opened = access.require_document(connection, actor, Action.DOWNLOAD, document_id)
        numbers = [row.position for row in _rows(connection, document_id) if opened.page(row.position)]
        if not numbers:
            raise NotFound("the document has not been read yet")
        record_access(archive, connection, actor, "download", "document", document_id)
    return opened, _read(archive, document_id, numbers)


def _read(archive: Archive, document_id: str, numbers: Sequence[int]) -> Iterator[PageReading]:
    for number in numbers:
        with archive.catalogue.read() as connection:
            found = load_document_page(archive, connection, document_id, number)
        if found is not None:
            yield found


def _kept(archive: Archive, subject: Subject) -> ReadyCopy | None:
    with archive.catalogue.read() as connection:
        kept = find_copy(archive, connection, subject)
        if kept is None:
            return None
        digests = kept.file("pdfa").digests
        return ReadyCopy(open_file(archive, connection, kept, "pdfa"), digests.size, digests)


def _ordered(service: Service, document_id: str, subject: Subject) -> ReadyCopy | None:
    """Have a worker make the copy, and wait a while for it."""
    archive = service.archive
    deadline = time.monotonic() + service.options.copy_seconds
    with archive.catalogue.write() as connection:
        order_copy(archive, connection, document_id)
    service.nudge()
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        kept = _kept(archive, subject)
        if kept is not None:
            return kept
        _require_hope(archive, document_id)
    return None


def _require_hope(archive: Archive, document_id: str) -> None:
    """Raise what keeps the copy from being made."""
    query = select(work).where(work.c.kind == WORK, work.c.object_id == document_id)
    with archive.catalogue.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is not None and row.state == "failed":
        raise CopyRefused(f"no copy could be made: {row.reason}")


def _made(archive: Archive, document_id: str, rows: list[Row[tuple[int, str, int]]]) -> ReadyCopy:
    """A copy of these pages, in a file that nobody else sees."""
    with archive.catalogue.read() as connection:
        language = connection.scalar(select(documents.c.language).where(documents.c.id == document_id))
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
        try:
            write_pdf(
                file,
                _pages(archive, connection, document_id, rows),
                title=document_id,
                language=language or "und",
                archive=archive.origin,
                made_at=archive.clock.now(),
            )
        except BaseException:
            file.close()
            raise
    size = file.tell()
    file.seek(0)
    return ReadyCopy(file, size, None)


def _pages(
    archive: Archive, connection: Connection, document_id: str, rows: list[Row[tuple[int, str, int]]]
) -> Iterator[Page]:
    for row in rows:
        reading = load_document_page(archive, connection, document_id, row.position)
        there = connection.execute(
            select(pages).where(pages.c.deposit_id == row.deposit_id, pages.c.number == row.page)
        ).one()
        if reading is None or reading.error is not None or there.image_offset is None:
            raise CopyRefused(f"page {row.position} could not be read")
        yield reading, partial(_picture, archive, connection, there)


def _picture(archive: Archive, connection: Connection, row: Row[tuple[str, ...]]) -> bytes:
    return load_picture(archive, connection, row) or b""


def _rows(connection: Connection, document_id: str) -> list[Row[tuple[int, str, int]]]:
    return list(
        connection.execute(
            select(document_pages.c.position, document_pages.c.deposit_id, document_pages.c.page)
            .where(document_pages.c.document_id == document_id)
            .order_by(document_pages.c.position)
        )
    )
