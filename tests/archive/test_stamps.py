"""Stamps close at their time, are believed only after strict verification, and survive interruption."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from archive import stamp_files
from archive.archive import Archive
from archive.authorities import LocalTestAuthority, RevocationSource
from archive.catalogue import schema as t
from archive.errors import AuthorityFailed
from archive.stamp_closing import Pace, demand
from archive.stamps import Stamps
from archive.vault import inventory
from signing.authority import LocalAuthority
from signing.checkpoint import Checkpoint
from signing.entry import Entry
from signing.stamp import fold, log_leaf, reduced_tree
from signing.timestamp import TimestampTrust, verify_token
from tabellion.base.clock import ManualClock
from tests.archive.building import Intake, seeded
from tests.archive.keeping import TestKeeper, authority, local_authority


def stamp_row(archive: Archive, number: int = 1) -> Row[Any]:
    with archive.catalogue.read() as connection:
        return connection.execute(select(t.stamps).where(t.stamps.c.number == number)).one()


def entries(archive: Archive, kind: str) -> list[Entry]:
    with archive.catalogue.read() as connection:
        found = select(t.log_entries.c.entry).where(t.log_entries.c.type == kind)
        return [
            Entry.parse(data) for data in connection.execute(found.order_by(t.log_entries.c.seq)).scalars()
        ]


def test_one_token_binds_every_manifest_and_the_log(
    archive: Archive, intake: Intake, clock: ManualClock
) -> None:
    batch = intake.batch()
    made = [intake.deposit(batch, n, b"paper %d" % n) for n in range(1, 4)]
    keeper = TestKeeper(archive)
    stamp = keeper.stamp()
    row = stamp_row(archive)
    assert (row.id, row.state, row.reason, row.time_class) == (stamp, "published", "on-demand", "test")
    frozen = stamp_files.read_frozen(archive.objects, stamp)
    root = frozen.root
    token = verify_token(
        stamp_files.read_token(archive.objects, stamp),
        imprint=root,
        trust=local_authority().trust,
        at=clock.now(),
    )
    assert token.gen_time == row.gen_time == clock.now()
    leaves = [*frozen.nodes, log_leaf(frozen.checkpoint)]
    with archive.catalogue.read() as connection:
        for position, one in enumerate(made):
            manifest = connection.execute(
                select(t.manifests).where(t.manifests.c.deposit_id == one.deposit)
            ).one()
            assert (manifest.stamp_id, manifest.stamp_position) == (stamp, position)
            members = [bytes.fromhex(one.manifest_digest), bytes.fromhex(sha256_of(connection, one.deposit))]
            assert fold(members, reduced_tree(leaves, position)) == root
    checkpoint = Checkpoint.parse_text(frozen.checkpoint.decode())
    assert checkpoint.size == row.checkpoint_size > max(e.seq for e in entries(archive, "receive"))
    assert [e.object.id for e in entries(archive, "stamp")] == [stamp]


def sha256_of(connection: Any, deposit: str) -> str:
    return str(connection.scalar(select(t.deposits.c.sha256).where(t.deposits.c.id == deposit)))


def test_the_inventory_goes_on_with_every_stamp(archive: Archive, intake: Intake) -> None:
    batch, keeper = intake.batch(), TestKeeper(archive)
    keys = []
    for number in (1, 2):
        made = intake.deposit(batch, number, b"paper %d" % number)
        keys.append(made.original.key)
        keeper.stamp()
    vault = archive.objects.vault
    segments = inventory.segments(vault)
    assert [e.subject for e in entries(archive, "fixity")] == [segment.digest for segment in segments]
    assert not inventory.check_inventory(vault, segments).findings
    for segment, key in zip(segments, keys, strict=True):
        listed = {line.key for line in inventory.read_segment(vault, segment)}
        assert key in listed
        assert len([each for each in listed if each.endswith("/token.der")]) == 1
        assert (ends := vault.stat(segment).retain_until) is not None, "as long as the stamps that it lists"
        assert ends > archive.clock.now() + timedelta(days=36500)
    with archive.catalogue.read() as connection:
        unlisted = select(t.objects.c.key).where(t.objects.c.inventory.is_(None))
        assert list(connection.scalars(unlisted)) == ["inventory/1", "inventory/2"], (
            "they are entries themselves"
        )


@pytest.mark.parametrize(("klass", "minutes"), [("standard", 60), ("very-high", 5)])
def test_a_stamp_closes_at_its_time(
    archive: Archive, intake: Intake, clock: ManualClock, klass: str, minutes: int
) -> None:
    intake.deposit(intake.batch(), 1, b"paper")
    with archive.catalogue.write() as connection:
        connection.execute(update(t.deposits).values(protection_class=klass))
    keeper = TestKeeper(archive)
    keeper.run()
    keeper.stamps.run(keeper.token())
    clock.advance(minutes=minutes, seconds=-1)
    keeper.stamps.run(keeper.token())
    assert stamp_row(archive).state == "open"
    clock.advance(seconds=1)
    keeper.stamps.run(keeper.token())
    assert (stamp_row(archive).state, stamp_row(archive).reason) == ("verified", "due")


def test_a_full_stamp_leaves_the_rest_to_the_next(archive: Archive, intake: Intake) -> None:
    batch, keeper = intake.batch(), TestKeeper(archive)
    keeper.stamps = Stamps(archive, [authority(archive)], pace=Pace(manifests=2))
    for number in range(1, 6):
        intake.deposit(batch, number, b"paper %d" % number)
    keeper.run()
    demand(archive)
    for _ in range(3):
        keeper.stamps.run(keeper.token())
    with archive.catalogue.read() as connection:
        sizes = [row.stamp_id for row in connection.execute(select(t.manifests).order_by(t.manifests.c.seq))]
    assert [sizes.count(each) for each in dict.fromkeys(sizes)] == [2, 2, 1]
    assert [stamp_row(archive, n).reason for n in (1, 2, 3)] == ["full", "full", "on-demand"]


def test_a_demand_waits_for_what_was_received_before(archive: Archive, intake: Intake) -> None:
    batch, keeper = intake.batch(), TestKeeper(archive)
    intake.deposit(batch, 1, b"paper")
    keeper.run()
    late = intake.deposit(batch, 2, b"received, not sequenced yet")
    stamp = demand(archive)
    keeper.stamps.run(keeper.token())
    assert stamp_row(archive).state == "open"
    keeper.run()
    keeper.stamps.run(keeper.token())
    with archive.catalogue.read() as connection:
        of_late = select(t.manifests.c.stamp_id).where(t.manifests.c.deposit_id == late.deposit)
        assert connection.scalar(of_late) == stamp


@dataclass(slots=True)
class Unreliable:
    """An authority that does not answer the first times; stands for the network between."""

    real: LocalTestAuthority
    failures: int
    operator: str = "the first"
    asked: int = 0

    @property
    def trust(self) -> TimestampTrust:
        return replace(self.real.trust, authority=self.operator)

    @property
    def policy(self) -> str | None:
        return self.real.policy

    @property
    def revocation(self) -> RevocationSource | None:
        return None

    def stamp(self, request: bytes) -> bytes:
        self.asked += 1
        if self.asked <= self.failures:
            raise AuthorityFailed("no answer")
        return self.real.stamp(request)


def test_a_silent_authority_is_asked_again_later_and_then_the_next(
    archive: Archive, intake: Intake, clock: ManualClock
) -> None:
    silent, spare = Unreliable(authority(archive), 99), Unreliable(authority(archive), 1, "the second")
    keeper = TestKeeper(archive, authorities=[silent, spare])
    intake.deposit(intake.batch(), 1, b"paper")
    keeper.stamp()
    row = stamp_row(archive)
    assert (row.state, row.failure, silent.asked) == ("closed", "AUTHORITY_FAILED", 1)
    assert clock.now() < row.retry_at <= clock.now() + timedelta(seconds=2)
    root = row.root
    for _ in range(3):
        clock.advance(hours=1)
        keeper.stamps.run(keeper.token())
    row = stamp_row(archive)
    assert (silent.asked, spare.asked) == (3, 2)
    assert (row.state, row.failure, row.root, row.gen_time) == ("verified", None, root, clock.now())


def test_a_token_of_a_stranger_is_never_retried_into_acceptance(
    archive: Archive, intake: Intake, clock: ManualClock
) -> None:
    @dataclass(slots=True)
    class Stranger:
        real: LocalTestAuthority
        trust: TimestampTrust
        policy: str | None = None
        operator: str = "a stranger"
        revocation: RevocationSource | None = None

        def stamp(self, request: bytes) -> bytes:
            return self.real.stamp(request)

    other = LocalTestAuthority(LocalAuthority.create(clock.now(), seeded(5)), clock, archive.ids.randomness)
    stranger = Stranger(other, local_authority().trust)
    keeper = TestKeeper(archive, authorities=[stranger])
    intake.deposit(intake.batch(), 1, b"paper")
    stamp = keeper.stamp()
    row = stamp_row(archive)
    assert row.state == "closed"
    assert row.failure.startswith("TOKEN_")
    assert [e.reason for e in entries(archive, "incident")] == ["token-refused"]
    kept = stamp_files.read(archive.objects, f"stamps/{stamp}/refused-1.der")
    assert kept
    clock.advance(days=1)
    keeper.stamps.run(keeper.token())
    assert stamp_row(archive).attempts == 1
    demand(archive)
    TestKeeper(archive).stamp()
    assert stamp_row(archive).state == "published"


def test_a_keeper_that_died_with_the_token_in_the_vault_uses_it(
    archive: Archive, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    intake.deposit(intake.batch(), 1, b"paper")
    counted = Unreliable(authority(archive), 0)
    keeper = TestKeeper(archive, authorities=[counted])
    keeper.run()
    demand(archive)
    with monkeypatch.context() as patched:
        patched.setattr(Stamps, "_update", killed)
        with pytest.raises(Killed):
            keeper.stamps.run(keeper.token())
    assert stamp_row(archive).state == "closed"
    keeper.stamps.run(keeper.token())
    assert (stamp_row(archive).state, counted.asked) == ("verified", 1)


def test_a_stamp_of_the_log_alone_proves_the_log(archive: Archive, intake: Intake) -> None:
    keeper = TestKeeper(archive)
    intake.batch()
    stamp = keeper.stamp()
    assert stamp_row(archive).state == "published"
    assert stamp_files.read_frozen(archive.objects, stamp).nodes == ()
