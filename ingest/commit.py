"""The one transaction of receiving: rows, log outbox and work of a deposit whose bytes are durable already."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, update

from archive import log, records
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import add_work
from archive.catalogue.schema import (
    batch_items,
    deposits,
    document_deposits,
    document_scopes,
    documents,
    manifests,
    relations,
)
from archive.stored import note_objects
from archive.vault import Ref
from ingest import incidents, items, stored
from ingest.arrivals import Acknowledgement, Arrival
from ingest.items import Known
from ingest.names import storable
from signing.digests import Digests
from signing.manifest import EvidenceManifest
from signing.stamp import group_node


@dataclass(frozen=True, slots=True)
class Kept:
    """A deposit that is durable in the vault and not yet in the catalogue."""

    deposit: str
    received_at: datetime
    media_type: str
    digests: Digests
    manifest: EvidenceManifest
    manifest_sha256: str
    original_ref: Ref
    manifest_ref: Ref


def repeat(connection: Connection, known: Known, sha256: str, arrival: Arrival) -> Acknowledgement | None:
    """Answer bytes that came before with what was said then; None: they are new.

    Raises `SourceReused` and `NumberTaken` for other bytes under a source or number that is known.
    """
    item = known.repeated(sha256, arrival.sequence, arrival.replaces)
    if item is None:
        return None
    items.count_repeat(connection, item.id)
    return items.acknowledge(connection, item.deposit_id, repeated=True)


def commit(
    archive: Archive, connection: Connection, arrival: Arrival, source: str | None, kept: Kept
) -> Acknowledgement:
    """Write all rows of a new deposit; or, where another was faster with the same act, answer with that one."""
    batch = items.batch_row(connection, arrival.batch, lock=True)
    known = items.find_known(connection, arrival.batch, source, arrival.sequence)
    if (earlier := repeat(connection, known, kept.digests.sha256, arrival)) is not None:
        return earlier
    items.require_open(batch)
    replaced = None
    if arrival.replaces is not None:
        replaced = items.living_item(connection, batch.id, arrival.replaces)
        items.set_state(connection, replaced.id, "replaced", "rescan")
        sequence = replaced.sequence
    else:
        sequence = arrival.sequence or items.next_number(connection, batch.id, kept.digests.sha256)
    item = _insert_deposit(archive, connection, arrival, kept, sequence, source)
    document = _insert_document(archive, connection, arrival, kept, batch.portfolio_id)
    _seal(connection, arrival, kept)
    incidents.compare_claim(archive, connection, arrival, kept.deposit, kept.digests)
    records.record_document(
        archive, connection, document, type="compose", actor=arrival.actor, reason="initial"
    )
    if replaced is not None:
        _supersede(archive, connection, replaced, item, document, arrival.actor)
    # Folders that are watched come in nobody's name: there, batches take turns.
    owner = arrival.batch if arrival.actor == SYSTEM_ACTOR else arrival.actor
    add_work(
        connection,
        archive.ids,
        "read",
        kept.deposit,
        kept.received_at,
        priority=arrival.priority,
        owner=owner,
    )
    return items.acknowledge(connection, kept.deposit)


def _insert_deposit(
    archive: Archive,
    connection: Connection,
    arrival: Arrival,
    kept: Kept,
    sequence: int,
    source: str | None,
) -> str:
    connection.execute(
        insert(deposits),
        {
            "id": kept.deposit,
            "batch_id": arrival.batch,
            "sequence": sequence,
            "name": storable(arrival.name),
            "media_type": kept.media_type,
            "size": kept.digests.size,
            "sha256": kept.digests.sha256,
            "sha512": kept.digests.sha512,
            "received_at": kept.received_at,
            "protection_class": arrival.protection_class,
            "retention_class": arrival.retention_class,
            "reading_n": 0,
        },
    )
    until = None if arrival.retention is None else kept.received_at + arrival.retention
    owner = f"deposits/{kept.deposit}"
    refs = ((kept.original_ref, kept.digests.sha256), (kept.manifest_ref, kept.manifest_sha256))
    note_objects(connection, refs, owner, kept.received_at, retain_until=until)
    item = archive.ids.new()
    connection.execute(
        insert(batch_items),
        {
            "id": item,
            "batch_id": arrival.batch,
            "sequence": sequence,
            "deposit_id": kept.deposit,
            "state": "held",
            "source": source,
            "repeats": 0,
            "at": kept.received_at,
            "actor": arrival.actor,
        },
    )
    return item


def _insert_document(
    archive: Archive, connection: Connection, arrival: Arrival, kept: Kept, portfolio: str | None
) -> str:
    """The document that a deposit is until somebody composes others from its pages."""
    document = archive.ids.new()
    connection.execute(
        insert(documents),
        {
            "id": document,
            "batch_id": arrival.batch,
            "portfolio_id": portfolio,
            "state": "received",
            "kind": "other",
            "kind_confidence": 0.0,
            "language": "und",
            "received_at": kept.received_at,
            "version": 0,
            "record_n": 0,
        },
    )
    connection.execute(
        insert(document_deposits),
        {
            "document_id": document,
            "position": 1,
            "deposit_id": kept.deposit,
        },
    )
    connection.execute(
        insert(document_scopes),
        {
            "document_id": document,
            "first_page": 0,
            "last_page": 0,
            "scope": "unassigned" if portfolio is None else f"portfolio:{portfolio}",
            "granted": 1,
            "actor": arrival.actor,
            "at": kept.received_at,
        },
    )
    return document


def _seal(connection: Connection, arrival: Arrival, kept: Kept) -> None:
    """The manifest's row, and its entry for the log: from here the keeper seals it."""
    digest = bytes.fromhex(kept.manifest_sha256)
    connection.execute(
        insert(manifests),
        {
            "deposit_id": kept.deposit,
            "version": 1,
            "role": "received",
            "digest": kept.manifest_sha256,
            "group_node": group_node(digest, kept.manifest.member_digests).hex(),
            "at": kept.received_at,
        },
    )
    log.record(
        connection,
        type="receive",
        object_type="deposit",
        object_id=kept.deposit,
        subject=kept.manifest_sha256,
        actor=arrival.actor,
        time=kept.received_at,
        reason=arrival.door,
    )


def _supersede(
    archive: Archive, connection: Connection, replaced: Row[object], item: str, document: str, actor: str
) -> None:
    """The earlier item keeps its number and points to its successor; its paper is void, the new one a re-scan of it."""
    connection.execute(update(batch_items).where(batch_items.c.id == replaced.id).values(replaced_by=item))
    if replaced.deposit_id is not None:
        earlier = items.document_of(connection, replaced.deposit_id)
        now = archive.clock.now()
        connection.execute(
            insert(relations),
            {
                "document_id": document,
                "other_id": earlier,
                "relation": "rescan_of",
                "granted": 1,
                "actor": actor,
                "at": now,
            },
        )
        connection.execute(update(documents).where(documents.c.id == earlier).values(state="void"))
        stored.queue_indexing(connection, earlier, now)
        records.record_document(archive, connection, earlier, type="compose", actor=actor, reason="replace")
        records.record_document(archive, connection, document, type="compose", actor=actor, reason="relate")
    records.record_batch(
        archive, connection, replaced.batch_id, type="batch-change", actor=actor, reason="replace"
    )
