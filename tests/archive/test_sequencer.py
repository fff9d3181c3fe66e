"""The log grows by fenced groups, survives interruption anywhere, and never contradicts what was published."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from archive.archive import Archive
from archive.catalogue import Catalogue, LeaseLost
from archive.catalogue import schema as t
from archive.errors import LogReadOnly
from archive.log_files import LogFiles, superseded
from archive.log_memory import read_only_reason
from archive.sequencer import Sequencer
from archive.vault import PointerMoved
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.entry import Entry
from signing.note import NoteKey
from signing.tlog import Bundle, bundles_for, leaf_hash, root_of, tiles_for
from tabellion.base.clock import ManualClock
from tests.archive.building import ORIGIN, Intake, make_archive, search
from tests.archive.keeping import TestKeeper, log_signer, receipt_signer


def published(archive: Archive) -> Checkpoint:
    signed = LogFiles(archive.objects).read_checkpoint()
    assert signed is not None
    return verify_checkpoint(signed, ORIGIN, [NoteKey(ORIGIN, log_signer().public_der)])


def from_vault(archive: Archive) -> list[bytes]:
    """All entries as a stranger reads them: checkpoint, then bundles."""
    files, size = LogFiles(archive.objects), published(archive).size
    return [entry for bundle in bundles_for(0, size) for entry in files.read_bundle(bundle)]


def assert_whole(archive: Archive) -> list[Entry]:
    """Vault, catalogue and checkpoint say the same, and every chain is without a gap."""
    data = from_vault(archive)
    assert published(archive).root == root_of([leaf_hash(each) for each in data])
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(t.log_entries).order_by(t.log_entries.c.seq)).all()
        assert connection.scalar(select(t.log_outbox.c.id)) is None
    assert [row.entry for row in rows] == data
    entries = [Entry.parse(each) for each in data]
    heads: dict[tuple[str, str, str], tuple[int, str | None]] = {}
    for seq, (entry, raw) in enumerate(zip(entries, data, strict=True)):
        key = (entry.object.type, entry.object.id, entry.chain)
        ordinal, previous = heads.get(key, (-1, None))
        assert (entry.seq, entry.ordinal, entry.previous) == (seq, ordinal + 1, previous)
        heads[key] = (entry.ordinal, leaf_hash(raw).hex())
    return entries


def test_a_deposit_is_logged_and_gets_its_receipt(archive: Archive, intake: Intake) -> None:
    keeper = TestKeeper(archive)
    made = intake.deposit(intake.batch(), 1, b"paper")
    assert keeper.run() == 3
    entries = assert_whole(archive)
    assert [entry.type for entry in entries] == ["batch-open", "receive", "compose"]
    with archive.catalogue.read() as connection:
        manifest = connection.execute(select(t.manifests)).one()
        kept = connection.execute(
            select(t.objects).where(t.objects.c.key == f"documents/{made.document}/record-1")
        ).one()
    assert manifest.seq == 1
    assert kept.plain_digest == entries[2].subject
    assert keeper.run() == 0


def test_chains_run_on_across_groups_and_full_bundles(archive: Archive) -> None:
    keeper = TestKeeper(archive)
    for count in (1, 254, 1, 1, 300, 255, 513):
        search(archive, count)
        assert keeper.run() == count
    assert len(assert_whole(archive)) == 1325


def test_groups_are_cut_at_their_limit(archive: Archive) -> None:
    keeper = TestKeeper(archive)
    keeper.sequencer = Sequencer(archive, log_signer(), group=100)
    search(archive, 270)
    assert keeper.run() == 270
    assert_whole(archive)


def test_superseded_partial_files_go_and_full_ones_stay(archive: Archive) -> None:
    keeper = TestKeeper(archive)
    for count in (100, 100, 100, 7):
        search(archive, count)
        keeper.run()
    keys = {ref.key.removeprefix("log/") for ref in archive.objects.vault.list("log/tile/")}
    assert keys == {tile.path() for tile in tiles_for(0, 307)} | {b.path() for b in bundles_for(0, 307)}
    assert Bundle(1, 44).path() in superseded(300, 307)


class Killed(BaseException):
    """Stands for SIGKILL at a place in the keeper's way."""


@pytest.mark.parametrize("step", ["write", "swap_checkpoint", "remove"])
def test_a_keeper_that_was_stopped_anywhere_is_completed(
    archive: Archive, intake: Intake, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    keeper = TestKeeper(archive)
    search(archive, 300)
    keeper.run()
    intake.deposit(intake.batch(), 1, b"paper")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(LogFiles, step, killed)
        with pytest.raises(Killed):
            keeper.run()
    search(archive, 1)
    assert TestKeeper(archive).run() == (4 if step != "remove" else 1)
    assert len(assert_whole(archive)) == 304


def test_records_that_were_put_before_a_crash_are_put_again(
    archive: Archive, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = intake.deposit(intake.batch(), 1, b"paper")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("archive.sequencer.check_lease", killed)
        with pytest.raises(Killed):
            TestKeeper(archive).run()
    TestKeeper(archive).run()
    assert_whole(archive)
    assert len(archive.objects.vault.versions(f"documents/{made.document}/record-1")) == 2


def test_a_late_keeper_is_refused(archive: Archive, clock: ManualClock) -> None:
    late, next_one = TestKeeper(archive, "late"), TestKeeper(archive, "next")
    search(archive, 3)
    old = late.token()
    clock.advance(hours=1)
    next_one.run()
    search(archive, 1)
    with pytest.raises(LeaseLost):
        late.sequencer.run(old)
    next_one.run()
    assert len(assert_whole(archive)) == 4


def test_a_late_keeper_does_not_move_the_checkpoint_back(
    archive: Archive, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, next_one = TestKeeper(archive, "late"), TestKeeper(archive, "next")
    search(archive, 1)
    late.run()
    search(archive, 1)
    write = LogFiles.write

    def slow(files: LogFiles, *rest: object) -> None:
        monkeypatch.setattr(LogFiles, "write", write)
        clock.advance(hours=1)
        next_one.run()
        search(archive, 1)
        next_one.run()
        write(files, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(LogFiles, "write", slow)
    with pytest.raises(PointerMoved):
        late.run()
    assert len(assert_whole(archive)) == 3


def test_an_older_catalogue_makes_the_log_read_only(home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock)
    search(archive, 5)
    TestKeeper(archive).run()
    archive.catalogue.close()
    shutil.copy(home / "catalogue.db", home / "backup.db")
    archive = make_archive(home, clock)
    search(archive, 5)
    TestKeeper(archive).run()
    before = published(archive)
    archive.catalogue.close()
    for name in ("catalogue.db-wal", "catalogue.db-shm"):
        (home / name).unlink(missing_ok=True)
    shutil.copy(home / "backup.db", home / "catalogue.db")
    archive = make_archive(home, clock)
    keeper = TestKeeper(archive)
    search(archive, 9)
    for _ in range(2):
        with pytest.raises(LogReadOnly) as refused:
            keeper.run()
        assert refused.value.code == "LOG_READ_ONLY"
        with archive.catalogue.read() as connection:
            assert read_only_reason(connection) == refused.value.message
    assert published(archive) == before
    Intake(archive).deposit(Intake(archive).batch(), 1, b"intake goes on")
    archive.catalogue.close()


def test_an_older_checkpoint_in_the_vault_makes_the_log_read_only(archive: Archive) -> None:
    search(archive, 5)
    TestKeeper(archive).run()
    files = LogFiles(archive.objects)
    older = files.read_checkpoint()
    search(archive, 5)
    TestKeeper(archive).run()
    newest = files.read_checkpoint()
    assert older is not None
    assert newest is not None
    files.swap_checkpoint(files.read_checkpoint(), older)
    with pytest.raises(LogReadOnly, match="of 10 entries"):
        TestKeeper(archive).run()
    files.swap_checkpoint(older, newest)
    TestKeeper(archive).run()
    with archive.catalogue.read() as connection:
        assert read_only_reason(connection) is None


def test_a_catalogue_of_another_history_is_not_continued(archive: Archive) -> None:
    search(archive, 5)
    TestKeeper(archive).run()
    with archive.catalogue.write() as connection:
        connection.execute(update(t.log_entries).where(t.log_entries.c.seq == 4).values(entry=b"{}"))
    with pytest.raises(LogReadOnly, match="newest entries"):
        TestKeeper(archive).run()
    with archive.catalogue.write() as connection:
        connection.execute(delete(t.log_entries).where(t.log_entries.c.seq == 4))
    with pytest.raises(LogReadOnly, match="it is older"):
        TestKeeper(archive).run()


def test_a_checkpoint_by_another_key_is_not_continued(archive: Archive) -> None:
    search(archive, 1)
    TestKeeper(archive).run()
    files = LogFiles(archive.objects)
    forged = published(archive).sign(receipt_signer())
    files.swap_checkpoint(files.read_checkpoint(), forged)
    with pytest.raises(LogReadOnly, match="not this log's"):
        TestKeeper(archive).run()


@pytest.mark.services
def test_the_sequencer_on_postgresql(postgresql_catalogue: Catalogue, home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock, catalogue=postgresql_catalogue)
    keeper, intake = TestKeeper(archive), Intake(archive)
    batch = intake.batch()
    for number in range(1, 4):
        intake.deposit(batch, number, b"paper %d" % number)
        keeper.run()
    search(archive, 600)
    keeper.run()
    assert len(assert_whole(archive)) == 607
    with archive.catalogue.read() as connection:
        assert all(connection.execute(select(t.deposits.c.receipt)).scalars())
