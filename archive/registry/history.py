"""What records of the registry were before they changed: rows that are only ever added."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

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

_PARTY = ("kind", "display_name", "external_id", "birth_date", "town", "address", "other_addresses")
_CLAIM = (
    "number", "portfolio_id", "original_creditor", "creditor", "currency", "principal_minor", "principal_source",
    "principal_as_of", "dates", "external_id",
)  # fmt: skip


def keep_former(
    archive: Archive,
    connection: Connection,
    kind: str,
    ids: Sequence[str],
    actor: str,
    import_id: str | None,
) -> set[str]:
    """Write down what these parties or claims are, before they change; gives what papers may have named them by."""
    table, columns = (parties, _PARTY) if kind == "party" else (claims, _CLAIM)
    children = _of_parties(connection, ids) if kind == "party" else _of_claims(connection, ids)
    now = archive.clock.now()
    rows = [
        {
            "object_type": kind,
            "object_id": row.id,
            "version": row.version,
            "before": {name: _plain(getattr(row, name)) for name in columns} | children.get(row.id, {}),
            "actor": actor,
            "import_id": import_id,
            "at": now,
        }
        for row in connection.execute(select(table).where(table.c.id.in_(ids)))
    ]
    if rows:
        connection.execute(insert(registry_changes), rows)
    touched: set[str] = set()
    for former in children.values():
        for name in former.get("names", ()):
            touched |= name_keys_of(name)
        touched |= {value for _, value in former.get("identifiers", ())}
        for _, value in former.get("numbers", ()):
            touched |= {value, number_key(value)}
    return touched


def changes_of(connection: Connection, kind: str, object_id: str, limit: int = 50) -> Sequence[Row[Any]]:
    """What a record was before its last changes, newest first."""
    return connection.execute(
        select(registry_changes)
        .where(registry_changes.c.object_type == kind, registry_changes.c.object_id == object_id)
        .order_by(registry_changes.c.id.desc())
        .limit(limit)
    ).all()


def _of_parties(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {one: {"names": [], "identifiers": []} for one in ids}
    for row in connection.execute(select(party_names).where(party_names.c.party_id.in_(ids))):
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


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
