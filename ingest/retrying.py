"""Failed readings are tried again: the work is ready once more, and the paper waits instead of having failed."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from archive.archive import Archive
from archive.catalogue import retry_work
from archive.catalogue.schema import document_deposits, documents


def retry_reading(archive: Archive, connection: Connection, deposit_ids: Iterable[str]) -> int:
    """Have deposits read again whose reading failed; says how many that were."""
    done = 0
    for deposit_id in deposit_ids:
        if not retry_work(connection, "read", deposit_id, archive.clock.now()):
            continue
        done += 1
        holders = select(document_deposits.c.document_id).where(document_deposits.c.deposit_id == deposit_id)
        connection.execute(
            update(documents)
            .where(documents.c.id.in_(holders), documents.c.state == "failed")
            .values(state="received", reason_code=None, reason=None)
        )
    return done
