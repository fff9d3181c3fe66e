"""The whole life of a deposit on PostgreSQL: logged, stamped, verified, erased, and made anew from the vault."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.catalogue import Catalogue
from archive.catalogue import schema as t
from archive.catalogue.schema import metadata
from archive.erase import erase
from archive.rebuild import rebuild
from archive.stamp_asks import mark_looked_at, refusals
from archive.verify import verify
from signing.verdict import Aspect, Verdict
from tabellion.base.clock import ManualClock
from tests.archive.authority_front import front
from tests.archive.building import ACTOR, Intake, make_archive, read_deposit
from tests.archive.keeping import TestKeeper
from tests.archive.test_authorities import keeper_of
from tests.archive.test_rebuild import everything
from tests.archive.test_verify import TRUST, reopened
from tests.archive.test_witnesses import client as witness_client
from tests.archive.test_witnesses import policy
from tests.archive.witness_front import witness_front

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


def test_those_outside(
    postgresql_catalogue: Catalogue, home: Path, clock: ManualClock, tmp_path: Path
) -> None:
    """A refusal and a fail-over, tokens of two operators, a witness; all of it verified."""
    archive = make_archive(home, clock, catalogue=postgresql_catalogue)
    with (
        front(clock, 51, "First") as first,
        front(clock, 52, "Second") as second,
        front(clock, 53, "Third") as third,
        witness_front(tmp_path / "witness", clock, "w.example/1") as witness,
    ):
        first.behaves(403)
        keeper = keeper_of(archive, first, second, third, operators=2)
        intake = Intake(archive)
        intake.deposit(intake.batch(), 1, b"paper")
        keeper.stamp()
        keeper.run()
        assert witness_client(archive, witness).run(keeper.token()) == 1
        quorum = policy(witness)
    with archive.catalogue.write() as connection:
        assert [each.failure for each in refusals(connection)] == ["AUTHORITY_REFUSED"]
        mark_looked_at(connection, clock.now())
        assert refusals(connection) == []
    known = [
        replace(each.authority.trust, authority=f"authority of operator {n}")
        for n, each in enumerate((first, second, third), 1)
    ]
    report = verify(archive, replace(TRUST, authorities=tuple(known), quorum=quorum))
    assert report.verdicts[Aspect.TIME] is Verdict.PASSED
    assert report.verdicts[Aspect.WITNESS] is Verdict.PASSED
    assert set(report.authorities) == {"authority of operator 2", "authority of operator 3"}
