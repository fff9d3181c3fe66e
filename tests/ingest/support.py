"""What tests of the doors do again and again: receive bytes, look at rows."""

import io
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import Table, func, select

from archive.archive import SYSTEM_ACTOR, Archive
from ingest.arrivals import Acknowledgement, Arrival
from ingest.receive import receive

PDF = b"%PDF-1.7\nnot much of one\n"


@dataclass
class Doors:
    """One batch's door; `nudges` counts how often workers were told."""

    archive: Archive
    batch: str
    nudges: int = field(default=0)

    def nudge(self) -> None:
        self.nudges += 1

    def receive(self, data: bytes = PDF, name: str = "letter.pdf", **options: Any) -> Acknowledgement:
        limit = options.pop("limit", 1 << 20)
        options = {"batch": self.batch, "actor": SYSTEM_ACTOR, "door": "upload"} | options
        arrival = Arrival(name=name, **options)
        return receive(self.archive, io.BytesIO(data), arrival, nudge=self.nudge, limit=limit)


def count(archive: Archive, table: Table, *conditions: Any) -> int:
    """How many rows fulfil the conditions."""
    with archive.catalogue.read() as connection:
        found: int = connection.execute(
            select(func.count()).select_from(table).where(*conditions)
        ).scalar_one()
        return found


def rows(archive: Archive, table: Table, *conditions: Any) -> list[Any]:
    """The rows that fulfil the conditions, in the order of their keys."""
    with archive.catalogue.read() as connection:
        query = select(table).where(*conditions).order_by(*table.primary_key.columns)
        return list(connection.execute(query).all())


def papers(*papers_of_lines: list[str]) -> bytes:
    """A PDF with a page for each list of lines."""
    out = io.BytesIO()
    page = Canvas(out, pagesize=(595, 842))
    for lines in papers_of_lines:
        page.setFont("Helvetica", 14)
        for number, line in enumerate(lines):
            page.drawString(72, 760 - 24 * number, line)
        page.showPage()
    page.save()
    return out.getvalue()
