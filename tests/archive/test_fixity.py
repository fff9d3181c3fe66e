"""Rolling fixity: everything is read again in its time, and what is lost or altered is told, once, and by name."""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from archive.archive import Archive
from archive.catalogue import Catalogue
from archive.catalogue import schema as t
from archive.erase import erase
from archive.fixity import Figures, Pace, Rolling, Side, ask_again, figures, statement
from archive.fixity.figures import faulty
from archive.fixity.throttle import Stopped, Throttle
from archive.identity import KEY, Identity
from archive.vault import KeyRing, Objects, Vault
from archive.vault.s3 import Address, LockModes, S3Vault, Store
from archive.verify import verify
from signing.entry import Entry
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock, SystemClock
from tabellion.base.errors import Unavailable
from tests.archive.building import ACTOR, Deposited, Intake, make_archive
from tests.archive.keeping import TestKeeper
from tests.archive.test_verify import TRUST, flip, overwrite, reopened

PACE = Pace(days=30, rate=1 << 40)


def with_identity(archive: Archive) -> Archive:
    body = Identity(archive.id, archive.origin, True, archive.clock.now()).to_bytes()
    archive.objects.put_raw(KEY, body)
    return archive


@pytest.fixture
def kept(archive: Archive) -> Archive:
    return with_identity(archive)


@pytest.fixture
def papers(kept: Archive, intake: Intake) -> list[Deposited]:
    batch = intake.batch()
    made = [intake.deposit(batch, number, b"paper %d" % number) for number in (1, 2, 3)]
    TestKeeper(kept).stamp()
    return made


def look(archive: Archive, rolling: Rolling | None = None) -> int:
    """All that is due now."""
    rolling = rolling or Rolling(archive, PACE)
    token, done = TestKeeper(archive).token(), 0
    while some := rolling.run(token):
        done += some
    return done


def now_of(archive: Archive) -> Figures:
    with archive.catalogue.read() as connection:
        found = figures(connection, archive.clock.now())
    assert found is not None
    return found


def entries(archive: Archive, *types: str) -> list[Entry]:
    with archive.catalogue.read() as connection:
        query = select(t.log_entries.c.entry).where(t.log_entries.c.type.in_(types))
        return [Entry.parse(row) for row in connection.scalars(query.order_by(t.log_entries.c.seq))]


def bodies(archive: Archive, prefix: str) -> list[dict[str, object]]:
    found = archive.objects.vault.list(prefix)
    return [json.loads(archive.objects.read_raw(ref)) for ref in found]


def test_all_is_read_again_in_its_time(kept: Archive, papers: list[Deposited], clock: ManualClock) -> None:
    assert look(kept) == 0, "it was hashed as it was written"
    first = now_of(kept).first
    assert (first.due, first.fresh, first.percent) == (0, first.objects, 100.0)
    clock.advance(days=1)
    count = look(kept)
    with kept.catalogue.read() as connection:
        rows = connection.scalar(select(func.count()).select_from(t.objects))
        keys = set(connection.scalars(select(t.objects.c.key)))
    assert count == (rows or 0) - 1, "all but the report that tells of it"
    assert {KEY, "inventory/1"} <= keys
    assert any(key.startswith("stamps/") and key.endswith("/token.der") for key in keys)
    assert look(kept) == 0
    clock.advance(days=23)
    assert look(kept) == 1, "the report of the first day"
    clock.advance(days=2)
    assert look(kept) >= count
    clock.advance(days=5)
    assert not now_of(kept).complete, "nobody read the reports of two days"
    look(kept)
    found = now_of(kept)
    assert (found.complete, found.faults) == (True, 0)
    said = statement(found.first, 30, clock.now())
    assert said == (
        f"100 % of {found.first.due} objects checked in the last 30 days, the oldest 7 days ago; 1 more are new"
    )
    clock.advance(days=26)
    assert now_of(kept).first.percent < 10, "nobody looked for longer than the period"


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_what_is_lost_is_told_once_and_by_name(
    kept: Archive, papers: list[Deposited], clock: ManualClock, home: Path, harm: str
) -> None:
    clock.advance(days=1)
    path = home / "vault" / papers[1].original.key
    whole = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        overwrite(path, flip)
    look(kept)
    keeper = TestKeeper(kept)
    keeper.run()
    (told,) = entries(kept, "incident")
    assert (told.object.type, told.object.id) == ("deposit", papers[1].deposit)
    assert told.reason == f"{harm}-object"
    (body,) = bodies(kept, "inventory/incidents/")
    assert body["code"] == harm
    assert [each["key"] for each in body["objects"]] == [papers[1].original.key]  # type: ignore[attr-defined]
    found = now_of(kept)
    assert (found.faults, found.complete) == (1, True)
    assert "1 MISSING OR ALTERED" in statement(found.first, 30, clock.now())
    with kept.catalogue.read() as connection:
        assert [row.key for row in faulty(connection)] == [papers[1].original.key]

    clock.advance(hours=2)
    assert look(kept) >= 1, "what is lost is looked at again sooner"
    keeper.run()
    assert len(entries(kept, "incident")) == 1, "and told once"

    if harm == "missing":
        path.write_bytes(whole)
    else:
        overwrite(path, lambda _: whole)
    clock.advance(hours=2)
    look(kept)
    keeper.run()
    assert now_of(kept).faults == 0
    (back,) = entries(kept, "restore")
    assert back.reason == "backup", "somebody put it back, and the log says so"


def test_a_key_that_is_gone_is_a_loss_unless_it_was_erased(
    kept: Archive, papers: list[Deposited], clock: ManualClock, home: Path
) -> None:
    clock.advance(days=1)
    erase(kept, papers[0].deposit, ACTOR, "court-order")
    (home / "vault" / "keys" / "deposits" / papers[1].deposit).unlink()
    archive = reopened(kept)
    look(archive)
    TestKeeper(archive).run()
    (told,) = entries(archive, "incident")
    assert (told.object.id, told.reason) == (papers[1].deposit, "missing-object")
    (body,) = bodies(archive, "inventory/incidents/")
    assert body["code"] == "no-key"


def test_a_vault_that_is_not_there_loses_nothing(
    kept: Archive, papers: list[Deposited], clock: ManualClock, home: Path
) -> None:
    clock.advance(days=1)
    look(kept)
    clock.advance(days=25)
    rolling = Rolling(kept, PACE)
    rolling.run(TestKeeper(kept).token())
    with kept.catalogue.write() as connection:
        connection.execute(update(t.objects).values(checked_at=clock.now() - timedelta(days=29)))
    (home / "vault").rename(home / "elsewhere")
    with pytest.raises(Unavailable):
        rolling.run(TestKeeper(kept).token())
    (home / "elsewhere").rename(home / "vault")
    assert now_of(kept).faults == 0


def test_who_knows_of_a_loss_has_all_read_again(
    kept: Archive, papers: list[Deposited], clock: ManualClock, home: Path
) -> None:
    """Also what came an hour ago, and what was read yesterday; each object once."""
    clock.advance(days=1)
    look(kept)
    new = Intake(kept).deposit(Intake(kept).batch("later"), 1, b"new")
    clock.advance(hours=1)
    for made in (papers[0], new):
        (home / "vault" / made.original.key).unlink()
    assert look(kept) == 0 and now_of(kept).faults == 0
    clock.advance(seconds=1)
    with kept.catalogue.write() as connection:
        ask_again(connection, clock.now())
    found = now_of(kept)
    assert found.asked == found.first.objects > 0
    clock.advance(seconds=1)
    rolling = Rolling(kept, PACE)
    assert look(kept, rolling) == found.asked
    assert look(kept, rolling) == 0
    found = now_of(kept)
    assert (found.asked, found.faults) == (0, 2)
    TestKeeper(kept).run()
    assert {each.object.id for each in entries(kept, "incident")} == {papers[0].deposit, new.deposit}


def test_reports_are_logged_once_a_day_and_say_what_is_so(
    kept: Archive, papers: list[Deposited], clock: ManualClock
) -> None:
    rolling, keeper = Rolling(kept, PACE), TestKeeper(kept)
    for _ in range(3):
        look(kept, rolling)
        clock.advance(days=1)
    look(kept, rolling)
    keeper.run()
    told = [each for each in entries(kept, "fixity") if each.reason is not None]
    assert [each.reason for each in told] == ["passed"] * 3
    reports = bodies(kept, "inventory/checks/")
    assert [report["days"] for report in reports] == [30] * 3
    assert reports[0]["read"]["objects"] > 0  # type: ignore[index]
    assert reports[2]["first"]["faults"] == 0  # type: ignore[index]
    keeper.stamp()
    assert verify(reopened(kept), TRUST).overall is Verdict.PASSED


def test_a_report_that_the_log_names_is_missed(
    kept: Archive, papers: list[Deposited], clock: ManualClock, home: Path
) -> None:
    rolling, keeper = Rolling(kept, PACE), TestKeeper(kept)
    look(kept, rolling)
    clock.advance(days=1)
    look(kept, rolling)
    keeper.stamp()
    (path,) = (each for each in (home / "vault/inventory/checks").iterdir() if "@" not in each.name)
    path.unlink()
    report = verify(reopened(kept), TRUST)
    assert "INVENTORY_ALTERED" in {finding.code for finding in report.findings}


def test_an_archive_that_was_not_read_says_so(
    kept: Archive, papers: list[Deposited], clock: ManualClock
) -> None:
    look(kept)
    clock.advance(days=40)
    found = now_of(kept)
    assert (found.first.checked, found.complete, found.first.percent) == (0, False, 0.0)


def test_without_a_row_a_file_of_a_stamp_is_found(
    kept: Archive, papers: list[Deposited], clock: ManualClock
) -> None:
    like = t.objects.c.key.like("stamps/%")
    with kept.catalogue.write() as connection:
        before = connection.scalar(select(func.count()).where(like))
        connection.execute(delete(t.objects).where(like))
    look(kept)
    TestKeeper(kept).run()
    with kept.catalogue.read() as connection:
        assert connection.scalar(select(func.count()).where(like)) == before
        waiting = select(func.count()).where(like, ~t.objects.c.locked)
        assert connection.scalar(waiting) == 0, "and locked by its row"


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_hundred_per_cent_means_all(objects: int, fresh: int, checked: int) -> None:
    side = Side(objects + fresh, 0, checked, fresh, 0, None)
    assert (side.percent == 100.0) == (checked >= objects)
    assert 0 <= side.percent <= 100


def test_the_rate_is_held_and_let_go() -> None:
    times = iter([0.0, 0.0, 0.0, 10.0, 10.0])
    throttle = Throttle(1000, lambda: next(times))
    throttle.take(400)
    assert not throttle.busy
    assert not throttle.busy, "after a pause everything is free again"
    throttle.stop()
    with pytest.raises(Stopped):
        throttle.take(5_000)


@pytest.fixture
def s3_vault(bucket: Address) -> Vault:
    return S3Vault(Store(bucket, SystemClock()), LockModes(), SystemClock(), os.urandom)


@pytest.fixture
def in_store(s3_vault: Vault, archive: Archive, clock: ManualClock) -> Archive:
    """An archive whose vault is a bucket with Object Lock."""
    keyring = archive.objects.keyring
    assert keyring is not None
    anew = KeyRing(s3_vault, keyring._wrapper, archive.ids.randomness, clock)
    objects = Objects(s3_vault, anew, archive.ids.randomness)
    return with_identity(replace(archive, objects=objects))


@pytest.mark.services
def test_in_an_object_store(in_store: Archive, clock: ManualClock) -> None:
    """All is read by version: what is gone is a loss, an overwriting is none, and what is put back is found."""
    vault, intake = in_store.objects.vault, Intake(in_store)
    batch = intake.batch()
    made = [intake.deposit(batch, number, b"paper %d" % number) for number in (1, 2, 3)]
    TestKeeper(in_store).stamp()
    with vault.get(made[0].original) as stream:
        whole = stream.read()
    vault.delete(made[0].original)
    vault.put(made[1].original.key, io.BytesIO(b"other bytes of the same name"))
    clock.advance(days=1)
    count = look(in_store)
    found = now_of(in_store)
    assert (found.faults, found.complete) == (1, True)
    assert count >= found.first.due
    (body,) = bodies(in_store, "inventory/incidents/")
    assert [(each["key"], body["code"]) for each in body["objects"]] == [(made[0].original.key, "missing")]  # type: ignore[attr-defined]
    with in_store.catalogue.write() as connection:
        of_it = update(t.objects).where(t.objects.c.key == made[0].original.key)
        connection.execute(of_it.values(retain_until=SystemClock().now() + timedelta(hours=1)))
    back = vault.put(made[0].original.key, io.BytesIO(whole))
    clock.advance(hours=1)
    look(in_store)
    assert back.version != made[0].original.version, "the store names versions itself"
    assert now_of(in_store).faults == 0
    TestKeeper(in_store).stamp()
    (told,) = entries(in_store, "incident")
    assert (told.object.id, told.reason) == (made[0].deposit, "missing-object")
    assert [each.reason for each in entries(in_store, "restore")] == ["backup"]
    (body,) = bodies(in_store, "inventory/repairs/")
    assert body["objects"][0]["version"] == back.version  # type: ignore[index]
    assert vault.stat(back).retain_until is not None, "and it is locked as its row says"
    assert verify(in_store, TRUST).overall is Verdict.PASSED


@pytest.fixture
def on_servers(postgresql_catalogue: Catalogue, home: Path, clock: ManualClock) -> Iterator[Archive]:
    yield with_identity(make_archive(home, clock, catalogue=postgresql_catalogue))


@pytest.mark.services
def test_on_postgresql(on_servers: Archive, clock: ManualClock, home: Path) -> None:
    intake = Intake(on_servers)
    made = intake.deposit(intake.batch(), 1, b"paper")
    TestKeeper(on_servers).stamp()
    clock.advance(days=1)
    (home / "vault" / made.original.key).unlink()
    assert look(on_servers) > 5
    assert now_of(on_servers).faults == 1
    clock.advance(days=1)
    look(on_servers)
    TestKeeper(on_servers).run()
    assert [each.reason for each in entries(on_servers, "fixity") if each.reason] == ["failed"]
