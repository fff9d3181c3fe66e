"""Reads a document's deposits again: after a failure, or because a person asks for it."""

from sqlalchemy import Connection, select, update

from archive.archive import Archive
from archive.catalogue import retry_work
from archive.catalogue.schema import deposits, document_deposits, documents
from tabellion.base.errors import Conflict, NotFound


def retry(archive: Archive, connection: Connection, document_id: str) -> int:
    """Queue the reading of the document's deposits again, first in line; says how many. The caller nudges.

    A document that failed waits again, without its reason. Where a reading is under way already, nothing is added.
    Raises `NotFound` and `Conflict` (void or erased).
    """
    now = archive.clock.now()
    row = connection.execute(
        select(documents.c.state).where(documents.c.id == document_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such document")
    if row.state in ("void", "erased"):
        raise Conflict(f"the document is {row.state}")
    held = connection.execute(
        select(deposits.c.id)
        .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
        .where(document_deposits.c.document_id == document_id, deposits.c.erased_at.is_(None))
    )
    queued = sum(retry_work(connection, "read", deposit, now) for deposit in list(held.scalars()))
    if queued and row.state == "failed":
        connection.execute(
            update(documents)
            .where(documents.c.id == document_id)
            .values(state="received", reason_code=None, reason=None)
        )
    return queued


def retry_failed(archive: Archive, reason_code: str | None = None, limit: int = 10_000) -> int:
    """Queue all documents that failed, or those with one reason, again; says how many."""
    query = select(documents.c.id).where(documents.c.state == "failed").order_by(documents.c.id).limit(limit)
    if reason_code is not None:
        query = query.where(documents.c.reason_code == reason_code)
    with archive.catalogue.read() as connection:
        found = list(connection.execute(query).scalars())
    for document_id in found:
        with archive.catalogue.write() as connection:
            retry(archive, connection, document_id)
    return len(found)
