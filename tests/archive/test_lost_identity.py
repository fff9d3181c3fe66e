"""`archive.json` that is lost: the log tells what it said, the archive opens, and the file comes back with entries."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import objects
from archive.fixity import Pace, Rolling, bring_back_identity
from archive.fixity.sides import require_there
from archive.identity import KEY, Identity
from archive.log import record
from archive.lost_identity import identity_from_log, identity_of
from archive.second import Copies, Second
from archive.vault import FolderVault
from archive.verify import verify
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock
from tests.archive.building import Deposited, Intake
from tests.archive.keeping import TestKeeper
from tests.archive.test_fixity import bodies, entries, look
from tests.archive.test_verify import TRUST, flip, overwrite


def tell(archive: Archive, identity: Identity) -> None:
    """The entry of the log that has the digest of `archive.json`."""
    with archive.catalogue.write() as connection:
        record(
            connection,
            type="config",
            object_type="archive",
            object_id=archive.id,
            subject=hashlib.sha256(identity.to_bytes()).hexdigest(),
            actor=SYSTEM_ACTOR,
            time=identity.created_at,
            reason="init",
        )


def begun(archive: Archive, *, is_encrypted: bool = True) -> Identity:
    """What `init` does: the log's first entry has the digest of `archive.json`."""
    identity = Identity(archive.id, archive.origin, is_encrypted, archive.clock.now())
    tell(archive, identity)
    archive.objects.put_raw(KEY, identity.to_bytes())
    TestKeeper(archive).run()
    return identity


@pytest.fixture
def papers(archive: Archive, intake: Intake) -> list[Deposited]:
    begun(archive)
    made = [intake.deposit(intake.batch(), 1, b"paper")]
    TestKeeper(archive).stamp()
    look(archive)
    return made


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_the_log_tells_what_it_said(archive: Archive, home: Path, is_encrypted: bool) -> None:
    identity = begun(archive, is_encrypted=is_encrypted)
    vault = archive.objects.vault
    assert identity_from_log(vault) == identity
    overwrite(home / "vault" / KEY, lambda data: data[:-1])
    assert identity_of(vault) == identity, "as well where it is damaged"
    (home / "vault" / KEY).unlink()
    assert identity_of(vault) == identity
    require_there(vault, archive)


def test_a_log_that_has_another_digest_tells_nothing(
    archive: Archive, clock: ManualClock, home: Path
) -> None:
    assert identity_of(FolderVault(home / "empty", clock)) is None
    Intake(archive).batch()
    TestKeeper(archive).run()
    assert identity_from_log(archive.objects.vault) is None
    identity = Identity(archive.id, "another.example/log", True, archive.clock.now())
    tell(archive, identity)
    TestKeeper(archive).run()
    assert identity_from_log(archive.objects.vault) is None


@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_it_comes_back_with_an_incident_and_a_repair(
    archive: Archive, papers: list[Deposited], clock: ManualClock, home: Path, harm: str
) -> None:
    keeper, path = TestKeeper(archive), home / "vault" / KEY
    body = path.read_bytes()
    assert not bring_back_identity(archive, keeper.token())
    if harm == "missing":
        path.unlink()
    else:
        overwrite(path, flip)
    assert bring_back_identity(archive, keeper.token())
    assert not bring_back_identity(archive, keeper.token())
    keeper.stamp()
    assert identity_of(archive.objects.vault) == Identity.parse(body)
    if harm == "missing":
        assert path.read_bytes() == body
    told = [(each.reason, each.object.type) for each in entries(archive, "incident", "restore")]
    assert told == [(f"{harm}-object", "archive"), ("repair", "archive")]
    (repair,) = bodies(archive, "inventory/repairs/")
    assert (repair["vault"], repair["from"]) == ("first", "log")
    assert verify(archive, TRUST).overall is Verdict.PASSED


def test_nothing_is_put_where_catalogue_and_log_disagree(
    archive: Archive, papers: list[Deposited], home: Path
) -> None:
    (home / "vault" / KEY).unlink()
    with archive.catalogue.write() as connection:
        connection.execute(update(objects).where(objects.c.key == KEY).values(digest="0" * 64))
    for _ in range(2):
        assert not bring_back_identity(archive, TestKeeper(archive).token())
    assert not (home / "vault" / KEY).exists()


@pytest.mark.parametrize("harm", ["vault", "second"])
def test_with_a_second_vault_either_may_lose_it(
    archive: Archive, papers: list[Deposited], clock: ManualClock, home: Path, harm: str
) -> None:
    second = FolderVault(home / "second", clock)
    keeper = TestKeeper(archive)

    def settle() -> None:
        copies = Copies(archive, Second("second", lambda: second))
        rolling = Rolling(archive, Pace(days=30, rate=1 << 40), lambda: second)
        while rolling.run(keeper.token()) + keeper.run() + copies.run(keeper.token()):
            pass

    settle()
    body = (home / harm / KEY).read_bytes()
    (home / harm / KEY).unlink()
    clock.advance(days=25)
    settle()
    assert (home / harm / KEY).read_bytes() == body
    assert [each.reason for each in entries(archive, "incident", "restore")] == ["missing-object", "repair"]
