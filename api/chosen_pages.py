"""Chosen pages as a PDF: of one document or of several, in the order of choosing, each with its source under it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from zoneinfo import ZoneInfo

import regex
from sqlalchemy import Connection, Row, select

from api import access
from api.access import Action, Actor
from api.events import record_access
from api.service import Service
from archive.archive import Archive
from archive.catalogue.schema import SAME_PAGE, deposits, document_pages, documents, pages
from archive.copies.errors import CopyRefused
from archive.readings import load_document_page, load_picture
from archive.reporting import write_chosen
from archive.reporting.content import ChosenContent, ChosenPage, PageSource
from archive.reporting.pdf.scan_page import Scan
from ingest.spans import spans_in_words, spans_of
from tabellion.base.errors import BadRequest, Forbidden

MOST: Final = 200
"""Pages of one file; whoever wants more takes whole papers."""

_SPAN: Final = regex.compile(r"([1-9][0-9]{0,6})(?:\s*[-\u2013]\s*([1-9][0-9]{0,6}))?")
_CHOICE: Final = regex.compile(r"([0-9a-f-]{36}):(.+)")


class BadChoice(BadRequest):
    """What was chosen cannot be read as pages."""

    code = "BAD_CHOICE"
    advice = f"Write pages as 1, 3-5; at most {MOST} of them."


class NoSuchPages(BadRequest):
    """A document does not have all the pages that were chosen, or not for the asker."""

    code = "NO_SUCH_PAGES"
    advice = "Choose among the pages that the document has."


@dataclass(frozen=True, slots=True)
class Choice:
    """A page of a document."""

    document: str
    page: int


def choices_of(taken: Sequence[str]) -> list[Choice]:
    """What `DOCUMENT:PAGES` name, as in `0193…:1,3-5`, each page once. Raises BadChoice."""
    found: dict[Choice, None] = {}
    for one in taken:
        parts = _CHOICE.fullmatch(one)
        if parts is None:
            raise BadChoice("a choice names a document and its pages")
        for span in parts[2].split(","):
            numbers = _SPAN.fullmatch(span.strip())
            if numbers is None:
                raise BadChoice(f"{span.strip()[:40]!r} is no page, nor a range of pages")
            first, last = int(numbers[1]), int(numbers[2] or numbers[1])
            if last < first or last - first >= MOST:
                raise BadChoice(f"{span.strip()[:40]!r} is no range of at most {MOST} pages")
            found |= dict.fromkeys(Choice(parts[1], number) for number in range(first, last + 1))
            if len(found) > MOST:
                raise BadChoice(f"more than {MOST} pages are chosen")
    if not found:
        raise BadChoice("no page is chosen")
    return list(found)


def chosen_pages(
    service: Service, actor: Actor, choices: Sequence[Choice], language: str, zone: ZoneInfo
) -> BinaryIO:
    """The PDF/A, at its beginning, to be closed by whoever sends it; an entry of the log for each document.

    Raises Forbidden where a document is not open to the actor, `NoSuchPages` where one of its pages is not or there is
    none of that number, `CopyRefused` where one could not be read.
    """
    archive = service.archive
    with archive.catalogue.read() as connection:
        _require_open(connection, actor, choices)
        names = list(dict.fromkeys(choice.document for choice in choices))
        content = ChosenContent(
            archive=archive.origin,
            title=", ".join(names[:3]) + (" …" if len(names) > 3 else ""),
            made_at=archive.clock.now(),
            pages=tuple(_page(archive, connection, choice) for choice in choices),
        )
        file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever sends it
        try:
            write_chosen(content, language, zone, file)
        except BaseException:
            file.close()
            raise
    with archive.catalogue.write() as connection:
        for name in names:
            record_access(archive, connection, actor, "download", "document", name)
    file.seek(0)
    return file


def _require_open(connection: Connection, actor: Actor, choices: Sequence[Choice]) -> None:
    access.require(actor, Action.DOWNLOAD)
    opened = access.open_pages(connection, actor, [choice.document for choice in choices])
    if any(choice.document not in opened for choice in choices):
        raise Forbidden(access.NO_PAGE)
    rows = connection.execute(
        select(document_pages.c.document_id, document_pages.c.position)
        .where(document_pages.c.document_id.in_(opened))
        .order_by(document_pages.c.position)
    ).all()
    there: dict[str, list[int]] = {document: [] for document in opened}
    for row in rows:
        # A page that is closed to the asker and one that there is not are answered alike.
        if opened[row.document_id].page(row.position):
            there[row.document_id].append(row.position)
    for document, numbers in there.items():
        wrong = [
            choice.page for choice in choices if choice.document == document and choice.page not in numbers
        ]
        if wrong:
            asked, known = (spans_in_words(spans_of(some)) for some in (wrong, numbers))
            raise NoSuchPages(f"no page {asked} here for you; there is {known or 'none'}")


def _page(archive: Archive, connection: Connection, choice: Choice) -> ChosenPage:
    row = connection.execute(
        select(
            pages,
            deposits.c.sha256,
            deposits.c.received_at,
            documents.c.page_count,
        )
        .select_from(document_pages)
        .join(documents, documents.c.id == document_pages.c.document_id)
        .join(deposits, deposits.c.id == document_pages.c.deposit_id)
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id == choice.document, document_pages.c.position == choice.page)
    ).one_or_none()
    if row is None:
        raise Forbidden(access.NO_PAGE)
    if row.image_offset is None:
        raise CopyRefused(f"page {choice.page} could not be read")
    return ChosenPage(
        scan=lambda: _scan(archive, connection, choice, row),
        source=PageSource(row.deposit_id, row.number, row.sha256),
        document=choice.document,
        number=choice.page,
        count=row.page_count,
        received_at=row.received_at,
    )


def _scan(archive: Archive, connection: Connection, choice: Choice, row: Row[Any]) -> Scan:
    reading = load_document_page(archive, connection, choice.document, choice.page)
    picture = load_picture(archive, connection, row)
    if reading is None or reading.error is not None or picture is None:
        raise CopyRefused(f"page {choice.page} could not be read")
    return Scan.of(reading, picture)
