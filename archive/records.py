"""Records of documents, batches and matters: what the catalogue says now, in canonical bytes that the log commits to.

They are salted. The vault keeps every version, encrypted with a key of its own; `rebuild` reads the newest. Numbers
that are not integers stand as decimal strings, because canonical JSON has no floats.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update
from sqlalchemy.sql.dml import ReturningUpdate

from archive.archive import Archive
from archive.batch_state import batch_state
from archive.catalogue.schema import batches, documents, matters
from archive.document_state import document_state
from archive.log import RecordPut, record
from archive.matter_state import matter_state
from signing import canonical
from tabellion.base.clock import rfc3339
from tabellion.base.errors import NotFound

DOCUMENT_SCHEMA = "urn:tabellion:document-record:v1"
BATCH_SCHEMA = "urn:tabellion:batch-record:v1"
MATTER_SCHEMA = "urn:tabellion:matter-record:v1"
PLACES = {"document": "documents", "batch": "batches", "matter": "matters"}
"""Where the records of an object stand in the vault, by the type of the object."""

_SALT = 32


def record_document(
    archive: Archive,
    connection: Connection,
    document_id: str,
    *,
    type: str,  # noqa: A002  # as in archive.log.record
    actor: str,
    reason: str | None = None,
) -> str:
    """Record what a document is now, in the transaction that changed it; gives the record's digest (hex).

    Raises the document's `version` (its ETag) and `record_n`, and writes the entry, with the record as its subject,
    to the log's outbox. Raises `NotFound` for a document that is not there.
    """
    return _record(
        archive,
        connection,
        documents,
        "document",
        document_id,
        {"$schema": DOCUMENT_SCHEMA, "document": document_id, **document_state(connection, document_id)},
        type,
        actor,
        reason,
    )


def record_batch(
    archive: Archive,
    connection: Connection,
    batch_id: str,
    *,
    type: str,  # noqa: A002
    actor: str,
    reason: str | None = None,
) -> str:
    """Record what a batch is now, as `record_document` does for documents."""
    return _record(
        archive,
        connection,
        batches,
        "batch",
        batch_id,
        {"$schema": BATCH_SCHEMA, "batch": batch_id, **batch_state(connection, batch_id)},
        type,
        actor,
        reason,
    )


def record_matter(archive: Archive, connection: Connection, matter_id: str, *, actor: str) -> str:
    """Record what a matter is now, with its selections and packages, as `record_document` does for documents."""
    return _record(
        archive,
        connection,
        matters,
        "matter",
        matter_id,
        {"$schema": MATTER_SCHEMA, "matter": matter_id, **matter_state(connection, matter_id)},
        "compose",
        actor,
        "by-hand",
    )


def record_key(object_type: str, object_id: str, number: int) -> str:
    """The vault key of a record, which is also the owner of its encryption key: `documents/<id>/record-<n>`."""
    return f"{PLACES[object_type]}/{object_id}/record-{number}"


@cache
def _raised(table: Table) -> ReturningUpdate[Any]:
    """One version and one record more of an object; gives the number of the record."""
    raised = {"version": table.c.version + 1, "record_n": table.c.record_n + 1}
    return update(table).where(table.c.id == bindparam("one")).values(**raised).returning(table.c.record_n)


def _record(
    archive: Archive,
    connection: Connection,
    table: Table,
    object_type: str,
    object_id: str,
    state: Mapping[str, Any],
    type: str,  # noqa: A002
    actor: str,
    reason: str | None,
) -> str:
    number: int | None = connection.scalar(_raised(table), {"one": object_id})
    if number is None:
        raise NotFound(f"there is no {object_type} {object_id}")
    now = archive.clock.now()
    body = canonical.dumps(
        {
            **state,
            "archive": archive.id,
            "record": number,
            "recorded_at": rfc3339(now),
            "recorded_by": actor,
            "salt": base64.b64encode(archive.ids.randomness(_SALT)).decode(),
        }
    )
    digest = hashlib.sha256(body).hexdigest()
    key = record_key(object_type, object_id, number)
    record(
        connection,
        type=type,
        object_type=object_type,
        object_id=object_id,
        subject=digest,
        actor=actor,
        time=now,
        reason=reason,
        put=RecordPut(key, key, body),
    )
    return digest
