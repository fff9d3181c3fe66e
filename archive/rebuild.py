"""Makes the catalogue anew from the vault, the log in it, and the archive key alone.

Batches, deposits, documents, fields, links, scopes, matters and stamps come back as the newest records tell them.
Accounts, and of the registry all but the names of what is linked to, come from a backup of the database or a fresh
import.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import BULK, add_work
from archive.catalogue.schema import (
    archive_state,
    batch_items,
    batches,
    deposits,
    document_deposits,
    document_scopes,
    documents,
    index_outbox,
    log_entries,
    work,
)
from archive.erase import reapply
from archive.log import record
from archive.rebuilding.batches import write_batches, write_items, write_portfolio
from archive.rebuilding.cosignatures import write_cosignatures
from archive.rebuilding.deposits import Placed, Rebuilt, write_deposits
from archive.rebuilding.documents import write_documents
from archive.rebuilding.log_read import LogFacts, read_log
from archive.rebuilding.matters import write_matters
from archive.rebuilding.packages import write_packages
from archive.rebuilding.records_read import Newest, newest_records
from archive.rebuilding.renewals import write_renewals
from archive.rebuilding.stamps import write_stamps
from archive.rebuilding.vault_read import VaultObjects
from archive.records import record_batch, record_document
from archive.verification.trust import VerifyTrust
from signing.checkpoint import Checkpoint
from signing.tlog import EMPTY_ROOT
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import Conflict

RESTORED_BATCH = "restored"
"""Name of the batch for deposits whose place nobody tells any more."""

Progress = Callable[[int, int], None]
"""Called with how many entries of the log were read, and how many there are."""


class CatalogueNotEmpty(Conflict):
    """A rebuild begins with an empty catalogue: what is there may be all that is left of something."""

    code = "CATALOGUE_NOT_EMPTY"
    advice = "Move the database file away, or make a new database, run `tabellion db upgrade`, then rebuild."


@dataclass(frozen=True, slots=True)
class Summary:
    """What came back, and what did not: `problems` are sentences; `verify --all` tells more."""

    entries: int
    batches: int
    deposits: int
    documents: int
    stamps: int
    restored: int
    erased: int
    problems: tuple[str, ...]


def rebuild(archive: Archive, trust: VerifyTrust, progress: Progress = lambda done, total: None) -> Summary:
    """Fill the empty, migrated catalogue in one transaction. The keeper then signs receipts and fills the index.

    Raises `CatalogueNotEmpty`, and `NoteInvalid`, `ProofInvalid`, `VaultMissing`, `VaultAltered` where the log does not
    hold. Objects that the log does not know come back with a `restore` entry; what it says to be erased stays so.
    """
    with archive.catalogue.write() as connection:
        _require_empty(connection)
        _write_identity(archive, connection)
        facts = read_log(archive, connection, trust.log_keys, progress)
        if facts is None:
            facts = LogFacts(b"", Checkpoint(archive.origin, 0, EMPTY_ROOT))
        vault = VaultObjects(archive, connection)
        vault.read_inventory()
        summary = _fill(archive, connection, vault, facts, trust)
        if facts.signed:
            _tell(
                connection,
                "archive",
                archive.id,
                hashlib.sha256(facts.signed).hexdigest(),
                archive.clock.now(),
            )
    reapply(archive)
    return summary


def _fill(
    archive: Archive, connection: Connection, vault: VaultObjects, facts: LogFacts, trust: VerifyTrust
) -> Summary:
    now = archive.clock.now()
    of_batches = newest_records(vault, facts, "batch")
    of_documents = newest_records(vault, facts, "document")
    items = write_batches(connection, of_batches.values())
    for newest in of_documents.values():
        if "portfolio" in newest.value:
            opened = parse_rfc3339(newest.value["received_at"])
            write_portfolio(connection, newest.value["portfolio"], opened)
    fallback = archive.ids.new()
    _write_fallback(connection, fallback, now)
    told = list(_told_deposits(of_documents.values()))

    def batch_of(named: str) -> str:
        return named if named in of_batches else fallback

    places = {
        deposit: replace(place, batch=batch_of(place.batch))
        for deposit, place in _places(told, items.values()).items()
    }
    done = write_deposits(vault, facts, places, fallback)
    write_items(connection, items, told, done.received, batch_of)
    write_cosignatures(vault, trust.quorum)
    stamps = write_stamps(vault, facts, trust.authorities)
    write_renewals(vault, facts, trust.authorities)
    vault.note_clear()
    write_packages(vault, facts)
    count = write_documents(connection, of_documents.values(), batch_of, done.received, now)
    of_matters = newest_records(vault, facts, "matter")
    write_matters(connection, of_matters.values(), now)
    for kind, found in (("document", of_documents), ("batch", of_batches), ("matter", of_matters)):
        for newest in found.values():
            if newest.restored:
                _tell(connection, kind, newest.id, newest.digest, now)
    for deposit, digest in done.restored.items():
        _tell(connection, "deposit", deposit, digest, now)
    count += _write_strays(archive, connection, fallback)
    _queue_work(archive, connection, done, now)
    return Summary(
        entries=facts.checkpoint.size,
        batches=len(of_batches),
        deposits=len(done.received) - len(done.erased),
        documents=count,
        stamps=stamps,
        restored=len(done.restored),
        erased=len(done.erased),
        problems=tuple(vault.problems),
    )


def _require_empty(connection: Connection) -> None:
    for table in (log_entries, deposits, documents, batches):
        if connection.scalar(select(func.count()).select_from(table)):
            raise CatalogueNotEmpty(f"the catalogue has {table.name} already")


def _write_identity(archive: Archive, connection: Connection) -> None:
    known = set(connection.execute(select(archive_state.c.name)).scalars())
    for name, value in (("archive", archive.id), ("origin", archive.origin)):
        if name not in known:
            connection.execute(insert(archive_state).values(name=name, value=value))


def _told_deposits(found: Iterable[Newest]) -> Iterator[Mapping[str, Any]]:
    for newest in found:
        yield from newest.value["deposits"]


def _places(told: Iterable[Mapping[str, Any]], items: Iterable[Mapping[str, Any]]) -> dict[str, Placed]:
    """Where deposits belong, by documents; those of no document any more by the items of their batch."""
    places = {item["deposit"]: Placed(item["batch"], item["sequence"]) for item in items if "deposit" in item}
    return places | {one["deposit"]: Placed(one["batch"], one["sequence"], one.get("name")) for one in told}


def _write_fallback(connection: Connection, batch: str, now: datetime) -> None:
    connection.execute(
        insert(batches).values(
            id=batch,
            name=RESTORED_BATCH,
            origin="unassigned",
            sides_mode="simplex",
            state="open",
            opened_at=now,
            version=0,
            record_n=0,
        )
    )


def _write_strays(archive: Archive, connection: Connection, fallback: str) -> int:
    """Give deposits that no record tells of a document each; the batch for them goes where nothing needs it."""
    of_document = exists().where(document_deposits.c.deposit_id == deposits.c.id)
    here = select(deposits).where(deposits.c.batch_id == fallback).order_by(deposits.c.id)
    rows = connection.execute(here).all()
    strays = connection.execute(here.where(~of_document, deposits.c.erased_at.is_(None))).all()
    used = exists().where(documents.c.batch_id == fallback)
    if not rows and not connection.scalar(select(used)):
        connection.execute(batches.delete().where(batches.c.id == fallback))
        return 0
    record_batch(archive, connection, fallback, type="batch-open", actor=SYSTEM_ACTOR, reason="by-rule")
    stray = {row.id for row in strays}
    for number, row in enumerate(rows, 1):
        connection.execute(deposits.update().where(deposits.c.id == row.id).values(sequence=number))
        if row.id in stray:
            _write_item(archive, connection, row, number)
            _write_single(archive, connection, row)
    return len(strays)


def _write_item(archive: Archive, connection: Connection, deposit: Row[Any], number: int) -> None:
    connection.execute(
        insert(batch_items).values(
            id=archive.ids.new(),
            batch_id=deposit.batch_id,
            sequence=number,
            deposit_id=deposit.id,
            state="held",
            repeats=0,
            at=deposit.received_at,
            actor=SYSTEM_ACTOR,
        )
    )


def _write_single(archive: Archive, connection: Connection, deposit: Row[Any]) -> None:
    """The document that a deposit is until somebody composes others from its pages."""
    document = archive.ids.new()
    connection.execute(
        insert(documents).values(
            id=document,
            batch_id=deposit.batch_id,
            state="received",
            kind="other",
            kind_confidence=0.0,
            language="und",
            received_at=deposit.received_at,
            version=0,
            record_n=0,
        )
    )
    connection.execute(
        insert(document_deposits).values(document_id=document, position=1, deposit_id=deposit.id)
    )
    now = archive.clock.now()
    connection.execute(
        insert(document_scopes).values(
            document_id=document,
            first_page=0,
            last_page=0,
            scope="unassigned",
            granted=1,
            actor=SYSTEM_ACTOR,
            at=now,
        )
    )
    connection.execute(insert(index_outbox).values(document_id=document, at=now))
    record_document(archive, connection, document, type="compose", actor=SYSTEM_ACTOR, reason="initial")


def _queue_work(archive: Archive, connection: Connection, done: Rebuilt, now: datetime) -> None:
    """Every deposit has its row of work again, so that it can be read anew; ready is only what still waits."""
    waiting = set(
        connection.execute(
            select(document_deposits.c.deposit_id)
            .join(documents, documents.c.id == document_deposits.c.document_id)
            .where(documents.c.state == "received")
        ).scalars()
    )
    for deposit in done.received.keys() - done.erased:
        add_work(connection, archive.ids, "read", deposit, now, priority=BULK)
        if deposit not in waiting:
            state = "failed" if deposit in done.unread else "done"
            connection.execute(
                work.update()
                .where(work.c.kind == "read", work.c.object_id == deposit)
                .values(state=state, finished_at=now)
            )
    # Relations came back with the records; the marks by which later re-scans are found are made anew.
    for document in connection.scalars(select(documents.c.id).where(documents.c.state == "read")).all():
        add_work(connection, archive.ids, "rescan", document, now, priority=BULK)


def _tell(connection: Connection, kind: str, thing: str, subject: str, now: datetime) -> None:
    record(
        connection,
        type="restore",
        object_type=kind,
        object_id=thing,
        subject=subject,
        actor=SYSTEM_ACTOR,
        time=now,
        reason="rebuild",
    )
