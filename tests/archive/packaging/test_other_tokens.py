"""Packages of stamps that several operators have stamped."""

import io
import zipfile
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.serialization import Encoding

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.packages import make_package, open_package
from archive.stamp_files import write_late_lists
from archive.stamps import Stamps
from signing.authority import LocalAuthority
from signing.timestamp import TimestampTrust
from signing.verdict import Aspect, Verdict
from signing.verifier import verify_package
from tabellion.base.clock import ManualClock
from tests.archive.building import ACTOR, Intake, seeded
from tests.archive.keeping import TestKeeper, authority
from tests.archive.packaging.making import issuer, order, read_pages, trust

SECOND = "time/stamp-1/other-1.der"


@dataclass(frozen=True)
class Named:
    """A local authority under a name and an operator of its own."""

    real: LocalAuthority
    clock: ManualClock
    trust: TimestampTrust
    operator: str = "second operator"
    policy: None = None
    revocation: None = None

    def stamp(self, request: bytes) -> bytes:
        return self.real.respond(request, self.clock.now(), 5)


def made(archive: Archive, document: str) -> bytes:
    package = make_package(archive, issuer(archive), order(document), ACTOR, wait=lambda _: None)
    with open_package(archive, package.id) as stream:
        return stream.read()


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return found.namelist()


def test_tokens_of_two_operators_go_along(archive: Archive, intake: Intake, clock: ManualClock) -> None:
    """And a package that was made without the second is another than one that has it."""
    second = LocalAuthority.create(clock.now(), seeded(77), name="Second")
    trusted = replace(second.trust, authority="Second")
    keeper = TestKeeper(archive)
    keeper.stamps = Stamps(archive, [authority(archive), Named(second, clock, trusted)], operators=2)
    paper = intake.deposit(intake.batch("box"), 1, b"%PDF-1.4 the bytes of a scan" * 100)
    read_pages(archive, paper, ["first page"])
    keeper.run()
    keeper.stamp()
    keeper.run()
    data = made(archive, paper.document)
    assert SECOND in names(data)
    both = replace(trust(), authorities=(*trust().authorities, trusted))
    assert "Second" in verify_package(io.BytesIO(data), both, clock.now()).authorities
    with archive.catalogue.write() as connection:
        connection.execute(t.stamp_tokens.delete())
    assert SECOND not in names(made(archive, paper.document))


def test_lists_that_came_late_go_along(archive: Archive, intake: Intake, clock: ManualClock) -> None:
    """Those of an operator that the verifier does not trust as well, and they are no riddle to it."""
    second = LocalAuthority.create(clock.now(), seeded(77), name="Second")
    keeper = TestKeeper(archive)
    named = Named(second, clock, replace(second.trust, authority="Second"))
    keeper.stamps = Stamps(archive, [authority(archive), named], operators=2)
    paper = intake.deposit(intake.batch("box"), 1, b"%PDF-1.4 the bytes of a scan" * 100)
    read_pages(archive, paper, ["first page"])
    keeper.run()
    stamp = keeper.stamp()
    keeper.run()
    before = names(made(archive, paper.document))
    late = second.revocation_list(clock.now()).public_bytes(Encoding.DER)
    write_late_lists(archive.objects, stamp, [late], clock.now())
    data = made(archive, paper.document)
    assert set(names(data)) - set(before) == {"time/stamp-1/revocation-2.crl"}
    report = verify_package(io.BytesIO(data), trust(), clock.now())
    assert "CHAIN_UNKNOWN" not in {each.code for each in report.findings}
    assert report.verdicts[Aspect.TIME] is Verdict.PASSED
