"""What operators see of batches: the list at the start, and the items in feed order with one of three states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, case, func, select

from archive.catalogue.schema import (
    batch_items,
    batches,
    deposits,
    document_deposits,
    documents,
    portfolios,
    stations,
)
from ingest.ledger import Ledger, item_failed, item_waits, ledgers

SeenState = Literal["waiting", "held", "needs-you"]
MOST_ITEMS = 500
MOST_BATCHES = 200


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch in a list, with its figures (gaps are not listed here)."""

    id: str
    name: str
    origin: str
    state: str
    portfolio_id: str | None
    portfolio: str | None
    station: str | None
    operator: str | None
    opened_at: datetime
    closed_at: datetime | None
    supplement_of: str | None
    receipt: bool
    version: int
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of the contact sheet.

    `state` is what the catalogue says (held, void, replaced, separator, blank), `seen` what the operator sees: waiting
    (not yet sealed or read), held, or needs-you (`reason_code` and `reason` say why). `document` is the paper that its
    first page belongs to, `pages` the number of its pages (none until read).
    """

    id: str
    sequence: int
    state: str
    seen: SeenState
    deposit: str | None
    document: str | None
    name: str | None
    sha256: str | None
    pages: int | None
    reason: str | None
    reason_code: str | None
    void_reason: str | None
    replaced_by: str | None
    repeats: int
    received_at: datetime


def batch_lines(
    connection: Connection, *conditions: Any, before: str | None = None, limit: int = 50
) -> list[BatchLine]:
    """Batches that fulfil the conditions (over `batches`), newest first, from the one before the id `before`."""
    query = (
        select(batches, portfolios.c.name.label("portfolio"), stations.c.name.label("station"))
        .outerjoin(portfolios, portfolios.c.id == batches.c.portfolio_id)
        .outerjoin(stations, stations.c.id == batches.c.station_id)
        .where(*conditions)
        .order_by(batches.c.id.desc())
        .limit(min(limit, MOST_BATCHES))
    )
    if before is not None:
        query = query.where(batches.c.id < before)
    rows = connection.execute(query).all()
    return [
        BatchLine(
            id=row.id,
            name=row.name,
            origin=row.origin,
            state=row.state,
            portfolio_id=row.portfolio_id,
            portfolio=row.portfolio,
            station=row.station,
            operator=row.operator,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            supplement_of=row.supplement_of,
            receipt=row.receipt is not None,
            version=row.version,
            ledger=ledger,
        )
        for row, ledger in zip(rows, ledgers(connection, [row.id for row in rows]), strict=True)
    ]


def item_lines(
    connection: Connection,
    batch_id: str,
    *,
    after: tuple[int, str] = (0, ""),
    last: int | None = None,
    limit: int = 100,
) -> list[ItemLine]:
    """The items of a batch by number, from the one after `after` (number and id) to the number `last`; replaced ones
    stand beside theirs.
    """
    sequence, item_id = after
    seen = case((item_failed(), "needs-you"), (item_waits(), "waiting"), else_="held")
    first = (
        select(func.min(document_deposits.c.document_id))
        .join(documents, documents.c.id == document_deposits.c.document_id)
        .where(document_deposits.c.deposit_id == batch_items.c.deposit_id)
        .scalar_subquery()
    )
    query = (
        select(
            batch_items,
            deposits.c.name,
            deposits.c.sha256,
            deposits.c.page_count,
            documents.c.id.label("document_id"),
            documents.c.reason_code,
            documents.c.reason.label("failure"),
            case((batch_items.c.deposit_id.is_(None), "held"), else_=seen).label("seen"),
        )
        .select_from(
            batch_items.outerjoin(deposits, deposits.c.id == batch_items.c.deposit_id).outerjoin(
                documents, documents.c.id == first
            )
        )
        .where(
            batch_items.c.batch_id == batch_id,
            batch_items.c.sequence >= sequence,  # said by itself, it is where an index begins
            (batch_items.c.sequence > sequence) | (batch_items.c.id > item_id),
        )
        .order_by(batch_items.c.sequence, batch_items.c.id)
        .limit(min(limit, MOST_ITEMS))
    )
    if last is not None:
        query = query.where(batch_items.c.sequence <= last)
    return [
        ItemLine(
            id=row.id,
            sequence=row.sequence,
            state=row.state,
            seen=row.seen if row.state in ("held", "separator", "blank") else "held",
            deposit=row.deposit_id,
            document=row.document_id,
            name=row.name,
            sha256=row.sha256,
            pages=row.page_count,
            reason=row.failure,
            reason_code=row.reason_code,
            void_reason=row.reason,
            replaced_by=row.replaced_by,
            repeats=row.repeats,
            received_at=row.at,
        )
        for row in connection.execute(query)
    ]


def documents_in_batch(connection: Connection, batch_id: str) -> Sequence[str]:
    """The documents of a batch in the order in which they came."""
    return (
        connection.execute(
            select(documents.c.id).where(documents.c.batch_id == batch_id).order_by(documents.c.id)
        )
        .scalars()
        .all()
    )
