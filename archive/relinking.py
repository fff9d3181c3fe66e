"""Has papers linked anew that carry an identifier or number which the registry has just learned."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.catalogue import add_work, retry_work
from archive.catalogue.schema import fields

_AT_ONCE = 500


def queue_linking(archive: Archive, connection: Connection, values: Iterable[str]) -> int:
    """Queue the linking of documents on which one of these values was read; says how many. Workers do it.

    Values are compared as they stand in fields, so both the written and the bare form of a number are to be given.
    """
    wanted = sorted(set(values))
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = fields.c.value.in_(wanted[start : start + _AT_ONCE])
        found.update(connection.execute(select(fields.c.document_id).where(some).distinct()).scalars())
    now = archive.clock.now()
    for document_id in sorted(found):
        add_work(connection, archive.ids, "link", document_id, now)
        retry_work(connection, "link", document_id, now)
    return len(found)
