"""Backups of the keys: written, rehearsed, restored; erased keys stay erased."""

from pathlib import Path

import pytest

from archive.vault import (
    ArchiveKeyFile,
    ArchiveKeyRefused,
    Backup,
    FolderVault,
    KeyMissing,
    KeyRing,
    VaultAltered,
    check_backup,
    restore_archive_key,
    restore_keys,
    write_backup,
)
from tabellion.base.clock import ManualClock
from tabellion.base.errors import Conflict
from tabellion.base.ids import Randomness
from tests.archive.vault.contract import put

PASSPHRASE = "zażółć gęślą jaźń".encode()
OWNERS = [f"deposits/{i:03}" for i in range(40)]


@pytest.fixture
def secrets(keyring: KeyRing) -> dict[str, bytes]:
    return keyring.for_writing_many(OWNERS)


@pytest.fixture
def path(
    tmp_path: Path,
    secrets: dict[str, bytes],
    key_file: ArchiveKeyFile,
    keyring: KeyRing,
    randomness: Randomness,
    clock: ManualClock,
) -> Path:
    path = tmp_path / "keys.backup"
    report = write_backup(path, PASSPHRASE, "archive-1", key_file, keyring, randomness, clock.now())
    assert report.owners == len(secrets)
    return path


def test_the_file_is_private_and_sealed(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"deposits" not in path.read_bytes()
    with pytest.raises(ArchiveKeyRefused, match="passphrase"):
        Backup(path, b"wrong")
    with pytest.raises(ArchiveKeyRefused, match="no backup"):
        Backup(path.with_name("nothing"), PASSPHRASE)


def test_a_backup_is_never_overwritten(
    path: Path, key_file: ArchiveKeyFile, keyring: KeyRing, randomness: Randomness, clock: ManualClock
) -> None:
    before = path.read_bytes()
    with pytest.raises(Conflict):
        write_backup(path, PASSPHRASE, "archive-1", key_file, keyring, randomness, clock.now())
    assert path.read_bytes() == before


def test_the_rehearsal_is_content(path: Path, keyring: KeyRing, clock: ManualClock) -> None:
    report = check_backup(path, PASSPHRASE, keyring)
    assert (report.archive, report.made_at, report.owners) == ("archive-1", clock.now(), 40)
    assert (report.missing_in_vault, report.missing_in_backup, report.unopened) == ((), (), ())
    assert check_backup(path, PASSPHRASE, None) == report


def test_the_rehearsal_says_what_differs(path: Path, keyring: KeyRing, vault: FolderVault) -> None:
    for owner in ("batches/a/record-1", "deposits/0205", "documents/z/record-1"):
        keyring.create(owner)
    keyring.destroy(OWNERS[3])
    for lost in (OWNERS[0], OWNERS[39]):
        vault.delete(vault.versions(f"keys/{lost}")[0])
    report = check_backup(path, PASSPHRASE, keyring)
    assert report.missing_in_vault == (OWNERS[0], OWNERS[39])
    assert report.missing_in_backup == ("batches/a/record-1", "deposits/0205", "documents/z/record-1")


def test_the_rehearsal_finds_keys_that_do_not_open(
    tmp_path: Path,
    secrets: dict[str, bytes],
    key_file: ArchiveKeyFile,
    keyring: KeyRing,
    vault: FolderVault,
    randomness: Randomness,
    clock: ManualClock,
) -> None:
    put(vault, "keys/deposits/bad", keyring.wrapped(OWNERS[0]))
    path = tmp_path / "other.backup"
    write_backup(path, PASSPHRASE, "archive-1", key_file, keyring, randomness, clock.now())
    assert check_backup(path, PASSPHRASE, keyring).unopened == ("deposits/bad",)


def test_everything_lost_comes_back(
    path: Path, tmp_path: Path, secrets: dict[str, bytes], randomness: Randomness, clock: ManualClock
) -> None:
    backup = Backup(path, PASSPHRASE)
    key_file = restore_archive_key(backup, tmp_path / "new" / "archive.key", b"another", randomness)
    keyring = KeyRing(FolderVault(tmp_path / "new" / "vault", clock), key_file, randomness, clock)
    assert restore_keys(backup, keyring, lambda owner: owner == OWNERS[7]) == 39
    assert restore_keys(backup, keyring, lambda owner: owner == OWNERS[7]) == 0
    assert {owner: keyring.secret(owner) for owner in keyring.owners()} == {
        owner: secret for owner, secret in secrets.items() if owner != OWNERS[7]
    }
    with pytest.raises(ArchiveKeyRefused, match="never overwritten"):
        restore_archive_key(backup, tmp_path / "new" / "archive.key", b"another", randomness)


def test_a_restore_does_not_undo_a_rotation_or_an_erasure(
    path: Path, secrets: dict[str, bytes], key_file: ArchiveKeyFile, keyring: KeyRing, vault: FolderVault
) -> None:
    rotated = key_file.rotate(key_file.keys[0].created_at)
    keyring.destroy(OWNERS[1])
    vault.delete(vault.versions(f"keys/{OWNERS[0]}")[0])
    assert restore_keys(Backup(path, PASSPHRASE), keyring, lambda _: False) == 1
    assert rotated.id.encode() in keyring.wrapped(OWNERS[0])
    with pytest.raises(KeyMissing):
        keyring.wrapped(OWNERS[1])


@pytest.mark.parametrize("position", [-1, -2000, 600])
def test_altered_bytes_are_refused(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(VaultAltered):
        check_backup(path, PASSPHRASE, None)


def test_a_cut_backup_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(VaultAltered):
        check_backup(path, PASSPHRASE, None)


def test_nothing_stays_of_a_backup_that_failed(
    tmp_path: Path, key_file: ArchiveKeyFile, keyring: KeyRing, vault: FolderVault, clock: ManualClock
) -> None:
    keyring.create(OWNERS[0])

    class Losing(KeyRing):
        def wrapped(self, owner: str) -> bytes:
            raise KeyMissing(owner)

    losing = Losing(vault, key_file, bytes, clock)
    with pytest.raises(KeyMissing):
        write_backup(tmp_path / "b", PASSPHRASE, "archive-1", key_file, losing, bytes, clock.now())
    assert not (tmp_path / "b").exists()
