"""Tells the log of objects that are not as they should be, and of those that came back; details lie in the vault.

inventory/incidents/<id>   JSON (RFC 8785): which objects, in which vault, and what was found
inventory/repairs/<id>     JSON (RFC 8785): which objects, from where to where, and their versions now

Both are in clear, because they name ids and digests of stored bytes only, and are read when no key is at hand.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import document_deposits, index_outbox
from archive.fixity.sides import Looked
from archive.log import record
from archive.stamp_files import LOCK_FOR
from archive.stored import note_object
from archive.vault import Ref
from signing import canonical
from tabellion.base.clock import rfc3339
from tabellion.base.ids import is_id

INCIDENTS, REPAIRS = "inventory/incidents/", "inventory/repairs/"
INCIDENT_SCHEMA, REPAIR_SCHEMA = "urn:tabellion:fixity-incident:v1", "urn:tabellion:repair:v1"

_THINGS = {
    "deposits": "deposit",
    "documents": "document",
    "batches": "batch",
    "matters": "matter",
    "packages": "package",
    "stamps": "stamp",
}
_REASONS = {"missing": "missing-object", "no-key": "missing-object", "altered": "altered-object"}


@dataclass(frozen=True, slots=True)
class Told:
    """An entry that is to be recorded, after the bytes that it commits to are durable."""

    type: str
    object_type: str
    object_id: str
    reason: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class Repaired:
    """An object that is as it should be again: its stored name and digest, its version before and now."""

    key: str
    digest: str
    size: int
    before: str
    version: str


def thing_of(archive: Archive, key: str) -> tuple[str, str]:
    """Type and id of what an object of the vault belongs to; the archive itself where that is nothing else."""
    first, _, rest = key.partition("/")
    name = rest.partition("/")[0]
    if first in _THINGS and is_id(name):
        return _THINGS[first], name
    return "archive", archive.id


def put_incidents(archive: Archive, found: Iterable[Looked]) -> list[Told]:
    """Keep what was found, durably: one incident for each thing, vault and fault."""
    groups: dict[tuple[tuple[str, str], str, str], list[Looked]] = defaultdict(list)
    for one in found:
        if one.fault is not None and one.fault != "erased":
            groups[thing_of(archive, one.row.key), one.vault, one.fault].append(one)
    told = []
    for (thing, vault, fault), some in groups.items():
        listed = [
            {
                "key": one.row.key,
                "version": one.row.version,
                "digest": one.row.digest,
                "size": one.row.size,
            }
            for one in some
        ]
        ref = _put(
            archive,
            INCIDENTS,
            {"$schema": INCIDENT_SCHEMA, "vault": vault, "code": fault, "objects": listed},
        )
        told.append(Told("incident", *thing, _REASONS[fault], ref))
    return told


def put_repairs(archive: Archive, vault: str, source: str, repaired: Sequence[Repaired]) -> list[Told]:
    """Keep what was brought back into a vault, durably. `source` is the other vault, `log`, or `outside`: by hand."""
    if not repaired:
        return []
    listed = [
        {
            "key": one.key,
            "digest": one.digest,
            "size": one.size,
            "before": one.before,
            "version": one.version,
        }
        for one in repaired
    ]
    value = {"$schema": REPAIR_SCHEMA, "vault": vault, "from": source, "objects": listed}
    reason = "backup" if source == "outside" else "repair"
    return [Told("restore", "archive", archive.id, reason, _put(archive, REPAIRS, value))]


def record_told(archive: Archive, connection: Connection, told: Iterable[Told]) -> None:
    """Have the entries appended to the log, and give what they commit to its row."""
    now = archive.clock.now()
    for one in told:
        record(
            connection,
            type=one.type,
            object_type=one.object_type,
            object_id=one.object_id,
            subject=one.ref.digest,
            actor=SYSTEM_ACTOR,
            time=now,
            reason=one.reason,
        )
        note_object(connection, one.ref, None, one.ref.digest, now, retain_until=now + LOCK_FOR)


def queue_readings(archive: Archive, connection: Connection, keys: Iterable[str]) -> None:
    """Have papers indexed whose readings are there again: while they were lost, they were left out of the index."""
    deposits = {key.split("/")[1] for key in keys if key.startswith("deposits/") and "/reading-" in key}
    held = select(document_deposits.c.document_id).where(document_deposits.c.deposit_id.in_(deposits))
    now = archive.clock.now()
    rows = [{"document_id": document, "at": now} for document in connection.scalars(held.distinct())]
    if rows:
        connection.execute(insert(index_outbox), rows)


def _put(archive: Archive, prefix: str, value: dict[str, Any]) -> Ref:
    now = archive.clock.now()
    body = canonical.dumps({**value, "archive": archive.id, "at": rfc3339(now)})
    return archive.objects.put_raw(f"{prefix}{archive.ids.new()}", body, now + LOCK_FOR)
