"""Keys of owners: made once, wrapped, destroyed for good; and the rotation of what wraps them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from archive.vault import (
    ArchiveKeyFile,
    BadKey,
    FolderVault,
    KeyMissing,
    KeyRing,
    VaultAltered,
    VaultTaken,
)
from archive.vault.archive_key import SAFE_DELAY
from tabellion.base.clock import ManualClock
from tabellion.base.ids import Randomness
from tests.archive.vault.contract import put

OWNER = "deposits/a"


@pytest.fixture
def other(
    vault: FolderVault, key_file: ArchiveKeyFile, randomness: Randomness, clock: ManualClock
) -> KeyRing:
    """The same keys, as another process sees them."""
    return KeyRing(vault, key_file, randomness, clock)


def test_a_key_is_made_once_and_found_again(keyring: KeyRing, other: KeyRing) -> None:
    secret = keyring.for_writing(OWNER)
    assert len(secret) == 32
    assert keyring.for_writing(OWNER) == keyring.secret(OWNER) == other.secret(OWNER) == secret
    with pytest.raises(VaultTaken):
        other.create(OWNER)


def test_owners_have_keys_of_their_own(keyring: KeyRing) -> None:
    owners = ["documents/b/record-1", "documents/b/record-2", "deposits/a"]
    secrets = keyring.for_writing_many([*owners, "deposits/a"])
    assert list(secrets) == owners
    assert len(set(secrets.values())) == 3
    assert [keyring.secret(owner) for owner in owners] == list(secrets.values())
    assert list(keyring.owners()) == sorted(owners)
    assert list(keyring.owners("documents/")) == sorted(owners)[1:]


def test_a_group_keeps_the_keys_that_are_there(keyring: KeyRing, other: KeyRing) -> None:
    secret = keyring.create(OWNER)
    assert other.for_writing_many([OWNER, "deposits/b"])[OWNER] == secret


def test_many_who_write_first_share_one_key(keyring: KeyRing, other: KeyRing) -> None:
    start = Barrier(8)

    def attempt(number: int) -> bytes:
        start.wait()
        ring = other if number % 2 else keyring
        return ring.for_writing_many([OWNER, "x"])[OWNER] if number % 3 else ring.for_writing(OWNER)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(attempt, range(8)))) == 1


def test_a_missing_key_says_so(keyring: KeyRing) -> None:
    assert not keyring.exists(OWNER)
    with pytest.raises(KeyMissing):
        keyring.secret(OWNER)
    with pytest.raises(KeyMissing):
        keyring.wrapped(OWNER)


def test_a_destroyed_key_is_gone_for_good(keyring: KeyRing, vault: FolderVault) -> None:
    secret = keyring.create(OWNER)
    assert keyring.destroy(OWNER) == 1
    assert keyring.is_destroyed(OWNER)
    assert not keyring.exists(OWNER)
    for read in (keyring.secret, keyring.for_writing, keyring.create):
        with pytest.raises(KeyMissing):
            read(OWNER)
    with pytest.raises(KeyMissing):
        keyring.for_writing_many(["deposits/b", OWNER])
    assert not keyring.bring_back(OWNER, secret)
    assert vault.versions("keys/deposits/a") == []
    assert keyring.destroy(OWNER) == 0


def test_destroying_what_never_was_leaves_no_mark(keyring: KeyRing) -> None:
    assert keyring.destroy(OWNER) == 0
    keyring.create(OWNER)


def test_what_another_process_destroyed_is_soon_forgotten(
    keyring: KeyRing, other: KeyRing, clock: ManualClock
) -> None:
    secret = keyring.create(OWNER)
    other.destroy(OWNER)
    assert keyring.secret(OWNER) == secret, "for a short while"
    clock.advance(seconds=31)
    with pytest.raises(KeyMissing):
        keyring.secret(OWNER)


def test_few_keys_are_remembered(
    vault: FolderVault, key_file: ArchiveKeyFile, randomness: Randomness, clock: ManualClock
) -> None:
    ring = KeyRing(vault, key_file, randomness, clock, remembered=2)
    for name in "abc":
        ring.create(name)
    for name in "abc":
        ring._vault.delete(vault.versions(f"keys/{name}")[0])
    assert ring.secret("b") != ring.secret("c")
    with pytest.raises(KeyMissing):
        ring.secret("a")


def test_a_key_of_another_owner_does_not_open(keyring: KeyRing, vault: FolderVault) -> None:
    keyring.create(OWNER)
    put(vault, "keys/deposits/b", keyring.wrapped(OWNER))
    with pytest.raises(VaultAltered):
        keyring.secret("deposits/b")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"$schema":"urn:tabellion:wrapped-key:v1"}', b"\xff"]
)
def test_an_altered_key_does_not_open(keyring: KeyRing, vault: FolderVault, content: bytes) -> None:
    put(vault, "keys/deposits/a", content)
    with pytest.raises(VaultAltered):
        keyring.secret(OWNER)


def test_names_of_marks_are_not_owners(keyring: KeyRing) -> None:
    with pytest.raises(BadKey):
        keyring.create("deposits/a.destroyed")


def test_rotation_wraps_keys_anew_and_nothing_else(
    keyring: KeyRing, other: KeyRing, key_file: ArchiveKeyFile, vault: FolderVault, clock: ManualClock
) -> None:
    owners = [f"deposits/{i}" for i in range(5)]
    secrets = [keyring.create(owner) for owner in owners]
    keyring.create("deposits/gone")
    keyring.destroy("deposits/gone")
    key_file.rotate(clock.now())
    late = other.create("deposits/late")
    assert keyring.rewrap() == 5
    assert keyring.rewrap() == 0
    clock.advance(days=1)
    assert len(key_file.drop_retired(clock.now() - SAFE_DELAY)) == 1
    assert len(key_file.keys) == 1
    assert [other.secret(owner) for owner in owners] == secrets
    assert other.secret("deposits/late") == late
    assert [len(vault.versions(f"keys/{owner}")) for owner in owners] == [1] * 5


def test_a_rotation_that_was_stopped_goes_on(
    keyring: KeyRing, other: KeyRing, key_file: ArchiveKeyFile, vault: FolderVault, clock: ManualClock
) -> None:
    secret = keyring.create(OWNER)
    key_file.rotate(clock.now())
    put(vault, "keys/deposits/a", key_file.wrap(OWNER, secret))
    assert other.secret(OWNER) == secret
    assert keyring.rewrap() == 1
    assert len(vault.versions("keys/deposits/a")) == 1
    assert other.secret(OWNER) == secret


def test_a_rotation_in_another_process_is_noticed(
    tmp_path: Path, key_file: ArchiveKeyFile, randomness: Randomness, clock: ManualClock
) -> None:
    elsewhere = ArchiveKeyFile(tmp_path / "keys" / "archive.key", b"correct horse", randomness)
    before = elsewhere.wrap(OWNER, b"s" * 32)
    key_file.rotate(clock.now())
    assert not elsewhere.is_current(before)
    assert elsewhere.is_current(elsewhere.wrap(OWNER, b"s" * 32))
    assert key_file.unwrap(OWNER, before) == b"s" * 32
    clock.advance(hours=2)
    assert key_file.drop_retired(clock.now() - timedelta(hours=3)) == []
    key_file.drop_retired(clock.now() - SAFE_DELAY)
    with pytest.raises(KeyMissing):
        key_file.unwrap(OWNER, before)
