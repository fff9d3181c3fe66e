"""Continues the inventory of the vault's objects, and logs the digest of each of its segments."""

from sqlalchemy import exists, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import log_entries, log_outbox, objects
from archive.log import record
from archive.log_group import in_pieces
from archive.stamp_files import LOCK_FOR, prefix
from archive.vault import Ref, inventory


def continue_inventory(archive: Archive, lease: int, stamp: str) -> int:
    """List what was stored since the last segment, the files of the stamp included; gives the number of objects.

    The log's tiles are not listed, because the checkpoint commits to them, and neither are keys, because they may be
    wrapped anew and destroyed. A segment that was written before an interruption is logged now. Raises `LeaseLost`.
    """
    vault = archive.objects.vault
    with archive.catalogue.read() as connection:
        rows = connection.execute(
            select(objects).where(objects.c.inventory.is_(None)).order_by(objects.c.id)
        ).all()
    lines = [Ref(row.key, row.version, row.digest, row.size) for row in rows]
    lines += vault.list(prefix(stamp))
    now = archive.clock.now()
    inventory.append(vault, lines, now + LOCK_FOR)
    segments = inventory.segments(vault)
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", lease)
        for some in in_pieces([row.id for row in rows]):
            listed = update(objects).where(objects.c.id.in_(some))
            connection.execute(listed.values(inventory=len(segments)))
        for segment in segments:
            known = exists().where(log_entries.c.type == "fixity", log_entries.c.subject == segment.digest)
            waits = exists().where(log_outbox.c.type == "fixity", log_outbox.c.subject == segment.digest)
            if not connection.scalar(select(known | waits)):
                record(
                    connection,
                    type="fixity",
                    object_type="archive",
                    object_id=archive.id,
                    subject=segment.digest,
                    actor=SYSTEM_ACTOR,
                    time=now,
                )
    return len(lines)
