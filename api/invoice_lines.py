"""The lines of an invoice on its open pages, and whether they make the net amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from api.access import DocumentAccess
from archive.archive import Archive
from archive.catalogue.schema import document_pages, documents
from archive.readings import load_document_page
from ingest.describing import present_fields
from ocr.values import InvoiceLine

MOST_PAGES = 50
"""Pages of an invoice that are looked through: what is longer is a list behind it."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines with the page of each; `total` is the sum of their net amounts, `net` what the paper says it is.

    Either is None where it cannot be told: an amount is missing, or a page is closed to the asker.
    """

    lines: tuple[tuple[int, InvoiceLine], ...] = ()
    total: Decimal | None = None
    net: Decimal | None = None

    @property
    def agree(self) -> bool | None:
        """Whether the lines make the net amount."""
        return None if self.total is None or self.net is None else self.total == self.net


def lines_of(archive: Archive, connection: Connection, opened: DocumentAccess) -> Lines:
    """The lines of a document; none where it is no invoice."""
    kind = connection.scalar(select(documents.c.kind).where(documents.c.id == opened.document_id))
    if kind != "invoice":
        return Lines()
    numbers: Sequence[int] = connection.scalars(
        select(document_pages.c.position)
        .where(document_pages.c.document_id == opened.document_id)
        .order_by(document_pages.c.position)
        .limit(MOST_PAGES)
    ).all()
    found = []
    for number in filter(opened.page, numbers):
        reading = load_document_page(archive, connection, opened.document_id, number)
        found += [(number, line) for line in reading.lines] if reading is not None else []
    if not found or not opened.complete:
        return Lines(tuple(found))
    amounts = [Decimal(line.net) for _, line in found if line.net]
    net = present_fields(connection, opened.document_id).get("amounts.net")
    return Lines(
        tuple(found),
        sum(amounts, Decimal(0)) if len(amounts) == len(found) else None,
        Decimal(net) if net else None,
    )
