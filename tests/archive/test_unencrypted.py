"""An archive whose objects are stored as they are: the same proofs hold, and erasing deletes the objects themselves."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue import schema as t
from archive.erase import ErasureRefused, erase
from archive.rebuild import rebuild
from archive.vault import FolderVault, Objects
from archive.verify import verify
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Ids
from tests.archive.building import ACTOR, ARCHIVE_ID, ORIGIN, Deposited, Intake, read_deposit, seeded
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST, codes, flip, overwrite


def opened(home: Path, clock: ManualClock, name: str = "catalogue", seed: int = 3) -> Archive:
    catalogue = Catalogue(f"sqlite:///{home}/{name}.db")
    upgrade(catalogue)
    randomness = seeded(seed)
    objects = Objects(FolderVault(home / "vault", clock, reserve=0), None, randomness)
    return Archive(ARCHIVE_ID, ORIGIN, catalogue, objects, clock, Ids(clock, randomness))


@pytest.fixture
def plain(home: Path, clock: ManualClock) -> Archive:
    return opened(home, clock)


def fill(archive: Archive) -> list[Deposited]:
    intake = Intake(archive)
    batch = intake.batch()
    made = [intake.deposit(batch, n, b"the very words of paper %d" % n) for n in (1, 2)]
    read_deposit(archive, made[0], "words that were read")
    TestKeeper(archive).stamp()
    return made


def test_it_verifies_and_an_altered_original_is_found(plain: Archive, home: Path) -> None:
    made = fill(plain)
    assert verify(plain, TRUST).overall is Verdict.PASSED
    overwrite(home / "vault" / made[0].original.key, flip)
    report = verify(plain, TRUST)
    assert "ORIGINAL_ALTERED" in codes(report)
    plain.catalogue.close()


def test_erasing_deletes_and_rebuilding_does_not_bring_back(
    plain: Archive, home: Path, clock: ManualClock
) -> None:
    made = fill(plain)
    erase(plain, made[0].deposit, ACTOR, "data-subject")
    TestKeeper(plain).stamp()
    left = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(b"words of paper 1" in data or b"words that were read" in data for data in left)
    assert verify(plain, TRUST).overall is Verdict.PASSED
    plain.catalogue.close()
    new = opened(home, clock, "new", 4)
    assert rebuild(new, TRUST).problems == ()
    assert verify(new, TRUST).overall is Verdict.PASSED
    with new.catalogue.read() as connection:
        states = connection.execute(select(t.documents.c.state).order_by(t.documents.c.id)).scalars().all()
    assert sorted(states) == ["erased", "received"]
    new.catalogue.close()


def test_what_the_vault_retains_is_not_erased(plain: Archive, clock: ManualClock) -> None:
    made = fill(plain)
    clock.advance(days=1)
    until = clock.now().replace(year=clock.now().year + 10)
    with plain.catalogue.write() as connection:
        connection.execute(
            update(t.objects).where(t.objects.c.key == made[0].original.key).values(retain_until=until)
        )
    TestKeeper(plain).run()
    with pytest.raises(ErasureRefused):
        erase(plain, made[0].deposit, ACTOR, "data-subject")
    plain.catalogue.close()
