"""Backup of the catalogue and the return from it: the same again, or what is missing by name, and never a fork."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from archive.archive import Archive
from archive.backup import (
    BackupOther,
    CatalogueBackup,
    Relation,
    compare,
    find_again,
    lost_objects,
    republish,
    restore,
    write_catalogue,
)
from archive.backup.file import PASSING
from archive.backup.returning import OUTSIDE_VAULT
from archive.catalogue import Catalogue
from archive.catalogue import schema as t
from archive.catalogue.schema import metadata
from archive.erase import erase
from archive.errors import LogReadOnly
from archive.fixity.sides import AGAIN, asked_again
from archive.log_files import LogFiles
from archive.rebuild import CatalogueNotEmpty
from archive.records import record_batch
from archive.registry import NewParty, put_party
from archive.vault import ArchiveKeyRefused, VaultAltered
from archive.verify import verify
from signing.checkpoint import Checkpoint, note_text
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tabellion.base.errors import Conflict
from tests.archive.building import (
    ACTOR,
    Deposited,
    Intake,
    empty_catalogue,
    make_archive,
    make_objects,
    read_deposit,
    seeded,
)
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST

SECRET = b"four plain words here"


@pytest.fixture
def made(archive: Archive, intake: Intake) -> list[Deposited]:
    """Papers in batches that refer to each other, an account, a party, one paper that was erased."""
    batch = intake.batch("first", portfolio=intake.portfolio("Tidewell"))
    later = intake.batch("later")
    papers = [intake.deposit(batch, number, b"paper %d" % number) for number in (1, 2, 3)]
    read_deposit(archive, papers[0], "1 234,56")
    with archive.catalogue.write() as connection:
        put_party(archive, connection, NewParty("Ewa Żak", external_id="E-1"), ACTOR)
        _account(archive, connection, "ewa")
        # The batch that it refers to comes after it in the backup.
        connection.execute(t.batches.update().where(t.batches.c.id == batch).values(supplement_of=later))
        record_batch(archive, connection, batch, type="batch-change", actor=ACTOR, reason="item")
    TestKeeper(archive).stamp()
    erase(archive, papers[2].deposit, ACTOR, "court-order")
    TestKeeper(archive).stamp()
    return papers


def _account(archive: Archive, connection: Any, name: str) -> None:
    row = {"id": archive.ids.new(), "name": name, "pseudonym": archive.ids.new(), "version": 0}
    connection.execute(insert(t.accounts).values(**row, created_at=archive.clock.now()))


@pytest.fixture
def emptied(archive: Archive, home: Path, clock: ManualClock) -> Iterator[Any]:
    """The archive as it is with an empty catalogue, on SQLite unless another is given."""
    opened: list[Catalogue] = []

    def empty(catalogue: Catalogue | None = None) -> Archive:
        if catalogue is None:
            path = home / f"new-{len(opened)}.db"
            path.write_bytes(empty_catalogue())
            catalogue = Catalogue(f"sqlite:///{path}")
            opened.append(catalogue)
        return replace(
            archive, catalogue=catalogue, objects=make_objects(home, clock, seeded(91 + len(opened)))
        )

    yield empty
    for catalogue in opened:
        catalogue.close()


def all_rows(archive: Archive) -> dict[str, list[str]]:
    with archive.catalogue.read() as connection:
        return {
            table.name: sorted(
                # A return asks for everything to be read again, and says so here.
                repr(row)
                for row in connection.execute(select(table)).all()
                if row[0] != AGAIN
            )
            for table in metadata.sorted_tables
            if table.name not in PASSING
        }


def backed_up(archive: Archive, path: Path) -> CatalogueBackup:
    write_catalogue(archive, path, SECRET)
    return CatalogueBackup(path, SECRET)


def test_the_same_comes_back(archive: Archive, made: list[Deposited], tmp_path: Path, emptied: Any) -> None:
    backup = backed_up(archive, tmp_path / "b")
    assert b"paper" not in (tmp_path / "b").read_bytes() and b"Tidewell" not in (tmp_path / "b").read_bytes()
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    before = all_rows(archive)
    new = emptied()
    done = restore(new, backup, TRUST)
    assert (done.standing.relation, done.rebuilt) == (Relation.SAME, None)
    assert all_rows(new) == before
    assert not list(lost_objects(new))
    with new.catalogue.read() as connection:
        count = connection.scalar(select(func.count()).where(t.objects.c.checked_at.is_not(None)))
        assert (count, asked_again(connection)) == (0, new.clock.now())
    TestKeeper(new).stamp()
    assert verify(new, TRUST).overall is Verdict.PASSED
    with pytest.raises(CatalogueNotEmpty):
        restore(new, backup, TRUST)


@pytest.mark.services
def test_from_sqlite_to_postgresql_and_back(
    archive: Archive, made: list[Deposited], tmp_path: Path, emptied: Any, postgresql_catalogue: Catalogue
) -> None:
    before = all_rows(archive)
    there = emptied(postgresql_catalogue)
    restore(there, backed_up(archive, tmp_path / "1"), TRUST)
    assert all_rows(there) == before
    Intake(there).batch("counting goes on")
    TestKeeper(there).stamp()
    assert verify(there, TRUST).overall is Verdict.PASSED
    again = emptied()
    restore(again, backed_up(there, tmp_path / "2"), TRUST)
    assert all_rows(again) == all_rows(there)


def test_what_was_altered_or_cut_off_is_refused(
    archive: Archive, made: list[Deposited], tmp_path: Path, emptied: Any
) -> None:
    path = tmp_path / "b"
    backed_up(archive, path)
    with pytest.raises(ArchiveKeyRefused):
        CatalogueBackup(path, b"another passphrase")
    with pytest.raises(Conflict):
        write_catalogue(archive, path, SECRET)
    whole = path.read_bytes()
    for number, data in enumerate(
        (whole[:-20], whole[:-1] + bytes([whole[-1] ^ 1]), whole[: len(whole) // 2])
    ):
        bad = tmp_path / f"bad-{number}"
        bad.write_bytes(data)
        new = emptied()
        with pytest.raises(VaultAltered):
            restore(new, CatalogueBackup(bad, SECRET), TRUST)
        assert all(not rows for rows in all_rows(new).values()), "nothing half"


def test_what_came_after_the_backup_comes_from_the_vault(
    archive: Archive, intake: Intake, made: list[Deposited], tmp_path: Path, emptied: Any
) -> None:
    backup = backed_up(archive, tmp_path / "b")
    late = intake.deposit(intake.batch("late"), 1, b"a late paper")
    erase(archive, made[1].deposit, ACTOR, "court-order")
    TestKeeper(archive).stamp()
    new = emptied()
    done = restore(new, backup, TRUST)
    assert done.standing.relation is Relation.VAULT_NEWER
    assert done.rebuilt is not None and done.rebuilt.problems == ()
    with new.catalogue.read() as connection:
        assert connection.scalar(select(t.accounts.c.name)) == "ewa"
        assert connection.scalar(select(t.parties.c.display_name)) == "Ewa Żak"
        kept = set(connection.scalars(select(t.deposits.c.id).where(t.deposits.c.erased_at.is_(None))))
    assert kept == {made[0].deposit, late.deposit}, "and what was erased since stays erased"
    TestKeeper(new).stamp()
    assert verify(new, TRUST).overall is Verdict.PASSED


def test_a_vault_of_last_week(
    archive: Archive, intake: Intake, made: list[Deposited], tmp_path: Path, home: Path, emptied: Any
) -> None:
    """What is missing is named paper by paper, nothing is signed that contradicts what was, and nothing goes unsaid."""
    shutil.copytree(home / "vault", tmp_path / "last week")
    late = [intake.deposit(intake.batch(f"late {n}"), 1, b"late %d" % n) for n in (1, 2)]
    TestKeeper(archive).stamp()
    published = LogFiles(archive.objects).read_checkpoint()
    backup = backed_up(archive, tmp_path / "b")
    archive.catalogue.close()
    shutil.rmtree(home / "vault")
    shutil.copytree(tmp_path / "last week", home / "vault")

    new = emptied()
    assert compare(new, backup, TRUST.log_keys).relation is Relation.VAULT_OLDER
    done = restore(new, backup, TRUST)
    assert done.standing.vault < done.standing.backup
    missing = list(lost_objects(new))
    named = {one.object_id for one in missing if one.object_type == "deposit"}
    assert named == {each.deposit for each in late}
    papers = {document for one in missing for document in one.documents}
    assert {each.document for each in late} <= papers
    assert not {made[0].document, made[1].document} & papers
    Intake(new).batch("a new one")
    with pytest.raises(LogReadOnly):
        TestKeeper(new).run()

    assert republish(new, TRUST.log_keys) == done.standing.backup - done.standing.vault
    assert LogFiles(new.objects).read_checkpoint() == published, "the one that was signed, and no other"
    keeper = TestKeeper(new)
    keeper.run()
    signed = LogFiles(new.objects).read_checkpoint()
    assert signed is not None and published is not None
    grown, before = (Checkpoint.parse_text(note_text(each).decode()) for each in (signed, published))
    assert LogFiles(new.objects).tree(grown.size).root(before.size) == before.root, "extended, not forked"
    report = verify(new, TRUST)
    assert report.overall is Verdict.FAILED
    assert {each.document for each in late} <= {finding.document for finding in report.findings}
    assert republish(new, TRUST.log_keys) == 0


def test_two_histories_are_not_mixed(
    archive: Archive, intake: Intake, made: list[Deposited], tmp_path: Path, clock: ManualClock, emptied: Any
) -> None:
    other = make_archive(tmp_path / "other", clock, seed=4)
    for number in range(3):
        Intake(other).batch(f"box {number}")
    TestKeeper(other).run()
    foreign = backed_up(other, tmp_path / "b")
    other.catalogue.close()
    new = emptied()
    with pytest.raises(BackupOther):
        restore(new, foreign, TRUST)
    assert all(not rows for rows in all_rows(new).values())


def test_versions_of_another_vault_are_found_by_digest(
    archive: Archive, made: list[Deposited], tmp_path: Path, emptied: Any
) -> None:
    backup = backed_up(archive, tmp_path / "b")
    new = emptied()
    restore(new, backup, TRUST)
    with new.catalogue.write() as connection:
        connection.execute(t.objects.update().values(version="0" * 32))
    lost = list(lost_objects(new))
    assert lost and all(find_again(new, one) for one in lost)
    assert not list(lost_objects(new))


def test_what_the_vault_cannot_tell_refers_to_nothing_else() -> None:
    for name in OUTSIDE_VAULT:
        for column in metadata.tables[name].c:
            for key in column.foreign_keys:
                assert key.column.table.name in OUTSIDE_VAULT, f"{name}.{column.name}"
    assert not OUTSIDE_VAULT & PASSING
    assert set(metadata.tables) >= PASSING
