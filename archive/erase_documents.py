"""Takes an erased deposit out of documents: its pages, and all that was read from or said of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, delete, func, insert, or_, select, union, update

from archive.archive import Archive
from archive.catalogue.schema import (
    current,
    document_deposits,
    document_pages,
    document_scopes,
    documents,
    fields,
    index_outbox,
    links,
    log_entries,
    objects,
)
from archive.document_keys import write_field_keys
from archive.doubts import forget_doubts, write_doubts
from archive.histories import FIELD_KEY
from archive.vault import KeyMissing, Ref, VaultMissing

_LARGEST_RECORD = 64 << 20


def documents_that_held(archive: Archive, connection: Connection, deposit_id: str) -> list[str]:
    """Documents that have pages of the deposit now, and those whose earlier records still tell of it.

    Only documents that were composed more than once, or are void, can have had it before: their records are read.
    """
    listed = union(
        *(
            select(table.c.document_id).where(table.c.deposit_id == deposit_id)
            for table in (document_deposits, document_pages)
        )
    )
    now = set(connection.execute(listed).scalars())
    composed_again = (
        select(log_entries.c.object_id)
        .where(log_entries.c.object_type == "document", log_entries.c.type == "compose")
        .group_by(log_entries.c.object_id)
        .having(func.count() > 1)
    )
    changed = select(documents.c.id).where(
        or_(documents.c.state == "void", documents.c.id.in_(composed_again))
    )
    before = [
        document
        for document in connection.execute(changed).scalars()
        if document not in now and _records_tell_of(archive, connection, document, deposit_id)
    ]
    return sorted({*now, *before})


def strip_document(archive: Archive, connection: Connection, document_id: str, deposit_id: str) -> None:
    """Purge the rows of a document of everything that is the deposit's; without other pages it is erased as well.

    What the histories no longer say goes entirely, because earlier rows do not tell which page they were read from.
    """
    was_here = _remove_pages(connection, document_id, deposit_id)
    forget_doubts(connection, document_id)
    present = select(fields.c.id).where(
        fields.c.document_id == document_id, current(fields, *FIELD_KEY), fields.c.state != "withdrawn"
    )
    stale = fields.c.id.not_in(present)
    connection.execute(delete(fields).where(fields.c.document_id == document_id, stale))
    if was_here is not None:
        for row in connection.execute(select(fields).where(fields.c.document_id == document_id)).all():
            _move(connection, fields, row, {"page": was_here.get(row.page)})
        for table in (links, document_scopes):
            for row in connection.execute(select(table).where(table.c.document_id == document_id)).all():
                if (row.first_page, row.last_page) != (0, 0):
                    _move(connection, table, row, _span(row, was_here))
        _reset(connection, document_id)
    write_field_keys(connection, document_id)
    write_doubts(connection, document_id)
    connection.execute(insert(index_outbox).values(document_id=document_id, at=archive.clock.now()))


def _records_tell_of(archive: Archive, connection: Connection, document_id: str, deposit_id: str) -> bool:
    prefix = f"documents/{document_id}/record-"
    query = select(objects).where(objects.c.key >= prefix, objects.c.key < prefix + "~")
    for row in connection.execute(query).all():
        try:
            ref = Ref(row.key, row.version, row.digest, row.size)
            if deposit_id.encode() in archive.objects.read_bytes(ref, row.owner, _LARGEST_RECORD):
                return True
        except (KeyMissing, VaultMissing):
            continue
    return False


def _remove_pages(connection: Connection, document_id: str, deposit_id: str) -> Mapping[int, int] | None:
    """Number the pages that stay anew; gives old to new numbers, or None where the deposit was not among them."""
    here = and_(document_deposits.c.document_id == document_id, document_deposits.c.deposit_id == deposit_id)
    found = connection.execute(delete(document_deposits).where(here)).rowcount
    rows = connection.execute(
        select(document_pages)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    ).all()
    staying = [row for row in rows if row.deposit_id != deposit_id]
    if not found and len(staying) == len(rows):
        return None
    connection.execute(delete(document_pages).where(document_pages.c.document_id == document_id))
    numbers: dict[int, int] = {}
    for number, row in enumerate(staying, 1):
        numbers[row.position] = number
        connection.execute(
            insert(document_pages).values(
                document_id=document_id, position=number, deposit_id=row.deposit_id, page=row.page
            )
        )
    return numbers


def _span(row: Row[Any], numbers: Mapping[int, int]) -> dict[str, int | None]:
    left = [numbers[page] for page in range(row.first_page, row.last_page + 1) if page in numbers]
    return {"first_page": min(left, default=None), "last_page": max(left, default=None)}


def _move(connection: Connection, table: Table, row: Row[Any], values: Mapping[str, int | None]) -> None:
    one = table.c.id == row.id
    if None in values.values():
        connection.execute(delete(table).where(one))
    else:
        connection.execute(update(table).where(one).values(**values))


def _reset(connection: Connection, document_id: str) -> None:
    """What was drawn from all pages together says nothing any more."""
    deposits_left = connection.scalar(
        select(func.count())
        .select_from(document_deposits)
        .where(document_deposits.c.document_id == document_id)
    )
    pages_left = connection.scalar(
        select(func.count()).select_from(document_pages).where(document_pages.c.document_id == document_id)
    )
    values: dict[str, Any] = dict.fromkeys(
        (
            "reason_code",
            "reason",
            "subkind",
            "document_date",
            "sent_date",
            "received_date",
            "amount_minor",
            "currency",
        )
    )
    if not deposits_left:
        values |= {
            "state": "erased",
            "kind": "other",
            "kind_confidence": 0.0,
            "kind_by": None,
            "language": "und",
            "direction": None,
            "searchable_at": None,
        }
    values["page_count"] = pages_left or None
    connection.execute(update(documents).where(documents.c.id == document_id).values(**values))
