"""Several authorities behind real servers: fail-over, quarantine, tokens of two operators, revocation lists."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from archive.archive import Archive
from archive.catalogue import schema as t
from archive.rebuild import rebuild
from archive.stamp_asks import mark_looked_at, refusals
from archive.stamp_closing import demand
from archive.stamp_files import read, read_further, read_token
from archive.stamp_tokens import further_tokens
from archive.stamps import Stamps
from archive.verification.trust import VerifyTrust
from archive.verify import verify
from signing import cms
from signing.entry import Entry
from signing.note import NoteKey
from signing.timestamp import verify_token
from signing.verdict import Aspect, Report, Verdict
from tabellion.base.clock import ManualClock
from tests.archive.authority_front import Front, front, status
from tests.archive.building import ORIGIN, Intake, make_archive
from tests.archive.keeping import TestKeeper, log_signer


@pytest.fixture
def first(clock: ManualClock) -> Iterator[Front]:
    with front(clock, 41, "First") as made:
        yield made


@pytest.fixture
def second(clock: ManualClock) -> Iterator[Front]:
    with front(clock, 42, "Second") as made:
        yield made


def keeper_of(archive: Archive, *fronts: Front, operators: int = 1, seconds: float = 5.0) -> TestKeeper:
    """A keeper whose authorities are these fronts, each of an operator of its own."""
    authorities = [each.client(f"operator {n}", seconds=seconds) for n, each in enumerate(fronts, 1)]
    keeper = TestKeeper(archive, authorities=authorities)
    keeper.stamps = Stamps(archive, authorities, operators=operators)
    return keeper


def row_of(archive: Archive, stamp: str):
    with archive.catalogue.read() as connection:
        return connection.execute(select(t.stamps).where(t.stamps.c.id == stamp)).one()


def incidents(archive: Archive) -> int:
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(t.log_entries.c.entry)).scalars()
        return sum(Entry.parse(row).type == "incident" for row in rows)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (500, b""),
        (429, b""),
        (200, status("rejection", "time_not_available")),
        (200, status("rejection", "system_failure")),
    ],
)
def test_what_passes_is_asked_of_the_same_authority_again(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front, second: Front, code: int, body: bytes
) -> None:
    first.behaves(code, body, times=2)
    keeper = keeper_of(archive, first, second)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    row = row_of(archive, stamp)
    assert row.state == "closed"
    assert clock.now() + timedelta(seconds=1) <= row.retry_at <= clock.now() + timedelta(seconds=2)
    assert first.asked == 1
    for seconds, asked in ((1, 1), (1, 2), (4, 2), (6, 3)):
        clock.advance(seconds=seconds)
        keeper.stamps.run(keeper.token())
        assert first.asked == asked
    assert (row_of(archive, stamp).state, second.asked, incidents(archive)) == ("verified", 0, 0)


def test_after_three_failures_the_next_is_asked_at_once(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front, second: Front
) -> None:
    first.behaves(503, times=9)
    keeper = keeper_of(archive, first, second)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    for _ in range(2):
        clock.advance(seconds=10)
        keeper.stamps.run(keeper.token())
    assert (first.asked, second.asked) == (3, 1)
    assert row_of(archive, stamp).authority == "authority of operator 2"


def test_a_slow_authority_is_cut_and_does_not_hold_other_stamps(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front
) -> None:
    first.slow = 1.0
    keeper = keeper_of(archive, first, seconds=0.2)
    intake.deposit(intake.batch(), 1, b"paper")
    keeper.stamp()
    intake.deposit(intake.batch("later"), 2, b"another")
    keeper.run()
    demand(archive)
    keeper.stamps.run(keeper.token())
    with archive.catalogue.read() as connection:
        rows = connection.execute(select(t.stamps).where(t.stamps.c.state == "closed")).all()
    assert [(row.failure, row.attempts) for row in rows] == [("AUTHORITY_FAILED", 2), (None, 0)]


@pytest.mark.parametrize(
    ("code", "kind", "body", "failure"),
    [
        (403, "text/plain", b"pay first", "AUTHORITY_REFUSED"),
        (200, "text/html", b"<html>", "AUTHORITY_REFUSED"),
        (200, "application/timestamp-reply", b"\x30\x00", "TOKEN_RESPONSE_MALFORMED"),
        (200, "application/timestamp-reply", status("rejection", "bad_alg"), "TOKEN_NOT_GRANTED"),
    ],
)
def test_a_refusal_is_quarantined_and_the_next_is_asked_at_once(
    archive: Archive,
    intake: Intake,
    clock: ManualClock,
    first: Front,
    second: Front,
    code: int,
    kind: str,
    body: bytes,
    failure: str,
) -> None:
    first.behaves(code, body, kind)
    keeper = keeper_of(archive, first, second)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    row = row_of(archive, stamp)
    assert (row.state, row.failure, row.authority) == ("published", None, "authority of operator 2")
    assert (first.asked, incidents(archive)) == (1, 1)
    with archive.catalogue.write() as connection:
        (refusal,) = refusals(connection)
        assert (refusal.authority, refusal.failure) == ("authority of operator 1", failure)
        mark_looked_at(connection, clock.now())
        assert refusals(connection) == []
    if failure.startswith("TOKEN_"):
        assert read(archive.objects, f"stamps/{stamp}/refused-1.der") == body
        (ref,) = archive.objects.vault.versions(f"stamps/{stamp}/refused-1.der")
        assert archive.objects.vault.stat(ref).retain_until is not None, "it may be what a dispute is about"


def test_a_token_that_does_not_verify_is_quarantined_too(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front, second: Front
) -> None:
    """The first authority answers with a token of another CA."""
    first.answers.append(lambda request: (200, *_stranger(second, request, clock)))
    keeper = keeper_of(archive, first, second)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    assert row_of(archive, stamp).authority == "authority of operator 2"
    with archive.catalogue.read() as connection:
        assert [each.failure for each in refusals(connection)] == ["TOKEN_PATH"]


def _stranger(other: Front, request: bytes, clock: ManualClock) -> tuple[str, bytes]:
    return "application/timestamp-reply", other.authority.respond(request, clock.now(), 99)


def test_where_everybody_refuses_a_person_must_look_and_asks_again(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front, second: Front
) -> None:
    for each in (first, second):
        each.behaves(403)
    keeper = keeper_of(archive, first, second)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    row = row_of(archive, stamp)
    assert (row.state, row.failure, row.retry_at) == ("closed", "AUTHORITY_REFUSED", None)
    clock.advance(days=2)
    keeper.stamps.run(keeper.token())
    assert (first.asked, second.asked) == (1, 1)
    keeper.stamp()
    assert row_of(archive, stamp).state == "published"
    assert first.asked == 3  # for this stamp, and for the one that the demand closed


def test_a_stamp_gets_tokens_of_two_operators_and_waits_for_neither(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front, second: Front
) -> None:
    second.behaves(503, times=1)
    keeper = keeper_of(archive, first, second, operators=2)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    row = row_of(archive, stamp)
    assert row.state == "published"
    with archive.catalogue.read() as connection:
        assert further_tokens(connection, stamp) == []
    clock.advance(seconds=5)
    keeper.stamps.run(keeper.token())
    keeper.run()
    with archive.catalogue.read() as connection:
        (further,) = further_tokens(connection, stamp)
        subjects = connection.scalars(
            select(t.log_entries.c.subject).where(t.log_entries.c.object_id == stamp)
        ).all()
    assert further.authority == "authority of operator 2"
    root = bytes.fromhex(row.root)
    for der, each in ((row.token, first), (further.token, second)):
        verify_token(der, imprint=root, trust=each.authority.trust, at=clock.now())
        assert hashlib.sha256(der).hexdigest() in subjects
    assert read_further(archive.objects, stamp, 2) == further.token
    for _ in range(3):
        clock.advance(hours=2)
        keeper.stamps.run(keeper.token())
    assert (first.asked, second.asked) == (1, 2)


def test_a_keeper_that_died_after_the_further_token_uses_it(
    archive: Archive, intake: Intake, first: Front, second: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    keeper = keeper_of(archive, first, second, operators=2)
    intake.deposit(intake.batch(), 1, b"paper")
    keeper.run()
    demand(archive)
    with monkeypatch.context() as patched:
        patched.setattr("archive.stamp_tokens.record", killed)
        with pytest.raises(Killed):
            keeper.stamps.run(keeper.token())
    keeper.stamps.run(keeper.token())
    assert second.asked == 1
    with archive.catalogue.read() as connection:
        assert connection.scalar(select(t.stamp_tokens.c.authority)) == "authority of operator 2"


def test_revocation_lists_go_into_the_token_before_it_is_kept(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front
) -> None:
    first.with_list = False
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper_of(archive, first).stamp()
    row = row_of(archive, stamp)
    der = read_token(archive.objects, stamp)
    assert der == row.token
    assert len(cms.open_envelope(der).crls) == 1
    token = verify_token(der, imprint=bytes.fromhex(row.root), trust=first.authority.trust, at=clock.now())
    assert token.revocation == "good"


def test_a_list_that_cannot_be_had_delays_nothing(archive: Archive, intake: Intake, first: Front) -> None:
    first.with_list = first.list_there = False
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper_of(archive, first).stamp()
    assert row_of(archive, stamp).state == "published"
    assert cms.open_envelope(row_of(archive, stamp).token).crls == ()


def verified(archive: Archive, *fronts: Front) -> Report:
    """Everything verified by who trusts these fronts alone."""
    keys = (NoteKey(ORIGIN, log_signer().public_der),)
    names = [
        replace(each.authority.trust, authority=f"authority of operator {n}")
        for n, each in enumerate(fronts, 1)
    ]
    return verify(archive, VerifyTrust(keys, tuple(names)))


@pytest.fixture
def twofold(archive: Archive, intake: Intake, first: Front, second: Front) -> str:
    """A stamp with tokens of both."""
    keeper = keeper_of(archive, first, second, operators=2)
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    keeper.run()
    return stamp


def test_each_of_two_tokens_proves_alone(archive: Archive, twofold: str, first: Front, second: Front) -> None:
    both = verified(archive, first, second)
    assert both.verdicts[Aspect.TIME] is Verdict.PASSED
    assert set(both.authorities) == {"authority of operator 1", "authority of operator 2"}
    for one in (first, second):
        report = verified(archive, one)
        assert report.verdicts[Aspect.TIME] is Verdict.PASSED
        assert [each.code for each in report.findings if each.code.startswith("TOKEN_")] == ["TOKEN_PATH"]


def test_an_authority_that_nobody_trusts_any_more_leaves_the_time_undecided(
    archive: Archive, intake: Intake, clock: ManualClock, first: Front, second: Front
) -> None:
    intake.deposit(intake.batch(), 1, b"paper")
    keeper_of(archive, first).stamp()
    report = verified(archive, second)
    assert report.verdicts[Aspect.TIME] is Verdict.INDETERMINATE
    assert (report.overall, report.time_class) == (Verdict.INDETERMINATE, "unknown")


def test_a_further_token_that_was_changed_or_removed_is_found(
    archive: Archive, twofold: str, first: Front, second: Front
) -> None:
    with archive.catalogue.write() as connection:
        connection.execute(update(t.stamp_tokens).values(token=b"another"))
    assert "STAMP_ALTERED" in {each.code for each in verified(archive, first, second).findings}
    with archive.catalogue.write() as connection:
        connection.execute(delete(t.stamp_tokens))
    assert "STAMP_MISSING" in {each.code for each in verified(archive, first, second).findings}


def test_a_rebuild_finds_further_tokens_again(
    archive: Archive, home: Path, clock: ManualClock, twofold: str, first: Front, second: Front
) -> None:
    with archive.catalogue.read() as connection:
        before = connection.execute(select(t.stamp_tokens)).one()
    archive.catalogue.close()
    for path in home.glob("catalogue.db*"):
        path.unlink()
    fresh = make_archive(home, clock)
    trust = VerifyTrust(
        (NoteKey(ORIGIN, log_signer().public_der),),
        tuple(
            replace(each.authority.trust, authority=f"authority of operator {n}")
            for n, each in enumerate((first, second), 1)
        ),
    )
    assert rebuild(fresh, trust).problems == ()
    with fresh.catalogue.read() as connection:
        after = connection.execute(select(t.stamp_tokens)).one()
    fresh.catalogue.close()
    assert after == before
