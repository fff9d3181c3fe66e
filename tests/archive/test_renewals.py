"""Thirty years of an archive: due, renewed in time, verified by strangers; and what comes of not renewing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from archive import renewal_files, renewals, stamp_files
from archive.archive import Archive
from archive.authorities import LocalTestAuthority
from archive.catalogue import Catalogue, upgrade
from archive.catalogue import schema as t
from archive.erase import erase
from archive.errors import RenewalRefused
from archive.evidence_records import EvidenceRecords, stored_members
from archive.rebuild import rebuild
from archive.renewal_planning import due_list
from archive.renewals import NO_GAIN, Renewals, demand, demanded
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.authority import LocalAuthority
from signing.ers import parse_record, verify_record
from signing.keys import Algorithm
from signing.note import NoteKey
from signing.token_trust import token_check
from signing.verdict import Report, Verdict
from tabellion.base.clock import ManualClock
from tests.archive.building import ACTOR, ORIGIN, Deposited, Intake, make_objects, seeded
from tests.archive.keeping import TestKeeper, log_signer
from tests.archive.test_verify import flip, overwrite, path_of, reopened

START = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
SHA256_ENDS = datetime(2047, 12, 1, tzinfo=UTC)
POLICY = AlgorithmPolicy(
    2,
    tuple(
        replace(rule, sunset=SHA256_ENDS) if rule.algorithm == "sha256" else rule for rule in BUILT_IN.rules
    ),
)
END = START.replace(year=2056)
LIFE = timedelta(days=365 * 12)


@cache
def tsa(year: int, algorithm: Algorithm = Algorithm.P256) -> LocalAuthority:
    """The authority whose certificate begins on that year's 21 November, and lasts twelve years."""
    return LocalAuthority.create(START.replace(year=year), seeded(year), algorithm, LIFE)


def authorities() -> list[LocalAuthority]:
    return [tsa(2026), tsa(2036), tsa(2046, Algorithm.P384)]


@dataclass(slots=True)
class Keeper:
    """A keeper that stamps and renews with the authority of the day."""

    archive: Archive
    renewing: Renewals = field(init=False)

    def __post_init__(self) -> None:
        self.use(2026)

    def use(self, *years: int) -> None:
        """Ask these authorities from now on; all that came before stay pinned."""
        found = [each for each in authorities() if each.tsa_certificate.not_valid_before_utc.year in years]
        old = [each for each in authorities() if each not in found]
        clock, randomness = self.archive.clock, self.archive.ids.randomness
        asked = [LocalTestAuthority(each, clock, randomness) for each in (*found, *old)]
        self.renewing = Renewals(self.archive, asked, POLICY)

    def token(self) -> int:
        return TestKeeper(self.archive, "keeper").token()

    def stamp(self) -> str:
        year = max(
            each.tsa_certificate.not_valid_before_utc.year
            for each in authorities()
            if each.tsa_certificate.not_valid_before_utc <= self.archive.clock.now()
        )
        own = next(each for each in authorities() if each.tsa_certificate.not_valid_before_utc.year == year)
        local = LocalTestAuthority(own, self.archive.clock, self.archive.ids.randomness)
        return TestKeeper(self.archive, "keeper", [local]).stamp()

    def log(self) -> None:
        TestKeeper(self.archive, "keeper").run()

    def renew(self) -> list[Row[Any]]:
        """Let it run until nothing moves; gives all renewals."""
        for _ in range(12):
            done = self.renewing.run(self.token())
            self.log()
            if not done:
                break
        return rows(self.archive)


def rows(archive: Archive) -> list[Row[Any]]:
    with archive.catalogue.read() as connection:
        return list(connection.execute(select(t.renewals).order_by(t.renewals.c.number)).all())


def trust(*years: int) -> VerifyTrust:
    chosen = [
        each.trust
        for each in authorities()
        if not years or each.tsa_certificate.not_valid_before_utc.year in years
    ]
    pinned = tuple(replace(each, algorithms=POLICY) for each in chosen)
    return VerifyTrust((NoteKey(ORIGIN, log_signer().public_der),), pinned, algorithms=POLICY)


def check(archive: Archive) -> Report:
    return verify(reopened(archive), trust())


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def existed(archive: Archive, made: Deposited, at: datetime) -> tuple[datetime, list[str]]:
    """What a stranger gets out of a deposit's record: since when it exists, and how it was renewed."""
    history = EvidenceRecords(archive).of_manifest(made.deposit)
    assert history is not None
    members = stored_members(archive, made.deposit, 1, made.manifest_digest)
    count = len(members("sha256"))
    proof = verify_record(
        parse_record(history.to_bytes()),
        [lambda algorithm, place=place: members(algorithm)[place] for place in range(count)],
        check=token_check(trust().authorities, at),
        at=at,
        algorithms=POLICY,
    )
    return proof.existed, [step.kind for step in proof.steps]


@pytest.fixture
def made(archive: Archive, intake: Intake, clock: ManualClock) -> list[Deposited]:
    """Three deposits in two stamps, a month apart."""
    batch = intake.batch()
    found = [intake.deposit(batch, 1, b"one"), intake.deposit(batch, 2, b"two")]
    Keeper(archive).stamp()
    clock.advance(days=30)
    found.append(intake.deposit(batch, 3, b"three"))
    Keeper(archive).stamp()
    return found


def through_thirty_years(archive: Archive, clock: ManualClock, meanwhile: Callable[[], None]) -> Keeper:
    """Renew when it is due: new certificates in 2037, a new hash and a third authority in 2046."""
    keeper = Keeper(archive)
    assert keeper.renew() == []
    clock.instant = START.replace(year=2037, month=12)
    keeper.use(2036)
    assert [(row.kind, row.state) for row in keeper.renew()] == [("timestamp-renewal", "published")]
    meanwhile()
    clock.instant = SHA256_ENDS.replace(year=2046, day=2)
    keeper.use(2046)
    found = keeper.renew()
    assert [(row.kind, row.algorithm, row.state) for row in found[1:]] == [
        ("hashtree-renewal", "sha512", "published")
    ]
    clock.instant = END
    return keeper


def test_thirty_years(archive: Archive, made: list[Deposited], clock: ManualClock) -> None:
    keeper = through_thirty_years(archive, clock, lambda: None)
    for number, each in enumerate(made):
        since, kinds = existed(archive, each, END)
        assert since == START + timedelta(days=0 if number < 2 else 30)
        assert kinds == ["initial", "timestamp-renewal", "hashtree-renewal"]
    report = check(archive)
    assert codes(report) <= {"COMPLETENESS_UNCHECKED"}, report.findings
    assert report.overall is Verdict.PASSED
    assert keeper.renew() == rows(archive)
    with archive.catalogue.read() as connection:
        assert all(not item.is_due(END) for item in due_list(connection, POLICY))


def test_without_renewal_the_time_is_undecided(
    archive: Archive, made: list[Deposited], clock: ManualClock
) -> None:
    clock.instant = END
    report = check(archive)
    assert report.overall is Verdict.INDETERMINATE
    assert "ERS_EXPIRED" in codes(report)


def test_a_late_renewal_leaves_it_undecided(
    archive: Archive, made: list[Deposited], clock: ManualClock
) -> None:
    clock.instant = START.replace(year=2039)
    keeper = Keeper(archive)
    keeper.use(2036)
    assert [row.state for row in keeper.renew()] == ["published"]
    report = check(archive)
    assert report.overall is Verdict.INDETERMINATE
    assert "ERS_LATE_RENEWAL" in codes(report)


def test_the_log_is_covered_under_the_new_hash(
    archive: Archive, made: list[Deposited], clock: ManualClock
) -> None:
    through_thirty_years(archive, clock, lambda: None)
    records = EvidenceRecords(archive)
    (renewal,) = records.log_renewals()
    found = records.renewal(renewal)[0]
    check_token = token_check(trust().authorities, END)
    for history, members in (
        (records.of_bundle(renewal, 0), records.bundle_members(found, 0)("sha512")),
        (records.of_renewed_checkpoint(renewal), None),
    ):
        record = parse_record(history.to_bytes())
        values = members or list(record.chains[0][0].hashtree[0])
        proof = verify_record(
            record,
            [lambda algorithm, value=value: value for value in values],
            check=check_token,
            at=END,
            algorithms=POLICY,
        )
        assert proof.existed == SHA256_ENDS.replace(year=2046, day=2)


def test_an_erased_deposit_leaves_the_next_renewal_of_the_hash(
    archive: Archive, made: list[Deposited], clock: ManualClock
) -> None:
    keeper = Keeper(archive)

    def meanwhile() -> None:
        erase(archive, made[0].deposit, ACTOR, "retention-ended")
        keeper.log()

    through_thirty_years(archive, clock, meanwhile)
    renewal = EvidenceRecords(archive).renewal(rows(archive)[1].id)[0]
    assert [left_out for _, _, left_out in renewal.sources] == [(0,), ()]
    assert existed(archive, made[1], END)[0] == START
    assert check(archive).overall is Verdict.PASSED


def test_what_cannot_be_read_stops_the_renewal_of_the_hash(
    archive: Archive, made: list[Deposited], clock: ManualClock, home: Path
) -> None:
    clock.instant = SHA256_ENDS.replace(year=2037, day=2)
    keeper = Keeper(archive)
    keeper.use(2036)
    keeper.renew()
    overwrite(path_of(home, made[1].manifest.key), flip)
    clock.instant = SHA256_ENDS.replace(year=2046, day=2)
    keeper.use(2046)
    with pytest.raises(RenewalRefused, match="1 objects cannot be renewed"):
        keeper.renew()
    assert (rows(archive)[1].state, rows(archive)[1].failure) == ("preparing", "RENEWAL_REFUSED")
    assert keeper.renewing.run(keeper.token()) == 0


def test_a_token_that_lasts_no_longer_is_not_used(
    archive: Archive, made: list[Deposited], clock: ManualClock
) -> None:
    clock.instant = START.replace(year=2037, month=12)
    keeper = Keeper(archive)
    (row,) = keeper.renew()
    assert (row.state, row.failure) == ("prepared", NO_GAIN)
    keeper.use(2036)
    clock.advance(days=8)
    assert [row.state for row in keeper.renew()] == ["published"]


def test_due_in_words_and_on_demand(archive: Archive, made: list[Deposited], clock: ManualClock) -> None:
    with archive.catalogue.read() as connection:
        (item,) = due_list(connection, POLICY)
    assert (item.kind, item.reason, item.stamps, item.renewals) == (
        "timestamp-renewal",
        "certificate-end",
        2,
        0,
    )
    assert item.ends == tsa(2026).tsa_certificate.not_valid_after_utc
    assert item.at == item.ends.replace(year=item.ends.year - 1)
    demand(archive)
    keeper = Keeper(archive)
    assert keeper.renew() == []
    with archive.catalogue.read() as connection:
        assert demanded(connection) is None


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> Iterator[None]:
    """A process that ends at the first call of a function, after it did its work."""
    real = getattr(module, name)

    def killed(*given: Any, **named: Any) -> Any:
        real(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, name, killed)
        yield


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (renewal_files, "write_lists"),
        (renewal_files, "write_source"),
        (renewal_files, "write_renewal"),
        (stamp_files, "write_token"),
        (renewals, "settle"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_keeper_that_is_stopped_goes_on(
    archive: Archive,
    made: list[Deposited],
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
) -> None:
    clock.instant = START.replace(year=2037, month=12)
    keeper = Keeper(archive)
    keeper.use(2036)
    keeper.renew()
    clock.instant = SHA256_ENDS.replace(year=2046, day=2)
    keeper.use(2046)
    with killed_at(monkeypatch, module, name), pytest.raises(KeyboardInterrupt):
        keeper.renew()
    again = Keeper(archive)
    again.use(2046)
    assert [row.state for row in again.renew()] == ["published", "published"]
    clock.instant = END
    assert check(archive).overall is Verdict.PASSED


def test_rebuild_brings_renewals_back(
    archive: Archive, made: list[Deposited], clock: ManualClock, home: Path
) -> None:
    through_thirty_years(archive, clock, lambda: None)
    before = [
        (row.id, row.state, row.root, row.expires, row.rests_on, row.renewed_by) for row in rows(archive)
    ]
    archive.catalogue.close()
    catalogue = Catalogue(f"sqlite:///{home}/new.db")
    upgrade(catalogue)
    fresh = Archive(
        archive.id, archive.origin, catalogue, make_objects(home, clock, seeded(5)), clock, archive.ids
    )
    try:
        assert rebuild(fresh, trust()).problems == ()
        after = [
            (row.id, row.state, row.root, row.expires, row.rests_on, row.renewed_by) for row in rows(fresh)
        ]
        assert after == before
        assert existed(fresh, made[0], END)[0] == START
        Keeper(fresh).log()
        assert check(fresh).overall is Verdict.PASSED
    finally:
        catalogue.close()


def test_a_renewal_that_the_catalogue_hides_is_found(
    archive: Archive, made: list[Deposited], clock: ManualClock
) -> None:
    clock.instant = START.replace(year=2037, month=12)
    keeper = Keeper(archive)
    keeper.use(2036)
    keeper.renew()
    with archive.catalogue.write() as connection:
        connection.execute(update(t.stamps).values(renewed_by=None))
    report = check(archive)
    assert report.overall is Verdict.FAILED
    assert "STAMP_MISSING" in codes(report)
