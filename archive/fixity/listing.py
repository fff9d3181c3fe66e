"""Notes every object that is stored in clear, continues the inventory of all of them, and logs its segments."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, and_, exists, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import log_entries, log_outbox, objects
from archive.log import record
from archive.pieces import in_pieces
from archive.stamp_files import LOCK_FOR, prefix
from archive.stored import note_object
from archive.vault import RAW, Ref, Vault, inventory

_AT_ONCE = 400
_UNLISTED = ("log/", "inventory/")
"""Not named by the inventory: what the checkpoint commits to, and the inventory itself, whose digests are entries."""


def listed_raw(vault: Vault, prefixes: Sequence[str] = RAW) -> Iterator[Ref]:
    """What lies in clear below the prefixes and has a row; partial files of the log are superseded and removed."""
    return (ref for name in prefixes for ref in vault.list(name) if ".p/" not in ref.key)


def note_raw(archive: Archive, lease: int, prefixes: Sequence[str] = RAW) -> int:
    """Give every object in clear that the vault lists its row, and so its lock, its looks and its copy.

    Says how many rows that were. The digest is what the vault noted when it was stored. Raises `LeaseLost`.
    """
    count = 0
    now = archive.clock.now()
    for some in _pieces(listed_raw(archive.objects.vault, prefixes)):
        with archive.catalogue.read() as connection:
            known = _known(connection, some)
        new = [ref for ref in some if (ref.key, ref.version) not in known]
        if not new:
            continue
        with archive.catalogue.write() as connection:
            # Under the fence, because stamps and renewals note their files too.
            check_lease(connection, "keeper", lease)
            known = _known(connection, new)
            for ref in new:
                if (ref.key, ref.version) not in known:
                    note_object(connection, ref, None, ref.digest, now, retain_until=now + LOCK_FOR)
                    count += 1
    return count


def continue_inventory(archive: Archive, lease: int, stamp: str) -> int:
    """List what was stored since the last segment, the files of the stamp included; gives the number of objects.

    The log's tiles are not listed, because the checkpoint commits to them, and neither are keys, because they may be
    wrapped anew and destroyed. A segment that was written before an interruption is logged now. Raises `LeaseLost`.
    """
    vault = archive.objects.vault
    note_raw(archive, lease, (prefix(stamp),))
    unlisted = and_(
        objects.c.inventory.is_(None), *(objects.c.key.not_like(f"{beginning}%") for beginning in _UNLISTED)
    )
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(objects).where(unlisted).order_by(objects.c.id)).all()
    now = archive.clock.now()
    inventory.append(vault, [Ref(row.key, row.version, row.digest, row.size) for row in rows], now + LOCK_FOR)
    segments = inventory.segments(vault)
    note_raw(archive, lease, (inventory.PREFIX,))
    with archive.catalogue.write() as connection:
        check_lease(connection, "keeper", lease)
        for some in in_pieces([row.id for row in rows]):
            listed = update(objects).where(objects.c.id.in_(some))
            connection.execute(listed.values(inventory=len(segments)))
        for segment in _unlogged(connection, segments):
            record(
                connection,
                type="fixity",
                object_type="archive",
                object_id=archive.id,
                subject=segment.digest,
                actor=SYSTEM_ACTOR,
                time=now,
            )
    return len(rows)


def _unlogged(connection: Connection, segments: Sequence[Ref]) -> list[Ref]:
    """The segments that the log has no entry of, in their order.

    Looked for from the newest on: what comes before one that is logged was logged with it, or earlier.
    """
    found: list[Ref] = []
    for segment in reversed(segments):
        known = exists().where(log_entries.c.subject == segment.digest, log_entries.c.type == "fixity")
        waits = exists().where(log_outbox.c.type == "fixity", log_outbox.c.subject == segment.digest)
        if connection.scalar(select(known | waits)):
            break
        found.append(segment)
    return found[::-1]


def _pieces(refs: Iterable[Ref]) -> Iterator[list[Ref]]:
    rest = iter(refs)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


def _known(connection: Connection, refs: Sequence[Ref]) -> set[tuple[str, str]]:
    keys = {ref.key for ref in refs}
    rows = connection.execute(select(objects.c.key, objects.c.version).where(objects.c.key.in_(keys)))
    return {(row.key, row.version) for row in rows}
