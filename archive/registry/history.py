"""What records of the registry were before they changed: rows that are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from archive.archive import Archive
from archive.catalogue.schema import (
    claim_numbers,
    claim_parties,
    claims,
    parties,
    party_identifiers,
    party_names,
)
from archive.catalogue.schema.registry import registry_changes
from archive.document_keys import name_keys_of, number_key
from archive.registry.differences import Difference, RecordKind, Snapshot, differences

PARTY_COLUMNS = ("kind", "display_name", "external_id", "birth_date", "town", "address", "other_addresses")
CLAIM_COLUMNS = (
    "number", "portfolio_id", "original_creditor", "creditor", "currency", "principal_minor", "principal_source",
    "principal_as_of", "dates", "external_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A change of a record: what it was (`version` of it) and what it became, and who did it when, by which import."""

    version: int
    before: Snapshot
    after: Snapshot
    fields: tuple[Difference, ...]
    actor: str
    import_id: str | None
    at: datetime


def keep_former(
    archive: Archive,
    connection: Connection,
    kind: RecordKind,
    ids: Sequence[str],
    actor: str,
    import_id: str | None,
) -> set[str]:
    """Write down what these parties or claims are, before they change; gives what papers may have named them by."""
    former, now = snapshots(connection, kind, ids), archive.clock.now()
    rows = [
        {
            "object_type": kind,
            "object_id": object_id,
            "version": version,
            "before": before,
            "actor": actor,
            "import_id": import_id,
            "at": now,
        }
        for object_id, (version, before) in former.items()
    ]
    if rows:
        connection.execute(insert(registry_changes), rows)
    touched: set[str] = set()
    for _, before in former.values():
        for name in before.get("names", ()):
            touched |= name_keys_of(name)
        touched |= {value for _, value in before.get("identifiers", ())}
        for _, value in before.get("numbers", ()):
            touched |= {value, number_key(value)}
    return touched


def snapshots(
    connection: Connection, kind: RecordKind, ids: Sequence[str]
) -> dict[str, tuple[int, dict[str, Any]]]:
    """The present version and state of each of these parties or claims that there is."""
    table, columns = (parties, PARTY_COLUMNS) if kind == "party" else (claims, CLAIM_COLUMNS)
    children = _of_parties(connection, ids) if kind == "party" else _of_claims(connection, ids)
    return {
        row.id: (row.version, {name: plain(getattr(row, name)) for name in columns} | children[row.id])
        for row in connection.execute(select(table).where(table.c.id.in_(ids)))
    }


def changes_of(
    connection: Connection, kind: RecordKind, object_id: str, limit: int = 50
) -> list[RecordChange]:
    """The last changes of a record, newest first."""
    rows = connection.execute(
        select(registry_changes)
        .where(registry_changes.c.object_type == kind, registry_changes.c.object_id == object_id)
        .order_by(registry_changes.c.id.desc())
        .limit(limit)
    ).all()
    found = []
    after: Snapshot = snapshots(connection, kind, [object_id])[object_id][1] if rows else {}
    for row in rows:
        fields = differences(kind, row.before, after)
        found.append(RecordChange(row.version, row.before, after, fields, row.actor, row.import_id, row.at))
        after = row.before
    return found


def _of_parties(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {one: {"names": [], "identifiers": []} for one in ids}
    named = select(party_names).where(party_names.c.party_id.in_(ids)).order_by(party_names.c.id)
    for row in connection.execute(named):
        found[row.party_id]["names"].append(row.name)
    rows = connection.execute(select(party_identifiers).where(party_identifiers.c.party_id.in_(ids)))
    for row in rows:
        found[row.party_id]["identifiers"].append([row.type, row.value])
    return found


def _of_claims(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {one: {"parties": [], "numbers": []} for one in ids}
    for row in connection.execute(select(claim_parties).where(claim_parties.c.claim_id.in_(ids))):
        found[row.claim_id]["parties"].append([row.party_id, row.role])
    for row in connection.execute(select(claim_numbers).where(claim_numbers.c.claim_id.in_(ids))):
        found[row.claim_id]["numbers"].append([row.type, row.value])
    return found


def plain(value: Any) -> Any:
    """A value of a column as JSON has it."""
    return value.isoformat() if hasattr(value, "isoformat") else value
