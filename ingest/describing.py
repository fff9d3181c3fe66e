"""Writes a description into the catalogue: pages, kind, fields, dates. What a person decided stays as it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from archive.archive import Archive
from archive.catalogue.schema import document_deposits, document_pages, documents, fields
from archive.doubts import write_doubts
from archive.histories import FIELD_KEY
from archive.present import present_rows
from archive.readings import load_reading
from ingest import linking, stored
from ingest.describe import DepositPage, amount_minor, describe, document_date, texts_of
from ingest.rescans import queue_rescan
from ocr.values import FieldReading, Reading

WITHDRAWN = "withdrawn"
_NEAR = 0.01


def describe_document(
    archive: Archive, connection: Connection, document_id: str, readings: Mapping[str, Reading]
) -> None:
    """Describe a document from the readings of its deposits; the caller records the document.

    A document without a list of pages yet has all pages of its deposits. Readings that are not handed in are loaded.
    """
    now = archive.clock.now()
    readings = dict(readings)
    held = deposits_of(connection, document_id)
    for deposit in held:
        if deposit not in readings:
            readings[deposit] = load_reading(archive, connection, deposit)
    pages = pages_of(connection, document_id)
    if not pages:
        pages = tuple(
            DepositPage(deposit, page.number) for deposit in held for page in readings[deposit].pages
        )
        if all(readings[deposit].pages for deposit in held):
            _add_pages(connection, document_id, pages)
        else:
            set_pages(connection, document_id, pages)
    found = describe(pages, readings)
    write_fields(connection, document_id, found.fields, now)
    present = present_fields(connection, document_id)
    values: dict[str, Any] = {
        "state": "read",
        "reason_code": None,
        "reason": None,
        "language": found.language,
        "page_count": len(pages),
        "searchable_at": None,
        **dated(present),
    }
    row = connection.execute(select(documents).where(documents.c.id == document_id)).one()
    if row.kind_by is None:
        values |= {"kind": found.kind, "kind_confidence": found.kind_confidence}
    connection.execute(update(documents).where(documents.c.id == document_id).values(**values))
    write_doubts(connection, document_id)
    linking.link_document(archive, connection, document_id, found.parts, texts_of(pages, readings))
    stored.queue_indexing(connection, document_id, now)
    queue_rescan(archive, connection, document_id)


def dated(present: Mapping[str, str]) -> dict[str, Any]:
    """A document's own date, amount and currency, as its present fields say: values of its row."""
    return {
        "document_date": document_date(present),
        "amount_minor": amount_minor(present),
        "currency": present.get("currency", "")[:3] or None,
    }


def deposits_of(connection: Connection, document_id: str) -> tuple[str, ...]:
    """The deposits of a document, in its order."""
    return tuple(
        connection.execute(
            select(document_deposits.c.deposit_id)
            .where(document_deposits.c.document_id == document_id)
            .order_by(document_deposits.c.position)
        ).scalars()
    )


def pages_of(connection: Connection, document_id: str) -> tuple[DepositPage, ...]:
    """The pages of a document, in its order; empty before it was read."""
    rows = connection.execute(
        select(document_pages.c.deposit_id, document_pages.c.page)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    )
    return tuple(DepositPage(deposit, page) for deposit, page in rows)


def set_pages(connection: Connection, document_id: str, pages: Sequence[DepositPage]) -> None:
    """Give a document this list of pages, and the list of deposits that follows from it."""
    for table in (document_pages, document_deposits):
        connection.execute(delete(table).where(table.c.document_id == document_id))
    _add_pages(connection, document_id, pages)
    deposits = dict.fromkeys(page.deposit for page in pages)
    if deposits:
        connection.execute(
            insert(document_deposits),
            [
                {"document_id": document_id, "position": position, "deposit_id": deposit}
                for position, deposit in enumerate(deposits, start=1)
            ],
        )


def _add_pages(connection: Connection, document_id: str, pages: Sequence[DepositPage]) -> None:
    if pages:
        connection.execute(
            insert(document_pages),
            [
                {"document_id": document_id, "position": position, "deposit_id": deposit, "page": page}
                for position, (deposit, page) in enumerate(pages, start=1)
            ],
        )


def current_fields(connection: Connection, document_id: str) -> Sequence[Row[Any]]:
    """The newest row of every field of a document, withdrawn ones included."""
    return present_rows(connection, fields, FIELD_KEY, document_id)


def present_fields(connection: Connection, document_id: str) -> dict[str, str]:
    """One value a name: what a person decided, else what the machine is surest of."""
    rows = [row for row in current_fields(connection, document_id) if row.state != WITHDRAWN]
    rows.sort(key=lambda row: (row.actor is not None, row.confidence))
    return {row.name: row.value for row in rows}


def write_fields(
    connection: Connection, document_id: str, found: Sequence[FieldReading], now: datetime
) -> None:
    """Add what is new, withdraw what is not found any more; a person's word about a name on a page stands."""
    rows = current_fields(connection, document_id)
    decided = {(row.name, row.page) for row in rows if row.actor is not None}
    machine = {(row.name, row.page, row.raw): row for row in rows if row.actor is None}
    added = []
    for item in found:
        row = machine.pop((item.name, item.page, item.raw), None)
        same = (
            row is not None
            and row.state != WITHDRAWN
            and (row.value, row.printed) == (item.value, item.printed)
            and _same_place(row.box, item.box)
        )
        if not same and (item.name, item.page) not in decided:
            added.append(
                {
                    "name": item.name,
                    "value": item.value,
                    "raw": item.raw,
                    "confidence": item.confidence,
                    "page": item.page,
                    "box": list(item.box),
                    "rule": item.rule,
                    "printed": item.printed,
                    "state": "machine",
                }
            )
    for row in machine.values():
        if row.state != WITHDRAWN:
            copied = ("name", "value", "raw", "confidence", "page", "box", "rule", "printed")
            added.append({name: getattr(row, name) for name in copied} | {"state": WITHDRAWN})
    if added:
        connection.execute(
            insert(fields), [{**row, "document_id": document_id, "actor": None, "at": now} for row in added]
        )


def _same_place(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes (fractions of the page) are the same but for another resolution; a name has many places."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))
