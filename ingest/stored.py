"""Rows that every writer of objects and documents makes: the object's row, the document's place in the index outbox."""

from datetime import datetime

from sqlalchemy import Connection, insert

from archive.catalogue.schema import index_outbox, objects
from archive.vault import Ref


def note_object(
    connection: Connection,
    ref: Ref,
    owner: str,
    plain_digest: str,
    at: datetime,
    *,
    retain_until: datetime | None = None,
) -> None:
    """The catalogue's row of an object in the vault; the lock itself is set by the keeper."""
    connection.execute(
        insert(objects).values(
            key=ref.key,
            version=ref.version,
            digest=ref.digest,
            size=ref.size,
            plain_digest=plain_digest,
            owner=owner,
            at=at,
            retain_until=retain_until,
            locked=False,
        )
    )


def queue_indexing(connection: Connection, document_id: str, at: datetime) -> None:
    """Have the keeper index the document anew, or take it out of the index."""
    connection.execute(insert(index_outbox).values(document_id=document_id, at=at))
