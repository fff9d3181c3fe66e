"""What a selection looks like to somebody: a line an item, told only as far as the paper is open to him."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from api import access
from api.access import Actor, DocumentAccess
from archive.catalogue.schema import deposits, document_deposits, documents, manifests, stamps
from archive.scan_papers import blank_sides
from archive.selections import Item
from archive.verification.stamp_check import PROVED

GONE = ("void", "erased")


@dataclass(frozen=True, slots=True)
class Proven:
    """Since when a paper is here, and when all its files existed by; None: the time proof of one is pending."""

    received_at: datetime
    existed_by: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a selection. `kind` is None where the paper is not open to whoever looks.

    `pages` are the numbers that the item names, none: the paper's pages are not known yet. `may_go` says whether all
    of it may be handed out to whoever looks.
    """

    item: Item
    kind: str | None
    dated: date | None = None
    state: str = ""
    page_count: int | None = None
    blank: int = 0
    pages: tuple[int, ...] = ()
    first_open: int | None = None
    may_go: bool = False
    proven: Proven | None = None

    @property
    def gone(self) -> bool:
        """Whether the paper is void or erased."""
        return self.state in GONE


def lines_of(connection: Connection, actor: Actor, items: Sequence[Item]) -> list[Line]:
    """A line an item, in their order."""
    wanted = list(dict.fromkeys(item.document for item in items))
    rows = {
        row.id: row for row in connection.execute(select(documents).where(documents.c.id.in_(wanted))).all()
    }
    opened = access.open_pages(connection, actor, wanted)
    proven = proven_times(connection, opened)
    blank = blank_sides(connection, wanted)
    return [
        _line(
            item,
            rows.get(item.document),
            opened.get(item.document),
            proven.get(item.document),
            blank.get(item.document, 0),
        )
        for item in items
    ]


def proven_times(connection: Connection, document_ids: Iterable[str]) -> dict[str, Proven]:
    """What is proved of the time of each document, as the catalogue knows it."""
    rows = connection.execute(
        select(
            document_deposits.c.document_id,
            func.min(deposits.c.received_at).label("received_at"),
            func.max(stamps.c.gen_time).label("existed_by"),
            func.count().label("files"),
            func.count(stamps.c.gen_time).label("proved"),
        )
        .join(deposits, deposits.c.id == document_deposits.c.deposit_id)
        .outerjoin(manifests, (manifests.c.deposit_id == deposits.c.id) & (manifests.c.version == 1))
        .outerjoin(stamps, (stamps.c.id == manifests.c.stamp_id) & stamps.c.state.in_(PROVED))
        .where(document_deposits.c.document_id.in_(list(document_ids)))
        .group_by(document_deposits.c.document_id)
    )
    return {
        row.document_id: Proven(row.received_at, row.existed_by if row.proved == row.files else None)
        for row in rows
    }


def _line(
    item: Item, row: Row[Any] | None, opened: DocumentAccess | None, proven: Proven | None, blank: int
) -> Line:
    if row is None or opened is None:
        return Line(item, None)
    count = row.page_count or 0
    numbers = range(1, count + 1) if item.whole else range(item.first, min(item.last, count) + 1)
    open_numbers = [number for number in numbers if opened.page(number)]
    # A paper that was never read has no pages yet: it may go where all of it is open.
    may_go = opened.complete if not count else len(open_numbers) == len(numbers) > 0
    return Line(
        item=item,
        kind=row.kind,
        # The date may stand on a page that is closed to whoever looks.
        dated=row.document_date if opened.complete else None,
        state=row.state,
        page_count=row.page_count,
        blank=blank,
        pages=tuple(numbers),
        first_open=open_numbers[0] if open_numbers else None,
        may_go=may_go and row.state not in GONE,
        proven=proven,
    )
