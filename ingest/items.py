"""Batches and their items as rows: looked up, numbered, and recognised when they come again."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from archive.catalogue.schema import announced, batch_items, batches, deposits, document_deposits
from ingest.arrivals import Acknowledgement
from ingest.errors import BatchClosed, NumberTaken, SourceReused, VersionMoved
from tabellion.base.errors import BadRequest, NotFound

HIGHEST_NUMBER = 1_000_000


def check_number(sequence: int) -> None:
    """Raise `BadRequest` for what is no number of a batch."""
    if not 1 <= sequence <= HIGHEST_NUMBER:
        raise BadRequest(f"numbers of a batch go from 1 to {HIGHEST_NUMBER}")


def batch_row(connection: Connection, batch_id: str, *, lock: bool = False) -> Row[Any]:
    """A batch; with `lock`, no other transaction changes it until this one ends. Raises `NotFound`."""
    query = select(batches).where(batches.c.id == batch_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("there is no such batch")
    return row


def require_open(batch: Row[Any]) -> None:
    """Raise `BatchClosed` where the batch does not change any more."""
    if batch.state != "open":
        raise BatchClosed("the batch is closed")


def open_batch(connection: Connection, batch_id: str, version: int | None = None) -> Row[Any]:
    """A batch that may be changed, locked. Raises `NotFound`, `BatchClosed`, `VersionMoved`."""
    row = batch_row(connection, batch_id, lock=True)
    require_open(row)
    if version is not None and row.version != version:
        raise VersionMoved(f"the batch is at version {row.version}, not {version}")
    return row


def living_item(connection: Connection, batch_id: str, item_id: str) -> Row[Any]:
    """An item that still has its number. Raises `NotFound`."""
    row = connection.execute(
        select(batch_items).where(
            batch_items.c.id == item_id, batch_items.c.batch_id == batch_id, batch_items.c.state != "replaced"
        )
    ).one_or_none()
    if row is None:
        raise NotFound("the batch has no such item")
    return row


def source_key(source: str) -> str:
    """The form in which a source is stored: of one length, and without the names that a path may hold."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Known:
    """Items that the arriving bytes may turn out to be: by the act of handing over, and by number."""

    by_source: Row[Any] | None
    by_number: tuple[Row[Any], ...]

    @property
    def living(self) -> Row[Any] | None:
        """The item that has the number now."""
        return next((item for item in self.by_number if item.state != "replaced"), None)

    def repeated(self, sha256: str, sequence: int | None, replaces: str | None) -> Row[Any] | None:
        """The item of which these bytes are a repeat. Raises `SourceReused` and `NumberTaken` for other bytes."""
        if (item := self.by_source) is not None:
            if item.sha256 != sha256 or sequence not in (None, item.sequence):
                raise SourceReused("this was handed over before, with other bytes or under another number")
            return item
        for item in self.by_number:
            if item.sha256 == sha256:
                return item
        if self.living is not None and self.living.id != replaces:
            raise NumberTaken(f"number {self.living.sequence} of the batch is taken by other bytes")
        return None


def find_known(connection: Connection, batch_id: str, source: str | None, sequence: int | None) -> Known:
    """What is there already under the same source or number."""
    query = (
        select(batch_items, deposits.c.sha256)
        .select_from(batch_items.outerjoin(deposits, deposits.c.id == batch_items.c.deposit_id))
        .where(batch_items.c.batch_id == batch_id)
    )
    by_source = None
    if source is not None:
        by_source = connection.execute(query.where(batch_items.c.source == source)).one_or_none()
    by_number: tuple[Row[Any], ...] = ()
    if sequence is not None:
        rows = connection.execute(query.where(batch_items.c.sequence == sequence).order_by(batch_items.c.id))
        by_number = tuple(rows)
    return Known(by_source, by_number)


def next_number(connection: Connection, batch_id: str, sha256: str) -> int:
    """The number for what comes without one: the announced number of these bytes, else the next free one."""
    taken = select(batch_items.c.sequence).where(
        batch_items.c.batch_id == batch_id, batch_items.c.state != "replaced"
    )
    promised = connection.execute(
        select(func.min(announced.c.sequence)).where(
            announced.c.batch_id == batch_id,
            announced.c.sha256 == sha256,
            announced.c.sequence.not_in(taken),
        )
    ).scalar()
    if promised is not None:
        return int(promised)
    highest = [
        connection.execute(select(func.max(table.c.sequence)).where(table.c.batch_id == batch_id)).scalar()
        or 0
        for table in (batch_items, announced)
    ]
    return max(highest) + 1


def count_repeat(connection: Connection, item_id: str) -> None:
    """Note that an item came once more; it is counted once all the same."""
    connection.execute(
        update(batch_items).where(batch_items.c.id == item_id).values(repeats=batch_items.c.repeats + 1)
    )


def set_state(connection: Connection, item_id: str, state: str, reason: str | None = None) -> None:
    """Give an item another state; the caller records the batch."""
    connection.execute(
        update(batch_items).where(batch_items.c.id == item_id).values(state=state, reason=reason)
    )


def document_of(connection: Connection, deposit_id: str) -> str:
    """The document that was made when the deposit was received: identifiers sort by time."""
    first = select(func.min(document_deposits.c.document_id))
    found: str = connection.execute(first.where(document_deposits.c.deposit_id == deposit_id)).scalar_one()
    return found


def acknowledge(connection: Connection, deposit_id: str, *, repeated: bool = False) -> Acknowledgement:
    """The acknowledgement of a deposit that is in the catalogue."""
    row = connection.execute(select(deposits).where(deposits.c.id == deposit_id)).one()
    return Acknowledgement(
        deposit=row.id,
        document=document_of(connection, deposit_id),
        batch=row.batch_id,
        sequence=row.sequence,
        size=row.size,
        sha256=row.sha256,
        sha512=row.sha512,
        media_type=row.media_type,
        received_at=row.received_at,
        repeated=repeated,
        same_bytes_as=same_bytes(connection, row.id, row.sha256),
    )


def same_bytes(connection: Connection, deposit_id: str, sha256: str, limit: int = 20) -> tuple[str, ...]:
    """Documents, at most `limit`, that have a deposit of the same bytes; what was erased is not among them."""
    rows = connection.execute(
        select(document_deposits.c.document_id)
        .distinct()
        .join(deposits, deposits.c.id == document_deposits.c.deposit_id)
        .where(deposits.c.sha256 == sha256, deposits.c.id != deposit_id, deposits.c.erased_at.is_(None))
        .order_by(document_deposits.c.document_id)
        .limit(limit)
    )
    return tuple(rows.scalars())
