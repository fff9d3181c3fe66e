"""Everything known of a document, out of the catalogue or of a running service, in one shape."""

from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import Connection, Row, select

from api.proof import Proof, proofs
from archive.archive import Archive
from archive.catalogue.schema import (
    SAME_PAGE,
    batches,
    claims,
    current,
    deposits,
    document_deposits,
    document_pages,
    document_scopes,
    documents,
    fields,
    links,
    log_entries,
    log_outbox,
    manifests,
    pages,
    parties,
    relations,
    stamps,
    stations,
)
from archive.histories import FIELD_KEY, LINK_KEY, RELATION_KEY, SCOPE_KEY
from archive.whereabouts import whereabouts
from signing.entry import Entry
from tabellion.base.clock import rfc3339
from tabellion.base.errors import NotFound
from tabellion.doors import answer

DOCUMENT = (
    "state", "reason_code", "reason", "kind", "kind_confidence", "subkind", "language", "direction", "document_date",
    "amount_minor", "currency", "received_at", "searchable_at", "version",
)  # fmt: skip
PAGE = (
    "width", "height", "dpi", "rotation", "skew", "blank", "kind", "source", "language", "confidence", "words", "error",
    "quality",
)  # fmt: skip
FIELD = (
    "name",
    "value",
    "raw",
    "confidence",
    "page",
    "box",
    "rule",
    "state",
    "actor",
    "decided_on",
    "decided_at",
)
LINK = (
    "first_page", "last_page", "target_type", "role", "score", "basis", "state", "actor", "at",
)  # fmt: skip
DEPOSIT = (
    "name",
    "sequence",
    "media_type",
    "size",
    "sha256",
    "sha512",
    "received_at",
    "page_count",
    "erased_at",
)


def local_dossier(archive: Archive, document_id: str) -> dict[str, Any]:
    """The document as the catalogue knows it; raises NotFound."""
    with archive.catalogue.read() as connection:
        row = connection.execute(
            select(documents, batches.c.name.label("batch_name"))
            .join(batches, batches.c.id == documents.c.batch_id)
            .where(documents.c.id == document_id)
        ).one_or_none()
        if row is None:
            raise NotFound("there is no such document", advice="`tabellion documents list` shows them.")
        held = _deposits(connection, document_id)
        became = whereabouts(connection, [document_id]).get(document_id)
        return {
            "document": row.id,
            "batch": {"id": row.batch_id, "name": row.batch_name},
            **_members(row, DOCUMENT),
            "pages": _pages(connection, document_id),
            "fields": [
                _members(field, FIELD)
                for field in _present(connection, fields, document_id, FIELD_KEY)
                if field.state != "withdrawn"
            ],
            "links": [
                {
                    "link": link.link_id,
                    "target": link.target_id,
                    "name": _name(connection, link),
                    **_members(link, LINK),
                }
                for link in _present(connection, links, document_id, LINK_KEY)
            ],
            "successors": list(became.documents) if became is not None else [],
            "relations": [
                {
                    "other": relation.other_id,
                    **_members(relation, ("relation", "first_page", "last_page")),
                }
                for relation in _present(connection, relations, document_id, RELATION_KEY)
                if relation.granted
            ],
            "scopes": [
                _members(scope, ("first_page", "last_page", "scope"))
                for scope in _present(connection, document_scopes, document_id, SCOPE_KEY)
                if scope.granted
            ],
            "deposits": held,
            "evidence": _evidence(archive, connection, document_id),
            "manifests": _manifests(connection, document_id),
            "history": _history(connection, [document_id, *(deposit["deposit"] for deposit in held)]),
        }


def remote_dossier(client: httpx.Client, document_id: str) -> dict[str, Any]:
    """The document as a running service shows it to the token's account; raises Refused."""
    base = f"/api/v1/documents/{document_id}"
    found: dict[str, Any] = answer(client.get(base))
    found["page_count"] = found.pop("pages")
    found["fields"] = answer(client.get(f"{base}/fields"))
    found["links"] = answer(client.get(f"{base}/links"))
    found["deposits"] = [answer(client.get(f"/api/v1/deposits/{deposit}")) for deposit in found["deposits"]]
    found["evidence"] = answer(client.get(f"{base}/evidence"))["deposits"]
    found["history"] = answer(client.get(f"{base}/history"))["entries"]
    return found


def _members(row: Row[Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _present(
    connection: Connection, history: Any, document_id: str, key: tuple[str, ...]
) -> Sequence[Row[Any]]:
    newest = select(history).where(history.c.document_id == document_id, current(history, *key))
    return connection.execute(newest.order_by(history.c.id)).all()


def _pages(connection: Connection, document_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(document_pages.c.position, document_pages.c.deposit_id, pages)
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    )
    return [
        {
            "page": row.position,
            "deposit": row.deposit_id,
            "deposit_page": row.number,
            **_members(row, PAGE),
        }
        for row in rows
    ]


def _deposits(connection: Connection, document_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(deposits)
        .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
        .where(document_deposits.c.document_id == document_id)
        .order_by(document_deposits.c.position)
    )
    return [
        {
            "deposit": row.id,
            "batch": row.batch_id,
            **_members(row, DEPOSIT),
            "receipt": row.receipt is not None,
        }
        for row in rows
    ]


def _name(connection: Connection, link: Row[Any]) -> str | None:
    """What the registry calls the target of a link."""
    if link.target_type == "party":
        query = select(parties.c.display_name).where(parties.c.id == link.target_id)
    else:
        query = select(claims.c.number).where(claims.c.id == link.target_id)
    found: str | None = connection.scalar(query)
    return found


def _evidence(archive: Archive, connection: Connection, document_id: str) -> list[dict[str, Any]]:
    """What is proved of each deposit, as the service says it too."""
    rows = connection.execute(
        select(deposits, stations.c.name.label("station"))
        .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
        .join(batches, batches.c.id == deposits.c.batch_id)
        .outerjoin(stations, stations.c.id == batches.c.station_id)
        .where(document_deposits.c.document_id == document_id)
        .order_by(document_deposits.c.position)
    ).all()
    return [
        {name: getattr(proof, name) for name in Proof.__slots__}
        for proof in proofs(archive, connection, rows)
    ]


def _manifests(connection: Connection, document_id: str) -> list[dict[str, Any]]:
    """Each manifest of each deposit: its digest, its place in the log, and the stamp that covers it."""
    rows = connection.execute(
        select(manifests, stamps.c.number.label("stamp"))
        .join(document_deposits, document_deposits.c.deposit_id == manifests.c.deposit_id)
        .outerjoin(stamps, stamps.c.id == manifests.c.stamp_id)
        .where(document_deposits.c.document_id == document_id)
        .order_by(document_deposits.c.position, manifests.c.version)
    )
    return [
        {
            "deposit": row.deposit_id,
            "version": row.version,
            "role": row.role,
            "sha256": row.digest,
            "entry": row.seq,
            "stamp": row.stamp,
        }
        for row in rows
    ]


def _history(connection: Connection, object_ids: Sequence[str]) -> list[dict[str, Any]]:
    """What the log says of these objects, oldest first; then what is on its way into the log (without a number)."""
    logged = connection.scalars(
        select(log_entries.c.entry).where(log_entries.c.object_id.in_(object_ids)).order_by(log_entries.c.seq)
    )
    found: list[dict[str, Any]] = []
    for data in logged:
        entry = Entry.parse(data)
        found.append(
            {
                "seq": entry.seq,
                "time": entry.time,
                "type": entry.type,
                "object_type": entry.object.type,
                "object": entry.object.id,
                "chain": entry.chain,
                "actor": entry.actor,
                "reason": entry.reason,
            }
        )
    waiting = connection.execute(
        select(log_outbox).where(log_outbox.c.object_id.in_(object_ids)).order_by(log_outbox.c.id)
    )
    found.extend(
        {
            "seq": None,
            "time": rfc3339(row.time),
            "type": row.type,
            "object_type": row.object_type,
            "object": row.object_id,
            "chain": row.chain,
            "actor": row.actor,
            "reason": row.reason,
        }
        for row in waiting
    )
    return found
