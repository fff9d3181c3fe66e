"""Revocation lists that an authority did not show when its token came, fetched later."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select

from archive import stamp_files
from archive.archive import Archive
from archive.catalogue import schema as t
from archive.evidence_records import EvidenceRecords
from archive.late_lists import TRIED_FOR, LateLists
from archive.vault import inventory
from signing import cms
from signing.certifying import certify_list
from signing.verdict import Aspect, Verdict
from tabellion.base.clock import ManualClock
from tests.archive.authority_front import Front
from tests.archive.building import Intake
from tests.archive.keeping import TestKeeper
from tests.archive.test_authorities import first, incidents, keeper_of, row_of, second, verified

__all__ = ["first", "second"]


@pytest.fixture
def keeper(archive: Archive, intake: Intake, first: Front, second: Front) -> TestKeeper:
    """Of two authorities, none of which shows a list."""
    for each in (first, second):
        each.with_list = each.list_there = False
    intake.deposit(intake.batch(), 1, b"paper")
    return keeper_of(archive, first, second, operators=2)


@pytest.fixture
def stamp(keeper: TestKeeper) -> str:
    made = keeper.stamp()
    keeper.run()
    return made


@pytest.fixture
def late(archive: Archive, keeper: TestKeeper) -> LateLists:
    return LateLists(archive, keeper.authorities)


def test_nothing_is_kept_while_there_is_none(
    archive: Archive, keeper: TestKeeper, stamp: str, late: LateLists
) -> None:
    assert late.run(keeper.token()) == 0
    assert stamp_files.late_lists(archive.objects, stamp) == []


def test_lists_of_both_operators_are_kept_beside_their_tokens(
    archive: Archive, keeper: TestKeeper, stamp: str, late: LateLists, first: Front, second: Front
) -> None:
    before = stamp_files.read_token(archive.objects, stamp)
    first.list_there = True
    assert late.run(keeper.token()) == 1
    second.list_there = True
    assert late.run(keeper.token()) == 1
    assert late.run(keeper.token()) == 0
    refs = stamp_files.late_lists(archive.objects, stamp)
    assert len(refs) == 2
    assert stamp_files.read_token(archive.objects, stamp) == before == row_of(archive, stamp).token
    assert cms.open_envelope(before).crls == ()
    _, crls = EvidenceRecords(archive).helpers(stamp)
    assert {each.issuer for each in crls} == {
        each.authority.ca_certificate.subject for each in (first, second)
    }
    keeper.stamp()  # whose segment of the inventory lists what was stored since
    vault = archive.objects.vault
    listed = [line for each in inventory.segments(vault) for line in inventory.read_segment(vault, each)]
    assert all(listed.count(ref) == 1 for ref in refs)
    assert verified(archive, first, second).verdicts[Aspect.TIME] is Verdict.PASSED


def test_a_keeper_that_was_stopped_between_list_and_row_writes_the_row(
    archive: Archive,
    keeper: TestKeeper,
    stamp: str,
    late: LateLists,
    first: Front,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    first.list_there = True
    with monkeypatch.context() as patched:
        patched.setattr("archive.late_lists.note_object", killed)
        with pytest.raises(Killed):
            late.run(keeper.token())
    first.list_there = False
    assert LateLists(archive, keeper.authorities).run(keeper.token()) == 1
    keys = [ref.key for ref in stamp_files.late_lists(archive.objects, stamp)]
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(t.objects.c.key).where(t.objects.c.key.in_(keys))).scalars().all()
    assert rows == keys != []


def test_what_a_late_list_revokes_is_told_and_does_not_hold(
    archive: Archive,
    keeper: TestKeeper,
    stamp: str,
    late: LateLists,
    clock: ManualClock,
    first: Front,
    second: Front,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    authority, before = first.authority, incidents(archive)
    revoked = (
        x509.RevokedCertificateBuilder()
        .serial_number(cms.open_envelope(row_of(archive, stamp).token).certificates[0].serial_number)
        .revocation_date(clock.now() - timedelta(days=1))
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.ca_certificate.subject)
        .last_update(clock.now())
        .next_update(clock.now() + timedelta(days=7))
        .add_revoked_certificate(revoked)
    )
    der = certify_list(builder, authority.ca_key).public_bytes(Encoding.DER)
    source = keeper.authorities[0].revocation
    monkeypatch.setattr(type(source), "lists", lambda *_: (der,))
    assert late.run(keeper.token()) == 1
    assert LateLists(archive, keeper.authorities[:1]).run(keeper.token()) == 1
    keeper.run()
    assert incidents(archive) == before + 1
    report = verified(archive, first, second)
    assert report.verdicts[Aspect.TIME] is Verdict.PASSED
    assert report.authorities == ("authority of operator 2",)
    assert [each.code for each in report.findings if each.code.startswith("TOKEN_")] == ["TOKEN_REVOKED"]
    assert verified(archive, first).verdicts[Aspect.TIME] is Verdict.FAILED


def test_what_is_old_is_left_to_its_renewal(
    keeper: TestKeeper, stamp: str, late: LateLists, clock: ManualClock, first: Front
) -> None:
    first.list_there = True
    clock.advance(seconds=TRIED_FOR.total_seconds() + 60)
    assert late.run(keeper.token()) == 0
