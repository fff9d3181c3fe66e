"""The whole life of a deposit on PostgreSQL: logged, stamped, verified, erased, and made anew from the vault."""

from pathlib import Path

import pytest
from sqlalchemy import select

from archive.catalogue import Catalogue
from archive.catalogue import schema as t
from archive.catalogue.schema import metadata
from archive.erase import erase
from archive.rebuild import rebuild
from archive.verify import verify
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tests.archive.building import ACTOR, Intake, make_archive, read_deposit
from tests.archive.keeping import TestKeeper
from tests.archive.test_rebuild import everything
from tests.archive.test_verify import TRUST, reopened

pytestmark = pytest.mark.services


def test_a_whole_life(postgresql_catalogue: Catalogue, home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock, catalogue=postgresql_catalogue)
    intake, keeper = Intake(archive), TestKeeper(archive)
    batch = intake.batch()
    made = [intake.deposit(batch, n, b"paper %d" % n) for n in (1, 2, 3)]
    read_deposit(archive, made[0], "1 234,56")
    keeper.stamp()
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED
    erase(archive, made[1].deposit, ACTOR, "court-order")
    keeper.stamp()
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED
    before = everything(archive)
    with archive.catalogue.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    assert rebuild(archive, TRUST).problems == ()
    after = everything(archive)
    for name in before.keys() - {"objects", "deposits", "manifests"}:
        assert after[name] == before[name], name
    TestKeeper(archive).stamp()
    assert verify(reopened(archive), TRUST).overall is Verdict.PASSED
    with archive.catalogue.read() as connection:
        receipts = connection.execute(select(t.deposits.c.erased_at, t.deposits.c.receipt)).all()
    assert all((row.receipt is None) == (row.erased_at is not None) for row in receipts)
