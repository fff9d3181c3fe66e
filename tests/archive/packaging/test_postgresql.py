"""The life of a package on PostgreSQL: ordered, made, told, found again, rebuilt, erased."""

from pathlib import Path

import pytest

from archive.catalogue import Catalogue
from archive.catalogue.schema import metadata
from archive.erase import erase
from archive.packages import build_ordered, find_package, make_package, open_package, order_package, preview
from archive.rebuild import rebuild
from archive.verify import verify
from signing.verdict import Aspect, Verdict
from signing.verifier import verify_package
from tabellion.base.clock import ManualClock
from tests.archive.building import ACTOR, Intake, make_archive
from tests.archive.keeping import TestKeeper
from tests.archive.packaging.making import issuer, order, read_pages, trust, waiting_for
from tests.archive.test_verify import TRUST

pytestmark = pytest.mark.services


def test_a_whole_life(postgresql_catalogue: Catalogue, home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock, catalogue=postgresql_catalogue)
    intake, keeper = Intake(archive), TestKeeper(archive)
    paper = intake.deposit(intake.batch(), 1, b"%PDF-1.4 a paper")
    read_pages(archive, paper, ["one", "two"])
    keeper.run()
    keeper.stamp()
    ordered = order_package(archive, order(paper.document), ACTOR, wait=waiting_for(keeper))
    build_ordered(archive, issuer(archive), ordered.id)
    package = make_package(archive, issuer(archive), order(paper.document, recipient="internal"), ACTOR)
    assert (package.id, package.state) == (ordered.id, "ready")
    keeper.run()
    assert preview(archive, order(paper.document)).checkpoint == package.checkpoint
    with archive.catalogue.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    assert rebuild(archive, TRUST).problems == ()
    assert find_package(archive, package.id) == package
    with open_package(archive, package.id) as stream:
        assert verify_package(stream, trust(), clock.now()).overall is Verdict.PASSED
    TestKeeper(archive).stamp()
    erase(archive, paper.deposit, ACTOR, "court-order")
    TestKeeper(archive).run()
    assert find_package(archive, package.id).state == "erased"
    assert verify(archive, TRUST).verdicts[Aspect.INTEGRITY] is Verdict.PASSED
