"""From vault, log and archive key alone the same catalogue comes back, and what was erased does not."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue import schema as t
from archive.catalogue.schema import current
from archive.corrections import corrections
from archive.erase import erase
from archive.histories import FIELD_KEY, LINK_KEY, SCOPE_KEY
from archive.log_files import LogFiles
from archive.rebuild import CatalogueNotEmpty, rebuild
from archive.records import record_batch, record_document
from archive.registry import NewClaim, NewParty, put_claim, put_party
from archive.vault import VaultAltered, is_raw
from archive.verify import verify
from signing.errors import NoteInvalid
from signing.keys import PublicKey
from signing.note import NoteKey
from signing.receipt import BatchReceipt, DepositReceipt, ReceiptTrust
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tests.archive.building import (
    ACTOR,
    ORIGIN,
    Deposited,
    Intake,
    make_objects,
    read_deposit,
    seeded,
)
from tests.archive.keeping import TestKeeper, log_signer, receipt_signer
from tests.archive.test_verify import TRUST, flip, overwrite, reopened


@pytest.fixture
def emptied(home: Path, archive: Archive, clock: ManualClock) -> Iterator[Callable[[], Archive]]:
    """Gives the archive as it is after catalogue and caches are lost: the same vault and keys, an empty database."""
    opened: list[Catalogue] = []

    def empty() -> Archive:
        archive.catalogue.close()
        catalogue = Catalogue(f"sqlite:///{home}/new-{len(opened)}.db")
        upgrade(catalogue)
        opened.append(catalogue)
        objects = make_objects(home, clock, seeded(55 + len(opened)))
        return Archive(archive.id, archive.origin, catalogue, objects, clock, archive.ids)

    yield empty
    for catalogue in opened:
        catalogue.close()


def rows(archive: Archive, table: Table, *columns: str, where: Any = None) -> list[tuple[Any, ...]]:
    names = columns or tuple(
        column.name for column in table.c if column.name != "id" or table.c.id.type.python_type is str
    )
    query = select(*(table.c[name] for name in names))
    if where is not None:
        query = query.where(where)
    with archive.catalogue.read() as connection:
        return sorted(tuple(map(str, row)) for row in connection.execute(query))


def everything(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    """All that must come back, in a form that compares."""
    said = {
        table.name: rows(archive, table)
        for table in (
            t.batch_items,
            t.announced,
            t.document_deposits,
            t.document_pages,
            t.relations,
            t.pages,
            t.readings,
            t.log_entries,
            t.log_heads,
        )
    }
    said["batches"] = rows(archive, t.batches, *_but(t.batches, "receipt"))
    said["deposits"] = rows(archive, t.deposits, *_but(t.deposits, "receipt"))
    said["documents"] = rows(archive, t.documents, *_but(t.documents, "searchable_at"))
    said["manifests"] = rows(archive, t.manifests, *_but(t.manifests, "at"))
    said["stamps"] = rows(archive, t.stamps, *_but(t.stamps, "demanded_at", "attempts"))
    said["objects"] = rows(
        archive, t.objects, "key", "version", "digest", "size", "plain_digest", "inventory"
    )
    said["fields"] = rows(archive, t.fields, where=current(t.fields, *FIELD_KEY))
    said["links"] = rows(archive, t.links, where=current(t.links, *LINK_KEY))
    granted = current(t.document_scopes, *SCOPE_KEY) & (t.document_scopes.c.granted == 1)
    said["scopes"] = rows(archive, t.document_scopes, where=granted)
    said["portfolios"] = rows(archive, t.portfolios, "id", "name", "external_id")
    said["parties"] = rows(archive, t.parties, "id", "display_name", "external_id", "kind", "sort_name")
    said["claims"] = rows(archive, t.claims, "id", "number", "external_id")
    # Marks of pages are made anew, which is work that was not there before.
    said["work"] = rows(archive, t.work, "kind", "object_id", "state", where=t.work.c.kind != "rescan")
    return said


def _but(table: Table, *left_out: str) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if column.name not in left_out)


@pytest.fixture
def made(archive: Archive, intake: Intake, clock: ManualClock) -> list[Deposited]:
    """A portfolio with a closed batch and an open one, read, linked, scoped, corrected, related, stamped twice."""
    keeper = TestKeeper(archive)
    portfolio = intake.portfolio("Banca Futura 2024")
    batch, loose = intake.batch("Box 7", portfolio, "station"), intake.batch("Unassigned", None, "unassigned")
    found = [intake.deposit(batch, n, b"paper %d" % n, f"skan {n}.pdf") for n in (1, 2, 3)]
    found.append(intake.deposit(loose, 1, b"loose", "\u202eodd\nname.pdf"))
    keeper.stamp()
    for one in found[:3]:
        clock.advance(seconds=7)
        read_deposit(archive, one, "1 234,56 zł")
    _decide(archive, found)
    keeper.stamp()
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        item = {"batch_id": batch, "repeats": 0, "at": now, "actor": ACTOR}
        void = item | {"id": archive.ids.new(), "sequence": 5, "state": "void", "reason": "skipped"}
        connection.execute(insert(t.batch_items).values(**void))
        connection.execute(insert(t.announced).values(batch_id=batch, sequence=6, sha256="ab" * 32))
        closed = update(t.batches).where(t.batches.c.id == batch)
        connection.execute(
            closed.values(state="closed", closed_at=now, sheets=5, sides=10, close_reason="gaps")
        )
        record_batch(archive, connection, batch, type="batch-close", actor=ACTOR)
    keeper.run()
    return found


def _decide(archive: Archive, found: list[Deposited]) -> None:
    now, first = archive.clock.now(), found[0].document
    with archive.catalogue.write() as connection:
        party = put_party(archive, connection, NewParty("Zofia Kowalska", external_id="D-17"))
        claim = put_claim(archive, connection, NewClaim("UK/17/2020", external_id="C-17"))
        link = {"document_id": first, "first_page": 1, "last_page": 1, "at": now, "basis": "hand"}
        for target_type, target, state in (("party", party, "confirmed"), ("claim", claim, "rejected")):
            connection.execute(
                insert(t.links).values(
                    **link,
                    link_id=archive.ids.new(),
                    target_type=target_type,
                    target_id=target,
                    role="debtor",
                    score=0.1 + 0.2,
                    state=state,
                    actor=ACTOR,
                )
            )
        read = connection.execute(select(t.fields).where(t.fields.c.document_id == first)).mappings().one()
        corrected = {**read, "value": "1234.65", "state": "corrected", "actor": ACTOR, "confidence": 1.0}
        corrected["despite"] = "amounts.net=1000.00 amounts.total=1234.65 amounts.vat=230.00"
        del corrected["id"]
        connection.execute(insert(t.fields).values(**corrected))
        # Another paper has it from the first, whose bytes it has.
        last = found[2].document
        copied = {**corrected, "document_id": last, "decided_on": first, "decided_at": now}
        connection.execute(insert(t.fields).values(**copied))
        scope = {"document_id": first, "actor": ACTOR, "at": now}
        connection.execute(
            insert(t.document_scopes).values(**scope, first_page=1, last_page=1, scope="matter:9", granted=1)
        )
        related = {
            "document_id": first,
            "other_id": found[1].document,
            "granted": 1,
            "actor": ACTOR,
            "at": now,
        }
        connection.execute(insert(t.relations).values(**related, relation="annex_of"))
        cut = {"relation": "cut_from", "first_page": 2, "last_page": 3}
        connection.execute(insert(t.relations).values(**related, **cut))
        record_document(archive, connection, first, type="correct", actor=ACTOR, reason="by-hand")
        record_document(archive, connection, last, type="correct", actor=ACTOR, reason="by-rule")


def test_what_the_machine_had_read_comes_back_beside_a_persons_word(
    archive: Archive, made: list[Deposited], emptied: Callable[[], Archive]
) -> None:
    with archive.catalogue.read() as connection:
        before = corrections(connection)
    assert [(one.looked_at, one.right) for one in before.by_name] == [(1, 0)]
    new = emptied()
    rebuild(new, TRUST)
    with new.catalogue.read() as connection:
        assert corrections(connection) == before
        # Of the others what was unsure waits again, and what a person said does not.
        rows = connection.execute(select(t.field_doubts)).all()
    assert {row.document_id for row in rows} == {made[1].document}


def test_the_same_comes_back(
    archive: Archive, made: list[Deposited], emptied: Callable[[], Archive], clock: ManualClock
) -> None:
    before = everything(archive)
    clock.advance(days=3)
    new = emptied()
    seen: list[tuple[int, int]] = []
    summary = rebuild(new, TRUST, lambda done, total: seen.append((done, total)))
    after = everything(new)
    for name, said in before.items():
        assert after[name] == said, name
    assert summary.problems == ()
    assert (summary.batches, summary.deposits, summary.documents, summary.stamps) == (2, 4, 4, 2)
    assert (summary.restored, summary.erased) == (0, 0)
    assert seen[-1] == (summary.entries, summary.entries)


def test_all_that_lies_in_clear_comes_back_and_is_locked(
    archive: Archive, made: list[Deposited], emptied: Callable[[], Archive]
) -> None:
    refused = f"stamps/{archive.ids.new()}/refused-1.der"
    names = ("archive.json", "inventory/incidents/1", "log/tile/1/000", refused)
    unlocked = archive.objects.put_raw_many([(name, b"{}") for name in names])
    new = emptied()
    vault = new.objects.vault
    rebuild(new, TRUST)
    stored = [ref for ref in vault.list() if is_raw(ref.key) and ".p/" not in ref.key]
    assert set(unlocked) < set(stored)
    noted = rows(new, t.objects, "key", "version", "digest", where=t.objects.c.owner.is_(None))
    assert noted == sorted((ref.key, ref.version, ref.digest) for ref in stored)
    assert not any(vault.stat(ref).retain_until for ref in unlocked)
    TestKeeper(new).run()
    assert all(vault.stat(ref).retain_until for ref in stored)


def test_afterwards_it_verifies_and_receipts_come_again(
    archive: Archive, made: list[Deposited], emptied: Callable[[], Archive]
) -> None:
    accepted = receipts(archive)
    new = emptied()
    rebuild(new, TRUST)
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED
    keeper = TestKeeper(new)
    keeper.run()
    assert receipts(new) == accepted
    report = verify(reopened(new), TRUST)
    assert report.to_json()["findings"] == []
    assert report.overall is Verdict.PASSED
    keeper.stamp()
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED
    with new.catalogue.read() as connection:
        queued = connection.execute(select(t.index_outbox.c.document_id)).scalars().all()
    assert sorted(queued) == sorted(one.document for one in made)


def receipts(archive: Archive) -> list[Any]:
    """What all receipts say, without the proofs, which are under the newest checkpoint."""
    now = ManualClock().now()
    trust = ReceiptTrust(
        (PublicKey.of("receipt", receipt_signer(), now),), ORIGIN, (NoteKey(ORIGIN, log_signer().public_der),)
    )
    with archive.catalogue.read() as connection:
        single = connection.execute(select(t.deposits.c.receipt).order_by(t.deposits.c.id)).scalars().all()
        closed = connection.execute(
            select(t.batches.c.receipt).where(t.batches.c.state == "closed")
        ).scalars()
        batches = [BatchReceipt.verify(str(text).encode(), trust) for text in closed]
    said: list[Any] = []
    for text in single:
        receipt = DepositReceipt.verify(str(text).encode(), trust)
        said.append((receipt.batch, receipt.sequence, receipt.accepted.digests, receipt.accepted.log_index))
    for batch in batches:
        said.append((batch.batch, batch.gaps, [(i.sequence, i.state, i.other) for i in batch.items]))
    return said


def test_what_was_erased_does_not_come_back(
    archive: Archive, made: list[Deposited], home: Path, emptied: Callable[[], Archive]
) -> None:
    keyring = archive.objects.keyring
    assert keyring is not None
    erase(archive, made[1].deposit, ACTOR, "data-subject")
    keeper = TestKeeper(archive)
    keeper.stamp()
    before = everything(archive)
    new = emptied()
    summary = rebuild(new, TRUST)
    assert (summary.erased, summary.deposits, summary.problems) == (1, 3, ())
    after = everything(new)
    # Objects of what was erased are not listed any more; the document's registry of work is gone as well.
    for name in before.keys() - {"objects", "deposits", "manifests"}:
        assert after[name] == before[name], name
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED
    with new.catalogue.read() as connection:
        row = connection.execute(select(t.deposits).where(t.deposits.c.id == made[1].deposit)).one()
        state = connection.scalar(select(t.documents.c.state).where(t.documents.c.id == made[1].document))
    assert (row.erased_at is not None, row.sha256, row.name, state) == (True, "", None, "erased")


def test_a_key_that_came_back_with_a_backup_goes_again(
    archive: Archive, made: list[Deposited], home: Path, emptied: Callable[[], Archive]
) -> None:
    key = home / "vault/keys/deposits" / made[1].deposit
    backup = key.read_bytes()
    erase(archive, made[1].deposit, ACTOR, "data-subject")
    TestKeeper(archive).stamp()
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_bytes(backup)
    new = emptied()
    rebuild(new, TRUST)
    assert not key.exists()
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED


def test_what_the_log_does_not_know_is_restored(
    archive: Archive, intake: Intake, made: list[Deposited], emptied: Callable[[], Archive]
) -> None:
    late = intake.deposit(intake.batch("lost with the catalogue"), 1, b"acknowledged, never sequenced")
    new = emptied()
    summary = rebuild(new, TRUST)
    assert summary.restored == 1
    keeper = TestKeeper(new)
    keeper.stamp()
    with new.catalogue.read() as connection:
        row = connection.execute(select(t.deposits).where(t.deposits.c.id == late.deposit)).one()
        batch = connection.execute(select(t.batches).where(t.batches.c.id == row.batch_id)).one()
        chain = (
            connection.execute(select(t.log_entries.c.type).where(t.log_entries.c.object_id == late.deposit))
            .scalars()
            .all()
        )
        state = connection.scalar(select(t.work.c.state).where(t.work.c.object_id == late.deposit))
    assert (batch.name, batch.origin, chain, state) == ("restored", "unassigned", ["restore"], "ready")
    assert row.receipt is None or "receipt" in row.receipt
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED


def test_records_that_were_put_and_not_sequenced_come_back_with_an_entry(
    archive: Archive, intake: Intake, emptied: Callable[[], Archive], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = intake.batch("kept")
    made = intake.deposit(batch, 1, b"paper", "name.pdf")

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("archive.sequencer.check_lease", killed)
        with pytest.raises(Killed):
            TestKeeper(archive).run()
    new = emptied()
    assert rebuild(new, TRUST).restored == 1
    TestKeeper(new).stamp()
    with new.catalogue.read() as connection:
        row = connection.execute(select(t.deposits).where(t.deposits.c.id == made.deposit)).one()
    assert (row.batch_id, row.name) == (batch, "name.pdf")
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED


def test_an_upload_that_never_ended_is_not_restored(archive: Archive, emptied: Callable[[], Archive]) -> None:
    deposit = archive.ids.new()
    archive.objects.put_bytes(f"deposits/{deposit}/original", b"half", f"deposits/{deposit}")
    new = emptied()
    summary = rebuild(new, TRUST)
    assert (summary.restored, summary.deposits) == (0, 0)
    assert rows(new, t.batches) == []


def test_of_several_versions_the_one_counts_that_the_log_names(
    archive: Archive, made: list[Deposited], emptied: Callable[[], Archive]
) -> None:
    owner = f"deposits/{made[0].deposit}"
    archive.objects.put_bytes(made[0].original.key, b"a later version", owner)
    archive.objects.put_bytes(made[0].manifest.key, b"{}", owner)
    record = f"documents/{made[0].document}/record-1"
    archive.objects.put_bytes(record, b"{}", record)
    before = everything(archive)
    new = emptied()
    rebuild(new, TRUST)
    assert everything(new)["objects"] == before["objects"]
    assert verify(reopened(new), TRUST).overall is Verdict.PASSED


def test_an_altered_log_rebuilds_nothing(
    archive: Archive, made: list[Deposited], home: Path, emptied: Callable[[], Archive]
) -> None:
    bundle = next((home / "vault/log/tile/entries").glob("000.p/*"))
    overwrite(bundle, lambda data: data.replace(b"command-line", b"commend-line"))
    new = emptied()
    with pytest.raises(VaultAltered):
        rebuild(new, TRUST)
    assert rows(new, t.log_entries) == []
    files = LogFiles(new.objects)
    forged = (files.read_checkpoint() or b"").replace(b"\n", b"0\n", 1)
    files.swap_checkpoint(files.read_checkpoint(), forged)
    with pytest.raises(NoteInvalid):
        rebuild(new, TRUST)


def test_a_catalogue_that_holds_something_is_left_alone(archive: Archive, made: list[Deposited]) -> None:
    with pytest.raises(CatalogueNotEmpty):
        rebuild(archive, TRUST)


def test_a_lost_original_is_a_problem_and_stops_nothing(
    archive: Archive, made: list[Deposited], home: Path, emptied: Callable[[], Archive]
) -> None:
    (home / "vault" / made[0].original.key).unlink()
    new = emptied()
    summary = rebuild(new, TRUST)
    assert len(summary.problems) == 1
    assert summary.deposits == 4
    report = verify(reopened(new), TRUST)
    assert {(f.code, f.document) for f in report.findings} == {("ORIGINAL_MISSING", made[0].document)}


def test_what_cannot_be_read_is_kept_for_people_to_look_at(
    archive: Archive, made: list[Deposited], home: Path, emptied: Callable[[], Archive]
) -> None:
    overwrite(home / "vault" / made[0].manifest.key, flip)
    new = emptied()
    summary = rebuild(new, TRUST)
    assert any(made[0].deposit in problem for problem in summary.problems)
    with new.catalogue.read() as connection:
        keys = set(connection.execute(select(t.objects.c.key)).scalars())
    assert {made[0].manifest.key, made[0].original.key} <= keys
    report = verify(reopened(new), TRUST)
    assert report.overall is Verdict.FAILED
    assert "DEPOSIT_MISSING" in {finding.code for finding in report.findings}


def test_the_owners_table_fills_what_came_back_by_its_name_alone(
    archive: Archive, made: list[Deposited], emptied: Callable[[], Archive]
) -> None:
    new = emptied()
    rebuild(new, TRUST)
    with new.catalogue.write() as connection:
        skeleton = connection.execute(select(t.parties).where(t.parties.c.external_id == "D-17")).one()
        whole = NewParty("Zofia Kowalska", external_id="D-17", birth_date=date(1980, 5, 17), town="Kielce")
        assert put_party(new, connection, whole) == skeleton.id
        target = connection.scalar(select(t.links.c.target_id).where(t.links.c.target_type == "party"))
        row = connection.execute(select(t.parties).where(t.parties.c.id == target)).one()
    assert (skeleton.town, row.town, row.display_name) == (None, "Kielce", "Zofia Kowalska")
