"""Erases a deposit: nothing of it stays readable, the log keeps saying that it was there and that it was erased.

The transaction purges rows and writes the records anew without the deposit; then the keys go, which is what makes the
content unreadable in every copy of the vault. A process that is stopped between the two is completed by `reapply`.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, select, union, update

from archive.archive import Archive
from archive.catalogue.schema import (
    announced,
    batch_items,
    batches,
    cuts,
    deposits,
    documents,
    log_entries,
    log_outbox,
    manifests,
    objects,
    package_deposits,
    packages,
    page_marks,
    pages,
    readings,
    work,
)
from archive.catalogue.schema.evidence import IS_ERASURE
from archive.erase_documents import documents_that_held, strip_document
from archive.log import record
from archive.packaging.shelf import owner_of as package_owner
from archive.records import record_batch, record_document, record_key
from archive.vault import Ref, Vault, VaultLocked, VaultMissing
from tabellion.base.errors import Conflict, NotFound

ERASED_ITEM = "erased"
"""Reason of a batch item whose deposit was erased: the number stays, and is void."""


class ErasureRefused(Conflict):
    """The deposit is under a hold, or retained by the vault itself."""

    code = "ERASURE_REFUSED"
    advice = "Have the hold released by who set it, or wait for the end of the retention."


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure touched. Documents are to be taken out of the index, or indexed anew."""

    deposit: str
    batch: str
    documents: tuple[str, ...]
    keys: int


def erase(archive: Archive, deposit_id: str, actor: str, reason: str) -> Erased:
    """Erase a deposit for good. `reason` is a code of the registry for `erase`, `actor` a pseudonym.

    Raises `NotFound`, and `ErasureRefused` before anything was done. Every document that held it is queued for
    indexing; the caller has the index purge itself of what it deleted.
    """
    _require_free(archive, deposit_id)
    with archive.catalogue.write() as connection:
        row = connection.execute(
            select(deposits).where(deposits.c.id == deposit_id).with_for_update()
        ).one_or_none()
        if row is None or row.erased_at is not None:
            raise NotFound(f"there is no deposit {deposit_id}")
        held = documents_that_held(archive, connection, deposit_id)
        owners = _purge(archive, connection, row, held, actor, reason)
    keys = sum(archive.objects.destroy_key(owner) for owner in owners)
    if archive.objects.keyring is None:
        keys += delete_objects(archive.objects.vault, owners)
    archive.catalogue.purge()
    return Erased(deposit_id, row.batch_id, tuple(held), keys)


def reapply(archive: Archive) -> int:
    """Destroy what `erase` entries and rows of erased deposits say is destroyed, and is not; says how many keys.

    For the time after an interruption, or after keys have come back with a backup.
    """
    owners = erased_owners(archive)
    if archive.objects.keyring is None:
        return delete_objects(archive.objects.vault, owners)
    return sum(
        archive.objects.destroy_key(owner) for owner in owners if archive.objects.keyring.exists(owner)
    )


def erased_owners(archive: Archive) -> list[str]:
    """Owners whose keys were destroyed, or must be, by erasure: deposits, packages and records that held them."""
    with archive.catalogue.read() as connection:
        told = select(log_entries.c.object_id).where(IS_ERASURE, log_entries.c.object_type == "deposit")
        rows = select(deposits.c.id).where(deposits.c.erased_at.is_not(None))
        owners = [f"deposits/{deposit}" for deposit in connection.execute(union(told, rows)).scalars()]
        packed = union(
            select(log_entries.c.object_id).where(IS_ERASURE, log_entries.c.object_type == "package"),
            select(packages.c.id).where(packages.c.state == "erased"),
        )
        owners += [package_owner(package) for package in connection.execute(packed).scalars()]
        return owners + _records_before_erasure(connection)


def _require_free(archive: Archive, deposit_id: str) -> None:
    with archive.catalogue.read() as connection:
        owners = [f"deposits/{deposit_id}", *map(package_owner, _packages_with(connection, deposit_id))]
        rows = connection.execute(select(objects).where(objects.c.owner.in_(owners))).all()
    for row in rows:
        try:
            status = archive.objects.vault.stat(Ref(row.key, row.version, row.digest, row.size))
        except VaultMissing:
            continue
        retained = status.retain_until is not None and status.retain_until > archive.clock.now()
        # A retention keeps bytes from being deleted; where they are encrypted, the key is destroyed, which has none.
        if status.held or (retained and archive.objects.keyring is None):
            raise ErasureRefused(f"{row.key} is {'held' if status.held else 'retained'}")


def _purge(
    archive: Archive,
    connection: Connection,
    deposit: Row[Any],
    held: Sequence[str],
    actor: str,
    reason: str,
) -> list[str]:
    """All that the transaction does; gives the owners whose keys are to be destroyed after it."""
    now = archive.clock.now()
    things = [("document", document) for document in held] + [("batch", deposit.batch_id)]
    owners = [f"deposits/{deposit.id}"]
    for thing in things:
        owners += _record_owners(connection, *thing)
    packed = _packages_with(connection, deposit.id)
    owners += map(package_owner, packed)
    _empty_outbox(connection, owners)
    manifest = select(manifests.c.digest).where(
        manifests.c.deposit_id == deposit.id, manifests.c.version == 1
    )
    subject: str = connection.execute(manifest).scalar_one()
    for object_type, object_id in [
        ("deposit", deposit.id),
        *things,
        *(("package", package) for package in packed),
    ]:
        record(
            connection,
            type="erase",
            object_type=object_type,
            object_id=object_id,
            subject=subject,
            actor=actor,
            time=now,
            reason=reason,
        )
    _purge_deposit(connection, deposit, now)
    connection.execute(update(packages).where(packages.c.id.in_(packed)).values(state="erased", wanted={}))
    for document in held:
        strip_document(archive, connection, document, deposit.id)
        record_document(archive, connection, document, type="compose", actor=actor, reason="replace")
    record_batch(archive, connection, deposit.batch_id, type="batch-change", actor=actor, reason="item")
    return owners


def _purge_deposit(connection: Connection, deposit: Row[Any], now: datetime) -> None:
    for table in (pages, page_marks, readings, cuts):
        connection.execute(delete(table).where(table.c.deposit_id == deposit.id))
    connection.execute(delete(work).where(work.c.object_id == deposit.id))
    connection.execute(
        update(objects).where(objects.c.owner == f"deposits/{deposit.id}").values(plain_digest=None)
    )
    connection.execute(
        update(batch_items)
        .where(batch_items.c.deposit_id == deposit.id)
        .values(source=None, state="void", reason=ERASED_ITEM)
    )
    connection.execute(
        delete(announced).where(
            announced.c.batch_id == deposit.batch_id, announced.c.sha256 == deposit.sha256
        )
    )
    gone = {"name": None, "media_type": "", "size": 0, "sha256": "", "sha512": "", "page_count": None}
    connection.execute(
        update(deposits).where(deposits.c.id == deposit.id).values(**gone, receipt=None, erased_at=now)
    )
    # The batch's receipt lists the digests of its deposits: it is signed anew without this one.
    connection.execute(update(batches).where(batches.c.id == deposit.batch_id).values(receipt=None))


def _packages_with(connection: Connection, deposit_id: str) -> list[str]:
    """Packages that hold the deposit, or are just being made of it."""
    held = select(package_deposits.c.package_id).where(package_deposits.c.deposit_id == deposit_id)
    query = select(packages.c.id).where(packages.c.id.in_(held), packages.c.state != "erased")
    return list(connection.execute(query.order_by(packages.c.id)).scalars())


def _record_owners(connection: Connection, object_type: str, object_id: str) -> list[str]:
    """Owners of all versions of a thing's records, up to the newest."""
    table = documents if object_type == "document" else batches
    number = connection.scalar(select(table.c.record_n).where(table.c.id == object_id)) or 0
    return [record_key(object_type, object_id, n) for n in range(1, number + 1)]


def _empty_outbox(connection: Connection, owners: Sequence[str]) -> None:
    """Records that wait for the keeper keep their entries, and lose their bodies."""
    connection.execute(
        update(log_outbox)
        .where(log_outbox.c.record_owner.in_(owners))
        .values(record_body=None, record_key=None, record_owner=None)
    )


def _records_before_erasure(connection: Connection) -> list[str]:
    """Owners of the records of documents and batches that are older than the newest erasure in their chain."""
    last = (
        select(log_entries.c.object_id, func.max(log_entries.c.seq).label("seq"))
        .where(IS_ERASURE, log_entries.c.object_type.in_(("document", "batch")))
        .group_by(log_entries.c.object_id)
        .subquery()
    )
    # What was erased is looked for first: it is little beside all that there is.
    # An erasure that is still on its way into the log is younger than everything that is there.
    waiting = select(log_outbox.c.object_id).where(log_outbox.c.type == "erase")
    if not connection.scalar(select(exists().where(IS_ERASURE) | waiting.exists())):
        return []
    older = (
        select(objects.c.owner)
        .join(log_entries, log_entries.c.subject == objects.c.plain_digest)
        .outerjoin(last, last.c.object_id == log_entries.c.object_id)
        .where(
            objects.c.key == objects.c.owner,
            log_entries.c.object_id.in_(select(last.c.object_id).union(waiting)),
            (log_entries.c.seq < last.c.seq) | log_entries.c.object_id.in_(waiting),
        )
    )
    return list(connection.execute(older).scalars())


def delete_objects(vault: Vault, owners: Iterable[str]) -> int:
    """Without encryption there are no keys to destroy: the objects themselves go, every version of them."""
    count = 0
    for owner in owners:
        for ref in [*vault.versions(owner), *vault.list(f"{owner}/")]:
            with suppress(VaultMissing, VaultLocked):
                vault.delete(ref)
                count += 1
    return count
