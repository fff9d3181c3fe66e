"""The second vault: copied and read back, losses repaired from it, and fit to take the place of the first."""

import io
import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from archive.archive import Archive
from archive.catalogue import Catalogue
from archive.catalogue import schema as t
from archive.erase import erase
from archive.errors import LogReadOnly
from archive.fixity import Pace, Rolling
from archive.identity import KEY, Identity
from archive.log_files import LogFiles
from archive.rebuild import rebuild
from archive.second import Copies, Second, SecondVaultAhead, SecondVaultOther, require_not_behind
from archive.vault import FolderVault, KeyRing, Objects, Ref, Vault, VaultMissing, inventory
from archive.vault.keys import key_of
from archive.vault.s3 import Address, LockModes, S3Vault, Store
from archive.verify import verify
from signing.verdict import Verdict
from tabellion.base.clock import ManualClock, SystemClock
from tabellion.base.errors import Unavailable
from tests.archive.building import (
    ACTOR,
    Deposited,
    Intake,
    empty_catalogue,
    make_archive,
    read_deposit,
    seeded,
)
from tests.archive.keeping import TestKeeper
from tests.archive.test_fixity import bodies, entries, now_of
from tests.archive.test_verify import TRUST, flip, overwrite, reopened
from tests.services.fixtures import new_buckets

PACE = Pace(days=30, rate=1 << 40)


def keyring_of(archive: Archive) -> KeyRing:
    assert archive.objects.keyring is not None
    return archive.objects.keyring


@dataclass
class Pair:
    """An archive with a second vault, and the duties on both."""

    archive: Archive
    second: Vault

    def __post_init__(self) -> None:
        self.copies = Copies(self.archive, Second("second", lambda: self.second))
        self.rolling = Rolling(self.archive, PACE, lambda: self.second)
        self.keeper = TestKeeper(self.archive)

    def settle(self) -> None:
        """All duties until nothing is left to do."""
        for _ in range(20):
            token = self.keeper.token()
            done = self.rolling.run(token) + self.keeper.run() + self.copies.run(token)
            if not done:
                return
        raise AssertionError("the duties do not come to rest")

    def row(self, key: str) -> Ref:
        with self.archive.catalogue.read() as connection:
            row = connection.execute(select(t.objects).where(t.objects.c.key == key)).one()
        return Ref(row.key, row.version, row.digest, row.size)

    def copy(self, key: str) -> Ref:
        with self.archive.catalogue.read() as connection:
            row = connection.execute(select(t.objects).where(t.objects.c.key == key)).one()
        return Ref(row.key, row.copy, row.digest, row.size)

    def passes(self) -> bool:
        self.keeper.stamp()
        in_folder = isinstance(self.archive.objects.vault, FolderVault)
        anew = reopened(self.archive) if in_folder else self.archive
        return verify(anew, TRUST).overall is Verdict.PASSED


def pair_of(archive: Archive, second: Vault) -> Pair:
    body = Identity(archive.id, archive.origin, True, archive.clock.now()).to_bytes()
    archive.objects.put_raw(KEY, body)
    return Pair(archive, second)


def in_bucket(address: Address) -> Vault:
    return S3Vault(Store(address, SystemClock()), LockModes(default="GOVERNANCE"), SystemClock(), os.urandom)


@pytest.fixture(params=["folders", pytest.param("buckets", marks=pytest.mark.services)])
def pair(request: pytest.FixtureRequest, archive: Archive, clock: ManualClock, home: Path) -> Pair:
    if request.param == "folders":
        return pair_of(archive, FolderVault(home / "second", clock))
    buckets = request.getfixturevalue("two_buckets")
    first = in_bucket(buckets[0])
    wrapper = keyring_of(archive)._wrapper
    keyring = KeyRing(first, wrapper, archive.ids.randomness, clock)
    objects = Objects(first, keyring, archive.ids.randomness)
    return pair_of(replace(archive, objects=objects), in_bucket(buckets[1]))


@pytest.fixture
def two_buckets(bucket: Address, _buckets: list[Address]) -> list[Address]:
    if not _buckets:
        _buckets += new_buckets(2)
    return [bucket, _buckets.pop()]


@pytest.fixture
def folders(archive: Archive, clock: ManualClock, home: Path) -> Pair:
    return pair_of(archive, FolderVault(home / "second", clock))


def filled(pair: Pair, count: int = 2) -> list[Deposited]:
    intake = Intake(pair.archive)
    batch = intake.batch()
    made = [intake.deposit(batch, number, b"paper %d" % number) for number in range(1, count + 1)]
    pair.keeper.stamp()
    pair.settle()
    return made


def test_everything_is_copied_and_read_back(pair: Pair) -> None:
    filled(pair)
    first, second = pair.archive.objects.vault, pair.second
    ours = {(ref.key, ref.digest) for ref in first.list()}
    theirs = {(ref.key, ref.digest) for ref in second.list()}
    assert ours == theirs
    checkpoint = LogFiles(pair.archive.objects).read_checkpoint()
    assert second.read_pointer("log/checkpoint") == checkpoint
    found = now_of(pair.archive)
    assert found.second is not None
    assert (found.waiting, found.second.faults, found.second.checked) == (0, 0, found.first.objects)
    (token,) = (ref for ref in second.list("stamps/") if ref.key.endswith("/token.der"))
    assert second.stat(token).retain_until is not None, "locked there as here"


@pytest.mark.parametrize("harm", ["first", "second"])
def test_what_is_lost_in_one_comes_back_from_the_other(pair: Pair, clock: ManualClock, harm: str) -> None:
    made = filled(pair)
    clock.advance(days=25)
    key = made[0].original.key
    vault = pair.archive.objects.vault if harm == "first" else pair.second
    vault.delete(pair.row(key) if harm == "first" else pair.copy(key))
    pair.settle()
    found = now_of(pair.archive)
    assert (found.faults, found.complete) == (0, True)
    (told,) = entries(pair.archive, "incident")
    assert (told.object.id, told.reason) == (made[0].deposit, "missing-object")
    (back,) = entries(pair.archive, "restore")
    assert back.reason == "repair"
    (body,) = bodies(pair.archive, "inventory/repairs/")
    assert (body["vault"], body["from"]) == (harm, "second" if harm == "first" else "first")
    with vault.get(pair.row(key) if harm == "first" else pair.copy(key)) as stream:
        stream.read()
    assert pair.passes()
    segments = inventory.segments(pair.archive.objects.vault)
    assert not inventory.check_inventory(pair.archive.objects.vault, segments).findings


def test_papers_are_indexed_again_when_their_readings_come_back(folders: Pair, clock: ManualClock) -> None:
    made = filled(folders)
    read_deposit(folders.archive, made[0], "words that were read")
    folders.settle()
    archive = folders.archive
    with archive.catalogue.write() as connection:
        connection.execute(delete(t.index_outbox))
    (ref,) = archive.objects.vault.list(f"deposits/{made[0].deposit}/reading-")
    archive.objects.vault.delete(ref)
    clock.advance(days=25)
    folders.settle()
    assert now_of(archive).faults == 0
    with archive.catalogue.read() as connection:
        assert list(connection.scalars(select(t.index_outbox.c.document_id))) == [made[0].document]


@pytest.mark.parametrize("harm", ["vault", "second"])
def test_what_is_altered_comes_back(folders: Pair, clock: ManualClock, home: Path, harm: str) -> None:
    made = filled(folders)
    clock.advance(days=25)
    overwrite(home / harm / made[0].manifest.key, flip)
    folders.settle()
    assert now_of(folders.archive).faults == 0
    assert [each.reason for each in entries(folders.archive, "incident", "restore")] == [
        "altered-object",
        "repair",
    ]
    assert folders.passes()


def test_what_is_altered_in_both_stays_an_incident(folders: Pair, clock: ManualClock, home: Path) -> None:
    made = filled(folders)
    clock.advance(days=25)
    for folder in ("vault", "second"):
        overwrite(home / folder / made[0].original.key, flip)
    folders.settle()
    assert now_of(folders.archive).faults == 2
    assert {each.reason for each in entries(folders.archive, "incident")} == {"altered-object"}
    assert not entries(folders.archive, "restore")


def test_a_lost_key_comes_back(folders: Pair, clock: ManualClock, home: Path) -> None:
    made = filled(folders)
    (home / "vault" / "keys" / "deposits" / made[1].deposit).unlink()
    clock.advance(days=25)
    pair = Pair(reopened(folders.archive), folders.second)
    pair.settle()
    assert keyring_of(pair.archive).exists(f"deposits/{made[1].deposit}")
    assert [each.reason for each in entries(pair.archive, "incident")] == ["missing-object"]
    assert pair.passes()


def test_an_erasure_reaches_the_second_vault_and_stays(pair: Pair, clock: ManualClock) -> None:
    made = filled(pair)
    owner = f"deposits/{made[0].deposit}"
    assert pair.second.versions(key_of(owner))
    erase(pair.archive, made[0].deposit, ACTOR, "court-order")
    pair.settle()
    assert not pair.second.versions(key_of(owner))
    clock.advance(days=25)
    pair.settle()
    assert not pair.second.versions(key_of(owner))
    assert not pair.archive.objects.vault.versions(key_of(owner))
    assert now_of(pair.archive).faults == 0
    assert not entries(pair.archive, "incident")


def test_keys_that_are_wrapped_anew_are_so_in_the_second_too(folders: Pair, clock: ManualClock) -> None:
    made = filled(folders)
    keyring = keyring_of(folders.archive)
    keyring._wrapper.rotate(clock.now())  # type: ignore[attr-defined]
    keyring.rewrap()
    clock.advance(days=1)
    folders.settle()
    key = key_of(f"deposits/{made[0].deposit}")
    assert folders.second.versions(key) == folders.archive.objects.vault.versions(key)


def test_the_second_vault_takes_the_place_of_the_first(
    pair: Pair, clock: ManualClock, home: Path, tmp_path: Path
) -> None:
    """By its own content: catalogue and first vault are lost; ids of versions may all be others."""
    made = filled(pair)
    (tmp_path / "new.db").write_bytes(empty_catalogue())
    catalogue = Catalogue(f"sqlite:///{tmp_path}/new.db")
    keyring = KeyRing(pair.second, keyring_of(pair.archive)._wrapper, seeded(77), clock)
    archive = replace(pair.archive, catalogue=catalogue, objects=Objects(pair.second, keyring, seeded(78)))
    assert rebuild(archive, TRUST).problems == ()
    TestKeeper(archive).stamp()
    assert verify(archive, TRUST).overall is Verdict.PASSED
    with archive.objects.open(pair.copy(made[0].original.key), f"deposits/{made[0].deposit}") as stream:
        assert stream.read() == b"paper 1"
    catalogue.close()


def test_a_log_that_was_put_back_signs_nothing(folders: Pair, home: Path) -> None:
    filled(folders)
    signed = LogFiles(folders.archive.objects).read_checkpoint()
    Intake(folders.archive).batch("later")
    folders.settle()
    require_not_behind(folders.archive, folders.second)
    assert signed is not None
    (home / "vault" / "log" / "checkpoint").chmod(0o640)
    (home / "vault" / "log" / "checkpoint").write_bytes(signed)
    with pytest.raises(LogReadOnly, match="what is here is older"):
        require_not_behind(folders.archive, folders.second)
    with pytest.raises(SecondVaultAhead):
        folders.copies.run(folders.keeper.token())
    trouble = now_of(folders.archive).trouble
    assert trouble is not None and "entries of the log" in trouble


def test_another_log_is_not_followed(folders: Pair, clock: ManualClock, tmp_path: Path) -> None:
    filled(folders)
    other = make_archive(tmp_path / "other", clock, seed=5)
    fork = pair_of(other, folders.second)
    intake = Intake(other)
    for number in range(3):
        intake.batch(f"box {number}")
    fork.keeper.stamp()
    before = folders.second.read_pointer("log/checkpoint")
    with pytest.raises(SecondVaultAhead):
        for number in range(5):
            intake.batch(f"crate {number}")
            fork.keeper.run()
            fork.copies.run(fork.keeper.token())
    assert folders.second.read_pointer("log/checkpoint") == before
    other.catalogue.close()


def test_a_second_vault_of_others_is_refused(folders: Pair, home: Path, clock: ManualClock) -> None:
    folders.second.put("somebody/elses", io.BytesIO(b"x"))
    with pytest.raises(SecondVaultOther):
        folders.copies.run(folders.keeper.token())
    foreign = FolderVault(home / "foreign", clock)
    body = Identity(folders.archive.ids.new(), "x", True, clock.now()).to_bytes()
    foreign.put(KEY, io.BytesIO(body))
    with pytest.raises(SecondVaultOther):
        Pair(folders.archive, foreign).copies.run(folders.keeper.token())


def test_a_second_vault_that_went_away_is_not_begun_anew(
    folders: Pair, home: Path, clock: ManualClock
) -> None:
    filled(folders)
    empty = FolderVault(home / "not mounted", clock)
    with pytest.raises(Unavailable):
        Pair(folders.archive, empty).copies.run(folders.keeper.token())
    found = now_of(folders.archive)
    assert found.trouble is not None and found.waiting == 0
    assert not list(empty.list())


def test_a_new_second_vault_gets_everything(folders: Pair, home: Path, clock: ManualClock) -> None:
    filled(folders)
    new = FolderVault(home / "third", clock)
    other = Pair(folders.archive, new)
    other.copies = Copies(folders.archive, Second("third", lambda: new))
    other.settle()
    assert {ref.key for ref in new.list()} == {ref.key for ref in folders.archive.objects.vault.list()}


def test_what_breaks_off_goes_on(folders: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copied but not noted: the same bytes again are the same version, and nothing is there twice."""
    intake = Intake(folders.archive)
    intake.deposit(intake.batch(), 1, b"paper")
    folders.keeper.stamp()
    folders.rolling.run(folders.keeper.token())
    folders.keeper.run()

    def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(folders.copies, "_note", killed)
        with pytest.raises(RuntimeError):
            folders.copies.run(folders.keeper.token())
    assert now_of(folders.archive).waiting > 0
    folders.settle()
    keys = [ref.key for ref in folders.second.list()]
    assert len(keys) == len(set(keys))
    assert now_of(folders.archive).waiting == 0


def test_large_objects_are_streamed(folders: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.second.copies.SMALL", 64)
    made = filled(folders, 1)
    with folders.second.get(folders.copy(made[0].original.key)) as stream:
        assert stream.read()
    with folders.archive.catalogue.read() as connection:
        assert not connection.scalar(select(func.count()).where(t.objects.c.copy.is_(None)))


def test_an_original_that_is_lost_before_it_was_copied(folders: Pair, home: Path) -> None:
    intake = Intake(folders.archive)
    made = intake.deposit(intake.batch(), 1, b"paper")
    folders.keeper.stamp()
    (home / "vault" / made.original.key).unlink()
    folders.settle()
    assert [each.object.id for each in entries(folders.archive, "incident")] == [made.deposit]
    assert now_of(folders.archive).first.faults == 1
    with pytest.raises(VaultMissing):
        folders.archive.objects.vault.get(made.original)


@pytest.mark.services
def test_on_postgresql(postgresql_catalogue: Catalogue, home: Path, clock: ManualClock) -> None:
    archive = make_archive(home, clock, catalogue=postgresql_catalogue)
    pair = pair_of(archive, FolderVault(home / "second", clock))
    made = filled(pair)
    with archive.catalogue.write() as connection:
        connection.execute(update(t.objects).values(checked_at=clock.now()))
    clock.advance(days=25)
    archive.objects.vault.delete(pair.row(made[0].original.key))
    pair.settle()
    assert now_of(archive).faults == 0
    assert [each.reason for each in entries(archive, "restore")] == ["repair"]
