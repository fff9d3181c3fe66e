"""Tokens of two operators through thirty years: each is renewed by its own operator, and each proves alone."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from archive.archive import Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue import schema as t
from archive.evidence_records import EvidenceRecords
from archive.rebuild import rebuild
from archive.renewal_planning import due_list
from archive.renewals import NO_GAIN, Renewals, demanded
from archive.stamp_files import further_name, read_further
from archive.stamps import Stamps
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from signing.authority import LocalAuthority
from signing.ers import digest_of, parse_record, verify_record
from signing.keys import Algorithm
from signing.note import NoteKey
from signing.timestamp import TimestampTrust
from signing.token_trust import token_check
from signing.verdict import Aspect, Report, Verdict
from tabellion.base.clock import Clock, ManualClock
from tests.archive.building import ORIGIN, Deposited, Intake, make_archive, make_objects, seeded
from tests.archive.keeping import TestKeeper, log_signer
from tests.archive.test_renewals import END, LIFE, POLICY, SHA256_ENDS, START, rows
from tests.archive.test_verify import reopened

YEARS = (2026, 2036, 2046)
OPERATORS = ("A", "B")
SECOND = START.replace(year=2037, month=12)
THIRD = SHA256_ENDS.replace(year=2046, day=2)


@dataclass(frozen=True)
class Authority:
    """A local authority of an operator, whose certificate begins in that year."""

    operator: str
    year: int
    clock: Clock
    policy: None = None
    revocation: None = None

    @property
    def trust(self) -> TimestampTrust:
        return replace(
            tsa(self.operator, self.year).trust, authority=f"{self.operator}{self.year}", algorithms=POLICY
        )

    def stamp(self, request: bytes) -> bytes:
        serial = int.from_bytes(seeded(len(request))(8), "big")
        return tsa(self.operator, self.year).respond(request, self.clock.now(), serial)


@cache
def tsa(operator: str, year: int) -> LocalAuthority:
    """B's first certificate ends a year before A's, so that its tokens must be renewed earlier."""
    algorithm = Algorithm.P384 if year == 2046 else Algorithm.P256
    life = LIFE - timedelta(days=365) if (operator, year) == ("B", 2026) else LIFE
    return LocalAuthority.create(
        START.replace(year=year), seeded(year), algorithm, life, f"{operator} {year}"
    )


class Keeper:
    """Stamps and renews with the authorities of both, the newest of each first."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.keeper = TestKeeper(archive, "keeper")
        self.use(2026)

    def use(self, year: int) -> None:
        clock = self.archive.clock
        newest = [Authority(each, year, clock) for each in OPERATORS]
        known = [Authority(each, old, clock) for each in OPERATORS for old in YEARS if old != year]
        self.keeper.stamps = Stamps(self.archive, newest, operators=2)
        self.renewing = Renewals(self.archive, [*newest, *known], POLICY)

    def stamp(self) -> str:
        made = self.keeper.stamp()
        self.keeper.run()
        return made

    def renew(self, clock: ManualClock) -> list[Row[Any]]:
        """All that is due, a day apart."""
        for _ in range(4):
            while self.renewing.run(self.keeper.token()):
                self.keeper.run()
            clock.advance(days=2)
        self.keeper.run()
        return rows(self.archive)


@pytest.fixture
def made(intake: Intake) -> Deposited:
    return intake.deposit(intake.batch(), 1, b"paper")


@pytest.fixture
def stamp(archive: Archive, made: Deposited) -> str:
    return Keeper(archive).stamp()


@pytest.fixture
def keeper(archive: Archive, stamp: str) -> Keeper:
    return Keeper(archive)


def trust(*operators: str) -> VerifyTrust:
    clock = ManualClock()
    pinned = tuple(Authority(each, year, clock).trust for each in operators for year in YEARS)
    return VerifyTrust((NoteKey(ORIGIN, log_signer().public_der),), pinned, algorithms=POLICY)


def check(archive: Archive, *operators: str) -> Report:
    return verify(reopened(archive), trust(*operators))


def renewed_twice(keeper: Keeper, clock: ManualClock) -> list[Row[Any]]:
    """B's token when it is due, at the last moment, and A's a year later."""
    clock.instant = START.replace(year=2037, month=10)
    keeper.use(2036)
    keeper.renew(clock)
    clock.instant = SECOND
    return keeper.renew(clock)


def test_each_operator_renews_its_own(
    archive: Archive, keeper: Keeper, stamp: str, clock: ManualClock
) -> None:
    with archive.catalogue.read() as connection:
        first, second = due_list(connection, POLICY)
    assert (first.authorities, second.authorities) == (("B2026",), ("A2026",))
    assert (first.stamps, second.stamps) == (1, 1)
    found = renewed_twice(keeper, clock)
    assert [(row.plan["covers"], row.authority) for row in found] == [
        ([further_name(stamp, 2)], "B2036"),
        ([stamp], "A2036"),
    ]
    clock.instant = THIRD
    keeper.use(2046)
    third, fourth = keeper.renew(clock)[2:]
    assert [
        (row.kind, row.plan["covers"], row.plan["sources"], row.authority) for row in (third, fourth)
    ] == [
        ("hashtree-renewal", [found[0].id], [further_name(stamp, 2)], "B2046"),
        ("hashtree-renewal", [found[1].id], [stamp], "A2046"),
    ]


def test_an_operator_that_has_nothing_new_does_not_hold_up_the_other(
    archive: Archive, keeper: Keeper, stamp: str, clock: ManualClock
) -> None:
    clock.instant = START.replace(year=2037, month=10)
    keeper.renew(clock)
    (waiting,) = rows(archive)
    assert (waiting.plan["covers"], waiting.failure) == ([further_name(stamp, 2)], NO_GAIN)
    clock.instant = SECOND - timedelta(days=30)
    keeper.renewing = Renewals(
        archive,
        [Authority("B", 2026, clock), Authority("A", 2036, clock), Authority("A", 2026, clock)],
        POLICY,
    )
    found = keeper.renew(clock)
    assert [(row.plan["covers"], row.state) for row in found[1:]] == [([stamp], "published")]
    with archive.catalogue.read() as connection:
        assert demanded(connection) is None


def test_the_further_token_has_a_record_of_its_own(
    archive: Archive, keeper: Keeper, stamp: str, clock: ManualClock
) -> None:
    renewed_twice(keeper, clock)
    clock.instant = THIRD
    keeper.use(2046)
    keeper.renew(clock)
    history = EvidenceRecords(archive).of_token(stamp, 2)
    assert history is not None
    proof = verify_record(
        parse_record(history.to_bytes()),
        [digest_of(read_further(archive.objects, stamp, 2))],
        check=token_check(trust("B").authorities, END),
        at=END,
        algorithms=POLICY,
    )
    assert [step.kind for step in proof.steps] == ["initial", "hashtree-renewal"]
    assert proof.existed.year == 2037


@pytest.mark.parametrize("year", [2039, 2045])
@pytest.mark.parametrize("operator", OPERATORS)
def test_either_proves_alone(
    archive: Archive, keeper: Keeper, clock: ManualClock, operator: str, year: int
) -> None:
    renewed_twice(keeper, clock)
    clock.instant = START.replace(year=year)
    report = check(archive, operator)
    assert report.verdicts[Aspect.TIME] is Verdict.PASSED, report.findings
    assert {each[0] for each in report.authorities} == {operator}


def test_through_thirty_years_both_hold(archive: Archive, keeper: Keeper, clock: ManualClock) -> None:
    renewed_twice(keeper, clock)
    clock.instant = THIRD
    keeper.use(2046)
    keeper.renew(clock)
    clock.instant = END
    for operators in (OPERATORS, ("A",)):
        report = check(archive, *operators)
        assert report.verdicts[Aspect.TIME] is Verdict.PASSED, report.findings
    # What the papers rest on under the new hash, A alone has stamped.
    assert check(archive, "B").verdicts[Aspect.TIME] is Verdict.INDETERMINATE


def test_a_token_that_nothing_renewed_proves_no_longer(
    archive: Archive, keeper: Keeper, clock: ManualClock
) -> None:
    clock.instant = START.replace(year=2038, month=6)
    report = check(archive, "B")
    assert report.verdicts[Aspect.TIME] is Verdict.INDETERMINATE
    assert check(archive, *OPERATORS).verdicts[Aspect.TIME] is Verdict.PASSED


def test_a_renewal_that_the_catalogue_hides_is_found(
    archive: Archive, keeper: Keeper, clock: ManualClock
) -> None:
    renewed_twice(keeper, clock)
    with archive.catalogue.write() as connection:
        connection.execute(update(t.stamp_tokens).values(renewed_by=None))
    assert "STAMP_MISSING" in {each.code for each in check(archive, *OPERATORS).findings}


def test_a_rebuild_brings_them_back(archive: Archive, home: Path, keeper: Keeper, clock: ManualClock) -> None:
    renewed_twice(keeper, clock)
    with archive.catalogue.read() as connection:
        before = connection.execute(select(t.stamp_tokens)).one()
    assert before.renewed_by is not None
    archive.catalogue.close()
    catalogue = Catalogue(f"sqlite:///{home}/new.db")
    upgrade(catalogue)
    objects = make_objects(home, clock, seeded(5))
    fresh = Archive(archive.id, archive.origin, catalogue, objects, clock, archive.ids)
    try:
        assert rebuild(fresh, trust(*OPERATORS)).problems == ()
        with catalogue.read() as connection:
            assert connection.execute(select(t.stamp_tokens)).one() == before
    finally:
        catalogue.close()


@pytest.mark.services
def test_on_postgresql(postgresql_catalogue: Catalogue, home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock, catalogue=postgresql_catalogue)
    intake = Intake(archive)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp, keeper = Keeper(archive).stamp(), Keeper(archive)
    assert [row.plan["covers"] for row in renewed_twice(keeper, clock)] == [[further_name(stamp, 2)], [stamp]]
    assert verify(archive, trust("B")).verdicts[Aspect.TIME] is Verdict.PASSED
