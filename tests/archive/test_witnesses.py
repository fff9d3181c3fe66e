"""Checkpoints are shown to real witnesses; what they cosign is kept, handed out, verified and found again."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.cosignatures import cosigned, cosigned_notes, seen_by
from archive.errors import LogReadOnly
from archive.log_files import LogFiles
from archive.log_memory import read_only_reason
from archive.outside import Outside
from archive.rebuild import rebuild
from archive.sequencer import Sequencer
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from archive.witness_requests import WitnessAt, size_of
from archive.witnesses import Witnesses, ahead
from signing.cosignature import verify_cosignatures
from signing.entry import Entry
from signing.note import Note, NoteKey
from signing.quorum import QuorumPolicy
from signing.verdict import Aspect, Report, Verdict
from tabellion.base.clock import ManualClock
from tabellion.servers.http import Reply
from tests.archive.building import ORIGIN, Intake, make_archive, search
from tests.archive.keeping import TestKeeper, local_authority, log_signer
from tests.archive.witness_front import WitnessFront, witness_front

LOG_KEYS = (NoteKey(ORIGIN, log_signer().public_der),)


@pytest.fixture
def one(tmp_path: Path, clock: ManualClock) -> Iterator[WitnessFront]:
    with witness_front(tmp_path / "one", clock, "one.example/w") as made:
        yield made


@pytest.fixture
def two(tmp_path: Path, clock: ManualClock) -> Iterator[WitnessFront]:
    with witness_front(tmp_path / "two", clock, "two.example/w") as made:
        yield made


def client(archive: Archive, *fronts: WitnessFront, seconds: float = 5.0) -> Witnesses:
    return Witnesses(archive, [each.at for each in fronts], Outside(seconds))


def published(archive: Archive) -> bytes:
    signed = LogFiles(archive.objects).read_checkpoint()
    assert signed is not None
    return signed


def policy(*fronts: WitnessFront, quorum: str = "all") -> QuorumPolicy:
    lines = [f"witness w{n} {each.at.key.vkey()}" for n, each in enumerate(fronts)]
    members = " ".join(f"w{n}" for n in range(len(fronts)))
    return QuorumPolicy.parse("\n".join([*lines, f"group g {quorum} {members}", "quorum g", ""]).encode())


def trust(quorum: QuorumPolicy | None) -> VerifyTrust:
    return VerifyTrust(LOG_KEYS, (local_authority().trust,), quorum=quorum)


def checked(archive: Archive, quorum: QuorumPolicy | None, *documents: str) -> Report:
    return verify(archive, trust(quorum), documents or None)


def codes(report: Report) -> set[str]:
    return {each.code for each in report.findings if each.code.startswith("WITNESS")}


def test_both_cosign_what_extends_what_they_saw(
    archive: Archive, clock: ManualClock, one: WitnessFront, two: WitnessFront
) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one, two)
    assert witnesses.run(keeper.token()) == 0
    for count, before in ((5, 0), (300, 5)):
        search(archive, count)
        keeper.run()
        assert witnesses.run(keeper.token()) == 2
        assert [each.requests[-1].old_size for each in (one, two)] == [before, before]
        with archive.catalogue.read() as connection:
            note = Note.parse(cosigned(connection, published(archive)))
        assert note.text == Note.parse(published(archive)).text
        keys = [one.at.key, two.at.key]
        assert {each.key for each in verify_cosignatures(note, keys, clock.now())} == set(keys)
        assert witnesses.run(keeper.token()) == 0
        clock.advance(minutes=5)
    with archive.catalogue.read() as connection:
        assert [(each.witness, each.size) for each in seen_by(connection)] == [
            ("one.example/w", 305),
            ("two.example/w", 305),
        ]
        assert seen_by(connection, 306) == []
        assert [size_of(note) for note in cosigned_notes(connection, 9)] == [305, 5]


def test_the_newest_is_shown_once_in_a_while_and_that_of_a_stamp_at_once(
    archive: Archive, intake: Intake, clock: ManualClock, one: WitnessFront
) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    search(archive, 1)
    keeper.run()
    witnesses.run(keeper.token())
    search(archive, 1)
    keeper.run()
    clock.advance(minutes=4)
    assert witnesses.run(keeper.token()) == 0
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    search(archive, 10)
    keeper.run()
    assert witnesses.run(keeper.token()) == 1
    with archive.catalogue.read() as connection:
        row = connection.execute(select(t.stamps).where(t.stamps.c.id == stamp)).one()
        assert len(Note.parse(cosigned(connection, row.note.encode())).signatures) == 2
    clock.advance(minutes=5)
    assert witnesses.run(keeper.token()) == 1
    assert size_of(one.requests[-1].checkpoint) == size_of(published(archive))


def test_a_slow_or_dead_witness_delays_nobody(
    archive: Archive, clock: ManualClock, one: WitnessFront, two: WitnessFront
) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one, two, seconds=1.5)
    dead = replace(two.at, url="http://127.0.0.1:1/")
    one.slow = 10.0
    witnesses.known = [one.at, two.at, WitnessAt(dead.key, dead.url)][:2]
    search(archive, 3)
    keeper.run()
    before = time.monotonic()
    assert witnesses.run(keeper.token()) == 1
    assert time.monotonic() - before < 8
    with archive.catalogue.read() as connection:
        rows = {row.name: row for row in connection.execute(select(t.witnesses))}
    assert rows["two.example/w"].failure is None
    assert "Timeout" in rows["one.example/w"].failure
    assert rows["one.example/w"].answered_at is None
    witnesses.known = [dead]
    clock.advance(minutes=5)
    search(archive, 1)
    keeper.run()
    assert witnesses.run(keeper.token()) == 0
    one.slow, witnesses.known = 0.0, [one.at]
    assert witnesses.run(keeper.token()) == 1


def test_a_witness_that_knows_another_size_is_asked_from_there(archive: Archive, one: WitnessFront) -> None:
    """After a rebuild the catalogue does not know what its witnesses saw."""
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    search(archive, 5)
    keeper.run()
    witnesses.run(keeper.token())
    with archive.catalogue.write() as connection:
        connection.execute(delete(t.witnesses))
    search(archive, 5)
    keeper.run()
    assert witnesses.run(keeper.token()) == 1
    assert [each.old_size for each in one.requests] == [0, 0, 5]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, "text/plain", b"\xe2\x80\x94 one.example/w AAAA\n"),
        Reply(200, "text/plain", b"ok\n"),
        Reply(422, "text/plain", b"the proof does not hold\n"),
        Reply(404, "text/plain", b"not watched\n"),
        Reply(409, "text/x.tlog.size", b"0\n"),
        Reply(409, "text/x.tlog.size", b"minus one\n"),
        Reply(500, "text/plain", b"\x00\x1b[2J"),
    ],
)
def test_what_is_no_cosignature_is_an_incident_and_not_kept(
    archive: Archive, clock: ManualClock, one: WitnessFront, reply: Reply
) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    search(archive, 5)
    keeper.run()
    one.replies = [reply] * 4
    for _ in range(2):
        assert witnesses.run(keeper.token()) == 0
        clock.advance(minutes=6)
        search(archive, 1)
        keeper.run()
    with archive.catalogue.read() as connection:
        assert seen_by(connection) == []
        entries = [Entry.parse(data) for data in connection.scalars(select(t.log_entries.c.entry))]
    assert [each.reason for each in entries if each.type == "incident"] == ["witness-refused"]
    assert list(archive.objects.vault.list("log/cosigned/")) == []


def test_verification_tells_what_witnesses_saw(
    archive: Archive, intake: Intake, clock: ManualClock, one: WitnessFront, two: WitnessFront
) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    made = intake.deposit(intake.batch(), 1, b"paper")
    keeper.stamp()
    both, any_one = policy(one, two), policy(one, two, quorum="any")
    assert checked(archive, None).verdicts[Aspect.WITNESS] is Verdict.INDETERMINATE
    assert codes(checked(archive, any_one)) == {"WITNESS_QUORUM"}
    witnesses.run(keeper.token())
    report = checked(archive, any_one, made.document)
    assert report.verdicts[Aspect.WITNESS] is Verdict.PASSED
    assert ("witness", report.checked["cosignatures"]) == ("witness", 1)
    assert "witness" in {each.use for each in report.trust}
    assert codes(checked(archive, both)) == {"WITNESS_QUORUM"}
    late = intake.deposit(intake.batch("later"), 1, b"not seen yet")
    keeper.run()
    assert codes(checked(archive, any_one, late.document)) == {"WITNESS_PENDING"}
    assert codes(checked(archive, any_one)) == set()
    clock.advance(minutes=6)
    witnesses.run(keeper.token())
    assert codes(checked(archive, any_one, late.document)) == set()


def test_a_cosignature_that_was_changed_is_found(archive: Archive, intake: Intake, one: WitnessFront) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    intake.deposit(intake.batch(), 1, b"paper")
    keeper.run()
    witnesses.run(keeper.token())
    with archive.catalogue.read() as connection:
        note = Note.parse(connection.scalar(select(t.cosignatures.c.note)).encode())
    signature = note.signatures[-1]
    last = signature.signature[-1]  # which may be anything from 0 to 16
    turned = replace(signature, signature=signature.signature[:-1] + bytes([last ^ 1]))
    with archive.catalogue.write() as connection:
        false = Note(note.text, (*note.signatures[:-1], turned)).to_bytes().decode()
        connection.execute(update(t.cosignatures).values(note=false))
    assert codes(checked(archive, policy(one))) == {"WITNESS_FALSE"}


def test_a_rebuild_finds_cosignatures_again(
    archive: Archive, home: Path, intake: Intake, clock: ManualClock, one: WitnessFront
) -> None:
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    intake.deposit(intake.batch(), 1, b"paper")
    keeper.run()
    witnesses.run(keeper.token())
    with archive.catalogue.read() as connection:
        before = connection.execute(select(t.cosignatures)).one()
    archive.catalogue.close()
    for path in home.glob("catalogue.db*"):
        path.unlink()
    fresh = make_archive(home, clock)
    assert rebuild(fresh, trust(policy(one))).problems == ()
    with fresh.catalogue.read() as connection:
        assert connection.execute(select(t.cosignatures)).one() == before
    fresh.catalogue.close()


def _restored(home: Path, archive: Archive, clock: ManualClock, backup: Path) -> Archive:
    """The archive as the backup has it: vault, keys and catalogue together."""
    archive.catalogue.close()
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    return make_archive(home, clock)


def test_after_a_restore_the_log_signs_nothing_until_it_extends_what_a_witness_saw(
    home: Path, clock: ManualClock, tmp_path: Path, one: WitnessFront
) -> None:
    archive = make_archive(home, clock)
    search(archive, 5)
    TestKeeper(archive).run()
    archive.catalogue.close()
    shutil.copytree(home, tmp_path / "old")
    archive = make_archive(home, clock)
    keeper = TestKeeper(archive)
    search(archive, 5)
    keeper.run()
    client(archive, one).run(keeper.token())
    archive.catalogue.close()
    shutil.copytree(home, tmp_path / "new")

    archive = _restored(home, archive, clock, tmp_path / "old")
    clock.advance(minutes=1)
    before = published(archive)
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    keeper.sequencer = Sequencer(archive, log_signer(), ask_outside=witnesses.ask)
    intake = Intake(archive)
    made = intake.deposit(intake.batch(), 1, b"intake goes on")
    for _ in range(3):
        with pytest.raises(LogReadOnly) as refused:
            keeper.run()
        witnesses.run(keeper.token())
        clock.advance(minutes=6)
    assert refused.value.message == (
        "the witness one.example/w has seen 10 entries of this log, and here are 5: what is here is older"
    )
    assert published(archive) == before
    keeper.receipts.run(keeper.token())
    with archive.catalogue.read() as connection:
        assert read_only_reason(connection) == refused.value.message
        assert ahead(connection, 5) == ("one.example/w", 10)
        receipt = select(t.deposits.c.receipt).where(t.deposits.c.id == made.deposit)
        assert connection.scalar(receipt) is None

    archive = _restored(home, archive, clock, tmp_path / "new")
    keeper, witnesses = TestKeeper(archive), client(archive, one)
    keeper.sequencer = Sequencer(archive, log_signer(), ask_outside=witnesses.ask)
    search(archive, 1)
    assert keeper.run() == 1
    with archive.catalogue.read() as connection:
        assert read_only_reason(connection) is None
    archive.catalogue.close()


def test_a_witness_that_is_not_asked_any_more_holds_nothing_up(archive: Archive, one: WitnessFront) -> None:
    keeper = TestKeeper(archive)
    search(archive, 5)
    keeper.run()
    one.replies = [Reply(409, "text/x.tlog.size", b"999\n")]
    witnesses = client(archive, one)
    witnesses.run(keeper.token())
    search(archive, 1)
    with pytest.raises(LogReadOnly):
        keeper.run()
    witnesses.known = []
    witnesses.run(keeper.token())
    assert keeper.run() == 2  # the incident as well


def test_a_stamp_that_knows_more_than_the_log_makes_it_read_only(
    archive: Archive, intake: Intake, clock: ManualClock
) -> None:
    keeper = TestKeeper(archive)
    intake.deposit(intake.batch(), 1, b"paper")
    keeper.stamp()
    with archive.catalogue.write() as connection:
        row = connection.execute(select(t.stamps)).one()
        longer = row.note.replace(f"\n{row.checkpoint_size}\n", "\n999\n")
        connection.execute(update(t.stamps).values(note=longer, checkpoint_size=999))
    search(archive, 1)
    with pytest.raises(LogReadOnly, match="not this log's"):
        TestKeeper(archive).run()
