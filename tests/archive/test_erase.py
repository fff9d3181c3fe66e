"""After an erasure nothing of the deposit is readable anywhere under the home, and the log still verifies."""

import hashlib
import io
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.erase import ErasureRefused, erase, reapply
from archive.records import record_batch, record_document
from archive.vault import KeyMissing
from archive.verify import verify
from signing.entry import Entry
from signing.errors import EntryInvalid
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tabellion.base.errors import NotFound
from tests.archive.building import ACTOR, Deposited, Intake
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST, codes, reopened

WORDS = ("Kowalska", "wezwanie-do-zaplaty", "PESEL 44051401359", "cichy-refren")
KEPT = "Bianchi stays"


def fill(archive: Archive, deposited: Deposited, page: int, words: str) -> None:
    """What a reading leaves behind: pages, a field with its text, a reason, a reading in the vault."""
    now = archive.clock.now()
    owner = f"deposits/{deposited.deposit}"
    archive.objects.put(f"{owner}/reading-1", io.BytesIO(words.encode()), owner)
    with archive.catalogue.write() as connection:
        connection.execute(
            insert(t.document_pages).values(
                document_id=deposited.document, position=page, deposit_id=deposited.deposit, page=1
            )
        )
        for raw in (words, f"{words} again"):
            connection.execute(
                insert(t.fields).values(
                    document_id=deposited.document,
                    name="debtor_name",
                    value=raw,
                    raw=words,
                    confidence=0.5,
                    page=page,
                    box=[0, 0, 1, 1],
                    rule="name",
                    state="machine",
                    at=now,
                )
            )
        connection.execute(
            insert(t.readings).values(
                deposit_id=deposited.deposit,
                n=1,
                at=now,
                engine={},
                seconds=1.0,
                outcome="READ",
                detail=words,
            )
        )
        record_document(archive, connection, deposited.document, type="read", actor=ACTOR)


def readable(home: Path, word: str) -> list[str]:
    """Files under the home that hold the word in plain bytes, in any case and usual encoding."""
    needles = [form.encode(code) for form in (word, word.lower()) for code in ("utf-8", "utf-16-le")]
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


@pytest.fixture
def erased(archive: Archive, intake: Intake, home: Path) -> Deposited:
    """One of two deposits of a batch, erased after it had been read, stamped and receipted."""
    batch, keeper = intake.batch(), TestKeeper(archive)
    one = intake.deposit(batch, 1, " ".join(WORDS).encode() * 50, name=f"{WORDS[0]}-{WORDS[1]}.pdf")
    other = intake.deposit(batch, 2, KEPT.encode(), name="bianchi.pdf")
    fill(archive, one, 1, WORDS[2])
    fill(archive, other, 1, KEPT)
    keeper.stamp()
    with archive.catalogue.write() as connection:
        closed = update(t.batches).where(t.batches.c.id == batch)
        connection.execute(closed.values(state="closed", closed_at=archive.clock.now()))
        record_batch(archive, connection, batch, type="batch-close", actor=ACTOR)
    keeper.run()
    # Changed again, and not in the log yet: the record still lies in the outbox.
    with archive.catalogue.write() as connection:
        connection.execute(
            update(t.documents)
            .where(t.documents.c.id == one.document)
            .values(reason=WORDS[3], state="failed")
        )
        record_document(archive, connection, one.document, type="correct", actor=ACTOR)
    assert any(readable(home, word) for word in (WORDS[2], WORDS[3]))
    done = erase(archive, one.deposit, ACTOR, "data-subject")
    assert done.documents == (one.document,)
    assert done.keys >= 4
    return one


def test_nothing_of_it_can_be_read_anywhere(
    archive: Archive, home: Path, intake: Intake, erased: Deposited
) -> None:
    with archive.catalogue.read() as connection:
        digest = connection.scalar(select(t.deposits.c.sha256).where(t.deposits.c.id == erased.deposit))
    assert digest == ""
    TestKeeper(archive).run()
    for word in WORDS:
        assert readable(home, word) == []
    fresh = reopened(archive)
    for ref in fresh.objects.vault.list(f"deposits/{erased.deposit}/"):
        with pytest.raises(KeyMissing):
            fresh.objects.open(ref, f"deposits/{erased.deposit}")
    records = list(fresh.objects.vault.list(f"documents/{erased.document}/"))
    for ref in records[:-1]:
        with pytest.raises(KeyMissing):
            fresh.objects.open(ref, ref.key)
    left = fresh.objects.read_bytes(records[-1], records[-1].key, 1 << 20).decode()
    assert '"state":"erased"' in left
    assert not any(word in left for word in WORDS)


def test_digests_of_what_was_erased_are_gone_too(archive: Archive, home: Path, erased: Deposited) -> None:
    TestKeeper(archive).run()
    assert readable(home, hashlib.sha256(" ".join(WORDS).encode() * 50).hexdigest()) == []


def test_the_log_still_verifies_and_says_what_was_done(archive: Archive, erased: Deposited) -> None:
    TestKeeper(archive).stamp()
    report = verify(reopened(archive), TRUST)
    assert report.to_json()["findings"] == []
    assert report.overall is Verdict.PASSED
    assert report.checked["erased"] == 1
    with archive.catalogue.read() as connection:
        rows = connection.execute(
            select(t.log_entries.c.entry).where(t.log_entries.c.type == "erase").order_by(t.log_entries.c.seq)
        ).scalars()
        entries = [Entry.parse(data) for data in rows]
    assert [e.object.type for e in entries] == ["deposit", "document", "batch"]
    assert {(e.subject, e.reason, e.actor) for e in entries} == {
        (erased.manifest_digest, "data-subject", ACTOR)
    }


def test_verification_between_erasure_and_its_entry_finds_no_fault(
    archive: Archive, erased: Deposited
) -> None:
    assert verify(reopened(archive), TRUST).overall is not Verdict.FAILED
    assert verify(reopened(archive), TRUST, [erased.document]).overall is not Verdict.FAILED


def test_the_other_deposit_is_untouched(archive: Archive, home: Path, erased: Deposited) -> None:
    TestKeeper(archive).run()
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(t.documents).where(t.documents.c.state != "erased")).all()
        values = connection.execute(select(t.fields.c.value)).scalars().all()
        receipt = connection.scalar(select(t.batches.c.receipt))
    assert len(rows) == 1
    assert set(values) == {KEPT, f"{KEPT} again"}
    assert receipt is not None
    assert '"void"' in receipt
    assert verify(reopened(archive), TRUST, [rows[0].id]).overall is Verdict.PASSED


def test_a_key_that_vanishes_without_an_entry_is_a_failure(archive: Archive, erased: Deposited) -> None:
    TestKeeper(archive).stamp()
    with archive.catalogue.read() as connection:
        other = connection.scalar(select(t.deposits.c.id).where(t.deposits.c.erased_at.is_(None)))
    archive.objects.destroy_key(f"deposits/{other}")
    report = verify(reopened(archive), TRUST)
    assert report.overall is Verdict.FAILED
    assert "KEY_MISSING" in codes(report)


def test_a_second_erasure_and_an_unknown_reason_are_refused(
    archive: Archive, intake: Intake, erased: Deposited
) -> None:
    with pytest.raises(NotFound):
        erase(archive, erased.deposit, ACTOR, "data-subject")
    another = intake.deposit(intake.batch("next"), 1, b"paper")
    with pytest.raises(EntryInvalid):
        erase(archive, another.deposit, ACTOR, "because")
    with pytest.raises(NotFound):
        erase(archive, archive.ids.new(), ACTOR, "data-subject")


def test_what_is_held_is_not_erased(archive: Archive, intake: Intake) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    archive.objects.vault.hold(made.original)
    with pytest.raises(ErasureRefused):
        erase(archive, made.deposit, ACTOR, "data-subject")
    archive.objects.vault.release(made.original)
    erase(archive, made.deposit, ACTOR, "data-subject")


def test_an_interrupted_erasure_is_completed(
    archive: Archive, intake: Intake, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")
    TestKeeper(archive).run()

    class Killed(BaseException):
        pass

    def killed(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(type(archive.objects), "destroy_key", killed)
        with pytest.raises(Killed):
            erase(archive, made.deposit, ACTOR, "retention-ended")
    TestKeeper(archive).run()
    assert "ERASURE_RUNNING" in codes(verify(reopened(archive), TRUST))
    clock.advance(minutes=2)
    report = verify(reopened(archive), TRUST)
    assert "ERASED_BUT_READABLE" in codes(report)
    assert report.overall is Verdict.FAILED
    assert reapply(archive) == 3
    assert reapply(archive) == 0
    TestKeeper(archive).stamp()
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED


def test_a_document_of_two_deposits_keeps_the_other_one(archive: Archive, intake: Intake) -> None:
    batch = intake.batch()
    one, two = (intake.deposit(batch, n, b"paper %d" % n) for n in (1, 2))
    fill(archive, one, 1, WORDS[0])
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        page = {"document_id": one.document, "deposit_id": two.deposit}
        connection.execute(insert(t.document_deposits).values(**page, position=2))
        connection.execute(insert(t.document_pages).values(**page, position=2, page=1))
        field = {
            "name": "amount",
            "raw": "5",
            "rule": "r",
            "state": "machine",
            "box": [0, 0, 1, 1],
            "at": now,
        }
        connection.execute(
            insert(t.fields).values(**field, document_id=one.document, value="5", confidence=1.0, page=2)
        )
        link = {"target_type": "party", "target_id": archive.ids.new(), "role": "debtor", "score": 1.0}
        for first, last in ((1, 2), (1, 1)):
            connection.execute(
                insert(t.links).values(
                    **link,
                    link_id=archive.ids.new(),
                    document_id=one.document,
                    first_page=first,
                    last_page=last,
                    basis="hand",
                    state="confirmed",
                    at=now,
                )
            )
        record_document(archive, connection, one.document, type="compose", actor=ACTOR, reason="join")
    TestKeeper(archive).run()
    erase(archive, one.deposit, ACTOR, "court-order")
    TestKeeper(archive).stamp()
    with archive.catalogue.read() as connection:
        pages = connection.execute(select(t.document_pages.c.position, t.document_pages.c.deposit_id)).all()
        found = connection.execute(select(t.fields.c.name, t.fields.c.page)).all()
        spans = connection.execute(select(t.links.c.first_page, t.links.c.last_page)).all()
        state = connection.scalar(select(t.documents.c.state).where(t.documents.c.id == one.document))
    assert [tuple(row) for row in pages] == [(1, two.deposit)]
    assert [tuple(row) for row in found] == [("amount", 1)]
    assert [tuple(row) for row in spans] == [(1, 1)]
    assert state == "received"
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED


def test_records_of_documents_that_held_it_once_are_destroyed_too(
    archive: Archive, intake: Intake, home: Path
) -> None:
    batch = intake.batch()
    one, two = (intake.deposit(batch, n, b"paper %d" % n) for n in (1, 2))
    fill(archive, one, 1, WORDS[0])
    with archive.catalogue.write() as connection:
        here = t.document_deposits.c.document_id == one.document
        connection.execute(update(t.document_deposits).where(here).values(deposit_id=two.deposit))
        connection.execute(t.document_pages.delete().where(t.document_pages.c.document_id == one.document))
        read = (
            connection.execute(select(t.fields).where(t.fields.c.document_id == one.document))
            .mappings()
            .first()
        )
        assert read is not None
        withdrawn = {**read, "state": "withdrawn"}
        del withdrawn["id"]
        connection.execute(insert(t.fields).values(**withdrawn))
        record_document(archive, connection, one.document, type="compose", actor=ACTOR, reason="replace")
    TestKeeper(archive).run()
    done = erase(archive, one.deposit, ACTOR, "data-subject")
    assert done.documents == (one.document,)
    TestKeeper(archive).stamp()
    assert readable(home, WORDS[0]) == []
    with pytest.raises(KeyMissing):
        reopened(archive).objects.keyring.secret(f"documents/{one.document}/record-2")  # type: ignore[union-attr]
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED
