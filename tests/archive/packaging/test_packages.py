"""Packages of what an archive really holds: made, verified, found again."""

from archive.archive import Archive
from archive.packages import make_package, open_package
from signing.verdict import Verdict
from signing.verifier import verify_package
from tests.archive.building import ACTOR, Intake
from tests.archive.keeping import TestKeeper
from tests.archive.packaging.making import issuer, order, trust


def test_smoke(archive: Archive, intake: Intake) -> None:
    keeper = TestKeeper(archive)
    batch = intake.batch("box")
    made = intake.deposit(batch, 1, b"%PDF-1.4 one" * 100, "Umowa nr 1 - zolc.pdf")
    keeper.run()
    keeper.stamp()
    package = make_package(archive, issuer(archive), order(made.document), ACTOR)
    with open_package(archive, package.id) as stream:
        report = verify_package(stream, trust(), archive.clock.now())
    print(report.to_json())
    assert report.overall is Verdict.PASSED
