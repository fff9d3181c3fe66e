"""Receipts say only what the log has accepted, after the lock, and balance at a batch's close."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from archive import locks
from archive.archive import Archive
from archive.catalogue import schema as t
from archive.records import record_batch
from archive.stored import note_object
from archive.vault import VaultLocked
from signing.digests import digest_bytes
from signing.errors import ReceiptInvalid
from signing.keys import PublicKey
from signing.note import NoteKey
from signing.receipt import BatchReceipt, DepositReceipt, ReceiptTrust
from tests.archive.building import ACTOR, ARCHIVE_ID, ORIGIN, Intake
from tests.archive.keeping import TestKeeper, log_signer, receipt_signer


@pytest.fixture
def trust(archive: Archive) -> ReceiptTrust:
    return ReceiptTrust(
        (PublicKey.of("receipt", receipt_signer(), archive.clock.now()),),
        ORIGIN,
        (NoteKey(ORIGIN, log_signer().public_der),),
    )


def receipt_of(archive: Archive, deposit: str) -> str | None:
    with archive.catalogue.read() as connection:
        return connection.scalar(select(t.deposits.c.receipt).where(t.deposits.c.id == deposit))


def test_a_receipt_proves_bytes_and_place(archive: Archive, intake: Intake, trust: ReceiptTrust) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    keeper = TestKeeper(archive)
    assert keeper.receipts.run(keeper.token()) == 0
    assert receipt_of(archive, made.deposit) is None
    keeper.run()
    data = receipt_of(archive, made.deposit)
    assert data is not None
    receipt = DepositReceipt.verify(data.encode(), trust, digest_bytes(b"paper"))
    assert (receipt.archive, receipt.accepted.deposit, receipt.sequence) == (ARCHIVE_ID, made.deposit, 1)
    assert receipt.accepted.log_index == 1
    with pytest.raises(ReceiptInvalid):
        DepositReceipt.verify(data.encode(), trust, digest_bytes(b"other paper"))


def test_a_round_without_work_looks_at_no_manifest(archive: Archive, intake: Intake) -> None:
    """The keeper asks four times a second, however many deposits there are."""
    intake.deposit(intake.batch(), 1, b"paper")
    keeper = TestKeeper(archive)
    keeper.run()
    said: list[str] = []

    def listen(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(archive.catalogue.engine, "before_cursor_execute", listen)
    assert keeper.receipts.run(keeper.token()) == 0
    event.remove(archive.catalogue.engine, "before_cursor_execute", listen)
    assert [statement for statement in said if "manifests" in statement] == []


def test_the_lock_is_set_before_the_receipt(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    until = archive.clock.now() + timedelta(days=3650)
    with archive.catalogue.write() as connection:
        connection.execute(
            update(t.objects)
            .where(t.objects.c.owner == f"deposits/{made.deposit}")
            .values(retain_until=until)
        )
    keeper = TestKeeper(archive)
    token = keeper.token()
    keeper.sequencer.run(token)
    assert keeper.receipts.run(token) == 0
    assert keeper.locks.run(token) == 2
    assert keeper.receipts.run(token) == 1
    assert archive.objects.vault.stat(made.original).retain_until == until
    with pytest.raises(VaultLocked):
        archive.objects.vault.delete(made.original)
    assert keeper.locks.run(token) == 0


def test_locks_do_not_hold_up_the_log(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round sets the newest some, whose receipts somebody may wait for, then the oldest, and leaves the rest."""
    monkeypatch.setattr(locks, "_AT_ONCE", 2)
    monkeypatch.setattr(locks, "_MOST", 4)
    now = archive.clock.now()
    for number in range(7):
        ref = archive.objects.put_raw(f"log/{number}", b"%d" % number, now + timedelta(days=1))
        with archive.catalogue.write() as connection:
            note_object(connection, ref, None, ref.digest, now, retain_until=now + timedelta(days=2))

    def unlocked() -> list[str]:
        query = select(t.objects.c.key).where(t.objects.c.key.like("log/%"), ~t.objects.c.locked)
        with archive.catalogue.read() as connection:
            return sorted(connection.scalars(query))

    keeper = TestKeeper(archive)
    token = keeper.token()
    assert keeper.locks.run(token) == 4
    assert unlocked() == ["log/2", "log/3", "log/4"]
    assert keeper.locks.run(token) == 3
    assert unlocked() == []


def test_a_closed_batch_accounts_for_every_number(
    archive: Archive, intake: Intake, trust: ReceiptTrust
) -> None:
    batch, keeper = intake.batch(), TestKeeper(archive)
    intake.deposit(batch, 1, b"one")
    intake.deposit(batch, 2, b"two, askew")
    intake.deposit(batch, 5, b"one", "again.pdf")
    now = archive.clock.now()
    item = {"batch_id": batch, "repeats": 0, "at": now, "actor": ACTOR}
    with archive.catalogue.write() as connection:
        second = t.batch_items.c.sequence == 2
        connection.execute(update(t.batch_items).where(second).values(state="replaced", reason="rescan"))
        void = item | {"id": archive.ids.new(), "sequence": 4, "state": "void", "reason": "skipped"}
        connection.execute(insert(t.batch_items).values(**void))
    intake.deposit(batch, 2, b"two")
    keeper.run()
    with archive.catalogue.write() as connection:
        closed = update(t.batches).where(t.batches.c.id == batch)
        connection.execute(closed.values(state="closed", closed_at=now, sheets=5))
        record_batch(archive, connection, batch, type="batch-close", actor=ACTOR)
    keeper.run()
    with archive.catalogue.read() as connection:
        data = connection.scalar(select(t.batches.c.receipt))
    assert data is not None
    receipt = BatchReceipt.verify(data.encode(), trust)
    assert [(i.sequence, i.state, i.other, i.accepted is not None) for i in receipt.items] == [
        (1, "received", None, True),
        (2, "replaced", 2, True),
        (2, "received", None, True),
        (4, "void", None, False),
        (5, "duplicate", 1, True),
    ]
    assert receipt.gaps == (3,)
    assert receipt.declared_sheets == 5
