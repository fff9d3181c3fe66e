"""The papers that the pages of one scan make, and how many sides of papers are blank."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from archive.catalogue.schema import SAME_PAGE, document_pages, documents, pages
from archive.whereabouts import DEAD


@dataclass(frozen=True, slots=True)
class ScanPaper:
    """A living paper with pages of a deposit: the first and the last of them there, and how many they are."""

    document: str
    deposit: str
    kind: str
    date: date | None
    first: int
    last: int
    pages: int


def papers_of_scans(connection: Connection, deposit_ids: Collection[str]) -> dict[str, tuple[ScanPaper, ...]]:
    """The living papers of each deposit, by their first page in it; a deposit that was not read has none."""
    held = document_pages
    rows = connection.execute(
        select(
            held.c.deposit_id,
            documents.c.id,
            documents.c.kind,
            documents.c.document_date,
            func.min(held.c.page).label("first"),
            func.max(held.c.page).label("last"),
            func.count().label("pages"),
        )
        .join(documents, documents.c.id == held.c.document_id)
        .where(held.c.deposit_id.in_(deposit_ids), documents.c.state.not_in(DEAD))
        .group_by(held.c.deposit_id, documents.c.id, documents.c.kind, documents.c.document_date)
        .order_by(held.c.deposit_id, func.min(held.c.page), documents.c.id)
    )
    found: dict[str, list[ScanPaper]] = {deposit: [] for deposit in deposit_ids}
    for row in rows:
        paper = ScanPaper(row.id, row.deposit_id, row.kind, row.document_date, row.first, row.last, row.pages)
        found[row.deposit_id].append(paper)
    return {deposit: tuple(papers) for deposit, papers in found.items()}


def blank_sides(connection: Connection, document_ids: Collection[str]) -> dict[str, int]:
    """How many pages of each document are blank sides; those without any are left out."""
    rows = connection.execute(
        select(document_pages.c.document_id, func.count())
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id.in_(document_ids), pages.c.blank)
        .group_by(document_pages.c.document_id)
    )
    return dict(rows.all())
