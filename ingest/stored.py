"""The row that every writer of documents makes: a document's place in the index outbox."""

from datetime import datetime

from sqlalchemy import Connection, insert

from archive.catalogue.schema import index_outbox


def queue_indexing(connection: Connection, document_id: str, at: datetime) -> None:
    """Have the keeper index the document anew, or take it out of the index."""
    connection.execute(insert(index_outbox), {"document_id": document_id, "at": at})
